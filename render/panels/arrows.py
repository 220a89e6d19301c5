"""Arrows from one point: where vectors have come to."""

from __future__ import annotations

import numpy as np

from render.drawing.colors import Color
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._labels import with_value
from render.panels._plane import arrow
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext
from render.text import number
from scenes import FloatArray

_CIRCLE = np.linspace(0, 2 * np.pi, 180, endpoint=False)
# A path of more points than this has long covered what it will ever cover.
_LONGEST_PATH = 2000


class Panel(base.Panel):
    """Arrows to the points of series at the step shown, with the unit circle; names and lengths at their tips.

    Parameters
    ----------
    of : str or mapping of str to str
        Series of shape (T + 1, 2), or (T + 1, k, 2) for k arrows of one colour; several by their labels.
    x, y : tuple of float
        Coordinates that are seen at least, across and up; lengths are the same in both directions.
    trail : str
        Label of the arrow whose tip leaves a path.
    """

    square = True

    def __init__(self, of: Series, x: Limits = (-1.05, 1.05), y: Limits = (-1.05, 1.05), trail: str = "") -> None:
        self._of, self._x, self._y, self._trail = labelled(of), x, y, trail

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the coordinates at the left and right."""
        for name in self._of.values():
            track = track_of(numbers, name)
            if track.ndim not in (2, 3) or track.shape[-1] != 2:
                raise RenderError(f"the panel arrows needs a series {name!r} of shape (steps + 1, 2), or of many such")
        return self._x

    def open(self, context: PanelContext) -> None:
        """Draw the unit circle and the axes."""
        self.context = context
        slot, canvas, theme = context.slot.box, context.canvas, context.canvas.theme
        low, high = self._x
        used = self._y[1] - self._y[0]
        self._unit = min(slot.width / (high - low), slot.height / used)
        top = slot.y + round((slot.height - used * self._unit) / 2)
        self._origin = slot.x - low * self._unit, top + self._y[1] * self._unit
        circle = np.array([np.cos(_CIRCLE), np.sin(_CIRCLE)]).T
        canvas.polygon([self._to_pixels(point) for point in circle], theme.tint)
        thin = max(1, round(context.sizes.rule))
        across, down = (round(c) for c in self._origin)
        canvas.fill(Box(slot.x, down, round((high - low) * self._unit), thin), theme.grid)
        canvas.fill(Box(across, top, thin, round(used * self._unit)), theme.grid)
        canvas.circle(*self._origin, self._unit, theme.muted, max(1.5, context.sizes.rule))
        self._tracks: list[tuple[str, FloatArray, Color]] = []
        labels = list(self._of)
        colors = self.colors(labels) if labels != [""] else [theme.data]
        for (label, name), color in zip(self._of.items(), colors, strict=True):
            track = track_of(context.numbers, name)
            self._tracks.append((label, track.reshape(len(track), -1, 2), color))
        self._path = self._line()

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw path, arrows and names; between steps tips are on a straight way."""
        context = self.context
        if self._path:
            context.canvas.lines(self._path, step)
        arrows = []
        for label, track, color in self._tracks:
            points = track[step] if not part else track[step] + part * (track[step + 1] - track[step])
            found = points[np.isfinite(points).all(axis=1)]
            arrows += [(label, self._to_pixels(point), float(np.hypot(*point)), color) for point in found]
        # Short ones lie on long ones, or they would not be seen.
        for _, tip, _, color in sorted(arrows, key=lambda single: -single[2]):
            arrow(context, self._origin, tip, color, context.sizes.curve)
        self._write_names([single for single in arrows if single[0]])

    def _to_pixels(self, point: FloatArray) -> tuple[float, float]:
        return self._origin[0] + self._unit * float(point[0]), self._origin[1] - self._unit * float(point[1])

    def _line(self) -> RevealedLines | None:
        track = next((track for label, track, _ in self._tracks if label and label == self._trail), None)
        if track is None or len(track) < 2:
            return None
        x, y = np.array([self._to_pixels(point) for point in track[:_LONGEST_PATH, 0]]).T
        piece = Polyline(x, y, np.arange(len(x)))
        return RevealedLines([RevealedLine([piece], self.context.canvas.theme.muted, self.context.sizes.theory)])

    def _write_names(self, ends: list[tuple[str, tuple[float, float], float, Color]]) -> None:
        """Write names and lengths above the tips of arrows, and below those that point down or lie."""
        context, size, slot = self.context, self.context.sizes.label, self.context.slot.box
        taken: list[Box] = []
        for label, (x, y), length, color in ends:
            style = context.style(size, color)
            text = with_value(context.words(label), number(round(length, 9), 3))
            width = text_width(text, style)
            below = y > self._origin[1] - context.px(8)
            left = min(max(x - width / 2, slot.x), slot.right - width)
            line = max(y, self._origin[1]) + 1.25 * size if below else y - 0.5 * size
            # A name that would lie on another one stands below it.
            while any(_touch(Box(round(left), round(line - size), round(width), size), other) for other in taken):
                line += 1.2 * size if below else -1.2 * size
            taken.append(Box(round(left), round(line - size), round(width), size))
            context.plate(left, line, text, style)


def _touch(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
