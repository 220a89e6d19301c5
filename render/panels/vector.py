"""A vector in the plane and the path its tip has taken."""

from __future__ import annotations

import numpy as np

from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._plane import Plane, arrow, between
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# Beyond some thousand points a path has long covered what it will ever cover.
_LONGEST_PATH = 2000


class Panel(base.Panel):
    """Arrow to the point of a series at the step shown, with the path up to it.

    Parameters
    ----------
    series : str
        Name of a series of the scene, shape (T + 1, 2).
    turning : bool
        Whether the tip goes from step to step along an arc round the middle; if not, straight.
    role : str
        Role of the arrow's colour.
    """

    square = True
    heading = "a vector on its way"

    def __init__(self, series: str = "vector", turning: bool = True, role: str = "data") -> None:
        self._series, self._turning, self._role = series, turning, role

    def limits(self, numbers: Trajectory) -> Limits:
        """Return 0 and the greatest length, 1 at least."""
        path = numbers.series.get(self._series)
        if path is None or path.ndim != 2 or path.shape[1] != 2:
            raise RenderError(f"the panel vector needs a series {self._series!r} of shape (steps + 1, 2) in the scene")
        return 0.0, max(1.0, float(np.hypot(*path.T).max()))

    def open(self, context: PanelContext) -> None:
        """Draw the axes and the unit circle."""
        self.context = context
        self._plane = Plane(context, context.limits[1] * 1.04, context.px(10))
        self._track = context.numbers.series[self._series]
        self._color = context.canvas.theme.role(self._role)
        self._path = self._line() if len(self._track) > 1 else None

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the path and the arrow."""
        if self._path:
            self.context.canvas.lines(self._path, step)
        x, y = self._plane.to_pixels(*self._at(step, part))
        arrow(self.context, self._plane.center, (float(x), float(y)), self._color, self.context.sizes.curve)

    @property
    def content(self) -> Box:
        """The rectangle of the plane."""
        return self._plane.box

    def _at(self, step: int, part: float) -> FloatArray:
        return np.asarray(between(self._track[:, None], step, part, self._turning)[0])

    def _line(self) -> RevealedLines:
        count = min(len(self._track), _LONGEST_PATH)
        parts = np.linspace(0, 1, 8, endpoint=False) if self._turning else [0.0]
        points = [(self._at(step, part), step + (part > 0)) for step in range(count - 1) for part in parts]
        points.append((self._track[count - 1], count - 1))
        x, y = self._plane.to_pixels(*np.array([point for point, _ in points]).T)
        piece = Polyline(x, y, np.array([order for _, order in points]))
        return RevealedLines([RevealedLine([piece], self.context.canvas.theme.muted, self.context.sizes.theory)])
