"""Descents over a landscape that begin alike: what their next updates do, and who has left the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from render.drawing.colors import Color
from render.drawing.coverage import LinePixels, pixels_of
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.drawing.lines import RevealedLine
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, revealed
from render.panels._cut import within
from render.panels._landscape import Field, draw_field
from render.panels._notes import Note, find_notes
from render.panels._plane import arrow
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

Point = tuple[float, float]
_GONE, _STAYS = "{name}: gone", "{name}: stays here"


@dataclass(frozen=True)
class _Descent:
    """One descent: its label, its points in pixels, its colour, and where its name stands."""

    label: str
    x: FloatArray
    y: FloatArray
    color: Color
    place: Point


class Panel(base.Panel):
    """Paths of several descents; before they part they are one. An arrow is the next update.

    What leaves the map ends in an arrow at its edge.

    Parameters
    ----------
    of : mapping of str to str
        Series of shape (T + 1, 2) by label: x and y of a point. All have the same first point.
    field : callable
        What is descended: takes x and y, arrays of one shape, and returns its values there.
    x, y : tuple of float
        Numbers at the left and right, bottom and top.
    names : tuple of str
        What the horizontal axis counts, and the vertical one.
    notes : str
        Name of a series of another panel: notes at its points stand here, too, while the film is at that step.
    """

    square = True

    def __init__(
        self,
        of: Series,
        field: Field,
        x: Limits,
        y: Limits,
        names: tuple[str, str] = ("", ""),
        notes: str = "",
    ) -> None:
        self._of, self._field, self._x, self._y, self._names = labelled(of), field, x, y, names
        self._notes_of = notes

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the ends of the vertical axis."""
        for name in self._of.values():
            if track_of(numbers, name).shape[1:] != (2,):
                raise RenderError(f"the panel descent needs a series {name!r} of shape (steps + 1, 2)")
        return self._y

    def open(self, context: PanelContext) -> None:
        """Draw the landscape, the axes and the start."""
        self.context = context
        names = [context.words(name) for name in self._names]
        self._chart = Chart(context, self._x, self._y, right=context.px(16), unit=names[1])
        # The landscape covers the lines of the grid: it is read by its greys.
        self._chart.draw_values()
        draw_field(context, self._chart.box, self._x, self._y, self._field)
        self._chart.draw_abscissa(names[0])
        tracks = [track_of(context.numbers, name) for name in self._of.values()]
        same = np.logical_and.reduce([(track == tracks[0]).all(axis=1) for track in tracks])
        # The last step at which all are at one point.
        self._parting = int(same.argmin()) - 1 if not same.all() else len(same) - 1
        self._draw_paths(tracks)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the paths, where they have come to, their next updates, and what they are called."""
        context = self.context
        if self._paths:
            context.canvas.lines(self._paths, step)
        context.canvas.dots(*self._start, context.sizes.ring, context.canvas.theme.muted)
        for note in self._notes:
            if note.step == step and not part:
                note.draw(context)
        together = step < self._parting
        for index, descent in enumerate(self._descents[:1] if together else self._descents):
            color = context.canvas.theme.data if together else descent.color
            self._draw_update(descent, step, part, color, 1 if index == 0 else 2)
        if together or (step == self._parting and not part):
            self._draw_end(self._descents[0], step, part, context.canvas.theme.data)
        else:
            for descent in self._descents:
                self._draw_end(descent, step, part, descent.color)
        if not together:
            self._write_names(step)

    def _draw_paths(self, tracks: Sequence[FloatArray]) -> None:
        context, parting = self.context, self._parting
        pixels = [(self._chart.to_x(track[:, 0]), self._chart.to_y(track[:, 1])) for track in tracks]
        colors = self.colors(list(self._of))
        paths = []
        for (x, y), color in zip(pixels, colors, strict=True):
            apart = np.where(np.arange(len(x)) < parting, np.nan, x)
            if not self._holds(float(x[-1]), float(y[-1])):
                # The way out is an arrow.
                apart[self._last_inside(x, y, len(x) - 1) + 1 :] = np.nan
            pieces = within(self._chart.box, apart, y)
            paths += [RevealedLine(pieces, color, context.sizes.theory)] if pieces else []
        x, y = pixels[0]
        common = within(self._chart.box, x[: parting + 1], y[: parting + 1])
        paths += [RevealedLine(common, context.canvas.theme.data, context.sizes.theory)] if common else []
        self._paths = revealed(paths)
        taken = [pixels_of(path) for path in paths]
        self._start = float(x[0]), float(y[0])
        self._write_start(taken)
        self._descents = [
            _Descent(label, x, y, color, self._place(label, x, y, taken))
            for label, (x, y), color in zip(self._of, pixels, colors, strict=True)
        ]
        self._notes = self._find_notes(paths)

    def _find_notes(self, paths: Sequence[RevealedLine]) -> list[Note]:
        """Return the notes of moments, each at where the first descent is then."""
        context, size, first = self.context, self.context.sizes.axis, self._descents[0]
        asked = []
        for found in context.moments:
            if found.step is not None and found.moment.note and found.moment.on == self._notes_of:
                point = float(first.x[found.step]), float(first.y[found.step])
                if self._holds(*point):
                    asked.append((found.step, point, found.note(context.words), context.canvas.theme.data))
        names = [(one.place, text_width(self._longest(one.label), context.style(size))) for one in self._descents]
        taken = [Box(round(x), round(y) - size, round(width), round(1.3 * size)) for (x, y), width in names]
        return find_notes(context, self._chart, asked, paths, taken)

    def _write_start(self, taken: Sequence[LinePixels]) -> None:
        context, (x, y) = self.context, self._start
        text, style = context.words("start"), context.style(context.sizes.axis)
        gap, width = context.px(20), text_width(context.words("start"), style)
        rows = y + 0.36 * style.size, y - style.size, y + 1.6 * style.size
        places = [(left, row) for row in rows for left in (x + gap, x - gap - width)]
        context.plate(*self._chart.free_place(text, style, places, taken), text, style)

    def _place(self, label: str, x: FloatArray, y: FloatArray, taken: Sequence[LinePixels]) -> Point:
        """Return where the name of a descent covers least: beside its way out, or round the place it keeps to."""
        context, box = self.context, self._chart.box
        text, style = self._longest(label), context.style(context.sizes.axis)
        width, gap, line = text_width(text, style), context.px(22), 1.3 * style.size
        left = self._exit(x, y, len(x) - 1)
        if left is not None:
            sides = [left[0] - gap - width, left[0] + gap]
            rows = [left[1] + shift * line for shift in (-2.5, -1.5, 1.5, 2.5, 3.5, 0.4)]
        else:
            # The place it keeps to is where its second half lies.
            half = slice(max(self._parting, len(x) // 2), None)
            low, high = float(x[half].min()), float(x[half].max())
            top, bottom = float(y[half].min()), float(y[half].max())
            middle = (low + high - width) / 2
            sides = [middle, low, high - width, low - gap - width, high + gap]
            rows = [bottom + shift * line for shift in (1.2, 2.0, 3.0)] + [top - 0.6 * line, top - 1.4 * line]
        edge = context.px(8)
        places = [
            (min(max(side, box.x + edge), box.right - edge - width), min(max(row, box.y + line), box.bottom - edge))
            for row in rows
            for side in sides
        ]
        return self._chart.free_place(text, style, places, taken)

    def _longest(self, label: str) -> str:
        values = {"name": self.context.words(label)}
        return max((self.context.words(text, values) for text in (_GONE, _STAYS)), key=len)

    def _write_names(self, step: int) -> None:
        """Write what the descents are called, and which has gone and which stays."""
        context = self.context
        gone = [self._is_out(descent, step) for descent in self._descents]
        for descent, out in zip(self._descents, gone, strict=True):
            name = context.words(descent.label)
            text = context.words(_GONE if out else _STAYS, {"name": name}) if any(gone) else name
            context.plate(*descent.place, text, context.style(context.sizes.axis, descent.color))

    def _draw_update(self, descent: _Descent, step: int, part: float, color: Color, times: int) -> None:
        """Draw the next update as an arrow, or the last one that has left the map."""
        context = self.context
        x, y, width = descent.x, descent.y, times * context.sizes.curve
        if self._is_out(descent, step):
            left = self._exit(x, y, step)
            if left is not None:
                before = self._last_inside(x, y, step)
                arrow(context, (float(x[before]), float(y[before])), left, color, width)
            return
        if step + 1 == len(x):
            return
        left = self._exit(x, y, step + 1)
        tip = (float(x[step + 1]), float(y[step + 1])) if left is None else left
        start = self._at(descent, step, part)
        # Short ones are dots, which the end is already.
        if np.hypot(tip[0] - start[0], tip[1] - start[1]) > 3.2 * width + context.px(3) and self._holds(*start):
            arrow(context, start, tip, color, width)

    def _draw_end(self, descent: _Descent, step: int, part: float, color: Color) -> None:
        canvas, sizes, (x, y) = self.context.canvas, self.context.sizes, self._at(descent, step, part)
        if not self._holds(x, y):
            return
        if part and not self._is_out(descent, step):
            canvas.line([descent.x[step], x], [descent.y[step], y], color, sizes.theory)
        canvas.dots(x, y, sizes.dot, color)

    def _at(self, descent: _Descent, step: int, part: float) -> Point:
        after = step + 1 if part else step
        x, y = ((1 - part) * track[step] + part * track[after] for track in (descent.x, descent.y))
        return float(x), float(y)

    def _is_out(self, descent: _Descent, step: int) -> bool:
        return not self._holds(float(descent.x[step]), float(descent.y[step]))

    def _holds(self, x: float, y: float) -> bool:
        box = self._chart.box
        return box.x <= x <= box.right and box.y <= y <= box.bottom

    def _last_inside(self, x: FloatArray, y: FloatArray, step: int) -> int:
        return next((before for before in range(step, -1, -1) if self._holds(float(x[before]), float(y[before]))), 0)

    def _exit(self, x: FloatArray, y: FloatArray, step: int) -> Point | None:
        """Return where the path to a step has left the map for good; None if it is on the map."""
        before = self._last_inside(x, y, step)
        if before == step:
            return None
        pieces = within(self._chart.box, x[before : before + 2], y[before : before + 2])
        if not pieces:
            return None
        return float(np.asarray(pieces[-1].x)[-1]), float(np.asarray(pieces[-1].y)[-1])
