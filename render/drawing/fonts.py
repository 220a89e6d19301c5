"""Fonts that have every glyph of a text: the bundled one, and others of the system for what it lacks."""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from render.errors import RenderError
from render.text import brief

# Weights of text, as CSS counts them.
WEIGHTS = {"regular": 400, "medium": 500, "semibold": 600, "bold": 700}
# Tried first, in this order, for what neither the bundled font nor that of matplotlib has: the Korean fonts
# of macOS, Windows and Linux. Any other font will do after them.
_PREFERRED = (
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "NanumGothic",
    "NanumBarunGothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
)
_FOLDER = Path(__file__).parent.parent / "fonts"
_INTER = {"regular": "Regular", "medium": "Medium", "semibold": "SemiBold", "bold": "Bold"}
# Weights whose letters are bold in fonts that have no others.
_HEAVY = ("semibold", "bold")


def find_font(text: str, weight: str = "regular", family: str = "") -> Any:
    """Return a matplotlib font that has every glyph of `text`; see `font_paths`."""
    from matplotlib.font_manager import get_font

    paths = font_paths(text, weight, family)
    return get_font(paths if len(paths) > 1 else paths[0])


@lru_cache(maxsize=1024)
def font_paths(text: str, weight: str = "regular", family: str = "") -> list[Any]:
    """Return the font files that together have every glyph of `text`, in the order in which they are asked.

    The family comes first, if there is one, then Inter, then DejaVu Sans if it has what they lack; what none of them
    has is of one other font, or of as few as it takes.

    Parameters
    ----------
    text : str
        What is to be drawn.
    weight : str
        ``regular``, ``medium``, ``semibold`` or ``bold``. Inter's digits of each are of one width.
    family : str
        Name of an installed font: one of `families`.

    Raises
    ------
    RenderError
        If no font has one of them; the message says how to get one.
    """
    from render.drawing.mpl import matplotlib

    name = "DejaVuSans-Bold.ttf" if weight in _HEAVY else "DejaVuSans.ttf"
    inter, dejavu = _FOLDER / f"Inter-{_INTER[weight]}.ttf", Path(matplotlib.get_data_path(), "fonts", "ttf", name)
    own = [_face_of(family, weight)] if family else []
    paths: list[Any] = []
    missing = text
    for path in (*own, str(inter), str(dejavu)):
        rest = _missing(path, missing)
        # The first has what every font has: blanks.
        if rest != missing or not paths:
            paths.append(path)
        missing = rest
        if not missing:
            return paths
    return paths + _others(missing, weight)


def uncovered(letters: str) -> str:
    """Return those letters, each once, that no installed font has; text with them is refused."""
    from render.drawing.mpl import matplotlib

    dejavu = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    missing = letters
    for path in (str(_FOLDER / "Inter-Regular.ttf"), str(dejavu), *_candidates("regular")):
        if not missing:
            break
        missing = _missing_if_font(path, missing)
    return missing


def families() -> list[str]:
    """Return the names of the fonts that are installed."""
    from matplotlib import font_manager

    return sorted({entry.name for entry in font_manager.fontManager.ttflist})


@lru_cache(maxsize=64)
def _face_of(family: str, weight: str) -> Any:
    """Return the file of an installed font whose weight is nearest to the one wanted."""
    from matplotlib import font_manager

    found = [e for e in font_manager.fontManager.ttflist if e.name == family and e.style == "normal"]
    entries = found or [e for e in font_manager.fontManager.ttflist if e.name == family]
    if not entries:
        raise RenderError(
            f"the font {brief(family)} is not installed, so install it or choose another one for the theme"
        )
    # A heavier weight is asked for where the eye shall go, so of two as near the heavier one is taken.
    nearest = min(entries, key=lambda e: (abs(_weight(e) - WEIGHTS[weight]), -_weight(e), e.fname))
    return _path(nearest)


def _weight(entry: Any) -> int:
    from matplotlib.font_manager import weight_dict

    return entry.weight if isinstance(entry.weight, int) else weight_dict.get(entry.weight, 400)


def _path(entry: Any) -> Any:
    """Return where matplotlib finds a font: a file, or a face of one."""
    from matplotlib import font_manager

    face = getattr(entry, "index", 0)
    return font_manager.FontPath(entry.fname, face) if face else entry.fname


def _missing(path: Any, text: str) -> str:
    """Return the letters of a text that a font lacks, each once."""
    from matplotlib.font_manager import get_font

    font = get_font(path)
    return "".join(dict.fromkeys(c for c in text if not font.get_char_index(ord(c))))


def _missing_if_font(path: Any, text: str) -> str:
    """Return the letters that a font lacks; all of them where it is none."""
    try:
        # Some system fonts (bitmaps, broken files) cannot be opened: they are no candidates.
        return _missing(path, text)
    except (RuntimeError, OSError):
        return "".join(dict.fromkeys(text))


def _others(letters: str, weight: str) -> list[Any]:
    """Return one font that has these letters, or else fonts that have them together, those with the most first."""
    lacking: list[tuple[Any, str]] = []
    for path in _candidates(weight):
        missing = _missing_if_font(path, letters)
        if not missing:
            return [path]
        lacking.append((path, missing))
    paths = []
    while letters:
        path, missing = min(lacking, key=lambda font: len(set(letters) & set(font[1])), default=("", letters))
        left = "".join(letter for letter in letters if letter in missing)
        if left == letters:
            raise RenderError(f"no font on this system can draw {letters[:20]!r}, so {_remedy(letters)}")
        paths.append(path)
        letters = left
    return paths


def _remedy(letters: str) -> str:
    """Return what helps where no font has these letters; the extra has Korean ones alone."""
    if any(unicodedata.name(letter, "").startswith("HANGUL") for letter in letters):
        return "get one with `pip install 'eigenreel[korean]'` or install a system font that has these characters"
    return "install a system font that has these characters, or leave them out"


@lru_cache(maxsize=4)
def _candidates(weight: str) -> list[Any]:
    """Paths of fonts to try: the preferred ones of this weight, that of an extra, then all others."""
    from matplotlib import font_manager

    def rank(entry: Any) -> tuple[bool, int, bool, str]:
        heavy = _weight(entry) >= 600
        known = entry.name in _PREFERRED
        position = _PREFERRED.index(entry.name) if known else len(_PREFERRED)
        return (not known, position, heavy != (weight in _HEAVY), entry.fname)

    # Last Resort "has" every character, as a box that says what is missing.
    entries = [e for e in font_manager.fontManager.ttflist if "lastresort" not in e.name.lower().replace(" ", "")]
    ranked = sorted(entries, key=rank)
    preferred = [_path(e) for e in ranked if e.name in _PREFERRED]
    others = [_path(e) for e in ranked if e.name not in _PREFERRED]
    return preferred + _nanum(weight) + others


def _nanum(weight: str) -> list[str]:
    """Return the Nanum Gothic of the `korean` extra, found without importing the package that holds it.

    That package fails to import on Python 3.12 and later and changes matplotlib's settings; only
    its font files are wanted.
    """
    spec = importlib.util.find_spec("koreanize_matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return []
    name = "NanumGothicBold.ttf" if weight in _HEAVY else "NanumGothic.ttf"
    return [str(p) for folder in spec.submodule_search_locations for p in Path(folder).rglob(name)]
