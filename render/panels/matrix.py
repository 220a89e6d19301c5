"""The product itself, as a heat-map with fixed colours."""

from __future__ import annotations

import numpy as np

from render.drawing.grid import cell_size
from render.numerics.fractional import real_power
from render.numerics.trajectory import Trajectory, product_of
from render.panels._cells import CellsPanel
from render.panels._heatmap import Heatmap, symmetric_limits
from render.panels.base import Limits, PanelContext
from scenes import FloatArray


class Panel(CellsPanel):
    """Heat-map of ``P_t``. Colours mean the same number in every frame; cells beyond are counted.

    Parameters
    ----------
    limits : tuple of float, optional
        Numbers at the two ends of the colours. By default ``(−L, L)`` where L is 1, 2 or 5 times a
        power of ten and covers 99 of 100 cells of the first product.
    numbers : bool
        Whether numbers stand in cells that are large enough.
    decimals : int, optional
        Most decimals of these numbers; by default what suits the size of the cells.
    size : bool
        Whether its size is written below instead of a key; see `CellsPanel.write_size`.
    """

    heading = "{symbol}{step:^}"

    def __init__(
        self, limits: Limits | None = None, numbers: bool = True, decimals: int | None = None, size: bool = False
    ) -> None:
        self._asked, self._numbers, self._decimals, self._size = limits, numbers, decimals, size

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        trajectory = product_of(numbers, "the panel matrix")
        if self._asked is not None:
            return float(self._asked[0]), float(self._asked[1])
        block = cell_size(trajectory.dim, 512)[1]
        return symmetric_limits(trajectory.block_means(min(1, trajectory.steps), block).value())

    def open(self, context: PanelContext) -> None:
        """Draw the outline and the key."""
        self.context = context
        self._trajectory = product_of(context.numbers, "the panel matrix")
        if self.is_of_product(self._trajectory):
            self.heading = "product of {step} matrices"
        dim = self._trajectory.dim
        factor = self._trajectory.sequence.factor
        self._root = real_power(factor) if context.between and factor is not None else None
        self._heatmap = Heatmap(context, dim, dim, numbered=self._numbers)
        self.has_between = self._root is not None and self._heatmap.block == 1
        if not self._size:
            self.show_key()

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the cells, and how many of them are beyond the colours."""
        values = self.values(step, part)
        self._heatmap.draw(values)
        if self._numbers:
            self._heatmap.draw_numbers(values, self._decimals)
        if self._size:
            self.write_size(self._trajectory, step)
        else:
            self.tell(values)

    def values(self, step: int, part: float = 0.0) -> FloatArray:
        """Return the entries, or the means of blocks; between steps those of ``W^part P_t``, if that is real."""
        block = self._heatmap.block
        if part and self._root is not None and self.has_between:
            return np.asarray(self._root(part) @ self._trajectory.matrix(step))
        return self._trajectory.block_means(step, block).value()
