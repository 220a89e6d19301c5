"""One multiplication, spelled out: a row times a column is an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.colors import color_index, readable_on
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.grid import cell_size
from render.drawing.layouts import Box
from render.errors import UsageError
from render.numerics.trajectory import Trajectory, product_of
from render.panels import base
from render.panels._heatmap import symmetric_limits
from render.panels._numbered import fitting
from render.panels.base import Limits, PanelContext, place
from render.text import filled, number
from scenes import FloatArray

# Larger matrices have no room for numbers.
LARGEST = 6
# The terms of a matrix of so many rows take a line.
_FEW = 3
_GRID = 16


class Panel(base.Panel):
    """``W_t P_{t−1} = P_t`` as three matrices with numbers; a row, a column and their entry are outlined.

    Where the room is narrow, the entry stands where the row, drawn on, meets the column (Falk's scheme).

    Parameters
    ----------
    row, column : int
        The entry that is spelled out, from 1.
    symbol : str
        What the matrix is called.
    """

    heading = "row × column = entry"

    def __init__(self, row: int = 1, column: int = 1, symbol: str = "W") -> None:
        self._entry, self._symbol = (row - 1, column - 1), symbol

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the ends of the colours."""
        trajectory = product_of(numbers, "the panel multiply")
        if trajectory.dim > LARGEST:
            raise UsageError(
                f"a multiplication is spelled out for matrices of up to {LARGEST} rows, but these have {trajectory.dim}"
            )
        if max(self._entry) >= trajectory.dim or min(self._entry) < 0:
            row, column = (place + 1 for place in self._entry)
            raise UsageError(f"there is no entry in row {row}, column {column} of {trajectory.dim} rows and columns")
        shown = [trajectory.matrix(step) for step in range(min(trajectory.steps, 4) + 1)]
        return symmetric_limits(np.array(shown))

    def open(self, context: PanelContext) -> None:
        """Find the places of the three matrices."""
        self.context = context
        self._trajectory = product_of(context.numbers, "the panel multiply")
        dim, slot, sizes = self._trajectory.dim, context.slot.box, context.sizes
        gap = 2 * round(0.8 * sizes.title)
        line = round(1.5 * sizes.hero)
        # Below stand the names of row and column, and their product on as many lines as its terms need.
        beside = min((slot.width - 2 * gap) // 3, slot.height - (3 if dim <= _FEW else 4) * line)
        crosswise = min((slot.width - gap) // 2, (slot.height - 6 * line) // 2)
        self._crosswise = crosswise > beside
        self._cell = cell_size(dim, max(beside, crosswise, 8 * dim))[0]
        width = dim * self._cell
        left, top = -(-slot.x // _GRID) * _GRID, -(-(slot.y + line) // _GRID) * _GRID
        if self._crosswise:
            across, down = (-(-(width + room) // _GRID) * _GRID for room in (gap, line + line // 3))
            places = [(left, top + down), (left + across, top), (left + across, top + down)]
        else:
            spread = (slot.width - 3 * width) // 2 if slot.width < 4 * width else gap + width // 8
            step = (width + min(spread, width)) // _GRID * _GRID
            places = [(left + index * step, top) for index in range(3)]
        self._boxes = [Box(x, y, width, width) for x, y in places]

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the multiplication that leads to a step, with all entries of the product."""
        if step:
            self.draw_entries(step, self._trajectory.dim**2)
        else:
            text = self.context.words("not multiplied yet")
            box = self._boxes[0]
            self.context.canvas.text(box.x, box.y + self.context.sizes.axis, text, self.context.axis)

    def order(self) -> list[tuple[int, int]]:
        """Return the entries in the order in which they appear: the one that is spelled out, then row by row."""
        dim = self._trajectory.dim
        every = [(row, column) for row in range(dim) for column in range(dim)]
        return [self._entry, *(entry for entry in every if entry != self._entry)]

    def draw_entries(self, step: int, count: int) -> None:
        """Draw the multiplication that leads to a step, with the first `count` entries of the product.

        Parameters
        ----------
        step : int
            From 1 to the number of steps.
        count : int
            How many entries are known; the last of them is spelled out.
        """
        factor = np.asarray(self._trajectory.sequence.factors[step - 1])
        before, after = self._trajectory.matrix(step - 1), self._trajectory.matrix(step)
        order = self.order()
        row, column = self._entry if count >= len(order) else order[count - 1]
        shown = np.full(after.shape, np.nan)
        for place_of in order[:count]:
            shown[place_of] = after[place_of]
        names = self._names(step)
        for box, values, name in zip(self._boxes, (factor, before, shown), names, strict=True):
            self._draw_matrix(box, values, name)
        self._draw_signs()
        ink = self.context.canvas.theme.data
        cell = self._cell
        left, middle, right = self._boxes
        self._outline(Box(left.x, left.y + row * cell, left.width, cell), ink)
        self._outline(Box(middle.x + column * cell, middle.y, cell, middle.height), ink)
        self._outline(Box(right.x + column * cell, right.y + row * cell, cell, cell), ink)
        self._write_sum(factor[row], before[:, column], after[row, column], row, column)

    def describe(self) -> dict[str, Any]:
        """Return the place of the three matrices."""
        first, last = self._boxes[0], self._boxes[-1]
        return place(first.union(last))

    def _names(self, step: int) -> Sequence[str]:
        if self._trajectory.sequence.factor is not None:
            texts = "{symbol}", "{symbol}{before:^}", "{symbol}{step:^}"
        else:
            texts = "{symbol}{step:_}", "P{before:_}", "P{step:_}"
        values = {"symbol": self._symbol, "before": step - 1, "step": step}
        return [filled(text, values) for text in texts]

    def _draw_matrix(self, box: Box, values: FloatArray, name: str) -> None:
        context, canvas, cell = self.context, self.context.canvas, self._cell
        style = context.style(context.sizes.hero)
        canvas.text(box.x + box.width / 2, box.y - context.px(14), name, style, "center")
        canvas.fill(Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2), canvas.theme.grid)
        sign = canvas.theme.sign
        known = np.isfinite(values)
        indices = color_index(np.where(known, values, 0.0), context.limits)
        canvas.cells(Cells(box.x, box.y, cell, cell, indices, sign))
        texts, size = self._fitting({entry: float(values[entry]) for entry in zip(*np.nonzero(known), strict=True)})
        for (row, column), text in texts.items():
            style = context.style(size, readable_on(sign.colors[indices[row, column]]))
            canvas.text(box.x + (column + 0.5) * cell, box.y + (row + 0.5) * cell + size * 0.36, text, style, "center")

    def _fitting(self, values: Mapping[tuple[int, ...], float]) -> tuple[dict[tuple[int, ...], str], int]:
        """Return numbers that fit into cells, and their size; none where one of them has no room."""
        context, room = self.context, self._cell - self.context.px(6)
        texts = {entry: _short(value, self._digits) for entry, value in values.items()}
        for size in range(min(self._cell // 3, round(context.sizes.title * 1.3)), context.sizes.axis, -1):
            if all(text_width(text, context.style(size)) <= room for text in texts.values()):
                return texts, size
        style = context.axis
        # Numbers of one matrix have as many decimals, whatever their signs.
        sign = text_width("−", style) if any(value < 0 for value in values.values()) else 0.0
        texts = {
            entry: fitting(value, style, room - (sign if 0 < value < 10 else 0.0)) for entry, value in values.items()
        }
        return (texts if all(texts.values()) else {}), style.size

    def _draw_signs(self) -> None:
        context = self.context
        style = context.style(context.sizes.title, context.canvas.theme.muted)
        if self._crosswise:
            return
        for text, left, right in zip("×=", self._boxes, self._boxes[1:], strict=False):
            middle = (left.right + right.x) / 2
            context.canvas.text(middle, left.y + left.height / 2 + style.size * 0.36, text, style, "center")

    def _outline(self, box: Box, color: tuple[int, int, int]) -> None:
        width = max(3, self.context.px(4))
        for side in (
            Box(box.x - width // 2, box.y - width // 2, box.width + width, width),
            Box(box.x - width // 2, box.bottom - width // 2, box.width + width, width),
            Box(box.x - width // 2, box.y - width // 2, width, box.height + width),
            Box(box.right - width // 2, box.y - width // 2, width, box.height + width),
        ):
            self.context.canvas.fill(side, color)

    def _write_sum(self, row: FloatArray, column: FloatArray, entry: float, i: int, j: int) -> None:
        context, sizes, words = self.context, self.context.sizes, self.context.words
        theme = context.canvas.theme
        name = context.style(sizes.axis, theme.data)
        left, middle, right = self._boxes
        y = left.bottom + round(1.5 * sizes.axis)
        context.canvas.text(left.x, y, words("row {row}", {"row": i + 1}), name)
        above, text = (middle.x, y), words("column {column}", {"column": j + 1})
        if self._crosswise:
            above = middle.x - context.px(14), middle.y + round(sizes.axis)
        context.canvas.text(*above, text, name, "right" if self._crosswise else "left")
        terms = [f"{self._factor(a)}·{self._factor(b)}" for a, b in zip(row.tolist(), column.tolist(), strict=True)]
        parts = [terms[0], *(f"+ {term}" for term in terms[1:]), f"= {_short(float(entry), self._digits)}"]
        text = " ".join(parts)
        style = context.style(sizes.hero, theme.data, "bold")
        slot = context.slot.box
        below = y + round(1.6 * sizes.hero)
        if text_width(text, style) <= slot.right - right.x and len(terms) < _FEW and not self._crosswise:
            context.canvas.text(right.x, y, text, style)
        elif text_width(text, style) <= right.right - slot.x:
            # Its end, the entry, stands below the product.
            context.canvas.text(right.right, below, text, style, "right")
        else:
            self._write_lines(parts, style, below)

    def _write_lines(self, parts: Sequence[str], style: TextStyle, y: int) -> None:
        """Write terms and their sum on as many lines as they need, as large as there is room for.

        Where there is none for all of them, terms in the middle are left out.
        """
        context, slot = self.context, self.context.slot.box
        room, least = slot.bottom - context.px(8) - y, context.sizes.axis
        shown = list(parts)
        for size in range(style.size, least - 1, -1):
            style = replace(style, size=size)
            if 1.4 * size * (len(_lines_of(shown, style, slot.width)) - 1) <= room:
                break
        for kept in range(len(parts) - 3, 0, -1):
            if 1.4 * least * (len(_lines_of(shown, style, slot.width)) - 1) <= room:
                break
            shown = [*parts[:kept], "+ …", *parts[-2:]]
        for index, line in enumerate(_lines_of(shown, style, slot.width)):
            context.write(slot.x, y + round(1.4 * style.size * index), line, style, width=slot.width)

    @property
    def _digits(self) -> int:
        return {2: 4, 3: 3}.get(self._trajectory.dim, 2)

    def _factor(self, value: float) -> str:
        """Return a factor of a term; negative ones in brackets."""
        text = _short(value, self._digits)
        return f"({text})" if value < 0 else text


def _short(value: float, digits: int) -> str:
    """Return a number with so many digits; large ones have three."""
    return number(value, max(digits, 3 if abs(value) >= 100 else 2)) if value != int(value) else number(value)


def _lines_of(parts: Sequence[str], style: TextStyle, width: int) -> list[str]:
    """Return parts of a line on lines no wider than `width`, as far as parts allow."""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]} {part}"
        if text_width(longer, style) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines
