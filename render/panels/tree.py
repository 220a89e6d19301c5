"""Powers made from powers: the matrices that a series comes to, one after the other, with arrows between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._numbered import NumberedMatrix
from render.panels._plane import arrow
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from render.text import brief_size, filled
from scenes import FloatArray

_GRID = 16
# Cells are no smaller than this, in pixels.
_LEAST_CELL = 8


@dataclass(frozen=True)
class _Node:
    """A power: its exponent, the step at which it is reached, its matrix, and how it is made."""

    exponent: int
    step: int
    values: FloatArray
    made: str


class Panel(base.Panel):
    """Small matrices for the powers that a series comes to, each from the step on at which it is reached.

    Parameters
    ----------
    of : str
        Series of shape (T + 1, rows, columns): the power reached at every step.
    exponents : str
        Series of shape (T + 1,): its exponent.
    symbol : str
        What the matrix is called.
    """

    def __init__(self, of: str, exponents: str, symbol: str = "W") -> None:
        self._of, self._exponents, self._symbol = of, exponents, symbol

    def limits(self, numbers: Trajectory) -> Limits:
        """Refuse what is no series of matrices; colours are shares of the largest entry."""
        if track_of(numbers, self._of).ndim != 3 or track_of(numbers, self._exponents).ndim != 1:
            raise RenderError(f"the panel tree needs a series {self._of!r} of shape (steps + 1, rows, columns)")
        return -1.0, 1.0

    def open(self, context: PanelContext) -> None:
        """Find the places of all powers, and draw their edges."""
        self.context = context
        self._nodes = self._found()
        self._shape = self._nodes[0].values.shape
        self._matrices, self._pitch = self._placed(len(self._nodes))
        for matrix in self._matrices:
            matrix.outline(context, context.canvas.theme.grid, 1, *self._shape)
            context.canvas.fill(matrix.box(*self._shape), context.canvas.theme.background)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the powers that are reached."""
        context, theme = self.context, self.context.canvas.theme
        reached = [node for node in self._nodes if node.step <= step]
        for index, (node, matrix) in enumerate(zip(reached, self._matrices, strict=False)):
            if index:
                self._draw_arrow(self._matrices[index - 1].box(*self._shape), matrix.box(*self._shape))
            newest = index == len(reached) - 1
            if newest:
                matrix.outline(context, theme.data, max(3, context.px(4)), *self._shape)
            told = matrix.draw(context, node.values, context.sizes.hero)
            self._write_name(node, matrix.box(*self._shape), newest)
            if not told and self._line_below:
                self._write_largest(node, matrix.box(*self._shape))

    def describe(self) -> dict[str, Any]:
        """Return place and series."""
        return super().describe() | {"tracks": {"": self._of}}

    def _found(self) -> list[_Node]:
        track, exponents = track_of(self.context.numbers, self._of), track_of(self.context.numbers, self._exponents)
        nodes: list[_Node] = []
        for step, exponent in enumerate(exponents.astype(int).tolist()):
            if nodes and exponent == nodes[-1].exponent:
                continue
            before = nodes[-1].exponent if nodes else 0
            made = self._made(before, exponent) if nodes else ""
            nodes.append(_Node(exponent, step, np.asarray(track[step]), made))
        return nodes

    def _name(self, exponent: int) -> str:
        return self._symbol if exponent == 1 else filled(f"{self._symbol}{{n:^}}", {"n": exponent})

    def _made(self, before: int, exponent: int) -> str:
        """Return how a power is made: the one before squared, or times another."""
        other = before if exponent == 2 * before else exponent - before
        if exponent == 2 * before > 2:
            return f" = ({self._name(before)})²"
        return f" = {self._name(other)} · {self._name(before)}"

    def _placed(self, count: int) -> tuple[list[NumberedMatrix], int]:
        """Return the places, in as many rows as give the largest cells, and how far apart two of a row are."""
        cell, pitch, rows = max((self._in_rows(count, rows) for rows in range(1, 5)), key=lambda found: found[0])
        slot, sizes = self.context.slot.box, self.context.sizes
        left, line = -(-slot.x // _GRID) * _GRID, round(1.5 * sizes.label)
        # Rows share the height, but do not stand further apart than a line of text.
        needed = line + self._shape[0] * cell
        down = min(slot.height // rows, needed + round(2 * sizes.axis))
        self._line_below = down >= needed + 1.3 * sizes.axis
        across = -(-count // rows)
        places = []
        for index in range(count):
            row, column = divmod(index, across)
            top = -(-(slot.y + line + row * down) // 8) * 8
            places.append(NumberedMatrix(left + column * pitch, top, cell, cell))
        return places, pitch

    def _in_rows(self, count: int, rows: int) -> tuple[int, int, int]:
        """Return cell size and distance of columns for so many rows, and these."""
        context, slot = self.context, self.context.slot.box
        height, width = self._shape
        across = -(-count // rows)
        line = round(1.5 * context.sizes.label)
        room = slot.right - -(-slot.x // _GRID) * _GRID
        # A third as much as a matrix is left for the arrow.
        widest = room / (across + (across - 1) / 3) / width
        highest = (slot.height / rows - line - _GRID // 2) / height
        cell = max(_LEAST_CELL, int(min(widest, highest)) // 8 * 8)
        pitch = (room - width * cell) // max(across - 1, 1) // _GRID * _GRID
        return cell, min(pitch, round(2.2 * width * cell) // _GRID * _GRID), rows

    def _draw_arrow(self, before: Box, after: Box) -> None:
        """Draw an arrow between neighbours; a row begins without one."""
        if before.y != after.y:
            return
        context = self.context
        gap, y = context.px(8), after.y + after.height / 2
        ends = (float(before.right + gap), y), (float(after.x - gap), y)
        arrow(context, *ends, context.canvas.theme.muted, context.sizes.theory)

    def _write_name(self, node: _Node, box: Box, newest: bool) -> None:
        context, sizes = self.context, self.context.sizes
        style = context.style(sizes.label, context.canvas.theme.data if newest else None)
        name, y = self._name(node.exponent), box.y - context.px(12)
        context.canvas.text(box.x, y, name, style)
        length = text_width(name, style)
        room = min(self._pitch - context.px(10), context.slot.box.right - box.x)
        if node.made and length + text_width(node.made, context.axis) <= room:
            context.canvas.text(box.x + length, y, node.made, context.axis)

    def _write_largest(self, node: _Node, box: Box) -> None:
        """Write how large the entries are, below a matrix whose numbers have no room."""
        context, sizes = self.context, self.context.sizes
        largest = brief_size(float(np.log10(np.abs(node.values).max())))
        room = min(self._pitch - context.px(10), context.slot.box.right - box.x)
        for text in (context.words("up to {largest}", {"largest": largest}), f"≤ {largest}"):
            if text_width(text, context.axis) <= room:
                context.canvas.text(box.x, box.bottom + round(1.3 * sizes.axis), text, context.axis)
                return
