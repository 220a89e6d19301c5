"""A strip of small bars, one a step up to the step shown, with the moments' words above it."""

from __future__ import annotations

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.panels._chart import value_limits
from render.panels.base import PanelContext
from render.text import number
from scenes import FloatArray


class Past:
    """Bars of all steps so far at the foot of a panel.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    track : ndarray, shape (T + 1,)
        The numbers.
    name : str
        Name of the series; notes of moments at its points stand above the strip.
    label : str
        What the bars are called.
    beside : bool
        Whether label and number of steps stand right of the strip; if not, below it.
    """

    def __init__(self, context: PanelContext, track: FloatArray, name: str, label: str, beside: bool) -> None:
        self._context, self._track = context, track
        px, sizes, box = context.px, context.sizes, context.slot.box
        # What is nearly 0 beside the largest bar needs no room of its own.
        low, high = value_limits(np.where(np.abs(track) < 0.05 * np.abs(track).max(), 0.0, track))
        self._low, self._high = min(low, 0.0), max(high, 0.0)
        texts = {value: number(value) for value in dict.fromkeys((self._low, 0.0, self._high))}
        left = box.x + round(max(text_width(text, context.axis) for text in texts.values())) + px(14)
        count = f"{len(track) - 1:,} {context.words(context.unit)}"
        words = context.words(label)
        strong = context.style(sizes.label if beside else sizes.axis, context.canvas.theme.data)
        if beside:
            right = box.right - round(max(text_width(words, strong), text_width(count, context.axis))) - px(16)
            bottom = box.bottom - px(20)
            context.canvas.text(right + px(16), bottom - round(1.6 * sizes.axis), words, strong)
            context.canvas.text(right + px(16), bottom, count, context.axis)
        else:
            right, bottom = box.right, box.bottom - round(1.4 * sizes.axis)
            context.canvas.text(left, box.bottom - px(4), words, strong)
            context.canvas.text(right, box.bottom - px(4), count, context.axis, "right")
        height = px(80) if beside else round(2.6 * sizes.axis)
        self._box = Box(left, bottom - height, right - left, height)
        self._zero = self._row(0.0)
        for value, text in texts.items():
            y = self._row(value) + round(0.36 * sizes.axis)
            # An end of the axis near zero has no room for a name of its own.
            if value and abs(self._row(value) - self._zero) < 1.1 * sizes.axis:
                continue
            context.canvas.text(left - px(12), y, text, context.axis, "right")
        context.canvas.fill(Box(left, self._zero, right - left, max(1, round(sizes.rule))), context.canvas.theme.muted)
        self._words = self._place_words(name)

    @property
    def top(self) -> int:
        """The base line of the words above the strip."""
        return self._box.y - round(0.5 * self._context.sizes.axis)

    def draw(self, step: int) -> None:
        """Draw the bars up to a step, and the words of the moments that have come."""
        context, theme = self._context, self._context.canvas.theme
        pitch = self._box.width / len(self._track)
        width = max(1, round(0.72 * pitch))
        boxes = []
        for index in range(step + 1):
            x, row = round(self._x(index) - width / 2), self._row(float(self._track[index]))
            top, bottom = min(row, self._zero - 1), max(row, self._zero + 1)
            boxes.append(Box(x, top, width, bottom - top))
        context.canvas.fills(boxes, theme.data)
        come = [word for word in self._words if word[0] <= step]
        for index, (_, middle, text) in enumerate(come):
            now = index == len(come) - 1
            style = context.style(context.sizes.label, theme.ink if now else theme.muted, "bold" if now else "regular")
            context.canvas.text(middle, self.top, text, style, "center")

    def _x(self, step: int) -> float:
        """Return the middle of a step's bar."""
        return self._box.x + (step + 0.5) * self._box.width / len(self._track)

    def _row(self, value: float) -> int:
        return round(self._box.bottom - (value - self._low) / (self._high - self._low) * self._box.height)

    def _place_words(self, name: str) -> list[tuple[int, float, str]]:
        """Return step, middle and text of each word; words that would touch move right."""
        context = self._context
        found: list[tuple[int, float, str]] = []
        style = context.style(context.sizes.label, weight="bold")
        end = float(context.slot.box.x)
        for moment in context.moments:
            if moment.step is None or not moment.note(context.words) or moment.moment.on != name:
                continue
            text = moment.note(context.words)
            half = text_width(text, style) / 2
            x = min(max(self._x(moment.step), end + half), context.slot.box.right - half)
            end = x + half + context.px(12)
            found.append((moment.step, x, text))
        return found
