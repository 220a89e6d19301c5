"""A small matrix with its numbers in the cells; its colours are shares of its largest entry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.colors import Color, color_index, readable_on
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.panels.base import PanelContext
from render.text import number
from scenes import FloatArray

# Most decimals of a number in a cell; whole numbers below this are written out.
_DECIMALS, _LONG = 4, 1e6


@dataclass(frozen=True)
class NumberedMatrix:
    """Where a matrix stands: its top left corner, and the size of its cells, in pixels."""

    x: int
    y: int
    width: int
    height: int

    def box(self, rows: int = 2, columns: int = 2) -> Box:
        """Return the rectangle of a matrix of so many rows and columns."""
        return Box(self.x, self.y, columns * self.width, rows * self.height)

    def outline(self, context: PanelContext, color: Color, width: int, rows: int = 2, columns: int = 2) -> None:
        """Draw the edge around the cells; these are drawn over it."""
        box = self.box(rows, columns)
        context.canvas.fill(Box(box.x - width, box.y - width, box.width + 2 * width, box.height + 2 * width), color)

    def draw(self, context: PanelContext, values: FloatArray, largest: int) -> bool:
        """Draw the cells, and their numbers in one size; return whether there was room for all of them.

        Parameters
        ----------
        context : PanelContext
            Where to draw.
        values : ndarray, shape (rows, columns)
            The entries.
        largest : int
            Greatest size of the numbers in pixels.
        """
        most = float(np.abs(values).max()) or 1.0
        sign = context.canvas.theme.sign
        indices = color_index(values / most, (-1.0, 1.0))
        context.canvas.cells(Cells(self.x, self.y, self.width, self.height, indices, sign))
        texts, style = self._written(context, values, largest)
        for (row, column), text in texts.items():
            x, y = self.x + (column + 0.5) * self.width, self.y + (row + 0.5) * self.height + style.size * 0.36
            color = readable_on(sign.colors[indices[row, column]])
            context.canvas.text(x, y, text, replace(style, color=color), "center")
        return bool(texts)

    def _written(
        self, context: PanelContext, values: FloatArray, largest: int
    ) -> tuple[dict[tuple[int, ...], str], TextStyle]:
        """Return the numbers as text, as large and then as long as there is room for, and their style."""
        signed, whole = bool((values < 0).any()), bool((values == np.rint(values)).all())
        most = float(np.abs(values).max())
        longest = "−" * signed + (f"{most:.0f}" if whole and most < _LONG else f"{0.0:.{_DECIMALS}f}")
        room = self.width - context.px(4 if whole else 14)
        style = context.style(min(largest, self.height // 2), weight="medium")
        while style.size > context.sizes.axis and text_width(longest, style) > room:
            style = replace(style, size=style.size - 1)
        if style.size < context.sizes.axis:
            return {}, style
        texts = {}
        for entry, value in np.ndenumerate(values):
            # Numbers of one matrix have as many decimals, whatever their signs.
            free = text_width("−", style) if signed and 0 < value < 10 else 0.0
            texts[entry] = fitting(float(value), style, self.width - context.px(4 if whole else 8) - free)
        return (texts if all(texts.values()) else {}), style


def fitting(value: float, style: TextStyle, room: float) -> str:
    """Return a number with as many digits as there is room for, at most four decimals; nothing where there is none."""
    return next((text for text in _forms(value) if text_width(text, style) <= room), "")


def _forms(value: float) -> list[str]:
    """Return a number as text, the longest first; what is not zero does not read as zero."""
    if value == int(value) and abs(value) < _LONG:
        return [str(int(value)).replace("-", "−")]
    if abs(value) >= 1e5:
        return [number(value, 3), number(value, 2)]
    counts = [count for count in range(_DECIMALS, -1, -1) if abs(value) >= 0.5 * 10.0**-count]
    found = [f"{value:.{count}f}".replace("-", "−") for count in counts] or [number(value, 3), number(value, 2)]
    return [*found, "≈ 0"] if abs(value) < 0.5 else found
