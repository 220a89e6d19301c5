"""Fonts that have every glyph of a text, found among those of the system."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

from render.errors import RenderError

# Tried first, in this order, when the usual font lacks a glyph: the Korean fonts of macOS,
# Windows and Linux. Any other font that covers the text will do after them.
_PREFERRED = (
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "NanumGothic",
    "NanumBarunGothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
)
_BASE = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "mono": "DejaVuSansMono-Bold.ttf"}


def find_font(text: str, weight: str = "regular") -> Any:
    """Return a matplotlib font that has every glyph of `text`; see `font_paths`."""
    from matplotlib.font_manager import get_font

    paths = font_paths(text, weight)
    return get_font(paths if len(paths) > 1 else paths[0])


@lru_cache(maxsize=1024)
def font_paths(text: str, weight: str = "regular") -> list[Any]:
    """Return the font files that together have every glyph of `text`, the usual one first.

    Parameters
    ----------
    text : str
        What is to be drawn.
    weight : str
        ``regular``, ``bold`` or ``mono`` (for numbers that change in place).

    Raises
    ------
    RenderError
        If no font has them all; the message says how to get one.
    """
    from matplotlib.font_manager import get_font

    from render.drawing.mpl import matplotlib

    base = str(Path(matplotlib.get_data_path(), "fonts", "ttf", _BASE[weight]))
    missing = _missing(get_font(base), text)
    if not missing:
        return [base]
    for path in _candidates(weight):
        try:
            # Some system fonts (bitmaps, broken files) cannot be opened: they are no candidates.
            found = not _missing(get_font(path), missing)
        except (RuntimeError, OSError):
            continue
        if found:
            return [base, path]
    raise RenderError(
        f"no font on this system can draw {missing[:20]!r}, so get one with "
        "`pip install 'eigenreel[korean]'` or install a system font that has these characters"
    )


def _missing(font: Any, text: str) -> str:
    return "".join(dict.fromkeys(c for c in text if not font.get_char_index(ord(c))))


@lru_cache(maxsize=4)
def _candidates(weight: str) -> list[Any]:
    """Paths of fonts to try: the preferred ones of this weight, the bundled one, then all others."""
    from matplotlib import font_manager

    def path(entry: Any) -> Any:
        face = getattr(entry, "index", 0)
        return font_manager.FontPath(entry.fname, face) if face else entry.fname

    def rank(entry: Any) -> tuple[bool, int, bool, str]:
        heavy = (isinstance(entry.weight, int) and entry.weight >= 600) or entry.weight == "bold"
        known = entry.name in _PREFERRED
        position = _PREFERRED.index(entry.name) if known else len(_PREFERRED)
        return (not known, position, heavy != (weight != "regular"), entry.fname)

    # Last Resort "has" every character, as a box that says what is missing.
    entries = [e for e in font_manager.fontManager.ttflist if "lastresort" not in e.name.lower().replace(" ", "")]
    ranked = sorted(entries, key=rank)
    preferred = [path(e) for e in ranked if e.name in _PREFERRED]
    others = [path(e) for e in ranked if e.name not in _PREFERRED]
    return preferred + _bundled(weight) + others


def _bundled(weight: str) -> list[str]:
    """Return the Nanum Gothic of the `korean` extra, found without importing the package that holds it.

    That package fails to import on Python 3.12 and later and changes matplotlib's settings; only
    its font files are wanted.
    """
    spec = importlib.util.find_spec("koreanize_matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return []
    name = "NanumGothic.ttf" if weight == "regular" else "NanumGothicBold.ttf"
    return [str(p) for folder in spec.submodule_search_locations for p in Path(folder).rglob(name)]
