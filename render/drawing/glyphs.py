"""Text as pixels, and how wide it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import Color
from render.drawing.fonts import find_font
from render.drawing.mpl import matplotlib
from render.drawing.themes import LABEL


@dataclass(frozen=True)
class TextStyle:
    """How a text looks: size in pixels, weight (``regular``, ``bold``, ``mono``), colour."""

    color: Color
    size: int = LABEL
    weight: str = "regular"


# A font holds the text it is setting, and two threads may have the same one.
_FONTS = threading.Lock()


@dataclass(frozen=True)
class Glyphs:
    """A text as pixels: coverage 0 … 255, shape (rows, columns), and where it stands.

    `left` is where its pixels begin, right of where the text does; `descent` how far they reach below the base line;
    `advance` the length of the text; `low` and `high` the ends of its outlines above the base line; all in pixels.
    """

    coverage: NDArray[np.int32]
    left: int
    descent: int
    advance: float
    low: float
    high: float


@lru_cache(maxsize=256)
def glyphs(text: str, size: int, weight: str) -> Glyphs:
    """Return a text as pixels."""
    if weight == "mono" and len(text) > 1:
        # A counter changes at every frame, and setting its letters once is ten times as fast.
        return _side_by_side([glyphs(letter, size, weight) for letter in text])
    with _FONTS:
        font = find_font(text, weight)
        font.clear()
        font.set_size(size, 72)
        font.set_text(text, 0.0, flags=matplotlib.ft2font.LoadFlags.FORCE_AUTOHINT)
        font.draw_glyphs_to_bitmap(antialiased=True)
        image = np.array(font.get_image(), dtype=np.int32)
        left, descent = font.get_bitmap_offset()[0] / 64, font.get_descent() / 64
        advance, height = (side / 64 for side in font.get_width_height())
        return Glyphs(image, round(left), round(descent), advance, -descent, height - descent)


def _side_by_side(letters: list[Glyphs]) -> Glyphs:
    """Return letters of one width as the font sets them together: pixel for pixel as it would do that itself."""
    low, high = min(letter.low for letter in letters), max(letter.high for letter in letters)
    begins = [round(begin) for begin in np.cumsum([0.0, *(letter.advance for letter in letters)])]
    widths = [begin + letter.left + letter.coverage.shape[1] for begin, letter in zip(begins, letters, strict=False)]
    coverage = np.zeros((int(high - low) + 2, max(widths)), np.int32)
    for begin, letter in zip(begins, letters, strict=False):
        # The font puts a letter's top so far below that of its bitmap, together as alone.
        top = int(high - ceil(letter.high) + 1) - int(letter.high - ceil(letter.high) + 1)
        rows = letter.coverage[: len(coverage) - top]
        area = coverage[top : top + len(rows), begin + letter.left :][:, : rows.shape[1]]
        np.maximum(area, rows, out=area)
    return Glyphs(coverage, 0, round(-low), float(begins[-1]), low, high)


def text_width(text: str, style: TextStyle) -> float:
    """Return the width of a line of text in pixels."""
    return glyphs(text, style.size, style.weight).advance if text else 0.0


def letter_places(text: str, style: TextStyle) -> list[float]:
    """Return where each letter of a line of text begins, and where the last one ends, in pixels from its start."""
    return [0.0, *(text_width(text[:count], style) for count in range(1, len(text) + 1))]


@lru_cache(maxsize=256)
def fitted(text: str, style: TextStyle, width: float) -> tuple[str, TextStyle]:
    """Return a text and its style as they fit a width: made smaller, down to 20 px, then cut off."""
    for size in range(style.size, LABEL - 1, -1):
        style = TextStyle(style.color, size, style.weight)
        if text_width(text, style) <= width:
            return text, style
    while text and text_width(text + "…", style) > width:
        text = text[:-1]
    return text.rstrip() + "…", style
