"""The shape of the product, whatever its size: every entry divided by the largest."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.numerics.trajectory import Trajectory, product_of
from render.panels import base
from render.panels._heatmap import Heatmap
from render.panels.base import Limits, PanelContext
from scenes import FloatArray


class Panel(base.Panel):
    """Heat-map of ``P_t / max |P_t|``: what remains of the matrix when size is left aside."""

    def limits(self, numbers: Trajectory) -> Limits:
        """Return −1 and 1."""
        return -1.0, 1.0

    def open(self, context: PanelContext) -> None:
        """Write the heading and draw the outline."""
        self.context = context
        context.heading("rescaled to ±1")
        self._trajectory = product_of(context.numbers, "the panel scaled_matrix")
        self._heatmap = Heatmap(context, self._trajectory.dim, self._trajectory.dim)

    def draw(self, step: int) -> None:
        """Draw the cells."""
        self._heatmap.draw(self.values(step))

    def values(self, step: int) -> FloatArray:
        """Return the entries, or the means of blocks, divided by the largest."""
        values = self._trajectory.block_means(step, self._heatmap.block).normalized().mantissa
        largest = np.abs(values).max()
        return np.asarray(values / largest) if largest else values

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits and colour map."""
        return self._heatmap.describe()
