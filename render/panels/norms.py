"""The spectral norm over the steps, on a logarithmic axis."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from render.canvas import Stroke, TextStyle
from render.panels import _base
from render.panels._base import Limits, Stage
from render.panels._chart import Chart, decade_limits
from render.simulator import Trajectory
from render.theme import HEADING
from render.words import size_of
from scenes._sequence import FloatArray


class Panel(_base.Panel):
    """Curve of ``‖P_t‖₂``, drawn up to the step shown, with its value."""

    def limits(self, trajectory: Trajectory) -> Limits:
        """Return whole decades around the curve."""
        return decade_limits(trajectory.log10_spectral_norm)

    def open(self, stage: Stage) -> None:
        """Draw heading, grid and labels."""
        self.stage = stage
        stage.heading("spectral norm")
        box = stage.slot.box
        self._chart = Chart(stage, box, (0, stage.trajectory.steps), stage.limits)
        self._chart.draw_decades()
        self._chart.draw_steps()
        track = stage.trajectory.log10_spectral_norm
        self._x = self._chart.to_x(np.arange(len(track), dtype=float))
        self._y = self._chart.to_y(track)
        corners = _corners(track, box.width)
        corners = corners[np.isfinite(track[corners])]
        self._curve = Stroke(self._x[corners], self._y[corners], 3, order=corners)

    def draw(self, step: int) -> None:
        """Draw the curve up to `step`, its end, and its value."""
        canvas = self.stage.canvas
        track = self.stage.trajectory.log10_spectral_norm
        canvas.draw_stroke(self._curve, canvas.theme.accent, until=step)
        if np.isfinite(track[step]):
            canvas.dots(self._x[step], self._y[step], 7, canvas.theme.accent)
        style = TextStyle(canvas.theme.accent, HEADING, "bold")
        self.stage.remark(size_of(float(track[step])), style)


def _corners(track: FloatArray, columns: int) -> NDArray[np.intp]:
    """Return the steps that matter for a curve drawn on so many pixel columns.

    Of every column the first, lowest, highest and last step; all steps where there are few.
    """
    count = len(track)
    if count <= 2 * columns:
        return np.arange(count)
    edges = np.linspace(0, count, columns + 1).astype(int)
    kept = {0, count - 1}
    for start, stop in pairwise(edges):
        part = track[start:stop]
        kept |= {start, start + int(part.argmin()), start + int(part.argmax()), stop - 1}
    return np.array(sorted(kept))
