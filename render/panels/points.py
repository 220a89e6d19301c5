"""Points on their way through the plane."""

from __future__ import annotations

import numpy as np

from render.drawing.colors import Color
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import revealed
from render.panels._cut import within
from render.panels._plane import Plane, between
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# Paths of more points than this would be a tangle.
_MOST_PATHS = 16
# Longer ones have long covered what they will ever cover.
_LONGEST_PATH = 2000


class Panel(base.Panel):
    """Dots at the points of a series, with the unit circle; for those that have left an arrow at the edge.

    Parameters
    ----------
    of : str or mapping of str to str
        Series of shape (T + 1, k, 2): k points, x and y; several by their labels.
    reach : float, optional
        Coordinate at the edge; by default all points are inside.
    trail : bool
        Whether to draw the paths that the points have taken.
    circle : bool
        Whether to draw the unit circle.
    turning : bool
        Whether points go from step to step along arcs round the middle; if not, straight.
    axes : bool
        Whether to write 1 where the circle crosses the horizontal axis.
    numbered : bool
        Whether the number of a point, from 1, stands beside it, as long as it is apart from others.
    """

    square = True

    def __init__(
        self,
        of: Series,
        reach: float | None = None,
        trail: bool = False,
        circle: bool = True,
        turning: bool = False,
        axes: bool = False,
        numbered: bool = False,
    ) -> None:
        self._of, self._reach, self._trail, self._circle = labelled(of), reach, trail, circle
        self._turning, self._axes, self._numbered = turning, axes, numbered

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
        labels = list(self._of)
        slot, named = context.slot.box, any(labels)
        # Names stand beside the plane, or in a line above it.
        self._beside = slot.width > slot.height + context.px(180)
        line = round(1.6 * context.sizes.axis) if named and not self._beside else 0
        box = Box(slot.x, slot.y + line, slot.width, slot.height - line)
        self._plane = Plane(context, context.limits[1], context.px(8), self._circle, box=box)
        if self._axes:
            self._plane.name_axes()
        column = next(iter(context.columns))
        colors = [self.color_of(column)] if column is not None and labels == [""] else self.colors(labels)
        if labels == [""] and column is None:
            colors = [context.canvas.theme.data]
        self._tracks, paths = [], []
        for name, color in zip(self._of.values(), colors, strict=True):
            track = track_of(context.numbers, name)
            self._tracks.append((track, color))
            if self._trail and track.shape[1] <= _MOST_PATHS:
                pieces = [piece for path in np.swapaxes(track[:_LONGEST_PATH], 0, 1) for piece in self._pieces(path)]
                paths.append(RevealedLine(pieces, color, context.sizes.theory))
        self._paths = revealed([path for path in paths if path.pieces])
        self._write_names(labels, [color for _, color in self._tracks])

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw paths and points; between steps points are on their way."""
        canvas, sizes = self.context.canvas, self.context.sizes
        if self._paths:
            canvas.lines(self._paths, step)
        for track, color in self._tracks:
            points = between(track, step, part, self._turning)
            x, y = self._plane.to_pixels(*points.T)
            inside = self._plane.inside(x, y)
            radius = sizes.dot if len(points) <= 16 else sizes.ring if len(points) <= 64 else sizes.ring / 2
            canvas.dots(x[inside], y[inside], radius, color)
            self._plane.arrows(x[~inside], y[~inside], color)
        if self._numbered:
            self._write_numbers(step, part)

    @property
    def content(self) -> Box:
        """The rectangle of the plane."""
        return self._plane.box

    def _write_numbers(self, step: int, part: float) -> None:
        """Write numbers beside the points that are apart from others, those of the last label first."""
        sizes, taken = self.context.sizes, np.empty((0, 2))
        for track, color in reversed(self._tracks):
            style = self.context.style(sizes.axis, color)
            points = np.stack(self._plane.to_pixels(*between(track, step, part, self._turning).T), axis=1)
            for index, (x, y) in enumerate(points.tolist()):
                others = np.concatenate([np.delete(points, index, axis=0), taken])
                apart = (np.hypot(*(others - (x, y)).T) > 2 * sizes.axis).all()
                if apart and self._plane.inside(np.array(x), np.array(y)):
                    self.context.canvas.text(x + 1.5 * sizes.dot, y - 0.6 * sizes.dot, str(index + 1), style)
            taken = np.concatenate([taken, points])

    def _write_names(self, labels: list[str], colors: list[Color]) -> None:
        context, size, slot = self.context, self.context.sizes.axis, self.context.slot.box
        named = [(context.words(label), color) for label, color in zip(labels, colors, strict=True) if label]
        x, y = float(slot.x), slot.y + 0.8 * size
        if self._beside:
            x, y = float(self._plane.box.right + context.px(24)), float(slot.y + size)
        for text, color in named:
            style = context.style(size, color)
            context.canvas.dots(x + size / 3, y - size * 0.36, context.sizes.ring, color)
            context.canvas.text(x + size, y, text, style)
            if self._beside:
                y += 1.4 * size
            else:
                x += size + text_width(text, style) + context.px(24)

    def _pieces(self, path: FloatArray) -> list[Polyline]:
        """Return a path in pixels, cut where it leaves the square."""
        order = np.arange(len(path))
        if self._turning and len(path) > 1:
            parts = np.linspace(0, 1, 6, endpoint=False)
            order = np.array([step + (part > 0) for step in range(len(path) - 1) for part in parts] + [len(path) - 1])
            ways = [between(path[:, None], step, part, True)[0] for step in range(len(path) - 1) for part in parts]
            path = np.array([*ways, path[-1]])
        return within(self._plane.box, *self._plane.to_pixels(*path.T), order)
