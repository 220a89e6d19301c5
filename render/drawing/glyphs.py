"""Text as pixels, and how wide it is."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import Color
from render.drawing.fonts import find_font
from render.drawing.mpl import matplotlib

# The size below which no text that has to fit is made smaller, in pixels.
SMALLEST = 20
# Such letters stand where their font puts them whatever is beside them: they have no kerning.
_COUNTER = re.compile(r"(?:[0-9−× ]|[.,](?! ))+%?")
# Blanks as wide as these letters, and one as wide as the font is high: a whole number of pixels.
_BLANKS = str.maketrans("0123456789−×.,", "\u2007" * 12 + "\u2008" * 2)
_EM = "\u2003"


@dataclass(frozen=True)
class TextStyle:
    """How a text looks: colour, size in pixels, weight (``regular``, ``medium``, ``semibold``, ``bold``).

    `family` is an installed font that is asked before the bundled one, if any.
    """

    color: Color
    size: int = 22
    weight: str = "regular"
    family: str = ""


# A font holds the text it is setting, and two threads may have the same one.
_FONTS = threading.Lock()


@dataclass(frozen=True)
class Glyphs:
    """A text as pixels: coverage 0 … 255, shape (rows, columns), and where it stands.

    `left` is where its pixels begin, right of where the text does; `descent` how far they reach below the base line;
    `advance` the length of the text; all in pixels.
    """

    coverage: NDArray[np.int32]
    left: int
    descent: int
    advance: float


@lru_cache(maxsize=256)
def glyphs(text: str, size: int, weight: str, family: str = "") -> Glyphs:
    """Return a text as pixels."""
    if not family and _COUNTER.fullmatch(text):
        # A counter changes at every frame, and setting its letters once is ten times as fast.
        blanks = text.translate(_BLANKS)
        return _side_by_side([_letter(letter, blanks[:place], size, weight) for place, letter in enumerate(text)])
    return _set(text, size, weight, family=family)


@lru_cache(maxsize=2048)
def _letter(letter: str, before: str, size: int, weight: str) -> Glyphs:
    """Return a letter as it is behind blanks, which begin where the text does."""
    return _set(letter, size, weight, before)


def _set(text: str, size: int, weight: str, before: str = "", family: str = "") -> Glyphs:
    """Return a text as its font sets it behind blanks."""
    with _FONTS:
        font = find_font(text, weight, family)
        font.clear()
        font.set_size(size, 72)
        # Letters keep their widths, at parts of a pixel, so they are evenly spaced; their heights are whole pixels.
        flags = matplotlib.ft2font.LoadFlags.FORCE_AUTOHINT | matplotlib.ft2font.LoadFlags.TARGET_LIGHT
        # Without a blank before it matplotlib puts the first letter of most texts a pixel too far right;
        # with one at each end, one is before those that are read from right to left.
        font.set_text(_EM + before + text + _EM, 0.0, flags=flags)
        font.draw_glyphs_to_bitmap(antialiased=True)
        image = np.array(font.get_image())
        advance, height = font.get_width_height()
        below = font.get_descent()
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    length = advance / 64 - 2 * size
    if not len(rows):
        return Glyphs(np.zeros((0, 0), np.int32), 0, 0, length)
    inked = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.int32)
    # The picture begins with the row that the highest outline touches.
    base = (height - below) // 64 + 1
    return Glyphs(inked, int(columns[0]) - size, int(rows[-1]) + 1 - base, length)


def _side_by_side(letters: list[Glyphs]) -> Glyphs:
    """Return letters that each stand at their own place of a text as that text."""
    advance = letters[-1].advance
    letters = [letter for letter in letters if letter.coverage.size]
    if not letters:
        return Glyphs(np.zeros((0, 0), np.int32), 0, 0, advance)
    left, bottom = min(letter.left for letter in letters), max(letter.descent for letter in letters)
    right = max(letter.left + letter.coverage.shape[1] for letter in letters)
    top = max(len(letter.coverage) - letter.descent for letter in letters)
    coverage = np.zeros((top + bottom, right - left), np.int32)
    for letter in letters:
        rows, columns = letter.coverage.shape
        row, column = top + letter.descent - rows, letter.left - left
        # As the font lays one letter over the other.
        coverage[row : row + rows, column : column + columns] |= letter.coverage
    return Glyphs(coverage, left, bottom, advance)


def text_width(text: str, style: TextStyle) -> float:
    """Return the width of a line of text in pixels."""
    return glyphs(text, style.size, style.weight, style.family).advance if text else 0.0


def letter_places(text: str, style: TextStyle) -> list[float]:
    """Return where each letter of a line of text begins, and where the last one ends, in pixels from its start."""
    # Kerning moves a letter towards the one before it.
    begins = [text_width(text[: place + 1], style) - text_width(letter, style) for place, letter in enumerate(text)]
    return [*begins, text_width(text, style)]


@lru_cache(maxsize=256)
def fitted(text: str, style: TextStyle, width: float, smallest: int = SMALLEST) -> tuple[str, TextStyle]:
    """Return a text and its style as they fit a width: made smaller, down to a size in pixels, then cut off."""
    for size in range(style.size, min(smallest, style.size) - 1, -1):
        style = replace(style, size=size)
        if text_width(text, style) <= width:
            return text, style
    while text and text_width(text + "…", style) > width:
        text = text[:-1]
    return text.rstrip() + "…", style
