"""The product itself, as a heat-map with fixed colours."""

from __future__ import annotations

from typing import Any

from render.drawing.layouts import cell_size
from render.numerics.trajectory import Trajectory, product_of
from render.panels import base
from render.panels._heatmap import Heatmap, symmetric_limits
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# Numbers stand below the middle of a cell, so that the middle keeps the cell's colour.
_SMALLEST_NUMBERED_CELL = 128


class Panel(base.Panel):
    """Heat-map of ``P_t``. Colours mean the same number in every frame; cells beyond are counted.

    Parameters
    ----------
    limits : tuple of float, optional
        Numbers at the two ends of the colours. By default ``(−L, L)`` where L is 1, 2 or 5 times a
        power of ten and covers 99 of 100 cells of the first product.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._asked = limits

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        trajectory = product_of(numbers, "the panel matrix")
        if self._asked is not None:
            return float(self._asked[0]), float(self._asked[1])
        block = cell_size(trajectory.dim, 512)[1]
        return symmetric_limits(trajectory.block_means(min(1, trajectory.steps), block).value())

    def open(self, context: PanelContext) -> None:
        """Draw the outline and the colour bar."""
        self.context = context
        self._trajectory = product_of(context.numbers, "the panel matrix")
        self._heatmap = Heatmap(context, self._trajectory.dim, self._trajectory.dim)
        self._heatmap.draw_bar()
        block = self._heatmap.block
        if block > 1:
            self._heatmap.note(0, context.words("mean of {size}²", {"size": block}))

    def draw(self, step: int) -> None:
        """Draw the cells, and how many of them are beyond the colours."""
        values = self.values(step)
        self._heatmap.draw(values)
        if self._heatmap.cell >= _SMALLEST_NUMBERED_CELL:
            self._heatmap.draw_numbers(values)
        self._heatmap.note_clipped(values)

    def values(self, step: int) -> FloatArray:
        """Return the entries, or the means of blocks."""
        return self._trajectory.block_means(step, self._heatmap.block).value()

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits and colour map."""
        return self._heatmap.describe()
