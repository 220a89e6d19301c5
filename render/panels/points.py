"""Points on their way through the plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import draw_legend
from render.panels._plane import Plane
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# Paths of more points than this would be a tangle.
_MOST_PATHS = 16
# Longer ones have long covered what they will ever cover.
_LONGEST_PATH = 2000


class Panel(base.Panel):
    """Dots at the points of a series, with the unit circle; those outside stand at the edge, hollow.

    Parameters
    ----------
    of : str or mapping of str to str
        Series of shape (T + 1, k, 2): k points, x and y; several by their labels.
    heading : str
        What stands above.
    reach : float, optional
        Coordinate at the edge; by default all points are inside.
    trail : bool
        Whether to draw the paths that the points have taken.
    """

    def __init__(self, of: Series, heading: str, reach: float | None = None, trail: bool = False) -> None:
        self._of, self._heading, self._reach, self._trail = labelled(of), heading, reach, trail

    def limits(self, numbers: Trajectory) -> Limits:
        """Return 0 and the greatest distance from the middle, 1 at least."""
        for name in self._of.values():
            track = track_of(numbers, name)
            if track.ndim != 3 or track.shape[2] != 2:
                raise RenderError(f"the panel points needs a series {name!r} of shape (steps + 1, points, 2)")
        if self._reach:
            return 0.0, self._reach
        farthest = [float(np.abs(track_of(numbers, name)).max()) for name in self._of.values()]
        return 0.0, max(1.0, *farthest) * 1.05

    def open(self, context: PanelContext) -> None:
        """Draw the axes and the unit circle."""
        self.context = context
        context.heading(self._heading)
        self._plane = Plane(context, context.limits[1], margin=8)
        self._tracks, paths = [], []
        draw_legend(context, self._heading, list(self._of))
        for index, name in enumerate(self._of.values()):
            track = track_of(context.numbers, name)
            color = context.canvas.theme.lines[index % len(context.canvas.theme.lines)]
            self._tracks.append((track, color))
            if self._trail and track.shape[1] <= _MOST_PATHS:
                pieces = [piece for path in np.swapaxes(track[:_LONGEST_PATH], 0, 1) for piece in self._pieces(path)]
                paths.append(RevealedLine(pieces, color, 2))
        self._paths = RevealedLines(paths) if paths else None

    def draw(self, step: int) -> None:
        """Draw paths and points."""
        canvas = self.context.canvas
        if self._paths:
            canvas.lines(self._paths, step)
        for track, color in self._tracks:
            points, outside = self._inside(track[step])
            x, y = self._plane.to_pixels(*points.T)
            radius = 6 if len(points) <= 64 else 3
            canvas.dots(x[~outside], y[~outside], radius, color)
            canvas.dots(x[outside], y[outside], radius, canvas.theme.background, color)

    def _pieces(self, path: FloatArray) -> list[Polyline]:
        """Return a path in pixels, without what runs along the edge."""
        points, outside = self._inside(path)
        x, y = self._plane.to_pixels(*points.T)
        ends = np.flatnonzero(outside[:-1] & outside[1:]) + 1
        return [Polyline(x[run], y[run], run) for run in np.split(np.arange(len(path)), ends)]

    def _inside(self, points: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Move points beyond the edge to it; return them, and which were moved."""
        reach = np.maximum(np.abs(points).max(axis=-1) / self.context.limits[1], 1.0)
        return points / reach[..., None], reach > 1.0
