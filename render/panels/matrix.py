"""The product itself, as a heat-map with fixed colours."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.canvas import Cells, TextStyle
from render.layout import cell_size
from render.panels import _base
from render.panels._base import Limits, Stage
from render.panels._heatmap import Heatmap, cell_values
from render.simulator import Trajectory
from render.theme import HEADING, color_index, color_table
from render.words import number
from scenes._sequence import FloatArray

# Numbers stand below the middle of a cell, so that the middle keeps the cell's colour.
_SMALLEST_NUMBERED_CELL = 128


class Panel(_base.Panel):
    """Heat-map of ``P_t``. Colours mean the same number in every frame; cells beyond are counted.

    Parameters
    ----------
    limits : tuple of float, optional
        Numbers at the two ends of the colours. By default ``(−L, L)`` where L is 1, 2 or 5 times a
        power of ten and covers 99 of 100 cells of the first product.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._asked = limits

    def limits(self, trajectory: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        if self._asked is not None:
            return float(self._asked[0]), float(self._asked[1])
        block = cell_size(trajectory.dim, 512)[1]
        values = cell_values(trajectory.product(min(1, trajectory.steps)), block)
        typical = float(np.quantile(np.abs(values), 0.99))
        if not 1e-300 < typical < 1e300:
            return -1.0, 1.0
        decade = 10.0 ** np.floor(np.log10(typical))
        # From 0.4 on it is 1: the identity, where most films begin, then has its true colour.
        part = typical / decade
        limit = decade * (1 if part <= 1 else 2 if part <= 2 else 5 if part < 4 else 10)
        return -float(limit), float(limit)

    def open(self, stage: Stage) -> None:
        """Draw the outline and the colour bar."""
        self.stage = stage
        self._heatmap = Heatmap(stage)
        self._draw_bar()
        block = self._heatmap.block
        if block > 1:
            self._note(0, stage.words("mean of {size}²", {"size": block}))

    def draw(self, step: int) -> None:
        """Draw the cells, and how many of them are beyond the colours."""
        values = self.values(step)
        self._heatmap.draw(values)
        if self._heatmap.cell >= _SMALLEST_NUMBERED_CELL:
            self._draw_numbers(values)
        low, high = self.stage.limits
        # What is beyond by rounding alone has its true colour.
        slack = 1e-9 * (high - low)
        clipped = int(np.count_nonzero((values < low - slack) | (values > high + slack)))
        if clipped:
            self._note(-1, self.stage.words("clipped: {count}", {"count": clipped}))

    def values(self, step: int) -> FloatArray:
        """Return the entries, or the means of blocks."""
        return cell_values(self.stage.trajectory.product(step), self._heatmap.block)

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits and colour map."""
        return self._heatmap.describe()

    def _note(self, place: int, text: str) -> None:
        if self.stage.slot.notes:
            line = self.stage.slot.notes[place]
            self.stage.canvas.text(line.right, line.y, text, self.stage.label, "right", line.width)

    def _draw_numbers(self, values: FloatArray) -> None:
        canvas, box, cell = self.stage.canvas, self._heatmap.box, self._heatmap.cell
        table = color_table(canvas.theme.colormap)
        colors = table[color_index(values, self.stage.limits)]
        dark = colors @ [0.299, 0.587, 0.114] < 128
        size = min(HEADING + 8 * (cell // 128), 40)
        for (row, column), value in np.ndenumerate(values):
            style = TextStyle((255, 255, 255) if dark[row, column] else (22, 25, 29), size)
            canvas.text(
                box.x + (column + 0.5) * cell,
                box.y + (row + 1) * cell - cell // 10,
                _short(value),
                style,
                "center",
                width=cell - 8,
            )

    def _draw_bar(self) -> None:
        bar, canvas = self.stage.slot.bar, self.stage.canvas
        if bar is None:
            return
        horizontal = bar.width > bar.height
        length = bar.width if horizontal else bar.height
        places = np.arange(length) * 256 // length
        if horizontal:
            canvas.cells(Cells(bar.x, bar.y, 1, bar.height, places[None], canvas.theme.colormap))
        else:
            canvas.cells(Cells(bar.x, bar.y, bar.width, 1, places[::-1, None], canvas.theme.colormap))
        low, high = self.stage.limits
        for part, value in ((0.0, low), (0.5, (low + high) / 2), (1.0, high)):
            text = number(value, 3)
            if horizontal:
                x = bar.x + part * bar.width
                canvas.text(x, bar.bottom + 24, text, self.stage.label, "center")
            else:
                y = bar.bottom - part * bar.height + 7
                canvas.text(bar.right + 10, y, text, self.stage.label)


def _short(value: float) -> str:
    """Return a number of a cell: three decimals, or three digits where it is large."""
    if not np.isfinite(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) >= 1000:
        return number(float(value), 3)
    rounded = round(float(value), 3) + 0.0
    return f"{rounded:.3f}".replace("-", "−")
