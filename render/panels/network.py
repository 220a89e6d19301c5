"""A recurrent network rolled out: what it reads, what it remembers and what it says, and its last step spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._boxes import draw_tile, drop_note, indexed, reached_states, shown_steps
from render.panels._heatmap import draw_key, key_width, symmetric_limits
from render.panels._plane import arrow
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

_SYMBOLS = "abcdefghijklmnopqrstuvwxyz"
# Columns are so many cells high at most; what is longer is shown as means.
_MOST_CELLS = 16
_ROWS = {"x": "input x", "h": "state h", "y": "output y"}


@dataclass(frozen=True)
class _Term:
    """A matrix of a sum with its name and, where there is room, its shape, and the sign before it."""

    sign: str
    name: str
    values: FloatArray
    shape: str = ""
    bars: bool = False


class Panel(base.Panel):
    """A column of cells for every state, the symbol read above it, what is said below, and the newest one as a sum.

    It draws ``h_t = φ(W h_{t−1} + V x_t + b)`` and ``y_t = softmax(U h_t)``.

    Parameters
    ----------
    states, inputs, outputs : str
        Names of series of shape (T + 1, n); row t is that of step t, inputs have a single 1, outputs are probabilities.
    weights : tuple of str
        Names of series of shape (T + 1, rows, columns), the same at all steps: W, V, b and U.
    """

    heading = "one cell, copied along time"

    def __init__(
        self,
        states: str = "states",
        inputs: str = "inputs",
        outputs: str = "outputs",
        weights: tuple[str, str, str, str] = ("W", "V", "b", "U"),
    ) -> None:
        self._names = {"h": states, "x": inputs, "y": outputs}
        self._weights = dict(zip(("W", "V", "b", "U"), weights, strict=True))

    def limits(self, numbers: Trajectory) -> Limits:
        """Return numbers around zero that cover the states, 1 at least."""
        if any(track_of(numbers, name).ndim != 2 for name in self._names.values()) or any(
            track_of(numbers, name).ndim != 3 for name in self._weights.values()
        ):
            raise RenderError("the panel network needs series of states, inputs and outputs, and four of weights")
        high = max(1.0, symmetric_limits(track_of(numbers, self._names["h"]))[1])
        return -high, high

    def key_width(self, context: PanelContext) -> int:
        """Return how wide the key of the colours is, in pixels."""
        return key_width(context, context.limits) + context.px(24)

    def open(self, context: PanelContext) -> None:
        """Draw the places of all states, the arrows between them, the names of the rows, and the key."""
        self.context = context
        self._tracks = {letter: track_of(context.numbers, name) for letter, name in self._names.items()}
        self._matrices = {letter: track_of(context.numbers, name)[0] for letter, name in self._weights.items()}
        drop_note(self, context)
        self._place()
        draw_key(context, context.slot.heading, context.limits, context.canvas.theme.sign)
        rows = {"x": self._letters - 0.36 * context.sizes.axis, "h": self._half, "y": self._said + self._low / 2}
        for letter, y in rows.items():
            text = context.words(_ROWS[letter]) if self._wide else letter
            context.canvas.text(context.slot.box.x, y + context.sizes.axis * 0.36, text, context.axis)
            if letter == "y" and self._wide:
                # Which symbols the bars stand for, from above.
                count = min(self._tracks["y"].shape[1], len(_SYMBOLS))
                text = f"{_SYMBOLS[0]} … {_SYMBOLS[count - 1]}"
                context.canvas.text(context.slot.box.x, y + context.sizes.axis * 1.66, text, context.axis)
        for index, time in enumerate(self._shown):
            self._outline(index, time is None, False)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the states so far, what was read and said, and the newest one as a sum."""
        for index, time, newest in reached_states(self._shown, step):
            self._draw_state(index, time, newest)
        self._draw_sums(step)

    def describe(self) -> dict[str, Any]:
        """Return place, limits and tracks."""
        return super().describe() | {"tracks": dict(self._names), "limits": list(self.context.limits)}

    def _place(self) -> None:
        """Divide the slot from above: symbols, states, their names, outputs, and the sum with its names."""
        context, slot, axis = self.context, self.context.slot.box, self.context.sizes.axis
        self._wide = slot.width > 40 * axis
        self._shown = shown_steps(context.numbers.steps, 10 if self._wide else 7)
        left = slot.x + (round(5.6 * axis) if self._wide else round(1.6 * axis))
        self._column = context.px(40 if self._wide else 32)
        reach = slot.right - context.px(8) - left - self._column
        pitch = min(reach / max(len(self._shown) - 1, 1), 8 * axis)
        self._middles = [left + self._column / 2 + index * pitch for index in range(len(self._shown))]
        # The sum has cells of 8 px where it can be; those of the chain take the room that is left.
        cells, said = min(_MOST_CELLS, self._tracks["h"].shape[1]), self._tracks["y"].shape[1]
        self._small = max(8, min(context.px(128) // cells // 8 * 8, context.px(24)))
        self._bar = context.px(8)
        rest = slot.height - round(7.4 * axis) - self._small * max(cells, said) - self._bar * said
        self._cell = max(8, min(rest // cells // 8 * 8, context.px(40), 2 * self._small))
        self._high, self._low = self._cell * cells, self._bar * said
        spare = max(0, rest - self._high) // 4
        self._letters = slot.y + round(0.9 * axis)
        self._top = self._letters + round(1.4 * axis) + spare
        self._half = self._top + self._high / 2
        self._named = self._top + self._high + round(1.1 * axis)
        self._said = self._named + round(1.5 * axis) + spare
        self._sum = slot.bottom - round(1.5 * axis) - self._small * max(cells, said) / 2

    def _outline(self, index: int, gap: bool, now: bool) -> None:
        """Draw the empty place of a state, or the dots of a gap, and the arrow to it."""
        context, theme, middle = self.context, self.context.canvas.theme, self._middles[index]
        color = theme.data if now else theme.muted
        if gap:
            style = context.style(context.sizes.label, theme.muted)
            context.canvas.text(middle, self._half + style.size * 0.36, "⋯", style, "center")
        else:
            edge, left = context.px(3 if now else 2), round(middle - self._column / 2)
            box = Box(left - edge, self._top - edge, self._column + 2 * edge, self._high + 2 * edge)
            context.canvas.fill(box, color)
            context.canvas.fill(Box(left, self._top, self._column, self._high), theme.tint)
        if index:
            reach = self._column / 2 + context.px(10)
            ends = (self._middles[index - 1] + reach, self._half), (middle - reach, self._half)
            arrow(context, *ends, color, context.sizes.theory)

    def _draw_state(self, index: int, time: int, now: bool) -> None:
        """Draw a state with what was read and said at it; the newest stands out."""
        context, canvas, axis = self.context, self.context.canvas, self.context.sizes.axis
        theme, middle, column = canvas.theme, self._middles[index], self._column
        self._outline(index, False, now)
        corner = round(middle - column / 2)
        draw_tile(context, (corner, self._top), (column, self._cell), _column(self._tracks["h"][time]), False)
        weight = "bold" if now else "semibold"
        style = context.style(context.sizes.label, theme.ink if now else theme.muted, weight)
        canvas.text(middle, self._named, indexed("h", time), style, "center")
        if not time:
            return
        canvas.text(middle, self._letters, self._symbol(time), style, "center")
        color, width = theme.data if now else theme.muted, context.sizes.theory
        top, below = self._letters + round(0.35 * axis), self._named + round(0.35 * axis)
        arrow(context, (middle, top), (middle, self._top - context.px(6)), color, width)
        arrow(context, (middle, below), (middle, self._said - context.px(6)), color, width)
        self._draw_bars(corner, self._said, self._tracks["y"][time], self._bar)
        name, beside = context.style(axis, color, weight), middle + context.px(8)
        canvas.text(beside, (top + self._top) / 2 + axis * 0.3, "V", name)
        canvas.text(beside, (below + self._said) / 2 + axis * 0.3, "U", name)
        between = middle - (self._middles[1] - self._middles[0]) / 2
        canvas.text(between, self._half - round(0.5 * axis), "W", name, "center")

    def _draw_bars(self, x: float, y: float, shares: FloatArray, height: int) -> None:
        """Draw probabilities as bars from the left, as long as a state's column where they are 1."""
        theme = self.context.canvas.theme
        self.context.canvas.fill(Box(round(x), round(y), self._column, height * len(shares)), theme.tint)
        bars = [
            Box(round(x), round(y) + index * height + 1, max(1, round(share * self._column)), height - 2)
            for index, share in enumerate(shares.tolist())
        ]
        self.context.canvas.fills(bars, theme.data)

    def _symbol(self, time: int) -> str:
        return _SYMBOLS[int(np.argmax(self._tracks["x"][time])) % len(_SYMBOLS)]

    def _draw_sums(self, step: int) -> None:
        """Draw the newest state as a function of weights times what they meet; where there is room, the output, too."""
        context, slot, sizes = self.context, self.context.slot.box, self.context.sizes
        state = _column(self._tracks["h"][step])
        if not step:
            x = self._write_sum(slot.x, [_Term("", indexed("h", 0), state)], "")
            text, y = context.words("the state it begins with: nothing read yet"), self._sum + sizes.axis * 0.36
            context.write(x + context.px(24), y, text, context.axis, width=slot.right - x - context.px(24))
            return
        before, read = self._tracks["h"][step - 1], self._tracks["x"][step]
        terms = [
            _Term("", indexed("h", step), state),
            self._weighted("= φ(", "W"),
            _Term("·", indexed("h", step - 1), _column(before)),
            self._weighted("+", "V"),
            _Term("·", indexed("x", step), read[:, None]),
            _Term("+", "b", _rows(self._matrices["b"])),
        ]
        end = self._write_sum(slot.x, terms, ")")
        if self._wide:
            said = [
                _Term("", indexed("y", step), self._tracks["y"][step][:, None], bars=True),
                self._weighted("= softmax(", "U"),
                _Term("·", indexed("h", step), state),
            ]
            length = self._write_sum(0, said, ")", False)
            if end + context.px(40) + length <= slot.right:
                self._write_sum(slot.right - length, said, ")")

    def _weighted(self, sign: str, letter: str) -> _Term:
        rows, columns = self._matrices[letter].shape
        shrunk = _rows(_rows(self._matrices[letter]).T).T
        return _Term(sign, letter, shrunk, f"{rows} × {columns}" if self._wide else "")

    def _write_sum(self, x: float, terms: Sequence[_Term], end: str, drawn: bool = True) -> float:
        """Write matrices with signs between them and names below; return where they end."""
        context, axis = self.context, self.context.sizes.axis
        style, mark = context.style(axis), context.style(context.sizes.label + context.px(6))
        line = context.slot.box.bottom - round(0.3 * axis)
        for term in terms:
            x = self._write_sign(x, term.sign, mark, drawn)
            rows, columns = term.values.shape
            across = self._column if term.bars else self._small * columns if columns > 1 else context.px(24)
            name = text_width(term.name, style)
            shape = context.px(8) + text_width(term.shape, context.axis) if term.shape else 0.0
            room = max(across, name + shape)
            corner = x + (room - across) / 2, self._sum - rows * self._small / 2
            if drawn:
                if term.bars:
                    self._draw_bars(*corner, term.values[:, 0], self._small)
                else:
                    draw_tile(context, corner, (across // columns, self._small), term.values)
                start = x + (room - name - shape) / 2
                context.canvas.text(start, line, term.name, style)
                context.canvas.text(start + name + context.px(8), line, term.shape, context.axis)
            x += room
        return self._write_sign(x, end, mark, drawn)

    def _write_sign(self, x: float, sign: str, style: TextStyle, drawn: bool) -> float:
        if not sign:
            return x
        before, behind = (self.context.px(5 if bracket else 10) for bracket in (sign == ")", sign[-1] in "()"))
        if drawn:
            self.context.canvas.text(x + before, self._sum + style.size * 0.36, sign, style)
        return x + before + text_width(sign, style) + behind


def _column(values: FloatArray) -> FloatArray:
    """Return a vector as a column, means of its entries where there are too many."""
    return _rows(values[:, None])


def _rows(matrix: FloatArray) -> FloatArray:
    """Return a matrix with as many rows as are drawn: means of neighbours where there are too many."""
    block = -(-len(matrix) // _MOST_CELLS)
    return np.array([matrix[start : start + block].mean(axis=0) for start in range(0, len(matrix), block)])
