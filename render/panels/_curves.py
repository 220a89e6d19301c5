"""Curves over the steps, drawn up to the step shown."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import Color
from render.drawing.coverage import pixels_of
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.drawing.themes import HEADING
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, decade_limits, draw_legend, is_log10, value_limits
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext
from render.text import number, size_of
from scenes import FloatArray

# More curves than this of one series are a crowd: thin, without dots.
_CROWD = 4


class Curves(base.Panel):
    """One curve or several, on a decimal or a logarithmic axis.

    Parameters
    ----------
    of : str or mapping of str to str
        The series to show; several by their labels. A series has the shape (T + 1,), or (T + 1, k) for k
        curves of one colour. Besides those of the scene there are the product's own tracks, such as
        ``log10_spectral_norm``.
    heading : str
        What stands above.
    scale : str
        ``log10`` for decimal logarithms, drawn on an axis of powers of ten, or ``linear``.
    marks : mapping of str to float, optional
        Numbers to be drawn as labelled lines across.
    milestones : mapping of str to str, optional
        Series that hold one step all the time, to be drawn as labelled upright lines.
    limits : tuple of float, optional
        Numbers at the axis' ends; by default all that the series hold.
    """

    def __init__(
        self,
        of: Series,
        heading: str,
        scale: str = "log10",
        marks: Mapping[str, float] | None = None,
        milestones: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._of = labelled(of)
        self._heading, self._log, self._asked = heading, is_log10(scale), limits
        self._marks, self._milestones = dict(marks or {}), dict(milestones or {})

    def limits(self, numbers: Trajectory) -> Limits:
        """Return round numbers around all curves and marks."""
        if self._asked:
            return self._asked
        tracks = [track_of(numbers, name).ravel() for name in self._of.values()]
        shown = np.concatenate([*tracks, np.array(list(self._marks.values()))])
        return decade_limits(shown) if self._log else value_limits(shown)

    def open(self, context: PanelContext) -> None:
        """Draw heading, grid, labels and legend."""
        self.context = context
        context.heading(self._heading)
        numbers, plot = context.numbers, context.slot.plot
        self._chart = Chart(context, plot, (0, numbers.steps), context.limits)
        if self._log:
            self._chart.draw_decades()
        else:
            self._chart.draw_values()
        self._chart.draw_steps()
        draw_legend(self.context, self._heading, list(self._of))
        colors = context.canvas.theme.lines
        lines, curves = [], 0
        self._ends: list[tuple[FloatArray, FloatArray, Color]] = []
        for index, name in enumerate(self._of.values()):
            tracks = track_of(numbers, name).reshape(numbers.steps + 1, -1)
            crowd, color = tracks.shape[1] > _CROWD, colors[index % len(colors)]
            curves += tracks.shape[1]
            pieces = [piece for track in tracks.T for piece in self._pieces(track)]
            lines.append(RevealedLine(pieces, color, 2 if crowd else 3 if plot.height < 300 else 4))
            if not crowd:
                with np.errstate(invalid="ignore"):
                    self._ends += [(track, self._chart.to_y(track), color) for track in tracks.T]
        self._single = curves == 1
        # Labels keep clear of curves.
        pixels = [pixels_of(line) for line in lines] if self._marks or self._milestones else []
        for label, value in self._marks.items():
            self._chart.draw_mark(value, context.words(label), pixels)
        for label, name in self._milestones.items():
            self._chart.draw_milestone(float(track_of(numbers, name)[-1]), context.words(label), pixels)
        # The first curve lies on top.
        self._lines = RevealedLines(lines[::-1])

    def draw(self, step: int) -> None:
        """Draw the curves up to `step`, their ends, and the value of a single one."""
        canvas = self.context.canvas
        canvas.lines(self._lines, step)
        x = float(self._chart.to_x(float(step)))
        for _, rows, color in reversed(self._ends):
            if np.isfinite(rows[step]) and self._chart.holds(rows[step]):
                canvas.dots(x, rows[step], 7, color)
        if self._single:
            value = float(self._ends[0][0][step])
            if not np.isnan(value):
                text = size_of(value) if self._log else number(value)
                style = TextStyle(canvas.theme.accent, HEADING, "bold")
                # In narrow columns there may be no room for both.
                if text_width(text, style) <= self.context.room_beside(self._heading):
                    self.context.remark(text, style)

    def describe(self) -> dict[str, Any]:
        """Return place, heading, tracks by label, and scale."""
        scale = "log10" if self._log else "linear"
        return super().describe() | {"heading": self._heading, "tracks": self._of, "scale": scale}

    def _pieces(self, track: FloatArray) -> list[Polyline]:
        """Return a curve in pixels; where its number is not finite it has a gap."""
        box = self._chart.box
        corners = _corners(track, box.width)
        corners = corners[np.isfinite(track[corners])]
        gaps = np.flatnonzero(np.diff(corners) > 1) if len(track) <= 2 * box.width else np.array([], int)
        x, y = self._chart.to_x(corners.astype(float)), np.clip(self._chart.to_y(track[corners]), box.y, box.bottom)
        runs = np.split(np.arange(len(corners)), gaps + 1)
        return [Polyline(x[run], y[run], corners[run]) for run in runs]


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
