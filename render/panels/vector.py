"""A vector in the plane and the path its tip has taken."""

from __future__ import annotations

import numpy as np

from render.canvas import Stroke
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

        path = self.stage.trajectory.sequence.series[self._series]
        self._x = self._center[0] + self._unit * path[:, 0]
        self._y = self._center[1] - self._unit * path[:, 1]
        # Beyond some thousand points a path has long covered what it will ever cover.
        few = slice(0, 2000)
        self._path = Stroke(self._x[few], self._y[few], 2)

    def draw(self, step: int) -> None:
        """Draw the path and the arrow."""
        canvas = self.stage.canvas
        canvas.draw_stroke(self._path, canvas.theme.second, until=step)
        tip = np.array([self._x[step], self._y[step]])
        along = tip - self._center
        length = float(np.hypot(*along))
        if length < 16:
            canvas.dots(tip[0], tip[1], 5, canvas.theme.accent)
            return
        along /= length
        across = np.array([-along[1], along[0]])
        neck = tip - 16 * along
        canvas.line([self._center[0], neck[0]], [self._center[1], neck[1]], canvas.theme.accent, 4)
        canvas.polygon([tuple(tip), tuple(neck + 8 * across), tuple(neck - 8 * across)], canvas.theme.accent)
