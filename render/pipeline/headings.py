"""The line above a panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from render.drawing.canvas import Canvas
from render.drawing.colors import Color
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Layout, TextLine
from render.text import Words, filled, places_of


@dataclass(frozen=True)
class Heading:
    """The line above a panel: the column's name in its colour, the heading, and a note, all in English."""

    line: TextLine
    width: int
    size: int
    label: str
    color: Color
    heading: str
    note: str

    @property
    def moves(self) -> bool:
        """Whether it changes with the step."""
        return bool(places_of(self.heading) | places_of(self.note))

    def write(self, canvas: Canvas, layout: Layout, words: Words, numbers: Mapping[str, Any]) -> set[str]:
        """Write it, with the numbers of a step, and return what there was no room for.

        Parameters
        ----------
        canvas, layout : Canvas, Layout
            Where to write.
        words : Words
            The language.
        numbers : mapping of str to object
            What texts may hold.
        """
        theme, sizes, line = canvas.theme, layout.sizes, self.line
        left_out: set[str] = set()
        gap = round(20 * layout.scale)
        x, room = float(line.x), float(self.width)
        texts = (
            (words(self.label), TextStyle(self.color, self.size, "semibold")),
            (filled(words(self.heading), numbers), TextStyle(theme.ink, self.size, "semibold")),
            (filled(words(self.note), numbers), TextStyle(theme.muted, sizes.axis)),
        )
        for position, (text, style) in enumerate(texts):
            if not text:
                continue
            length = text_width(text, style)
            if length > room and position == 1 and self.label:
                # In narrow columns the column's name is enough.
                continue
            if length > room and position == 2 and x > line.x:
                left_out.add(text)
                continue
            canvas.text(x, line.y, text, style, width=max(room, 1), smallest=sizes.axis)
            x, room = x + min(length, room) + gap, room - length - gap
        return left_out
