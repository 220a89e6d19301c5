"""A vector in the plane and the path its tip has taken."""

from __future__ import annotations

import numpy as np

from render.errors import RenderError
from render.layout import Box
from render.panels import _base
from render.panels._base import Limits, Stage
from render.simulator import Trajectory


class Panel(_base.Panel):
    """Arrow to the point of a series at the step shown, with the path up to it.

    Parameters
    ----------
    series : str
        Name of a series of the scene, shape (T + 1, 2).
    """

    def __init__(self, series: str = "vector") -> None:
        self._series = series

    def limits(self, trajectory: Trajectory) -> Limits:
        """Return 0 and the greatest length, 1 at least."""
        path = trajectory.sequence.series.get(self._series)
        if path is None or path.ndim != 2 or path.shape[1] != 2:
            raise RenderError(f"the panel vector needs a series {self._series!r} of shape (steps + 1, 2) in the scene")
        return 0.0, max(1.0, float(np.hypot(*path.T).max()))

    def open(self, stage: Stage) -> None:
        """Draw the axes and the unit circle."""
        self.stage = stage
        stage.heading("a vector on its way")
        canvas, box = stage.canvas, stage.slot.box
        side = min(box.width, box.height)
        self._center = box.x + box.width / 2, box.y + side / 2
        self._unit = (side / 2 - 10) / stage.limits[1]
        x, y = (round(c) for c in self._center)
        canvas.fill(Box(x - side // 2, y, side, 1), canvas.theme.grid)
        canvas.fill(Box(x, y - side // 2, 1, side), canvas.theme.grid)
        canvas.circle(*self._center, self._unit, canvas.theme.grid)

    def draw(self, step: int) -> None:
        """Draw the path and the arrow."""
        canvas = self.stage.canvas
        # More than the last 2,000 points cannot be told apart.
        path = self.stage.trajectory.sequence.series[self._series][max(0, step - 2000) : step + 1]
        x = self._center[0] + self._unit * path[:, 0]
        y = self._center[1] - self._unit * path[:, 1]
        canvas.line(x, y, canvas.theme.second, 2)
        tip = np.array([x[-1], y[-1]])
        along = tip - self._center
        length = float(np.hypot(*along))
        if length < 16:
            canvas.dots(x[-1], y[-1], 5, canvas.theme.accent)
            return
        along /= length
        across = np.array([-along[1], along[0]])
        neck = tip - 16 * along
        canvas.line([self._center[0], neck[0]], [self._center[1], neck[1]], canvas.theme.accent, 4)
        canvas.polygon([tuple(tip), tuple(neck + 8 * across), tuple(neck - 8 * across)], canvas.theme.accent)
