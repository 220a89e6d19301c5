"""Bars for the numbers of one step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from math import isfinite
from typing import Any

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, decade_limits, is_log10, value_limits, write_ticks
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from render.text import brief_size, number, percent
from scenes import FloatArray

# More bars than this have no numbers on top.
_MOST_NUMBERED = 12


class Bars(base.Panel):
    """Bars of a series at the step shown, from zero, or from 1 on a logarithmic axis.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, k), or of a track such as ``log10_singular_values``. Bars that
        are NaN are left out and counted.
    scale : str
        ``linear``, or ``log10`` for decimal logarithms on an axis of powers of ten.
    reference : str, optional
        Another series of that shape, marked across the bars: what they should be.
    labels : sequence of str
        What stands below the bars.
    x : str
        What the bars are: written behind the last label.
    limits : tuple of float, optional
        Numbers at the axis' ends; by default all that the series hold.
    unit : str
        What the numbers are: written at the axis' highest tick. ``%`` writes parts of 1 in per cent.
    role : str
        Role of the bars' colour.
    numbers : bool
        Whether numbers stand on top of the bars, where there is room.
    """

    def __init__(
        self,
        of: str,
        scale: str = "linear",
        reference: str | None = None,
        labels: Sequence[str] = (),
        x: str = "",
        limits: Limits | None = None,
        unit: str = "",
        role: str = "data",
        numbers: bool = True,
    ) -> None:
        self._of, self._log, self._reference, self._x = of, is_log10(scale), reference, x
        self._labels, self._asked, self._unit, self._role, self._numbers = labels, limits, unit, role, numbers

    def limits(self, numbers: Trajectory) -> Limits:
        """Return round numbers around all bars of all steps, and zero."""
        if self._asked:
            return self._asked
        names = [self._of] + ([self._reference] if self._reference else [])
        shown = np.concatenate([track_of(numbers, name).ravel() for name in names])
        return decade_limits(shown) if self._log else value_limits(np.append(shown, 0.0))

    def open(self, context: PanelContext) -> None:
        """Draw grid and labels."""
        self.context = context
        self._color = self._role_color()
        self._track = track_of(context.numbers, self._of)
        self._marks = track_of(context.numbers, self._reference) if self._reference else None
        count = self._track.shape[1]
        labels = [context.words(label) for label in self._labels] or self._counted(count)
        unit = "" if self._log and self._unit == "%" else context.words(self._unit)
        self._chart = Chart(context, (0, count), context.limits, log=self._log, right=context.px(12), unit=unit)
        self._chart.draw_values()
        self._edges = np.round(self._chart.to_x(np.arange(count + 1.0))).astype(int)
        gaps = np.diff(self._edges)
        self._lefts: list[int] = (self._edges[:-1] + np.minimum(gaps // 8, context.px(12))).tolist()
        self._widths: list[int] = np.maximum(gaps - 2 * np.minimum(gaps // 8, context.px(12)), 1).tolist()
        self._write_labels(labels)
        self._numbered = (
            self._numbers
            and count <= _MOST_NUMBERED
            and (float(gaps.min()) >= text_width("0.000", context.style(context.sizes.axis)) if count else False)
        )

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the bars, and how many are not known."""
        context, box = self.context, self._chart.box
        values = self._track[step]
        if len(values) > box.width and self._marks is None:
            self._draw_outline(values)
        else:
            self._draw_bars(step, values)
        unknown = int(np.isnan(values).sum())
        if unknown:
            text = context.words("{count} not known", {"count": unknown})
            context.plate(box.right, box.y + context.sizes.axis, text, context.axis, "right")

    def _draw_bars(self, step: int, values: FloatArray) -> None:
        context, canvas, box = self.context, self.context.canvas, self._chart.box
        zero, rows = self._row(0.0), self._rows(values)
        bars = []
        for left, width, top, value in zip(self._lefts, self._widths, rows, values.tolist(), strict=True):
            if isfinite(value):
                upper, lower = max(min(top, zero) - 1, box.y), min(max(top, zero) + 2, box.bottom + 2)
                bars.append(Box(left, upper, width, lower - upper))
        canvas.fills(bars, self._color)
        if self._marks is not None:
            marks = self._marks[step]
            found = zip(self._lefts, self._widths, self._rows(marks), marks.tolist(), strict=True)
            height = max(3, context.px(4))
            boxes = [Box(left, row - height // 2, width, height) for left, width, row, mark in found if isfinite(mark)]
            canvas.fills(boxes, canvas.theme.theory)
        if self._numbered:
            self._write_numbers(values, rows, zero)

    def describe(self) -> dict[str, Any]:
        """Return place, track and scale."""
        return super().describe() | {"tracks": {"": self._of}, "scale": "log10" if self._log else "linear"}

    def _role_color(self) -> tuple[int, int, int]:
        column = next(iter(self.context.columns))
        return self.color_of(column) if column is not None else self.context.canvas.theme.role(self._role)

    def _counted(self, count: int) -> list[str]:
        """Return numbers for bars without names, from 1."""
        return [str(index + 1) for index in range(count)]

    def _write_labels(self, labels: Sequence[str]) -> None:
        context, box = self.context, self._chart.box
        if not labels:
            return
        widest = max(text_width(label, context.axis) for label in labels) + context.px(10)
        # Where bars are narrow, every second label or fewer; the last one always.
        stride = max(1, int(np.ceil(widest * len(self._edges[1:]) / box.width)))
        places = [(left + right) / 2 for left, right in pairwise(self._edges.tolist())]
        shown = list(zip(places, labels, strict=False))[::-1][::stride][::-1]
        y = box.bottom + round(context.sizes.axis * 1.35)
        write_ticks(context, y, shown, context.words(self._x))

    def _write_numbers(self, values: FloatArray, rows: Sequence[int], zero: int) -> None:
        context = self.context
        style = context.style(context.sizes.axis, self._color)
        for left, width, row, value in zip(self._lefts, self._widths, rows, values.tolist(), strict=True):
            if not isfinite(value):
                continue
            text = brief_size(value) if self._log else percent(value) if self._unit == "%" else number(value, 2)
            below = row > zero
            y = row + context.sizes.axis if below else min(row, zero) - context.px(7)
            y = min(max(y, context.slot.box.y + context.sizes.axis), self._chart.box.bottom - context.px(3))
            if text_width(text, style) <= width * 1.3:
                context.plate(left + width / 2, y, text, style, "center")

    def _draw_outline(self, values: FloatArray) -> None:
        """Draw more bars than there are columns of pixels: in each column from the lowest to the highest."""
        columns, begins = np.unique(self._edges[:-1], return_index=True)
        known = np.where(np.isfinite(values), values, np.nan)
        highest, lowest = (ufunc.reduceat(known, begins) for ufunc in (np.fmax, np.fmin))
        ends = zip(self._rows(highest), self._rows(lowest), np.isfinite(highest), strict=True)
        rows = [(top, bottom) if known else None for top, bottom, known in ends]
        box, zero = self._chart.box, self._row(0.0)
        bars: list[Box] = []
        for same, run in groupby(zip(columns.tolist(), rows, strict=True), lambda pair: pair[1]):
            taken = [column for column, _ in run]
            if same:
                upper, lower = max(min(*same, zero) - 1, box.y), min(max(*same, zero) + 2, box.bottom + 2)
                bars.append(Box(taken[0], upper, taken[-1] + 1 - taken[0], lower - upper))
        self.context.canvas.fills(bars, self._color)

    def _row(self, value: float) -> int:
        return self._rows(np.array([value]))[0]

    def _rows(self, values: FloatArray) -> list[int]:
        """Return the rows of numbers in pixels; bars end at the edge of the box, that of NaN is its top."""
        rows = np.clip(
            self._chart.to_y(np.where(np.isnan(values), np.inf, values)), self._chart.box.y, self._chart.box.bottom
        )
        found: list[int] = np.rint(rows).astype(int).tolist()
        return found
