"""Numbers against steps or places: a box with ticks, grid and a scale for both directions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.drawing.coverage import LinePixels
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.drawing.themes import HEADING, LABEL
from render.panels.base import Limits, PanelContext
from render.text import number, power_of_ten
from scenes import FloatArray

# Height of a line of labels.
_LINE = 26


class Chart:
    """Maps numbers to the pixels of a box, and draws its ticks.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    box : Box
        The plot's rectangle.
    x, y : tuple of float
        Numbers at its left and right, bottom and top.
    """

    def __init__(self, context: PanelContext, box: Box, x: Limits, y: Limits) -> None:
        self.context, self.box = context, box
        self._x, self._y = x, y

    def to_x(self, values: FloatArray | float) -> FloatArray:
        """Return columns in pixels."""
        low, high = self._x
        scale = self.box.width / (high - low) if high > low else 0.0
        return np.asarray(self.box.x + (np.asarray(values) - low) * scale)

    def to_y(self, values: FloatArray | float) -> FloatArray:
        """Return rows in pixels."""
        low, high = self._y
        return np.asarray(self.box.bottom - (np.asarray(values) - low) * self.box.height / (high - low))

    def draw_decades(self) -> None:
        """Draw grid lines at powers of ten, and their labels left of the box."""
        low, high = int(np.ceil(self._y[0])), int(np.floor(self._y[1]))
        decade = self.box.height / (self._y[1] - self._y[0])
        spacing = next(s for s in (1, 2, 3, 4, *_spacings()) if s * decade >= 32)
        first = -(-low // spacing) * spacing
        for decade in range(first, high + 1, spacing):
            y = round(float(self.to_y(decade)))
            self._rule(y)
            if self.context.slot.label_y:
                self.context.canvas.text(self.box.x - 10, y + 7, power_of_ten(decade), self.context.label, "right")

    def draw_values(self) -> None:
        """Draw grid lines at round numbers, and their labels left of the box."""
        for value in round_values(*self._y, most=max(2, self.box.height // 40)):
            y = round(float(self.to_y(value)))
            self._rule(y)
            if self.context.slot.label_y:
                self.context.canvas.text(self.box.x - 10, y + 7, number(value + 0.0), self.context.label, "right")

    def draw_mark(self, value: float, label: str, curves: Sequence[LinePixels]) -> None:
        """Draw a dotted line across at a number, with its label where it is farthest from the curves."""
        if not self._y[0] <= value <= self._y[1]:
            return
        canvas, y = self.context.canvas, round(float(self.to_y(value)))
        for x in range(self.box.x, self.box.right - 4, 12):
            canvas.fill(Box(x, y, 6, 2), canvas.theme.muted)
        ends = self.box.x + 8, self.box.right - 8 - self._width(label)
        self._label(label, [(x, top) for x in ends for top in (y - 2 - _LINE, y + 4)], curves)

    def draw_milestone(self, step: float, label: str, curves: Sequence[LinePixels]) -> None:
        """Draw a dotted line upright at a step, with its label where it is farthest from the curves."""
        if not self._x[0] < step < self._x[1]:
            return
        canvas, x = self.context.canvas, round(float(self.to_x(step)))
        for y in range(self.box.y, self.box.bottom - 4, 12):
            canvas.fill(Box(x, y, 2, 6), canvas.theme.muted)
        sides = x + 10, x - 8 - self._width(label)
        tops = range(self.box.y, self.box.bottom - _LINE, _LINE)
        self._label(label, [(side, top) for side in sides for top in tops], curves)

    def _width(self, label: str) -> int:
        return int(text_width(label, self.context.label)) + 1

    def _label(self, label: str, corners: Sequence[tuple[int, int]], curves: Sequence[LinePixels]) -> None:
        """Write a label at that of the places, given by their top left corners, where fewest pixels of curves are."""
        if not label:
            return
        places = [Box(x, y, self._width(label), _LINE) for x, y in corners]
        inside = [place for place in places if self.box.union(place) == self.box] or places[:1]
        place = min(inside, key=lambda place: sum(curve.count_in(place) for curve in curves))
        self.context.canvas.text(place.x, place.bottom - 6, label, self.context.label, width=self.box.width - 16)

    def holds(self, y: float) -> bool:
        """Whether a row in pixels lies within the box."""
        return self.box.y - 1 <= y <= self.box.bottom + 1

    def draw_steps(self) -> None:
        """Draw labels of the steps below the box."""
        if not self.context.slot.label_x:
            return
        steps = int(self._x[1])
        ticks = step_ticks(steps, most=max(2, self.box.width // 110))
        for step in ticks:
            # The outer labels of narrow plots stay inside, clear of the neighbour's.
            narrow = self.box.width < 400 and len(ticks) > 1
            anchor = {0: "left", steps: "right"}.get(step, "center") if narrow else "center"
            x = float(self.to_x(float(step)))
            self.context.canvas.text(x, self.box.bottom + 26, f"{step:,}", self.context.label, anchor)

    def draw_abscissa(self) -> None:
        """Draw labels of round numbers below the box."""
        if self.context.slot.label_x:
            for value in round_values(*self._x, most=max(2, self.box.width // 110)):
                x = float(self.to_x(value))
                self.context.canvas.text(x, self.box.bottom + 26, number(value + 0.0), self.context.label, "center")

    def _rule(self, y: int) -> None:
        self.context.canvas.fill(Box(self.box.x, y, self.box.width, 1), self.context.canvas.theme.grid)


def draw_legend(context: PanelContext, heading: str, labels: Sequence[str]) -> None:
    """Write labels in the colours of lines, right of the heading or, where there is room, below."""
    words, slot, canvas = context.words, context.slot, context.canvas
    colors = canvas.theme.lines
    styles = [TextStyle(colors[index % len(colors)], LABEL, "bold") for index in range(len(labels))]
    entries = [(words(label), style) for label, style in zip(labels, styles, strict=True) if label]
    line = slot.remark or slot.top
    if not line or not entries:
        return
    length = sum(text_width(label, style) + 24 for label, style in entries)
    beside = text_width(words(heading), TextStyle(canvas.theme.ink, HEADING))
    x, y = line.right + 24 - length, line.y
    if slot.top and beside + length > line.width:
        x, y = float(line.x), line.y + 30
    for label, style in entries:
        canvas.text(x, y, label, style)
        x += text_width(label, style) + 24


def is_log10(scale: str) -> bool:
    """Whether a scale is that of decimal logarithms; raise ValueError if it is no scale."""
    if scale not in ("log10", "linear"):
        raise ValueError(f"scale must be log10 or linear, but it is {scale!r}")
    return scale == "log10"


def _spacings() -> list[int]:
    return [m * 10**k for k in range(9) for m in (1, 2, 5)]


def step_ticks(steps: int, most: int) -> list[int]:
    """Return at most about `most` + 1 round steps from 0 to `steps`; the last one always."""
    if steps == 0:
        return [0]
    for parts in (4, 2):
        if steps % parts == 0 and parts <= most:
            return [steps // parts * i for i in range(parts + 1)]
    spacing = next(s for s in _spacings() if steps // s <= most)
    ticks = list(range(0, steps + 1, spacing))
    if steps - ticks[-1] < spacing / 2 and len(ticks) > 1:
        ticks.pop()
    return [*ticks, steps]


def round_values(low: float, high: float, most: int) -> list[float]:
    """Return at most about `most` round numbers, evenly spaced, from `low` to `high`."""
    rough = (high - low) / most
    decade = 10.0 ** np.floor(np.log10(rough))
    spacing = next(decade * m for m in (1, 2, 5, 10) if decade * m >= rough * (1 - 1e-9))
    first = int(np.ceil(low / spacing - 1e-9))
    last = int(np.floor(high / spacing + 1e-9))
    # Through decimal digits, so that 3 · 0.1 is 0.3.
    return [float(f"{count * spacing:.12g}") for count in range(first, last + 1)]


def value_limits(values: FloatArray) -> Limits:
    """Return round numbers around the finite entries."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            return -1.0, 1.0
    spacing = 10.0 ** np.floor(np.log10(high - low))
    for finer in (0.5, 0.2):
        if (high - low) / spacing < 4:
            spacing *= finer
            break
    return float(np.floor(low / spacing) * spacing), float(np.ceil(high / spacing) * spacing)


def decade_limits(log10: FloatArray) -> Limits:
    """Return whole powers of ten around the finite entries, four of them at least, around 1."""
    finite = log10[np.isfinite(log10)]
    if not finite.size:
        return -2.0, 2.0
    low, high = min(float(np.floor(finite.min())), -1.0), max(float(np.ceil(finite.max())), 1.0)
    short = max(0.0, np.ceil((4 - (high - low)) / 2))
    return low - short, high + short
