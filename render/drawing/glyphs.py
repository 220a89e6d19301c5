"""Text as pixels, and how wide it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

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


@lru_cache(maxsize=256)
def glyphs(text: str, size: int, weight: str) -> tuple[NDArray[np.int32], int, int, float]:
    """Return coverage 0 … 255, shape (rows, columns), left offset, descent and advance in pixels."""
    with _FONTS:
        font = find_font(text, weight)
        font.clear()
        font.set_size(size, 72)
        font.set_text(text, 0.0, flags=matplotlib.ft2font.LoadFlags.FORCE_AUTOHINT)
        font.draw_glyphs_to_bitmap(antialiased=True)
        image = np.array(font.get_image(), dtype=np.int32)
        left = font.get_bitmap_offset()[0] / 64
        return image, round(left), round(font.get_descent() / 64), font.get_width_height()[0] / 64


def text_width(text: str, style: TextStyle) -> float:
    """Return the width of a line of text in pixels."""
    return glyphs(text, style.size, style.weight)[3] if text else 0.0


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
