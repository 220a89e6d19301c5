"""A matrix as coloured cells on the codec's grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.colors import ColorMap, cell_colors, color_index, readable_on
from render.drawing.glyphs import text_width
from render.drawing.grid import cell_size
from render.drawing.layouts import Box, TextLine
from render.panels.base import Limits, PanelContext, place
from render.text import number
from scenes import FloatArray

_GRID = 16
# Numbers are written into cells of so many pixels at least.
_NUMBERED = 64


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
    names : sequence of str
        Labels of the columns, written below them.
    box : Box, optional
        Where to draw, if not in the whole slot.
    colors : ColorMap, optional
        Colours, if not those of signs.
    numbered : bool
        Whether numbers are to stand in cells that are large enough; see `number_room`.
    marked : bool
        Whether entries that are NaN or infinite are marked: with a plate of the warning's colour.
    """

    def __init__(
        self,
        context: PanelContext,
        rows: int,
        columns: int,
        labels: Sequence[str] = (),
        names: Sequence[str] = (),
        box: Box | None = None,
        colors: ColorMap | None = None,
        numbered: bool = False,
        marked: bool = False,
    ) -> None:
        self._unknown = context.canvas.theme.role("warn") if marked else None
        self._context, self._canvas = context, context.canvas
        self._limits = context.limits
        self.colors = colors or context.canvas.theme.sign
        slot, axis = box or context.slot.box, context.axis
        widest = max((text_width(label, axis) + context.px(12) for label in labels), default=0.0)
        line = round(context.sizes.axis * 1.5) if names else 0
        # On the codec's grid, whatever the labels take.
        left, top = -(-(slot.x + round(widest)) // _GRID) * _GRID, -(-slot.y // _GRID) * _GRID
        room = Box(left, top, slot.right - left, slot.bottom - line - top)
        self.block = max(cell_size(rows, room.height)[1], cell_size(columns, room.width)[1])
        shown = -(-rows // self.block), -(-columns // self.block)
        self.cell = min(cell_size(count, side)[0] for count, side in zip(shown, (room.height, room.width), strict=True))
        height, width = (count * self.cell for count in shown)
        self.box = Box(room.x, room.y, width, height)
        self.numbered = numbered and self.cell >= number_room(context)
        self._outline()
        for row, label in self._shown_labels(labels):
            y = self.box.y + (row + 0.5) * self.cell + context.sizes.axis * 0.36
            self._canvas.text(self.box.x - context.px(12), y, label, axis, "right")
        self._name_columns(names)

    def draw(self, values: FloatArray) -> None:
        """Draw the cells. Where they are to be marked, entries that are NaN or infinite have a plate in them."""
        indices = color_index(values, self._limits)
        self._canvas.cells(Cells(self.box.x, self.box.y, self.cell, self.cell, indices, self.colors))
        if self._unknown is not None and not np.isfinite(values).all():
            # Without a word in it, a plate is told from a flat cell by what stays around it; the smallest cells have no
            # room for that.
            margin = 0 if self.numbered or self.cell < _GRID else self.cell // 8
            side = self.cell - 2 * margin
            corners = np.argwhere(~np.isfinite(values)) * self.cell + margin
            boxes = [Box(self.box.x + int(x), self.box.y + int(y), side, side) for y, x in corners]
            self._canvas.fills(boxes, self._unknown)

    def draw_numbers(self, values: FloatArray, decimals: int | None = None, shown: FloatArray | None = None) -> None:
        """Write the numbers, or those of `shown`, into the cells, where the heat-map has any."""
        if not self.numbered:
            return
        colors = cell_colors(values, self._limits, self.colors, self._unknown)
        fitting = self._fitting(
            values if shown is None else shown,
            (3 if self.cell >= 128 else 2 if self.cell >= 80 else 1) if decimals is None else decimals,
        )
        if fitting is None:
            return
        texts, size, weight = fitting
        for (row, column), text in texts.items():
            style = self._canvas.style(readable_on(colors[row, column]), size, weight)
            self._canvas.text(
                self.box.x + (column + 0.5) * self.cell,
                self.box.y + (row + 0.5) * self.cell + size * 0.36,
                text,
                style,
                "center",
            )

    def _fitting(self, values: FloatArray, decimals: int) -> tuple[dict[tuple[int, ...], str], int, str] | None:
        """Return the numbers as text, their size and weight, as large and with as many decimals as cells allow."""
        sizes, room = self._context.sizes, self.cell - self._context.px(8)
        for count in range(decimals, -1, -1):
            texts = {place: self._written(float(value), count) for place, value in np.ndenumerate(values)}
            longest = max(texts.values(), key=len)
            for size in range(min(self.cell // 3, round(sizes.title * 1.4)), sizes.axis - 1, -2):
                weight = "semibold" if size > sizes.label else "medium"
                if text_width(longest, self._context.style(size, weight=weight)) <= room:
                    return texts, size, weight
        return None

    def _written(self, value: float, decimals: int) -> str:
        return "NaN" if self._unknown is not None and np.isnan(value) else _short(value, decimals)

    def count_clipped(self, values: FloatArray) -> int:
        """Return how many numbers are beyond the colours."""
        low, high = self._limits
        # What is beyond by rounding alone has its true colour.
        slack = 1e-9 * (high - low)
        beyond = (values < low - slack) | (values > high + slack)
        return int(np.count_nonzero(beyond & (np.isfinite(values) | (self._unknown is None))))

    def describe(self) -> dict[str, Any]:
        """Return the manifest entries: place, cell size, and how numbers became colours.

        ``sample`` is where in a cell, from its corner, its colour is seen: numbers stand in the middle. ``unknown`` is
        the colour of entries that are NaN or infinite, where these are marked.
        """
        return (
            place(self.box)
            | {
                "cell": self.cell,
                "sample": 8 if self.numbered else self.cell // 2,
                "limits": list(self._limits),
                "colormap": self.colors.name,
            }
            | ({} if self._unknown is None else {"unknown": list(self._unknown)})
        )

    def _outline(self) -> None:
        box, color = self.box, self._canvas.theme.grid
        self._canvas.fill(Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2), color)

    def _shown_labels(self, labels: Sequence[str]) -> list[tuple[int, str]]:
        """Return the labels for which there is room, with their rows: where rows are low, every second or fewer."""
        stride = -(-round(self._context.sizes.axis * 1.2) // self.cell)
        every = list(enumerate(labels))
        # Names of groups of rows are far enough apart, wherever these begin.
        named = [row for row, label in every if label]
        apart = all(later - row >= stride for row, later in pairwise(named))
        return [every[row] for row in named] if apart else every[::stride]

    def _name_columns(self, names: Sequence[str]) -> None:
        widest = max((text_width(name, self._context.axis) for name in names), default=0.0) + self._context.px(10)
        stride = max(1, -(-round(widest) // self.cell))
        for column, name in list(enumerate(names))[::stride]:
            x = self.box.x + (column + 0.5) * self.cell
            y = self.box.bottom + self._context.sizes.axis * 1.25
            self._canvas.text(x, y, name, self._context.axis, "center")


def number_room(context: PanelContext) -> int:
    """Return the least size of cells that have numbers in them, in pixels."""
    return max(context.px(_NUMBERED), round(2.6 * context.sizes.axis))


def _key_size(context: PanelContext) -> tuple[int, int, int]:
    """Return the width of a colour of the key, the width of all, and their height, in pixels; all even."""
    unit = 2 * round(context.scale)
    return unit, 2 * _GRID * unit, 2 * round(_GRID / 2 * context.scale)


def key_width(context: PanelContext, limits: Limits) -> int:
    """Return how wide the key of the colours is, in pixels."""
    low, high = (text_width(number(limit, 3), context.axis) for limit in limits)
    return round(low + high) + context.px(16) + _key_size(context)[1]


def draw_key(context: PanelContext, line: TextLine, limits: Limits, colors: ColorMap) -> None:
    """Draw the key of the colours at the right end of a line: the lowest number, the colours, the highest."""
    canvas = context.canvas
    low, high = (number(limit, 3) for limit in limits)
    canvas.text(line.right, line.y, high, context.axis, "right")
    unit, width, height = _key_size(context)
    x = round(line.right - text_width(high, context.axis) - context.px(8)) - width
    y = round(line.y - context.sizes.axis * 0.36 - height / 2)
    # Corners at even places, as the codec's chroma has them.
    x, y = x // 2 * 2, y // 2 * 2
    canvas.fill(Box(x - 1, y - 1, width + 2, height + 2), canvas.theme.grid)
    indices = np.arange(2 * _GRID) * 256 // (2 * _GRID - 1)
    canvas.cells(Cells(x, y, unit, height, np.minimum(indices, 255)[None], colors))
    canvas.text(x - context.px(8), line.y, low, context.axis, "right")


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
    if abs(value) >= 100_000:
        return number(value, 3)
    if value == int(value):
        return f"{int(value):,}".replace("-", "−") if abs(value) >= 10_000 else str(int(value)).replace("-", "−")
    if abs(value) >= 1000:
        return f"{value:.0f}".replace("-", "−")
    rounded = round(value, decimals) + 0.0
    return f"{rounded:.{decimals}f}".replace("-", "−")
