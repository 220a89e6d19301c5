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
    """Bars from 1 to every singular value of ``P_t``, largest first; empty where they are not known."""

    def limits(self, trajectory: Trajectory) -> Limits:
        """Return whole decades around the values of up to 65 steps."""
        steps = np.unique(np.linspace(0, trajectory.steps, 65).astype(int))
        known = [v for s in steps if (v := trajectory.log10_singular_values(int(s))) is not None]
        return decade_limits(np.concatenate(known) if known else np.zeros(1))

    def open(self, stage: Stage) -> None:
        """Draw heading, grid and labels."""
        self.stage = stage
        stage.heading("singular values")
        box = stage.slot.box
        self._box = Box(box.x + 56, box.y + 8, box.width - 56, box.height - 16)
        self._chart = Chart(stage, self._box, (0, stage.trajectory.dim), stage.limits)
        self._chart.draw_decades()

    def draw(self, step: int) -> None:
        """Draw the bars, or say why there are none."""
        canvas, words = self.stage.canvas, self.stage.words
        values = self.stage.trajectory.log10_singular_values(step)
        if values is None:
            middle = self._box.x + self._box.width / 2
            lines = ("not shown:", "condition number", "above 10⁸")
            for place, line in enumerate(lines):
                y = self._box.y + self._box.height // 2 + 28 * (place - 1)
                canvas.text(middle, y, words(line), self.stage.label, "center", width=self._box.width)
            return
        edges = np.round(self._chart.to_x(np.arange(len(values) + 1.0))).astype(int)
        zero = round(float(self._chart.to_y(0.0)))
        for value, (left, right) in zip(values, pairwise(edges), strict=True):
            gap = min(4, (right - left) // 3)
            top = round(float(self._chart.to_y(value)))
            upper, lower = min(top, zero) - 2, max(top, zero) + 3
            color = canvas.theme.accent
            canvas.fill(Box(int(left), upper, max(int(right - left) - gap, 1), lower - upper), color)
