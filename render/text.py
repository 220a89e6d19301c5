"""The words of a film in other languages, read from files a translator can edit.

The files of ``translations/ko`` map every English text to its Korean one: ``common.toml`` what several chapters or
the program itself say, the others what the scenes of a chapter do. A text without translation is shown as it is, so
scenes of a user's own may speak any language. A folder that ``EIGENREEL_TRANSLATIONS`` names holds languages in the
same way; what it has for a language of the package comes before the package's own.
"""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.errors import InputError, UsageError
from render.files import LARGEST_TOML, UnreadableError, content_of, is_folder, toml_of

_FOLDER = Path(__file__).parent / "translations"
# Names a folder with languages of the user's own.
OWN_TRANSLATIONS = "EIGENREEL_TRANSLATIONS"
# Names of languages as web pages have them: ko, de, pt-BR.
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def languages() -> list[str]:
    """Return the languages films can speak; English comes first.

    Raises
    ------
    UsageError
        If ``EIGENREEL_TRANSLATIONS`` names no folder.
    """
    found = {folder.name for home in _homes() for folder in home.iterdir() if any(folder.glob("*.toml"))}
    return ["en", *sorted(name for name in found - {"en"} if LANGUAGE.fullmatch(name))]


def translation_files(language: str) -> list[Path]:
    """Return the files that translate into a language; what a later one says counts."""
    return [path for home in _homes() for path in sorted((home / language).glob("*.toml"))] if language != "en" else []


def packaged_files(language: str) -> list[Path]:
    """Return those of them that are the package's."""
    return sorted((_FOLDER / language).glob("*.toml"))


def _homes() -> list[Path]:
    """Return the folders that hold languages: the package's, and the user's own if there is one."""
    named = os.environ.get(OWN_TRANSLATIONS)
    if not named:
        return [_FOLDER]
    own = Path(named)
    if not is_folder(own):
        raise UsageError(f"{OWN_TRANSLATIONS} names {named[:200]!r}, which is no folder, so correct it or unset it")
    return [_FOLDER, own]


def read_texts(path: Path) -> dict[str, str]:
    """Return the translations in a file by English text; those that are still missing are empty.

    Raises
    ------
    InputError
        If the file cannot be read, or holds something else.
    """
    try:
        texts = toml_of(path).get("texts")
    except UnreadableError as error:
        raise InputError(f"{path} {error}") from None
    wrong = [key for key, text in texts.items() if not isinstance(text, str)] if isinstance(texts, dict) else []
    if not isinstance(texts, dict) or wrong:
        where = _line_in(path, ("texts", *wrong[:1]))
        raise InputError(f'{path}{where} must have a table [texts] of lines "English" = "translation", so mend it')
    return texts


def _line_in(path: Path, place: tuple[str, ...]) -> str:
    """Return in words in which line a file that has been read has a key; nothing where there is none."""
    # Languages are read at every start, and nearly always they are right.
    from render.pipeline.toml_lines import line_of, lines_of

    lines = lines_of(content_of(path, LARGEST_TOML).decode("utf-8-sig"))
    return f" (line {line_of(lines, place)})" if place[:1] in lines else ""


_FIXED = re.compile(r"\{[^{}]*\}|<\w*>|</>")


def fixed_parts(text: str) -> list[str]:
    """Return what a translation must keep: ``{names}`` and marks of colours, sorted."""
    return sorted(_FIXED.findall(text))


def differing(text: str, translated: str) -> str:
    """Return in words which placeholders a text and its translation do not share, nothing if they share all."""
    lacks, has = fixed_parts(text), fixed_parts(translated)
    for part in tuple(lacks):
        if part in has:
            lacks.remove(part)
            has.remove(part)
    said = [f"lacks {' '.join(lacks)}"] if lacks else []
    return " and ".join(said + ([f"has {' '.join(has)}, which the text has not"] if has else []))


class Words:
    """Translates the texts of a film.

    Parameters
    ----------
    language : str
        ``en`` or the name of a folder in ``translations``, the package's or the user's own.

    Raises
    ------
    UsageError
        If there is no such language.
    InputError
        If a file of the user's own cannot be read, or a translation in it has other ``{names}`` than the text.
    """

    def __init__(self, language: str = "en") -> None:
        if language not in languages():
            raise UsageError(f"there is no language {language!r}, choose from {', '.join(languages())}")
        self.language = language
        self.table: dict[str, str] = {}
        packaged = packaged_files(language)
        for path in translation_files(language):
            texts = {text: translated for text, translated in read_texts(path).items() if translated.strip()}
            # The package's own are tested.
            for text, translated in texts.items() if path not in packaged else ():
                if fault := differing(text, translated):
                    where = f"{path}{_line_in(path, ('texts', text))}"
                    raise InputError(f"{where}: the translation of {brief(text)} {fault}, so mend it")
            self.table |= texts

    def __call__(self, text: str, values: Mapping[str, Any] | None = None) -> str:
        """Return `text` translated, with ``{name}`` replaced where `values` has that name; see `filled`.

        Values that are text are translated, too.
        """
        translated = self.table.get(text, text)
        if not values:
            return translated
        known = {
            name: self.table.get(value, value) if isinstance(value, str) else value for name, value in values.items()
        }
        return filled(translated, known)


_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
# What is counted in English texts, where no verb follows that would have to change, too.
_COUNTED = (
    r"(\{(\w+)(?::[^{}]*)?\}(?:</>)? "
    r"(?:step|layer|update|shuffle|multiplication|iteration|factor|film|round|product|window))s\b"
)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a text with numbers in the place of ``{name}``, where `values` has that name.

    ``{name:3}`` is the number with three digits, ``{name:%}`` the number in per cent, ``{name:log10}`` the number
    whose decimal logarithm it is, ``{name:.2}`` it with two decimals, ``{name:^}`` a whole number in superscript digits
    and ``{name:_}`` one in subscript digits. Of Korean particles such as ``을(를)`` the form is left that fits, and
    ``{steps} steps`` is ``1 step`` of one.
    """
    # This pattern, and those of particles, take a millisecond that the start of the command can do without.
    text = re.sub(_COUNTED, lambda found: found[1] + ("" if str(values.get(found[2])) == "1" else "s"), text)
    text = _PLACE.sub(lambda found: _written(values[found[1]], found[2]) if found[1] in values else found[0], text)
    if "(" not in text:
        return text
    from render.particles import with_particles

    return with_particles(text)


def places_of(text: str) -> set[str]:
    """Return the names in a text for which numbers stand."""
    return {found[1] for found in _PLACE.finditer(text)}


def _written(value: Any, form: str | None) -> str:
    """Return a value in the form that a text asks for."""
    if not form or isinstance(value, str):
        return number(value)
    if form == "log10":
        return brief_size(float(value))
    if form in "^_":
        return str(int(value)).translate(_SUPERSCRIPT if form == "^" else _SUBSCRIPT)
    if form == "%":
        return percent(float(value))
    if form.startswith("."):
        return f"{float(value):.{int(form[1:])}f}".replace("-", "−")
    return number(float(value), int(form))


def percent(part: float) -> str:
    """Return a part of 1 in per cent, with two digits: ``3.8 %``; near 0 and 100 with as many as tell it from them."""
    share = 100 * part
    if 99.5 <= share < 100:
        digits = next((d for d in range(1, 4) if float(f"{share:.{d}f}") < 100), 0)
        return f"{share:.{digits}f} %"
    if abs(share) >= 9.95:
        return f"{share:,.0f} %".replace("-", "−")
    return f"{number(share, 2)} %"


def brief_size(log10: float) -> str:
    """Return the number ``10^log10`` with two or three digits, as a label has it: ``494``, ``0.0013``, ``5.3×10⁻⁹``."""
    if not -4 <= log10 < 5:
        return size_of(log10) if log10 != log10 or abs(log10) == float("inf") else _power(log10)
    value = 10**log10
    if value < 1e-3:
        return f"{value:.1g}" if value < 1e-4 else f"{value:.2g}"
    return number(value, 2 if value < 100 else 3) if value < 1000 else f"{value:,.0f}"


def _power(log10: float) -> str:
    exponent = int(log10 // 1)
    mantissa = f"{10 ** (log10 - exponent):.1f}"
    if mantissa == "10.0":
        mantissa, exponent = "1.0", exponent + 1
    return f"{mantissa}×{power_of_ten(exponent)}"


@dataclass(frozen=True)
class Segment:
    """A stretch of text, and the role whose colour it has; none has the ink's."""

    text: str
    role: str | None = None


_MARKED = re.compile(r"<(\w+)>(.*?)</>", re.DOTALL)


def segments(text: str) -> list[Segment]:
    """Return a sentence in stretches: ``<keep>…</>`` has the colour of the role ``keep``."""
    found, end = [], 0
    for match in _MARKED.finditer(text):
        found += [Segment(text[end : match.start()])] if match.start() > end else []
        found.append(Segment(match[2], match[1]))
        end = match.end()
    return found + ([Segment(text[end:])] if end < len(text) else [])


def unmarked(text: str) -> str:
    """Return a sentence without the marks of its colours."""
    return _MARKED.sub(lambda match: match[2], text)


def counted(count: int, one: str, several: str) -> str:
    """Return a number with the words for one or for several: ``1 claim holds``, ``3 claims hold``."""
    return f"{count} {one if count == 1 else several}"


def quoted(text: str) -> str:
    """Return a text in quotation marks, on one line, as TOML and JSON write it."""
    # Loading it costs every start of the command some milliseconds.
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


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
_SUBSCRIPT = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")


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
    mantissa, exponent = f"{value:.{max(digits - 2, 1)}e}".split("e")
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
