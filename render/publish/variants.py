"""Films of one scene that one place of a page shows: light and dark, for wide and for narrow screens."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.drawing.perception import relative_luminance
from render.drawing.themes import find_theme
from render.errors import EigenreelError, InputError, UsageError
from render.pipeline.manifest import read
from render.publish.descriptions import is_safe
from render.publish.vtt import KINDS, language_of, text_name
from render.text import languages
from render.video.formats import FileKind, kinds


@dataclass(frozen=True)
class Track:
    """A text track beside a film."""

    kind: str
    language: str
    name: str


@dataclass(frozen=True)
class Variant:
    """A film as a page shows it.

    Parameters
    ----------
    stem : str
        Name of its files without ending.
    content : mapping
        Its manifest.
    files : tuple of (FileKind, str)
        Its files by name, the best first; the poster comes last.
    tracks : tuple of Track
        Text tracks that lie beside it.
    dark : bool
        Whether its background is dark.
    """

    stem: str
    content: Mapping[str, Any]
    files: tuple[tuple[FileKind, str], ...]
    tracks: tuple[Track, ...]
    dark: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.content["frames"]["width"], self.content["frames"]["height"]

    @property
    def language(self) -> str:
        """The language it speaks."""
        return language_of(self.content)

    @property
    def safe(self) -> bool:
        """Whether it may play by itself: it does not flash too much."""
        return is_safe(self.content)

    @property
    def videos(self) -> list[tuple[FileKind, str]]:
        """Its files that a video element shows."""
        return [(kind, name) for kind, name in self.files if kind.element == "video"]

    @property
    def images(self) -> list[tuple[FileKind, str]]:
        """Its files that an image shows: moving ones first, which a film that flashes does not have here."""
        return [(kind, name) for kind, name in self.files if kind.element == "img" and (self.safe or not kind.moving)]

    @property
    def poster(self) -> str | None:
        """Its poster."""
        return next((name for kind, name in self.files if not kind.moving), None)


@dataclass(frozen=True)
class Place:
    """A film and when it is shown: None for always.

    Parameters
    ----------
    film : Variant
        The film.
    dark : bool or None
        In a dark page, or in a light one.
    narrow : bool or None
        On a narrow screen, or on a wide one.
    """

    film: Variant
    dark: bool | None = None
    narrow: bool | None = None


def read_variant(path: Path) -> Variant:
    """Return a film from its manifest.

    Parameters
    ----------
    path : Path
        One of its files; the manifest lies beside it.

    Raises
    ------
    InputError
        If there is no manifest, or it lists no film.
    """
    if not os.path.exists(path):
        raise InputError(f"there is no file {str(path)!r}, so give a film that render made")
    content = read(path)
    names = {Path(entry["name"]).suffix: str(entry["name"]) for entry in content["files"]}
    files = tuple((kind, names[kind.suffix]) for kind in kinds() if kind.suffix in names)
    if not any(kind.moving for kind, _ in files):
        raise InputError(f"{path.with_suffix('.json')} lists no film, so render it again")
    return Variant(path.stem, content, files, tuple(_tracks(path, content)), _is_dark(path, content))


def _tracks(path: Path, content: Mapping[str, Any]) -> list[Track]:
    """Return the text tracks that lie beside a film; the film's own language comes first."""
    own = content["job"].get("language")
    found = []
    for kind in KINDS:
        for language in sorted(languages(), key=lambda single: single != own):
            name = text_name(path.stem, kind, language, str(own))
            if name.endswith(".vtt") and path.with_name(name).is_file():
                found.append(Track(kind, language, name))
    return found


def _is_dark(path: Path, content: Mapping[str, Any]) -> bool:
    try:
        return relative_luminance(find_theme(content["job"].get("theme")).background) < 0.5
    except (EigenreelError, TypeError, ValueError):
        raise InputError(f"{path.with_suffix('.json')} names no theme of eigenreel, so render the film again") from None


def arranged(films: Sequence[Variant]) -> list[Place]:
    """Return films with when each of them is shown; the first one is that of a wide, light page.

    Raises
    ------
    UsageError
        If they are not of one scene, two of them would be shown at once, or none on some pages.
    """
    if len(films) == 1:
        return [Place(films[0])]
    scenes = {(film.content["scene"], film.content["title"]) for film in films}
    if len(scenes) > 1:
        raise UsageError(f"{films[0].stem} and {films[-1].stem} are films of two scenes, so embed them one by one")
    shapes = sorted({film.size[0] / film.size[1] for film in films})
    looks = sorted({film.dark for film in films})
    if len(shapes) > 2:
        raise UsageError("a page tells wide screens from narrow ones alone, so give films of two layouts")
    places = []
    for dark in looks:
        for shape in reversed(shapes):
            here = [film for film in films if film.dark == dark and film.size[0] / film.size[1] == shape]
            what = f"{'dark' if dark else 'light'} and for {'narrow' if shape < shapes[-1] else 'wide'} screens"
            if not here:
                raise UsageError(f"there is no film {what}, so give one, or leave its counterparts out")
            if len(here) > 1:
                raise UsageError(f"{here[0].stem} and {here[1].stem} are both {what}, so leave one out")
            narrow = None if len(shapes) == 1 else shape < shapes[-1]
            places.append(Place(here[0], None if len(looks) == 1 else dark, narrow))
    return places
