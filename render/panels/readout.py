"""Numbers as text."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.panels import base
from render.panels._series import Series, labelled, track_of
from render.panels.base import PanelContext
from render.text import brief_size, number, percent


class Panel(base.Panel):
    """Labels with the numbers they have at the step shown, one under the other.

    Parameters
    ----------
    of : mapping of str to str
        Names of series of shape (T + 1,) by label; those that begin with ``log10_`` are shown as the
        numbers they are logarithms of, those of ±inf as ∞ and 0.
    unit : str
        What follows the numbers; ``%`` writes parts of 1 in per cent.
    digits : int
        Digits of the numbers.
    nan : str
        The warning that stands where a number is NaN, if it is one: on a plate of its colour.
    """

    def __init__(self, of: Series, unit: str = "", digits: int = 4, nan: str = "") -> None:
        self._of, self._unit, self._digits, self._nan = labelled(of), unit, digits, nan

    def open(self, context: PanelContext) -> None:
        """Write the labels."""
        self.context = context
        box, sizes = context.slot.box, context.sizes
        colors = self.colors(list(self._of))
        pitch = min(sizes.number + 2.2 * sizes.axis, box.height / max(1, len(self._of)))
        # Where there is little height the number stands beside its label.
        beside = pitch < sizes.number + 1.5 * sizes.axis
        self._size = sizes.label if beside else sizes.number
        self._lines = []
        for index, ((label, name), color) in enumerate(zip(self._of.items(), colors, strict=True)):
            y = round(box.y + sizes.axis + index * pitch)
            context.write(box.x, y, context.words(label), context.axis, width=box.width * (0.6 if beside else 1))
            self._lines.append((name, track_of(context.numbers, name), y if beside else y + sizes.number, color))
        self._beside = beside

    def describe(self) -> dict[str, Any]:
        """Return place and tracks by label."""
        return super().describe() | {"tracks": self._of, "scale": "linear"}

    def draw(self, step: int, part: float = 0.0) -> None:
        """Write the numbers."""
        box, context = self.context.slot.box, self.context
        for name, track, y, color in self._lines:
            if self._nan and np.isnan(track[step]):
                self._warn(y)
                continue
            style = context.style(self._size, color, "bold")
            text = self._text(name, float(track[step]))
            if self._beside:
                context.write(box.right, y, text, style, "right", box.width * 0.4)
            else:
                context.write(box.x, y, text, style, width=box.width)

    def _warn(self, y: int) -> None:
        """Write the warning in the page's colour, on a plate of the warning's."""
        box, context, theme = self.context.slot.box, self.context, self.context.canvas.theme
        style = context.style(self._size, theme.background, "bold")
        text, margin = context.words(self._nan), context.px(8)
        width = text_width(text, style)
        left = box.right - width - margin if self._beside else box.x + margin
        top = round(y - 0.86 * style.size)
        context.canvas.fill(
            Box(round(left - margin), top, round(width) + 2 * margin, round(1.14 * style.size)), theme.warn
        )
        context.canvas.text(left, y, text, style)

    def _text(self, name: str, value: float) -> str:
        if np.isneginf(value) and name.startswith("log10_"):
            return "0"
        if not np.isfinite(value):
            return "∞" if value > 0 else "–"
        if name.startswith("log10_"):
            return brief_size(value)
        if self._unit == "%":
            return percent(value)
        whole = value == int(value) and abs(value) < 1e15
        text = f"{int(value):,}" if whole else number(value, self._digits)
        return f"{text.replace('-', '−')} {self.context.words(self._unit)}".strip()
