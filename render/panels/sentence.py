"""A sentence read from both ends towards a blank, and what is remembered at every word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from render.drawing.colors import Color
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._boxes import draw_tile, drop_note
from render.panels._heatmap import draw_key, key_width
from render.panels._plane import arrow
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray


class Panel(base.Panel):
    """Words with the states of two networks: one reads from the left, the other from the right; the blank has both.

    Where there is width for it the words stand in a row, else one below the other.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, words, 2 n): in each row the state of the one network, then that of the
        other; zeros where nothing has been read.
    words : sequence of str
        The words.
    blank : int
        Which of them is to be found.
    limits : tuple of float
        Numbers at the two ends of the colours.
    """

    heading = "read from both ends"

    def __init__(self, of: str, words: Sequence[str], blank: int, limits: Limits = (-1.0, 1.0)) -> None:
        self._of, self._words, self._blank, self._asked = of, tuple(words), blank, limits

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        if track_of(numbers, self._of).shape[1:2] != (len(self._words),):
            raise RenderError(f"the panel sentence needs a series {self._of!r} with a row for each of its words")
        return float(self._asked[0]), float(self._asked[1])

    def key_width(self, context: PanelContext) -> int:
        """Return how wide the key of the colours is, in pixels."""
        return key_width(context, context.limits) + context.px(24)

    def open(self, context: PanelContext) -> None:
        """Draw the key, and the places of all states."""
        self.context = context
        self._track = track_of(context.numbers, self._of)
        drop_note(self, context)
        slot, axis, count = context.slot.box, context.sizes.axis, len(self._words)
        self._across = slot.width > 40 * axis
        half = self._track.shape[2] // 2
        if self._across:
            top = slot.y + round(2.6 * axis)
            self._cell = context.px(32), max(8, min((slot.bottom - top) // half // 8 * 8, context.px(24)))
            pitch = slot.width / count
            self._boxes = [self._column(slot.x + (index + 0.5) * pitch, top, index) for index in range(count)]
        else:
            room = (slot.width - 8 * axis) // self._track.shape[2]
            self._cell = max(8, min(room // 8 * 8, context.px(24))), max(8, int(0.6 * slot.height / count) // 8 * 8)
            left = slot.x + round(max(text_width(word, context.axis) for word in self._words)) + 2 * axis
            pitch = slot.height / count
            self._boxes = [
                Box(
                    left + (half * self._cell[0] if index > self._blank else 0),
                    round(slot.y + index * pitch) // 2 * 2,
                    self._cell[0] * half * (2 if index == self._blank else 1),
                    self._cell[1],
                )
                for index in range(count)
            ]
        draw_key(context, context.slot.heading, context.limits, context.canvas.theme.sign)
        for index in range(count):
            self._outline(index, False)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the words, the states so far, and arrows towards the blank."""
        known = [bool(np.any(row)) for row in self._track[step]]
        for index in range(len(self._words)):
            self._draw_word(index, known[index])
            if known[index]:
                self._outline(index, True)
                self._draw_state(index, self._track[step, index])
        for index in range(len(self._words) - 1):
            # Each arrow leads towards the blank.
            before, after = (index, index + 1) if index < self._blank else (index + 1, index)
            if known[before] and before != self._blank:
                self._draw_arrow(before, after)

    def describe(self) -> dict[str, Any]:
        """Return place, limits and track."""
        return super().describe() | {"tracks": {"": self._of}, "limits": list(self.context.limits)}

    def _column(self, middle: float, top: int, index: int) -> Box:
        """Return the place of a state below its word; the blank's has two columns."""
        width, height = self._cell[0] * (2 if index == self._blank else 1), self._cell[1] * (self._track.shape[2] // 2)
        return Box(round(middle - width / 2) // 2 * 2, top // 2 * 2, width, height)

    def _outline(self, index: int, known: bool) -> None:
        theme, box = self.context.canvas.theme, self._boxes[index]
        edge = self.context.px(3 if index == self._blank else 2)
        frame = Box(box.x - edge, box.y - edge, box.width + 2 * edge, box.height + 2 * edge)
        self.context.canvas.fill(frame, theme.data if known else theme.muted)
        self.context.canvas.fill(box, theme.tint)

    def _color(self, known: bool) -> Color:
        return self.context.canvas.theme.ink if known else self.context.canvas.theme.muted

    def _draw_word(self, index: int, known: bool) -> None:
        context, box, axis = self.context, self._boxes[index], self.context.sizes.axis
        style = context.style(axis, self._color(known), "bold" if known or index == self._blank else "regular")
        word = self._words[index]
        if self._across:
            context.canvas.text(box.x + box.width / 2, context.slot.box.y + axis, word, style, "center")
        else:
            context.canvas.text(context.slot.box.x, box.y + box.height / 2 + axis * 0.36, word, style)

    def _draw_state(self, index: int, row: FloatArray) -> None:
        box, half = self._boxes[index], len(row) // 2
        parts = (
            [row[:half]] if index < self._blank else [row[half:]] if index > self._blank else [row[:half], row[half:]]
        )
        for place, values in enumerate(parts):
            if not np.any(values):
                continue
            if self._across:
                draw_tile(self.context, (box.x + place * self._cell[0], box.y), self._cell, values[:, None], False)
            else:
                corner = box.x + place * half * self._cell[0], box.y
                draw_tile(self.context, corner, self._cell, values[None], False)

    def _draw_arrow(self, before: int, after: int) -> None:
        context, one, other, gap = self.context, self._boxes[before], self._boxes[after], self.context.px(8)
        color, width = context.canvas.theme.data, context.sizes.theory
        if self._across:
            y, forward = one.y + one.height / 2, before < after
            start, tip = (one.right + gap, other.x - gap) if forward else (one.x - gap, other.right + gap)
            arrow(context, (start, y), (tip, y), color, width)
            return
        # Beside the states: those of the left network have their arrows left of them, the others right of them.
        side = min(box.x for box in self._boxes) - 2 * gap if before < after else self._boxes[-1].right + 2 * gap
        arrow(context, (side, one.y + one.height / 2), (side, other.y + other.height / 2), color, width)
