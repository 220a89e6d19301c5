"""Numbers against steps or places: a box with ticks, grid and a scale for both directions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.drawing.colors import Color
from render.drawing.coverage import LinePixels
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.panels.base import Limits, PanelContext
from render.text import number, power_of_ten
from scenes import FloatArray

# Most ticks of an axis: enough to read a slope.
_MOST_TICKS = 5


class Chart:
    """Maps numbers to the pixels of a box within a panel's slot, and draws its ticks.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    x, y : tuple of float
        Numbers at its left and right, bottom and top.
    log : bool
        Whether y holds decimal logarithms, shown as the numbers they are of.
    right : float
        Pixels to be kept free right of the box, for labels at the ends of lines.
    below : int
        Lines of text below the box.
    unit : str
        What the vertical axis counts, written behind its highest number; ``%`` writes parts of 1 in per cent.
    """

    def __init__(
        self,
        context: PanelContext,
        x: Limits,
        y: Limits,
        *,
        log: bool = False,
        right: float = 0.0,
        below: int = 1,
        unit: str = "",
    ) -> None:
        self.context, self._x, self._y = context, x, y
        slot, size = context.slot.box, context.sizes.axis
        top = slot.y + round(size * 0.5)
        bottom = slot.bottom - round(size * 1.5) * below
        ticks = self._decades() if log else round_values(*y, most=_most(bottom - top, size))
        # Parts of 1 are written in per cent, here and at the ends of curves.
        whole = 100.0 if unit == "%" and not log else 1.0
        self._ticks = [(value, _plain_power(int(value)) if log else number(whole * value + 0.0)) for value in ticks]
        if unit and self._ticks:
            self._ticks[-1] = (self._ticks[-1][0], f"{self._ticks[-1][1]} {unit}")
        widest = max((text_width(text, context.axis) for _, text in self._ticks), default=0.0)
        left = slot.x + round(widest) + context.px(14)
        self.box = Box(left, top, max(slot.right - round(right) - left, context.px(60)), bottom - top)

    def to_x(self, values: FloatArray | float) -> FloatArray:
        """Return columns in pixels."""
        low, high = self._x
        scale = self.box.width / (high - low) if high > low else 0.0
        return np.asarray(self.box.x + (np.asarray(values) - low) * scale)

    def to_y(self, values: FloatArray | float) -> FloatArray:
        """Return rows in pixels."""
        low, high = self._y
        return np.asarray(self.box.bottom - (np.asarray(values) - low) * self.box.height / (high - low))

    def draw_values(self) -> None:
        """Draw grid lines at the ticks, and their labels left of the box."""
        context = self.context
        for value, text in self._ticks:
            y = round(float(self.to_y(value)))
            context.canvas.fill(Box(self.box.x, y, self.box.width, _thin(context)), context.canvas.theme.grid)
            context.write(
                self.box.x - context.px(12), y + round(context.sizes.axis * 0.36), text, context.axis, "right"
            )

    def draw_steps(self, unit: str, counts: Sequence[float] | FloatArray | None = None) -> None:
        """Draw labels of the steps below the box, or of what they count; the last one says what that is."""
        context = self.context
        low, high = round(self._x[0]), round(self._x[1])
        counts = context.clock if counts is None else counts

        def told(step: int) -> str:
            counted = float(step if counts is None else counts[step])
            return f"{counted:,.0f}" if counted.is_integer() else number(counted)

        widest = max(text_width(told(step), context.axis) for step in (low, (low + high) // 2, high))
        ticks = step_ticks(high - low, most=max(1, min(4, int(self.box.width / (widest + context.px(28))))))
        self._write_ticks([(float(self.to_x(float(low + step))), told(low + step)) for step in ticks], unit)

    def draw_abscissa(self, name: str, whole: bool = False) -> None:
        """Draw labels of round numbers, or of whole ones, below the box; the last one says what they are."""
        context = self.context
        values = round_values(*self._x, most=min(_MOST_TICKS, max(2, self.box.width // context.px(110))))
        if whole:
            values = [value for value in values if value == round(value)]
        self._write_ticks([(float(self.to_x(value)), number(value + 0.0)) for value in values], name)

    def _write_ticks(self, ticks: Sequence[tuple[float, str]], name: str) -> None:
        write_ticks(self.context, self._line(), ticks, name)

    def _line(self) -> int:
        return self.box.bottom + round(self.context.sizes.axis * 1.35)

    def across(self, value: float) -> list[Polyline]:
        """Return a dashed line across the box at a number, there from the start; none if it is beyond the axis."""
        if not self._y[0] <= value <= self._y[1]:
            return []
        y = float(self.to_y(value))
        return dashes(np.array([self.box.x, self.box.right]), np.array([y, y]), self.context.scale)

    def free_place(
        self, text: str, style: TextStyle, places: Sequence[tuple[float, float]], curves: Sequence[LinePixels]
    ) -> tuple[float, float]:
        """Return that of the places (left end, base line) where a text covers the fewest pixels of curves."""
        width, size = round(text_width(text, style)) + 1, style.size
        slot = self.context.slot.box
        boxes = [(Box(round(x), round(y) - size, width, round(size * 1.3)), (x, y)) for x, y in places]
        inside = [found for found in boxes if slot.union(found[0]) == slot] or boxes[:1]
        return min(inside, key=lambda found: sum(curve.count_in(found[0]) for curve in curves))[1]

    def holds(self, y: float) -> bool:
        """Whether a row in pixels lies within the box."""
        return self.box.y - 1 <= y <= self.box.bottom + 1

    def _decades(self) -> list[float]:
        """Return from three to five powers of ten, if possible with both ends of the axis among them."""
        low, high = int(np.ceil(self._y[0] - 1e-9)), int(np.floor(self._y[1] + 1e-9))
        spacings = [1, 2, 3, 4, 5, *(m * 10**k for k in range(1, 9) for m in (1, 2, 3, 5))]
        fitting = [s for s in spacings if (high // s - -(-low // s)) < _MOST_TICKS]
        # Of those that give three ticks or more, the first that ends where the axis does.
        enough = [s for s in fitting if high // s - -(-low // s) >= 2]
        spacing = next((s for s in enough if low % s == 0 and high % s == 0), (enough or fitting)[0])
        return [float(decade) for decade in range(-(-low // spacing) * spacing, high + 1, spacing)]


def _thin(context: PanelContext) -> int:
    return max(1, round(context.sizes.rule))


def _most(height: int, size: int) -> int:
    return max(2, min(_MOST_TICKS - 1, height // (2 * size)))


def _plain_power(exponent: int) -> str:
    """Return a power of ten as a plain number where that is short: ``1000``, ``0.001``, ``10⁻²⁰``."""
    if 0 <= exponent <= 5:
        return f"{10**exponent:,}" if exponent > 3 else str(10**exponent)
    return f"{10.0**exponent:.{-exponent}f}" if -4 <= exponent < 0 else power_of_ten(exponent)


def dashes(
    x: FloatArray, y: FloatArray, scale: float, order: FloatArray | None = None, dash: float = 10, gap: float = 8
) -> list[Polyline]:
    """Return a line through points as dashes, there from the start unless the points have an order.

    Parameters
    ----------
    x, y : ndarray, shape (k,)
        The points in pixels.
    scale : float
        By which `dash` and `gap`, in pixels, are multiplied.
    order : ndarray, shape (k,), optional
        The step at which the line reaches each point.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = np.asarray(x, float)[known], np.asarray(y, float)[known]
    if len(x) < 2:
        return []
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    when = np.zeros(len(x)) if order is None else np.asarray(order, float)[known]
    pieces = []
    for start in np.arange(0.0, along[-1], (dash + gap) * scale):
        end = min(start + dash * scale, along[-1])
        inner = (along > start) & (along < end)
        places = np.concatenate([[start], along[inner], [end]])
        steps = np.ceil(np.interp(places, along, when) - 1e-9)
        pieces.append(
            Polyline(np.interp(places, along, x), np.interp(places, along, y), np.maximum.accumulate(steps).astype(int))
        )
    return pieces


def dashed_line(pieces: list[Polyline], color: Color, width: float) -> list[RevealedLine]:
    """Return dashes as one line, or none where there are none."""
    return [RevealedLine(pieces, color, width)] if pieces else []


def revealed(lines: Sequence[RevealedLine]) -> RevealedLines | None:
    """Return lines that are drawn together, None where there are none."""
    return RevealedLines(lines) if lines else None


def write_ticks(context: PanelContext, y: float, ticks: Sequence[tuple[float, str]], name: str) -> None:
    """Write what stands below an axis: numbers centred at their places, and once what they count.

    The name stands behind the last number. Where there is no room, it stands behind another one or before the last, and
    what it covers is left out: a number never stands where it is not.

    Parameters
    ----------
    context : PanelContext
        Where to write.
    y : float
        Base line in pixels.
    ticks : sequence of (float, str)
        The numbers from left to right, and the columns in pixels where they stand.
    name : str
        What they count.
    """
    style, gap, end = context.axis, context.px(20), context.slot.box.right + context.px(24)
    starts = [x - text_width(text, style) / 2 for x, text in ticks]
    last = len(ticks) - 1
    shown = {index for index in range(last) if 2 * ticks[index][0] - starts[index] <= starts[last] - gap} | {last}

    def reach(index: int) -> float:
        return starts[index] + text_width(f"{ticks[index][1]} {name}", style)

    def covered(index: int) -> set[int]:
        return {other for other in shown if other > index and starts[other] < reach(index) + gap}

    # The last number stays, and of the others as many as can.
    having_room = [index for index in shown if reach(index) <= end] or [min(shown)]
    named = min(having_room, key=lambda index: (last in covered(index), len(covered(index)), -index))
    begin, text, hidden = starts[named], f"{ticks[named][1]} {name}", covered(named)
    before = starts[last] - text_width(f"{name} ", style)
    if last in hidden and name[:1].isalpha() and before >= context.slot.box.x:
        # Before the last number alone, as the film's counter has it.
        named, begin, text = last, before, f"{name} {ticks[last][1]}"
        hidden = {other for other in shown if 2 * ticks[other][0] - starts[other] > before - gap}
    if name:
        shown -= hidden | {named}
        context.write(begin, y, text, style, width=end - begin)
    for index in shown:
        context.canvas.text(ticks[index][0], y, ticks[index][1], style, "center")


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
    """Return whole powers of ten around the finite entries, two of them at least, around 1."""
    finite = log10[np.isfinite(log10)]
    if not finite.size:
        return -2.0, 2.0
    low, high = min(float(np.floor(finite.min())), -1.0), max(float(np.ceil(finite.max())), 1.0)
    short = max(0.0, np.ceil((2 - (high - low)) / 2))
    return low - short, high + short
