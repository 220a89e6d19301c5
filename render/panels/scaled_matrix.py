"""The shape of the product, whatever its size: every entry divided by the largest."""

from __future__ import annotations

import numpy as np

from render.numerics.trajectory import Trajectory, product_of
from render.panels._cells import CellsPanel
from render.panels._heatmap import Heatmap
from render.panels.base import Limits, PanelContext
from scenes import FloatArray


class Panel(CellsPanel):
    """Heat-map of ``P_t / max |P_t|``: what remains of the matrix when size is left aside.

    Parameters
    ----------
    numbers : bool
        Whether the entries themselves, not rescaled, stand in cells that are large enough.
    size : bool
        Whether its size is written below instead of a key; see `CellsPanel.write_size`.
    """

    heading = "{symbol}{step:^}, rescaled"
    note = "largest entry = ±1"

    def __init__(self, numbers: bool = False, size: bool = False) -> None:
        self._numbers, self._size = numbers, size

    def limits(self, numbers: Trajectory) -> Limits:
        """Return −1 and 1."""
        return -1.0, 1.0

    def open(self, context: PanelContext) -> None:
        """Draw the outline and the key."""
        self.context = context
        self._trajectory = product_of(context.numbers, "the panel scaled_matrix")
        if self.is_of_product(self._trajectory):
            self.heading = "product of {step}, rescaled"
        dim = self._trajectory.dim
        self._heatmap = Heatmap(context, dim, dim, numbered=self._numbers)
        if not self._size:
            self.show_key()

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the cells."""
        values = self.values(step)
        self._heatmap.draw(values)
        if self._numbers and self._heatmap.block == 1:
            self._heatmap.draw_numbers(values, shown=self._trajectory.matrix(step))
        if self._size:
            self.write_size(self._trajectory, step)
        else:
            self.tell(values)

    def values(self, step: int, part: float = 0.0) -> FloatArray:
        """Return the entries, or the means of blocks, divided by the largest."""
        values = self._trajectory.block_means(step, self._heatmap.block).normalized().mantissa
        largest = np.abs(values).max()
        return np.asarray(values / largest) if largest else values
