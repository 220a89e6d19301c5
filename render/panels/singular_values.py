"""The singular values of the product, as bars on a logarithmic axis."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from render.layout import Box
from render.panels import _base
from render.panels._base import Limits, Stage
from render.panels._chart import Chart, decade_limits
from render.simulator import Trajectory


class Panel(_base.Panel):
    """Bars from 1 to every singular value of ``P_t``, largest first; what is not known is counted."""

    def limits(self, trajectory: Trajectory) -> Limits:
        """Return whole decades around the values of all steps."""
        return decade_limits(trajectory.log10_singular_values)

    def open(self, stage: Stage) -> None:
        """Draw heading, grid and labels."""
        self.stage = stage
        stage.heading("singular values")
        self._chart = Chart(stage, stage.slot.plot, (0, stage.trajectory.dim), stage.limits)
        self._chart.draw_decades()

    def draw(self, step: int) -> None:
        """Draw the bars."""
        canvas = self.stage.canvas
        values = self.stage.trajectory.log10_singular_values[step]
        unknown = int(np.isnan(values).sum())
        if unknown:
            self.stage.remark(self.stage.words("unknown: {count}", {"count": unknown}))
        values = values[np.isfinite(values)]
        edges = np.round(self._chart.to_x(np.arange(self.stage.trajectory.dim + 1.0))).astype(int)
        zero = round(float(self._chart.to_y(0.0)))
        for value, (left, right) in zip(values, pairwise(edges), strict=False):
            gap = min(4, (right - left) // 3)
            top = round(float(self._chart.to_y(value)))
            upper, lower = min(top, zero) - 2, max(top, zero) + 3
            color = canvas.theme.accent
            canvas.fill(Box(int(left), upper, max(int(right - left) - gap, 1), lower - upper), color)
