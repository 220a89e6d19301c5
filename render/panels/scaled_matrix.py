"""The shape of the product, whatever its size: every entry divided by the largest."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.panels import _base
from render.panels._base import Limits, Stage
from render.panels._heatmap import Heatmap, block_means
from render.simulator import Recorded, product_of
from scenes import FloatArray


class Panel(_base.Panel):
    """Heat-map of ``P_t / max |P_t|``: what remains of the matrix when size is left aside."""

    def limits(self, numbers: Recorded) -> Limits:
        """Return −1 and 1."""
        return -1.0, 1.0

    def open(self, stage: Stage) -> None:
        """Write the heading and draw the outline."""
        self.stage = stage
        stage.heading("rescaled to ±1")
        self._trajectory = product_of(stage.numbers, "the panel scaled_matrix")
        self._heatmap = Heatmap(stage, self._trajectory.dim, self._trajectory.dim)

    def draw(self, step: int) -> None:
        """Draw the cells."""
        self._heatmap.draw(self.values(step))

    def values(self, step: int) -> FloatArray:
        """Return the entries, or the means of blocks, divided by the largest."""
        values = block_means(self._trajectory.product(step).normalized().mantissa, self._heatmap.block)
        largest = np.abs(values).max()
        return np.asarray(values / largest) if largest else values

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits and colour map."""
        return self._heatmap.describe()
