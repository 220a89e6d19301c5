"""A vector in the plane and the path its tip has taken."""

from __future__ import annotations

import numpy as np

from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._plane import Plane
from render.panels.base import Limits, PanelContext


class Panel(base.Panel):
    """Arrow to the point of a series at the step shown, with the path up to it.

    Parameters
    ----------
    series : str
        Name of a series of the scene, shape (T + 1, 2).
    """

    def __init__(self, series: str = "vector") -> None:
        self._series = series

    def limits(self, numbers: Trajectory) -> Limits:
        """Return 0 and the greatest length, 1 at least."""
        path = numbers.series.get(self._series)
        if path is None or path.ndim != 2 or path.shape[1] != 2:
            raise RenderError(f"the panel vector needs a series {self._series!r} of shape (steps + 1, 2) in the scene")
        return 0.0, max(1.0, float(np.hypot(*path.T).max()))

    def open(self, context: PanelContext) -> None:
        """Draw the axes and the unit circle."""
        self.context = context
        context.heading("a vector on its way")
        self._plane = Plane(context, context.limits[1], margin=10)
        self._x, self._y = self._plane.to_pixels(*context.numbers.series[self._series].T)
        # Beyond some thousand points a path has long covered what it will ever cover.
        few = slice(0, 2000)
        path = Polyline(self._x[few], self._y[few])
        self._path = RevealedLines([RevealedLine([path], context.canvas.theme.second, 2)])

    def draw(self, step: int) -> None:
        """Draw the path and the arrow."""
        canvas = self.context.canvas
        canvas.lines(self._path, step)
        tip = np.array([self._x[step], self._y[step]])
        along = tip - self._plane.center
        length = float(np.hypot(*along))
        if length < 16:
            canvas.dots(tip[0], tip[1], 5, canvas.theme.accent)
            return
        along /= length
        across = np.array([-along[1], along[0]])
        neck = tip - 16 * along
        start = self._plane.center
        canvas.line([start[0], neck[0]], [start[1], neck[1]], canvas.theme.accent, 4)
        canvas.polygon([tuple(tip), tuple(neck + 8 * across), tuple(neck - 8 * across)], canvas.theme.accent)
