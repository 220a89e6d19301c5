"""What a language lacks, and files in which it can be filled in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from render.check.texts import has_words
from render.drawing.fonts import uncovered
from render.errors import InputError, UsageError
from render.storage import AtomicFiles
from render.text import (
    LANGUAGE,
    brief,
    differing,
    languages,
    packaged_files,
    quoted,
    read_texts,
    suggestion,
    translation_files,
)

# What several chapters say, and the program itself.
COMMON = "common"


@dataclass(frozen=True)
class Gaps:
    """How far a language is from whole.

    Parameters
    ----------
    translated : int
        Number of texts that it has.
    missing : tuple of str
        Texts that it lacks.
    differing : mapping of str to str
        Texts whose translation has other placeholders, with what differs.
    unused : mapping of str to Path
        Entries that no text uses, with their file: they may be texts of scenes of the user's own.
    uncovered : str
        Letters that no installed font has.
    """

    translated: int
    missing: tuple[str, ...]
    differing: Mapping[str, str]
    unused: Mapping[str, Path]
    uncovered: str

    @property
    def whole(self) -> bool:
        """Whether films in this language show it alone."""
        return not (self.missing or self.differing or self.uncovered)

    def lines(self) -> list[str]:
        """Return one line for each of them, and a tally."""
        lines = [f"missing: {quoted(text)}" for text in self.missing]
        lines += [f"differs: the translation of {quoted(text)} {fault}" for text, fault in self.differing.items()]
        lines += [f"unused: {quoted(text)} in {path.name}" for text, path in self.unused.items()]
        lines += [f"no font: {letter} (U+{ord(letter):04X})" for letter in self.uncovered]
        counts = (
            f"{self.translated:,} texts translated, {len(self.missing):,} missing, {len(self.differing):,} differing, "
            f"{len(self.unused):,} unused, {len(self.uncovered):,} letters without a font"
        )
        return [*lines, counts]


def gaps(language: str, texts: Mapping[str, set[str]]) -> Gaps:
    """Return what a language lacks.

    Parameters
    ----------
    language : str
        One of `languages` but ``en``.
    texts : mapping of str to set of str
        All texts of films and pages, as `render.check.texts` finds them. Those without words may be translated, too.

    Raises
    ------
    UsageError
        If there is no such language.
    InputError
        If a file of it cannot be read.
    """
    if language == "en":
        raise UsageError("en is what all texts are written in, so name another language")
    if language not in languages():
        raise UsageError(
            f"there is no language {language!r}, {suggestion(language, languages()[1:])}, or begin it with "
            "`render words skeleton`"
        )
    table: dict[str, str] = {}
    places: dict[str, Path] = {}
    for path in translation_files(language):
        for text, translated in read_texts(path).items():
            if translated.strip():
                table[text], places[text] = translated, path
            elif text not in texts:
                places.setdefault(text, path)
    faults = {text: differing(text, translated) for text, translated in table.items()}
    letters = dict.fromkeys(letter for text in table.values() for letter in text if not letter.isspace())
    return Gaps(
        translated=sum(text in texts for text in table),
        missing=tuple(text for text in texts if has_words(text) and text not in table),
        differing={text: fault for text, fault in faults.items() if fault},
        unused={text: path for text, path in places.items() if text not in texts},
        uncovered=uncovered("".join(letters)),
    )


def write_skeleton(language: str, folder: Path, texts: Mapping[str, set[str]]) -> dict[Path, int]:
    """Write files with an empty translation for every text that a language lacks; return how many each got.

    What stands in a file stays as it is; what is missing is added at its end.

    Parameters
    ----------
    language : str
        Its name, which becomes that of a folder in `folder`.
    folder : Path
        Where languages of the user's own are.
    texts : mapping of str to set of str
        All texts of films and pages with the chapters that use them; those without words are left out.

    Raises
    ------
    UsageError
        If that is no name of a language.
    InputError
        If a file that is there cannot be read, or has more than a table of texts.
    OutputError
        If the files cannot be written.
    """
    if not LANGUAGE.fullmatch(language) or language == "en":
        raise UsageError(
            f"a language is named by letters, as de or pt-BR, and other than en, but this is {brief(language)}"
        )
    home = folder / language
    there = {path: read_texts(path) for path in sorted(home.glob("*.toml"))}
    known = {text for texts in there.values() for text in texts}
    # What the package has is no less there.
    known |= {text for path in packaged_files(language) for text in read_texts(path)}
    lacking: dict[Path, list[str]] = {}
    for text, chapters in texts.items():
        if has_words(text) and text not in known:
            name = next(iter(chapters)) if len(chapters) == 1 else COMMON
            lacking.setdefault(home / f"{name}.toml", []).append(text)
    contents = {path: _with(path, added, there.get(path)) for path, added in sorted(lacking.items())}
    if contents:
        with AtomicFiles(home, [path.name for path in contents]) as files:
            for path, content in contents.items():
                files.write(path.name, content.encode())
            files.commit()
    return {path: len(added) for path, added in sorted(lacking.items())}


_HEAD = """# Left: the English text, word for word. Right: its translation; while it is empty, films show the English.
# {names} in braces stand for numbers and <roles>…</> for colours; they stay as they are.

[texts]
"""


def _with(path: Path, added: list[str], there: Mapping[str, str] | None) -> str:
    """Return the content of a file with texts added at its end that are not translated yet."""
    before = _HEAD if there is None else path.read_text(encoding="utf-8-sig").rstrip("\n") + "\n"
    content = before + "".join(f'{quoted(text)} = ""\n' for text in added)
    if tomllib.loads(content)["texts"] != {**(there or {}), **dict.fromkeys(added, "")}:
        raise InputError(f"{path} has another table after [texts], so move [texts] to its end")
    return content
