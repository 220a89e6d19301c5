"""The words of a film in other languages, read from files a translator can edit.

``translations/ko.toml`` maps every English text to its Korean one. A text without translation is
shown as it is, so scenes of a user's own may speak any language.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from render.errors import UsageError

_FOLDER = Path(__file__).parent / "translations"


def languages() -> list[str]:
    """Return the languages films can speak; English comes first."""
    return ["en", *sorted(path.stem for path in _FOLDER.glob("*.toml"))]


class Words:
    """Translates the texts of a film.

    Parameters
    ----------
    language : str
        ``en`` or the name of a file in ``translations``.

    Raises
    ------
    UsageError
        If there is no such language.
    """

    def __init__(self, language: str = "en") -> None:
        if language not in languages():
            raise UsageError(f"there is no language {language!r}, choose from {', '.join(languages())}")
        self.language = language
        self.table: dict[str, str] = {}
        if language != "en":
            path = _FOLDER / f"{language}.toml"
            self.table = tomllib.loads(path.read_text(encoding="utf-8"))["texts"]

    def __call__(self, text: str, values: Mapping[str, Any] | None = None) -> str:
        """Return `text` translated, with ``{name}`` replaced where `values` has that name."""
        translated = self.table.get(text, text)
        if not values:
            return translated
        return re.sub(
            r"\{(\w+)\}",
            lambda found: number(values[found[1]]) if found[1] in values else found[0],
            translated,
        )


def brief(value: Any) -> str:
    """Return what a value looks like, in one line of at most 80 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:79] + "…"


def suggestion(name: str, names: Iterable[str]) -> str:
    """Return the end of a sentence about a name that there is not: the nearest one, or all."""
    near = difflib.get_close_matches(name, list(names), 1)
    return f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(names)}"


def literal(text: str) -> str:
    """Return a text somebody gave, fit for one line: no control characters, at most 200 others."""
    plain = (" " if unicodedata.category(c) in ("Cc", "Cf", "Cs") else c for c in text[:200])
    return "".join(plain).strip()


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(exponent: int) -> str:
    """Return ``10⁻³`` for −3."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def number(value: Any, digits: int = 4) -> str:
    """Return a number as people write it, with at most `digits` digits: ``0.9``, ``2.5×10⁻⁷``."""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return "?" if value != value else "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 10 ** max(digits, 4):
        # Whole numbers are written out: 1000, not 1e+03.
        return f"{int(value)}".replace("-", "−")
    if 1e-3 <= abs(value) < 1e5:
        return _plain(value, digits).replace("-", "−")
    mantissa, exponent = f"{value:.{max(digits - 2, 0)}e}".split("e")
    return mantissa.replace("-", "−") + "×" + power_of_ten(int(exponent))


def _plain(value: float, digits: int) -> str:
    """Return a number without an exponent, with `digits` digits, or as many as stand before its point."""
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e" in text else text


def size_of(log10: float) -> str:
    """Return the number ``10^log10`` with four digits, far beyond what float64 holds."""
    if log10 != log10 or log10 == float("inf"):
        return "?" if log10 != log10 else "∞"
    if log10 == float("-inf"):
        return "0"
    if -3 <= log10 < 4:
        return f"{10**log10:#.4g}".rstrip(".")
    exponent = int(log10 // 1)
    mantissa = f"{10 ** (log10 - exponent):.2f}"
    if mantissa == "10.00":
        mantissa, exponent = "1.00", exponent + 1
    return f"{mantissa}×{power_of_ten(exponent)}"
