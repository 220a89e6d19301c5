"""Text tracks (WebVTT) of a film: what it says and when, and its chapters; and the film in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.errors import InputError, UsageError
from render.pipeline.manifest import read
from render.publish.captions import one_line, with_step
from render.publish.descriptions import Stretch, frames_of, in_words, spoken
from render.storage import AtomicFiles
from render.text import Words, languages, suggestion


@dataclass(frozen=True)
class TextKind:
    """A text that is made from a film's manifest.

    Parameters
    ----------
    make : callable
        Returns it, given the manifest and a language.
    middle : str
        What stands in its file's name after the film's.
    suffix : str
        Ending of its file.
    """

    make: Callable[[Mapping[str, Any], str], str]
    middle: str = ""
    suffix: str = ".vtt"


def descriptions(content: Mapping[str, Any], language: str = "en") -> str:
    """Return a track for those who do not see the film: title, and what happens at which step."""
    words = Words(language)
    title = one_line(words(content["title"]))
    told = [replace(s, text=one_line(with_step(s.step, s.text, words))) for s in spoken(content, language) if s.text]
    if told and told[0].first == 0 and title:
        told[0] = replace(told[0], text=f"{title}. {told[0].text}")
    return _track(told, content)


def captions(content: Mapping[str, Any], language: str = "en") -> str:
    """Return a track of the sentences that are in the picture, word for word."""
    return _track([s for s in spoken(content, language, every_number=True) if s.text], content)


def chapters(content: Mapping[str, Any], language: str = "en") -> str:
    """Return a track of chapters: the beginning, and one for everything that happens."""
    told = [s for s in spoken(content, language) if s.text]
    title = one_line(Words(language)(content["title"]))
    if told and told[0].first == 0 and title:
        told[0] = replace(told[0], text=title)
    return _track(told, content)


KINDS = {
    "descriptions": TextKind(descriptions),
    "captions": TextKind(captions, ".captions"),
    "chapters": TextKind(chapters, ".chapters"),
    "text": TextKind(in_words, suffix=".txt"),
}


def _track(stretches: Sequence[Stretch], content: Mapping[str, Any]) -> str:
    """Return a WebVTT file with a cue for every stretch."""
    rate = frames_of(content).rate
    cues = [f"{_clock(s.first / rate)} --> {_clock(s.end / rate)}\n{_escaped(s.text)}\n" for s in stretches]
    return "\n".join(["WEBVTT\n", *cues])


def _escaped(text: str) -> str:
    # An arrow ends what a cue says, and < begins a mark.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: Fraction) -> str:
    """Return a time as WebVTT has it: ``00:01:02.345``."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def language_of(content: Mapping[str, Any]) -> str:
    """Return the language that a film speaks.

    Raises
    ------
    InputError
        If there are no words in it here.
    """
    language = content["job"].get("language")
    if language not in languages():
        raise InputError("the film speaks a language that is not known here, so choose one with --lang")
    return str(language)


def text_name(stem: str, kind: str, language: str, own: str) -> str:
    """Return the name of the file that holds a text of a film.

    Parameters
    ----------
    stem : str
        The film's name without ending.
    kind : str
        A name in `KINDS`.
    language, own : str
        The text's language and the film's; the name has the first if they differ.
    """
    found = KINDS[kind]
    return f"{stem}{found.middle}{'' if language == own else '.' + language}{found.suffix}"


def text_of(path: Path, kind: str = "descriptions", language: str | None = None) -> tuple[Path, str]:
    """Return a text of a film, and the file beside the film that it belongs into.

    Parameters
    ----------
    path : Path
        One of the film's files; its manifest lies beside it.
    kind : str
        ``descriptions``: what happens at which step. ``captions``: the sentences in the picture. ``chapters``.
        ``text``: the film in words, as plain text.
    language : str, optional
        Its language; the film's by default.

    Raises
    ------
    EigenreelError
        If there is no such kind or language, or no manifest.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no kind of text {kind!r}, {suggestion(kind, KINDS)}")
    content = read(path)
    own = content["job"].get("language")
    chosen = language or language_of(content)
    try:
        text = KINDS[kind].make(content, chosen)
    except (LookupError, AttributeError, TypeError, ValueError, OverflowError):
        raise InputError(
            f"{path.with_suffix('.json')} is not a manifest of eigenreel, so render the film again"
        ) from None
    return path.with_name(text_name(path.stem, kind, chosen, str(own))), text


def write_texts(
    paths: Sequence[Path], kind: str = "descriptions", language: str | None = None, folder: Path | None = None
) -> list[Path]:
    """Write a text of each of some films, beside it or into a folder; return the files.

    Raises
    ------
    EigenreelError
        If there is no such kind or language, or a film has no manifest; then nothing is written.
    """
    made = dict(text_of(path, kind, language) for path in paths)
    if folder is not None:
        made = {folder / path.name: text for path, text in made.items()}
    for path, text in made.items():
        with AtomicFiles(path.parent, [path.name]) as files:
            files.write(path.name, text.encode())
            files.commit()
    return list(made)
