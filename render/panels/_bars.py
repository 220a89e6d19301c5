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
from render.panels._chart import Chart, decade_limits, is_log10, value_limits
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray


class Bars(base.Panel):
    """Bars of a series at the step shown, from zero, or from 1 on a logarithmic axis.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, k), or of a track such as ``log10_singular_values``. Bars that
        are NaN are left out and counted.
    heading : str
        What stands above.
    scale : str
        ``linear``, or ``log10`` for decimal logarithms on an axis of powers of ten.
    reference : str, optional
        Another series of that shape, marked across the bars: what they should be.
    labels : sequence of str
        What stands below the bars.
    limits : tuple of float, optional
        Numbers at the axis' ends; by default all that the series hold.
    """

    def __init__(
        self,
        of: str,
        heading: str,
        scale: str = "linear",
        reference: str | None = None,
        labels: Sequence[str] = (),
        limits: Limits | None = None,
    ) -> None:
        self._of, self._heading, self._log, self._reference = of, heading, is_log10(scale), reference
        self._labels, self._asked = labels, limits

    def limits(self, numbers: Trajectory) -> Limits:
        """Return round numbers around all bars of all steps, and zero."""
        if self._asked:
            return self._asked
        names = [self._of] + ([self._reference] if self._reference else [])
        shown = np.concatenate([track_of(numbers, name).ravel() for name in names])
        return decade_limits(shown) if self._log else value_limits(np.append(shown, 0.0))

    def open(self, context: PanelContext) -> None:
        """Draw heading, grid and labels."""
        self.context = context
        context.heading(self._heading)
        self._track = track_of(context.numbers, self._of)
        self._marks = track_of(context.numbers, self._reference) if self._reference else None
        plot = context.slot.plot
        if self._labels and not context.slot.label_x:
            # There is no room below: the labels take it from the bars.
            plot = Box(plot.x, plot.y, plot.width, plot.height - 32)
        self._chart = Chart(context, plot, (0, self._track.shape[1]), context.limits)
        if self._log:
            self._chart.draw_decades()
        else:
            self._chart.draw_values()
        self._edges = np.round(self._chart.to_x(np.arange(self._track.shape[1] + 1.0))).astype(int)
        gaps = np.diff(self._edges)
        self._lefts: list[int] = self._edges[:-1].tolist()
        self._widths: list[int] = np.maximum(gaps - np.minimum(4, gaps // 3), 1).tolist()
        labels = [context.words(label) for label in self._labels]
        widest = max((text_width(label, context.label) for label in labels), default=0.0) + 8
        # Where bars are narrow, every second label or fewer.
        stride = max(1, int(np.ceil(widest * self._track.shape[1] / self._chart.box.width)))
        for label, (left, right) in list(zip(labels, pairwise(self._edges), strict=False))[::stride]:
            context.canvas.text((left + right) / 2, self._chart.box.bottom + 26, label, context.label, "center")

    def draw(self, step: int) -> None:
        """Draw the bars, and how many are not known."""
        canvas, box = self.context.canvas, self._chart.box
        values = self._track[step]
        unknown = int(np.isnan(values).sum())
        if unknown:
            text = self.context.words("unknown: {count}", {"count": unknown})
            if text_width(text, self.context.label) <= self.context.room_beside(self._heading):
                self.context.remark(text)
            else:
                canvas.text(box.right, box.y + 22, text, self.context.label, "right")
        if len(values) > box.width and self._marks is None:
            self._draw_outline(values)
            return
        zero, rows = self._row(0.0), self._rows(values)
        bars = []
        for left, width, top, value in zip(self._lefts, self._widths, rows, values.tolist(), strict=True):
            if isfinite(value):
                upper, lower = max(min(top, zero) - 2, box.y), min(max(top, zero) + 3, box.bottom + 3)
                bars.append(Box(left, upper, width, lower - upper))
        canvas.fills(bars, canvas.theme.accent)
        if self._marks is not None:
            marks = self._marks[step]
            found = zip(self._lefts, self._widths, self._rows(marks), marks.tolist(), strict=True)
            boxes = [Box(left, row - 2, width, 4) for left, width, row, mark in found if isfinite(mark)]
            canvas.fills(boxes, canvas.theme.second)

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
                upper, lower = max(min(*same, zero) - 2, box.y), min(max(*same, zero) + 3, box.bottom + 3)
                bars.append(Box(taken[0], upper, taken[-1] + 1 - taken[0], lower - upper))
        self.context.canvas.fills(bars, self.context.canvas.theme.accent)

    def describe(self) -> dict[str, Any]:
        """Return place, heading, track and scale."""
        scale = "log10" if self._log else "linear"
        return super().describe() | {"heading": self._heading, "tracks": {"": self._of}, "scale": scale}

    def _row(self, value: float) -> int:
        return self._rows(np.array([value]))[0]

    def _rows(self, values: FloatArray) -> list[int]:
        """Return the rows of numbers in pixels, within the box; that of NaN is its top."""
        rows = np.clip(
            self._chart.to_y(np.where(np.isnan(values), np.inf, values)), self._chart.box.y, self._chart.box.bottom
        )
        found: list[int] = np.rint(rows).astype(int).tolist()
        return found
