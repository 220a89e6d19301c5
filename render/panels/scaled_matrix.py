"""The shape of the product, whatever its size: every entry divided by the largest."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.panels import _base
from render.panels._base import Limits, Stage
from render.panels._heatmap import Heatmap, block_means
from render.simulator import Trajectory
from scenes._sequence import FloatArray


class Panel(_base.Panel):
    """Heat-map of ``P_t / max |P_t|``: what remains of the matrix when size is left aside."""

    def limits(self, trajectory: Trajectory) -> Limits:
        """Return −1 and 1."""
        return -1.0, 1.0

    def open(self, stage: Stage) -> None:
        """Write the heading and draw the outline."""
        self.stage = stage
        stage.heading("rescaled to ±1")
        self._heatmap = Heatmap(stage, stage.trajectory.dim, stage.trajectory.dim)

    def draw(self, step: int) -> None:
        """Draw the cells."""
        self._heatmap.draw(self.values(step))

    def values(self, step: int) -> FloatArray:
        """Return the entries, or the means of blocks, divided by the largest."""
        values = block_means(self.stage.trajectory.product(step).normalized().mantissa, self._heatmap.block)
        largest = np.abs(values).max()
        return np.asarray(values / largest) if largest else values

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits and colour map."""
        return self._heatmap.describe()
