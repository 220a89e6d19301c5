"""The line above a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from render.drawing.canvas import Canvas
from render.drawing.colors import Color
from render.drawing.glyphs import text_width
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
    def texts(self) -> tuple[str, str, str]:
        """Its texts, in the order in which they are read."""
        return self.label, self.heading, self.note

    @property
    def moves(self) -> bool:
        """Whether it changes with the step."""
        return bool(places_of(self.heading) | places_of(self.note))

    def fitting_size(self, canvas: Canvas, layout: Layout, words: Words, numbers: Mapping[str, Any]) -> int:
        """Return the largest size at which name and heading both fit, from its own to that of other headings."""
        gap = round(20 * layout.scale)
        label, heading = words(self.label), filled(words(self.heading), numbers)
        for size in range(self.size, layout.sizes.heading, -1):
            style = canvas.style(self.color, size, "semibold")
            if text_width(f"{label}:", style) + gap + text_width(heading, style) <= self.width:
                return size
        return layout.sizes.heading

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
        label, heading = words(self.label), filled(words(self.heading), numbers)
        bold = canvas.style(theme.ink, self.size, "semibold")
        if label and heading:
            both = text_width(f"{label}:", bold) + gap + text_width(heading, bold)
            # In narrow columns the column's name is enough.
            label, heading = (f"{label}:", heading) if both <= room else (label, "")
        texts = (
            (label, canvas.style(self.color, self.size, "semibold")),
            (heading, bold),
            (filled(words(self.note), numbers), canvas.style(theme.muted, sizes.axis)),
        )
        for position, (text, style) in enumerate(texts):
            if not text:
                continue
            length = text_width(text, style)
            if length > room and position == 2 and x > line.x:
                left_out.add(text)
                continue
            canvas.text(x, line.y, text, style, width=max(room, 1), smallest=sizes.axis)
            x, room = x + min(length, room) + gap, room - length - gap
        return left_out


def of_one_size(
    headings: Sequence[Heading], canvas: Canvas, layout: Layout, words: Words, numbers: Mapping[str, Any]
) -> list[Heading]:
    """Return headings of which those with a column's name are of one size, at which each has room for both.

    Parameters
    ----------
    headings : sequence of Heading
        All of a film.
    canvas, layout : Canvas, Layout
        Where they are written.
    words : Words
        The language.
    numbers : mapping of str to object
        What texts may hold, at the step at which they are longest.
    """
    named = [heading for heading in headings if heading.label and heading.heading]
    size = min((heading.fitting_size(canvas, layout, words, numbers) for heading in named), default=0)
    return [
        replace(heading, size=min(heading.size, size)) if heading.label and size else heading for heading in headings
    ]
