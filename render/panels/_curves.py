"""Curves over the steps, drawn up to the step shown, with their names and numbers at their ends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.drawing.colors import Color
from render.drawing.coverage import pixels_of
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, dashes, decade_limits, is_log10, revealed, value_limits
from render.panels._cut import corners_of, cut
from render.panels._labels import MOST_NAMES, EndLabel, moved_apart, with_value, write_labels
from render.panels._notes import Note, find_notes
from render.panels._plane import arrow_head
from render.panels._series import Series, labelled, track_of
from render.panels._tints import tinted
from render.panels.base import Limits, PanelContext
from render.text import brief_size, number, percent
from scenes import FloatArray

# More curves than this of one series are a crowd: thin, without dots and labels.
_CROWD = 4
# How much of its colour a filled band has.
_BAND = 0.15


@dataclass(frozen=True)
class _Curve:
    """One curve: its label, its numbers by step, its rows in pixels, and its colour."""

    label: str
    track: FloatArray
    rows: FloatArray
    color: Color


class Curves(base.Panel):
    """One curve or several, on a decimal or a logarithmic axis.

    Parameters
    ----------
    of : str or mapping of str to str
        The series to show; several by their labels. A series has the shape (T + 1,), or (T + 1, k) for k
        curves of one colour. Besides those of the scene there are the product's own tracks, such as
        ``log10_spectral_norm``.
    scale : str
        ``log10`` for decimal logarithms, drawn on an axis of powers of ten, or ``linear``.
    theory : sequence of str
        Labels of curves that are what should be: dashed, and there from the start.
    marks : mapping of str to float, optional
        Numbers to be drawn as labelled dashed lines across.
    limits : tuple of float, optional
        Numbers at the axis' ends; by default all that the series hold.
    unit : str
        What the numbers are: written at the axis' highest tick. ``%`` writes parts of 1 in per cent.
    x : str, optional
        What the steps are called on the axis, if it is not what the counter calls them.
    counts : str, optional
        Name of a series with the number that stands at the axis for each step, where one step counts several.
    values : bool
        Whether numbers stand behind the names at the curves' ends.
    band : tuple of str, optional
        Labels of two curves, or names of two other series, single ones; what lies between them is filled, from the
        start.
    """

    shared = True

    def __init__(
        self,
        of: Series,
        scale: str = "log10",
        theory: Sequence[str] = (),
        marks: Mapping[str, float] | None = None,
        limits: Limits | None = None,
        unit: str = "",
        x: str | None = None,
        counts: str | None = None,
        values: bool = True,
        band: tuple[str, str] | None = None,
    ) -> None:
        self._of, self._theory, self._x, self._values = labelled(of), tuple(theory), x, values
        self._counts = counts
        self._log, self._asked, self._unit = is_log10(scale), limits, unit
        self._marks = dict(marks or {})
        if band is not None and not (len(band) == len(set(band)) == 2 and all(isinstance(n, str) for n in band)):
            raise RenderError(f"band must name two curves or series, but it is {band!r}")
        self._edges = [self._of.get(name, name) for name in band or ()]

    def limits(self, numbers: Trajectory) -> Limits:
        """Return round numbers around all curves and marks."""
        self._counted(numbers)
        if self._asked:
            return self._asked
        tracks = [track_of(numbers, name).ravel() for name in (*self._of.values(), *self._edges)]
        shown = np.concatenate([*tracks, np.array(list(self._marks.values()))])
        return decade_limits(shown) if self._log else value_limits(shown)

    def _counted(self, numbers: Trajectory) -> FloatArray | None:
        """Return what stands at the axis for each step, where that is a series."""
        if self._counts is None:
            return None
        counted = track_of(numbers, self._counts)
        if counted.ndim != 1:
            raise RenderError(f"counts must name a series of shape (steps + 1,), but {self._counts!r} has another")
        return counted

    def open(self, context: PanelContext) -> None:
        """Draw grid, tick labels and marks."""
        self.context = context
        found = self._tracks()
        named = [label for label, _ in found if label]
        self._named = True
        self._single = sum(track.shape[1] for _, track in found) == 1
        ends = [(label, track) for label, track in found if not self._is_crowd(track)]
        longest = max((self._longest(label, track) for label, track in ends), default=0.0)
        self._named = len(context.columns) == 1 or len(self._of) > 1 or longest < MOST_NAMES * context.slot.box.width
        reserve = self._reserve(ends)
        unit = "" if self._log and self._unit == "%" else context.words(self._unit)
        self._chart = Chart(
            context, (0, context.numbers.steps), context.limits, log=self._log, right=reserve, unit=unit
        )
        if self._edges:
            self._fill_band(*self._edges)
        self._chart.draw_values()
        counted = context.words(context.unit if self._x is None else self._x)
        self._chart.draw_steps(counted, self._counted(context.numbers))
        colors = dict(zip(named, self.colors(named), strict=True))
        sizes, theme = context.sizes, context.canvas.theme
        self._ends: list[_Curve] = []
        lines: list[RevealedLine] = []
        behind: list[RevealedLine] = []
        for label, track in found:
            theory = label in self._theory
            own = (self.roles or {}).get(label)
            color = theme.theory if theory else theme.role(own) if own else colors.get(label, theme.data)
            if named and not label and self._is_crowd(track):
                # What has a name is seen before it.
                color = tinted(color, theme.background)
            for single in track.T:
                with np.errstate(invalid="ignore"):
                    rows = self._chart.to_y(single)
                if theory:
                    pieces = dashes(
                        self._chart.to_x(np.arange(len(single), dtype=float)), self._inside(rows), context.scale
                    )
                    behind += [RevealedLine(pieces, color, sizes.theory)] if pieces else []
                if not self._is_crowd(track):
                    self._ends.append(_Curve(label, single, rows, color))
            if not theory:
                width = sizes.theory if self._is_crowd(track) else sizes.curve
                lines.append(RevealedLine([p for one in track.T for p in self._pieces(one)], color, width))
        self._taken: list[Box] = []
        self._draw_marks(behind, lines)
        # The first curve lies on top. Lines that may cross are laid at once: others would wipe out each other's edges.
        self._lines = revealed(behind + lines[::-1])
        self._notes = self._find_notes(lines)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the curves up to `step`, with dots, names and numbers at their ends."""
        context, canvas = self.context, self.context.canvas
        if self._lines:
            canvas.lines(self._lines, step)
        x = float(self._chart.to_x(float(step)))
        notes = [note for note in self._notes if note.step <= step]
        labels = []
        for curve in reversed(self._ends):
            if curve.label in self._theory:
                end = self._theory_end(curve)
                if end:
                    labels.append(end)
                continue
            row = float(curve.rows[step])
            if np.isfinite(row) and self._chart.holds(row):
                canvas.dots(x, row, context.sizes.dot, curve.color)
                labels.append(EndLabel(x, row, self._text(curve, step), curve.color))
            elif np.isfinite(row):
                # What has left the axis is an arrow at its edge.
                box = self._chart.box
                up = row < box.y
                edge = float(box.y if up else box.bottom)
                arrow_head(context, (x, edge), (0.0, -1.0 if up else 1.0), curve.color)
                labels.append(EndLabel(x, edge, self._text(curve, step), curve.color))
        size = context.sizes.label + (context.px(6) if self._single else 0)
        box = self._chart.box
        named = [label for label in labels if label.text]
        shown = moved_apart(named, box.y - 0.3 * size, box.bottom + 0.3 * size, size)
        for note in notes:
            if note.step == step:
                # There was no other place for it: it says what the label would.
                shown = [label for label in shown if not note.covers(context, label, size)]
            # Later on it gives way to what is said then.
            note.draw(context, full=not any(note.covers(context, label, size) for label in shown))
        write_labels(context, shown, size, "bold" if self._single else "semibold")

    def describe(self) -> dict[str, Any]:
        """Return place, tracks by label, and scale."""
        return super().describe() | {"tracks": self._of, "scale": "log10" if self._log else "linear"}

    def _tracks(self) -> list[tuple[str, FloatArray]]:
        """Return the curves by label, each of shape (T + 1, k): of all columns, where there are several."""
        found = []
        for column, numbers in self.context.columns.items():
            for label, name in self._of.items():
                both = ", ".join(filter(None, (column, label)))
                single = column if column is not None and len(self._of) == 1 else both
                found.append((single, track_of(numbers, name).reshape(numbers.steps + 1, -1)))
        return found

    def _is_crowd(self, track: FloatArray) -> bool:
        return int(track.shape[1]) > _CROWD

    def _reserve(self, found: Sequence[tuple[str, FloatArray]]) -> float:
        """Return the room for labels right of the chart, in pixels."""
        context = self.context
        longest = max((self._longest(label, track) for label, track in found), default=0.0)
        room = min(longest + context.px(26), 0.52 * context.slot.box.width)
        return max(room, context.px(20)) if found else context.px(20)

    def _longest(self, label: str, track: FloatArray) -> float:
        """Return the length of the longest label of a curve, in pixels, as far as a few of its numbers tell."""
        size = self.context.sizes.label + (self.context.px(6) if self._single else 0)
        style = self.context.style(size, weight="bold" if self._single else "semibold")
        name = self.context.words(label) if self._named and label else ""
        if not self._values or label in self._theory:
            return text_width(name, style)
        steps = np.unique(np.linspace(0, len(track) - 1, 9).astype(int))
        texts = {self._written(float(value)) for value in track[steps].ravel() if np.isfinite(value)} or {""}
        return max(text_width(with_value(name, text), style) for text in texts)

    def _text(self, curve: _Curve, step: int) -> str:
        name = self.context.words(curve.label) if curve.label and self._named else ""
        return with_value(name, self._written(float(curve.track[step]))) if self._values else name

    def _written(self, value: float) -> str:
        if self._log:
            return brief_size(value)
        low, high = self.context.limits
        if abs(value) < 1e-9 * (high - low):
            # What rounding leaves of nothing.
            value = 0.0
        return percent(value) if self._unit == "%" else number(value, 3)

    def _theory_end(self, curve: _Curve) -> EndLabel | None:
        """Return the name of a dashed curve, at the last place where it is seen."""
        box = self._chart.box
        seen = np.flatnonzero(np.isfinite(curve.rows) & (curve.rows >= box.y - 1) & (curve.rows <= box.bottom + 1))
        if not seen.size:
            return None
        last = int(seen[-1])
        x = float(self._chart.to_x(float(last)))
        return EndLabel(x, float(curve.rows[last]), self.context.words(curve.label), curve.color)

    def _fill_band(self, one: str, other: str) -> None:
        """Fill what lies between two series, column by column of pixels, as far as it lies within the box."""
        canvas, box, chart = self.context.canvas, self._chart.box, self._chart
        color = tinted(canvas.theme.data, canvas.theme.background, _BAND)
        for numbers in self.context.columns.values():
            steps = np.arange(numbers.steps + 1.0)
            ends = np.asarray(chart.to_x(steps))
            columns = np.arange(math.ceil(ends[0]), math.floor(ends[-1]))
            tracks = [track_of(numbers, name) for name in (one, other)]
            if any(track.ndim != 1 for track in tracks):
                raise RenderError(
                    f"band must lie between series of shape (steps + 1,), but {one} or {other} has another"
                )
            with np.errstate(invalid="ignore"):
                rows = [chart.to_y(track) for track in tracks]
            edges = np.array([np.interp(columns + 0.5, ends, row) for row in rows])
            known = np.isfinite(edges).all(axis=0)
            inside = np.rint(np.clip(edges[:, known], box.y, box.bottom)).astype(int)
            canvas.fills(
                [
                    Box(int(x), int(low), 1, int(high - low))
                    for x, low, high in zip(columns[known], inside.min(axis=0), inside.max(axis=0), strict=True)
                    if high > low
                ],
                color,
            )

    def _draw_marks(self, behind: list[RevealedLine], lines: Sequence[RevealedLine]) -> None:
        """Draw dashed lines across, with their names where they cover the fewest curves."""
        context, sizes, box = self.context, self.context.sizes, self._chart.box
        pixels = [pixels_of(line) for line in lines if line.pieces] if self._marks else []
        style = context.style(sizes.axis, context.canvas.theme.theory)
        for label, value in self._marks.items():
            pieces = self._chart.across(value)
            if not pieces:
                continue
            behind.append(RevealedLine(pieces, context.canvas.theme.theory, sizes.theory))
            text, y = context.words(label), float(self._chart.to_y(value))
            ends = box.x + context.px(8), box.right - context.px(8) - text_width(text, style)
            places = [(x, row) for row in (y - context.px(10), y + sizes.axis + context.px(4)) for x in ends]
            x, line = self._chart.free_place(text, style, places, pixels)
            context.plate(x, line, text, style)
            self._taken.append(Box(round(x), round(line) - sizes.axis, round(text_width(text, style)), sizes.axis))

    def _find_notes(self, lines: Sequence[RevealedLine]) -> list[Note]:
        names = {name: label for label, name in self._of.items()}
        curves = {curve.label: curve for curve in self._ends}
        notes = []
        for found in self.context.moments:
            moment = found.moment
            if found.step is None or not moment.note or moment.on not in names:
                continue
            curve = next((curves[key] for key in (moment.column, names[moment.on]) if key in curves), None)
            if curve is not None and np.isfinite(curve.rows[found.step]):
                point = float(self._chart.to_x(float(found.step))), float(curve.rows[found.step])
                notes.append((found.step, point, found.note(self.context.words), curve.color))
                # The label at the curve's end stands right of the point when the note comes.
                length = text_width(self._text(curve, found.step), self.context.style(self.context.sizes.label))
                size = self.context.sizes.label
                self._taken.append(Box(round(point[0]), round(point[1]) - size, round(length) + 2 * size, 2 * size))
        return find_notes(self.context, self._chart, notes, lines, self._taken)

    def _inside(self, rows: FloatArray) -> FloatArray:
        """Return rows, NaN for those beyond the box."""
        box = self._chart.box
        return np.where((rows >= box.y - 1) & (rows <= box.bottom + 1), rows, np.nan)

    def _pieces(self, track: FloatArray) -> list[Polyline]:
        """Return a curve in pixels, cut where it leaves the axis; where its number is not finite it has a gap."""
        box = self._chart.box
        corners = corners_of(track, box.width)
        corners = corners[np.isfinite(track[corners])]
        gaps = np.flatnonzero(np.diff(corners) > 1) if len(track) <= 2 * box.width else np.array([], int)
        x, y = self._chart.to_x(corners.astype(float)), self._chart.to_y(track[corners])
        runs = np.split(np.arange(len(corners)), gaps + 1)
        # What lies on an edge but for rounding is seen.
        top, bottom = box.y - 0.01, box.bottom + 0.01
        return [piece for run in runs for piece in cut(x[run], y[run], corners[run], top, bottom)]
