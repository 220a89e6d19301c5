"""A matrix as coloured cells on the codec's grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.colors import color_index, color_table
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box, cell_size
from render.drawing.themes import HEADING, LABEL
from render.panels.base import Limits, PanelContext, place
from render.text import number
from scenes import FloatArray

_LINE = 24


class Heatmap:
    """Draws numbers as cells of one size, top left in a slot's box.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    rows, columns : int
        Size of the matrix; what is too large for cells of 8 px is shown as means of blocks.
    labels : sequence of str
        Labels of the rows, written left of them.
    """

    def __init__(self, context: PanelContext, rows: int, columns: int, labels: Sequence[str] = ()) -> None:
        self._context, self._canvas = context, context.canvas
        self._limits = context.limits
        widest = max((text_width(label, context.label) for label in labels), default=-10.0)
        margin = -(-int(widest + 10) // 16) * 16
        room = Box(
            context.slot.box.x + margin, context.slot.box.y, context.slot.box.width - margin, context.slot.box.height
        )
        sizes = [cell_size(rows, room.height), cell_size(columns, room.width)]
        self.block = max(block for _, block in sizes)
        shown = -(-rows // self.block), -(-columns // self.block)
        self.cell = min(cell_size(count, side)[0] for count, side in zip(shown, (room.height, room.width), strict=True))
        height, width = (count * self.cell for count in shown)
        # What leaves much room stands in its middle, still on the codec's grid.
        right, down = (spare // 32 * 16 if spare >= 96 else 0 for spare in (room.width - width, room.height - height))
        self.box = Box(room.x + right, room.y + down, width, height)
        self._outline()
        # Where rows are low, every second label or fewer.
        for row, label in list(enumerate(labels))[:: -(-_LINE // self.cell)]:
            y = self.box.y + (row + 0.5) * self.cell + 7
            self._canvas.text(self.box.x - 10, y, label, context.label, "right")

    def draw(self, values: FloatArray) -> None:
        """Draw the cells."""
        indices = color_index(values, self._limits)
        colormap = self._canvas.theme.colormap
        self._canvas.cells(Cells(self.box.x, self.box.y, self.cell, self.cell, indices, colormap))

    def draw_numbers(self, values: FloatArray) -> None:
        """Write the numbers into the cells, below the middle, which keeps the cell's colour."""
        colors = color_table(self._canvas.theme.colormap)[color_index(values, self._limits)]
        dark = colors @ [0.299, 0.587, 0.114] < 128
        size = min(HEADING + 8 * (self.cell // 128), 40) if self.cell >= 128 else LABEL
        # The codec's block that holds the middle of a cell must not touch the number.
        gap = self.cell // 10 if self.cell >= 80 else 1
        for (row, column), value in np.ndenumerate(values):
            style = TextStyle((255, 255, 255) if dark[row, column] else (22, 25, 29), size)
            self._canvas.text(
                self.box.x + (column + 0.5) * self.cell,
                self.box.y + (row + 1) * self.cell - gap,
                _short(value, 3 if self.cell >= 96 else 1),
                style,
                "center",
                width=self.cell - 8,
            )

    def draw_bar(self) -> None:
        """Draw the colour bar, where the slot has one."""
        bar, canvas = self._context.slot.bar, self._canvas
        if bar is None:
            return
        horizontal = bar.width > bar.height
        length = bar.width if horizontal else bar.height
        indices = np.arange(length // 2) * 512 // length
        if horizontal:
            canvas.cells(Cells(bar.x, bar.y, 2, bar.height, indices[None], canvas.theme.colormap))
        else:
            canvas.cells(Cells(bar.x, bar.y, bar.width, 2, indices[::-1, None], canvas.theme.colormap))
        low, high = self._limits
        for part, value in ((0.0, low), (0.5, (low + high) / 2), (1.0, high)):
            text = number(value, 3)
            if horizontal:
                canvas.text(bar.x + part * bar.width, bar.bottom + 24, text, self._context.label, "center")
            else:
                canvas.text(bar.right + 10, bar.bottom - part * bar.height + 7, text, self._context.label)

    def note(self, index: int, text: str) -> None:
        """Write one of the slot's notes, where it has any."""
        if self._context.slot.notes:
            line = self._context.slot.notes[index]
            self._canvas.text(line.right, line.y, text, self._context.label, "right", line.width)

    def note_clipped(self, values: FloatArray) -> None:
        """Say how many numbers are beyond the colours."""
        low, high = self._limits
        # What is beyond by rounding alone has its true colour.
        slack = 1e-9 * (high - low)
        clipped = int(np.count_nonzero((values < low - slack) | (values > high + slack)))
        if clipped:
            self.note(-1, self._context.words("clipped: {count}", {"count": clipped}))

    def describe(self) -> dict[str, Any]:
        """Return the manifest entries: place, cell size, and how numbers became colours."""
        return place(self.box) | {
            "cell": self.cell,
            "limits": list(self._limits),
            "colormap": self._canvas.theme.colormap,
        }

    def _outline(self) -> None:
        box, color = self.box, self._canvas.theme.grid
        self._canvas.fill(Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2), color)


def symmetric_limits(values: FloatArray) -> Limits:
    """Return ``(−L, L)`` where L is 1, 2 or 5 times a power of ten and covers 99 of 100 numbers, or nearly."""
    finite = np.abs(values[np.isfinite(values)])
    typical = float(np.quantile(finite, 0.99)) if finite.size else 0.0
    if not 1e-300 < typical < 1e300:
        return -1.0, 1.0
    decade = 10.0 ** np.floor(np.log10(typical))
    # From 0.4 on it is 1: the identity, where most films begin, then has its true colour.
    part = typical / decade
    limit = decade * (1 if part <= 1 else 2 if part <= 2 else 5 if part < 4 else 10)
    return -float(limit), float(limit)


def _short(value: float, decimals: int) -> str:
    """Return a number of a cell: so many decimals, or three digits where it is large."""
    if not np.isfinite(value):
        return "–" if np.isnan(value) else "∞" if value > 0 else "−∞"
    if abs(value) >= 1000:
        return number(float(value), 3)
    if value == int(value) and abs(value) > 1:
        return f"{int(value):,}".replace("-", "−")
    rounded = round(float(value), decimals) + 0.0
    return f"{rounded:.{decimals}f}".replace("-", "−")
