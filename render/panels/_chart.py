"""Numbers against steps or places: a box with ticks, grid and a scale for both directions."""

from __future__ import annotations

import numpy as np

from render.layout import Box
from render.panels._base import Limits, Stage
from render.words import power_of_ten
from scenes._sequence import FloatArray


class Chart:
    """Maps numbers to the pixels of a box, and draws its ticks.

    Parameters
    ----------
    stage : Stage
        Where to draw.
    box : Box
        The plot's rectangle.
    x, y : tuple of float
        Numbers at its left and right, bottom and top.
    """

    def __init__(self, stage: Stage, box: Box, x: Limits, y: Limits) -> None:
        self.stage, self.box = stage, box
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
            if self.stage.slot.label_y:
                self.stage.canvas.text(self.box.x - 10, y + 7, power_of_ten(decade), self.stage.label, "right")

    def draw_steps(self) -> None:
        """Draw labels of the steps below the box."""
        if not self.stage.slot.label_x:
            return
        steps = int(self._x[1])
        ticks = step_ticks(steps, most=max(2, self.box.width // 110))
        for step in ticks:
            # The outer labels of narrow plots stay inside, clear of the neighbour's.
            narrow = self.box.width < 400 and len(ticks) > 1
            anchor = {0: "left", steps: "right"}.get(step, "center") if narrow else "center"
            x = float(self.to_x(float(step)))
            self.stage.canvas.text(x, self.box.bottom + 26, f"{step:,}", self.stage.label, anchor)

    def _rule(self, y: int) -> None:
        self.stage.canvas.fill(Box(self.box.x, y, self.box.width, 1), self.stage.canvas.theme.grid)


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


def decade_limits(log10: FloatArray) -> Limits:
    """Return whole powers of ten around the finite entries, four of them at least, around 1."""
    finite = log10[np.isfinite(log10)]
    if not finite.size:
        return -2.0, 2.0
    low, high = min(float(np.floor(finite.min())), -1.0), max(float(np.ceil(finite.max())), 1.0)
    short = max(0.0, np.ceil((4 - (high - low)) / 2))
    return low - short, high + short
