"""A sentence in the colours of its words, set in as few lines as its room takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from render.drawing.canvas import Canvas
from render.drawing.colors import Color
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import TextLine
from render.text import segments, unmarked


@dataclass(frozen=True)
class _Word:
    """A word with its colour; `glued` where no space stands before it."""

    text: str
    style: TextStyle
    glued: bool


def write_sentence(
    canvas: Canvas,
    text: str,
    lines: Sequence[Sequence[TextLine]],
    size: int,
    smallest: int,
    weight: str = "medium",
    color: Color | None = None,
) -> None:
    """Write a sentence; words in a role's colour are semibold.

    Parameters
    ----------
    canvas : Canvas
        Where to write.
    text : str
        The sentence; ``<keep>…</>`` has the colour of a role.
    lines : sequence of sequence of TextLine
        Places of the lines: for one line, for two, and so on.
    size, smallest : int
        The size to be used if there is room, and the least one, in pixels.
    weight : str
        Weight of words without a role.
    color : Color, optional
        Their colour, by default that of ink.
    """
    color = canvas.theme.ink if color is None else color
    # The largest size wins; at one size the fewest lines. What fits nowhere is cut off at its end.
    for now in range(size, smallest - 1, -1):
        for places in lines:
            broken = _broken(_words(canvas, text, now, weight, color), places[0].width)
            if len(broken) <= len(places) and (len(places) == 1 or now >= size - 4 or places is lines[-1]):
                _write(canvas, broken, places)
                return
    canvas.cut.add(unmarked(text))
    broken = _broken(_words(canvas, text, smallest, weight, color), lines[-1][0].width)[: len(lines[-1])]
    last = broken[-1][-1]
    broken[-1][-1] = _Word(last.text + "…", last.style, last.glued)
    _write(canvas, broken, lines[-1])


def _words(canvas: Canvas, text: str, size: int, weight: str, plain: Color) -> list[_Word]:
    found: list[_Word] = []
    glued = True
    for segment in segments(text):
        color = canvas.theme.role(segment.role) if segment.role else plain
        style = canvas.style(color, size, "semibold" if segment.role else weight)
        glued = glued and not segment.text.startswith(" ")
        # A no-break space is no place to break a line at.
        for index, word in enumerate(filter(None, segment.text.split(" "))):
            found.append(_Word(word, style, glued and index == 0 and bool(found)))
        if segment.text:
            glued = not segment.text.endswith(" ")
    return found


def _broken(words: Sequence[_Word], width: int) -> list[list[_Word]]:
    """Return the words line by line; those without a space between them stay together."""
    lines: list[list[_Word]] = []
    length = 0.0
    index = 0
    while index < len(words):
        end = index + 1
        while end < len(words) and words[end].glued:
            end += 1
        unit = words[index:end]
        own = sum(text_width(word.text, word.style) for word in unit)
        space = _space(unit[0].style)
        if lines and length + space + own <= width:
            lines[-1] += unit
            length += space + own
        else:
            lines.append(list(unit))
            length = own
        index = end
    return lines


def _space(style: TextStyle) -> float:
    # A space at the end of a text has no outline, and fonts may leave it out of the length.
    return text_width("n n", style) - text_width("nn", style)


def _write(canvas: Canvas, lines: Sequence[Sequence[_Word]], places: Sequence[TextLine]) -> None:
    for words, place in zip(lines, places, strict=False):
        x = float(place.x)
        # Words of one style are written together, so that letters stand as the font sets them.
        index = 0
        while index < len(words):
            style, text, end = words[index].style, words[index].text, index + 1
            while end < len(words) and words[end].style == style:
                text += ("" if words[end].glued else " ") + words[end].text
                end += 1
            canvas.text(round(x), place.y, text, style)
            x += text_width(text, style)
            if end < len(words) and not words[end].glued:
                x += _space(style)
            index = end


def two_lines(text: str, style: TextStyle, width: int) -> tuple[str, str]:
    """Return a text in two lines, the first as long as it can be."""
    words = text.split()
    count = next(
        (n for n in range(len(words) - 1, 0, -1) if text_width(" ".join(words[:n]), style) <= width), max(1, len(words))
    )
    return " ".join(words[:count]), " ".join(words[count:])
