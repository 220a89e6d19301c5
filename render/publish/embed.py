"""Snippets that put films into a page, with everything in them escaped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from render.errors import UsageError
from render.publish.dialects import DIALECTS, Sheet, Snippet
from render.publish.figure import telling
from render.publish.stillness import remark_on_stillness
from render.publish.variants import Variant, arranged, read_variant
from render.publish.vtt import text_of
from render.text import suggestion


def embedding(
    paths: Sequence[Path],
    dialect: str = "html",
    language: str | None = None,
    base: str = "",
    autoplay: bool = False,
    page: bool = False,
) -> Snippet:
    """Return what shows films in a page, and what has to be known besides.

    Parameters
    ----------
    paths : sequence of Path
        Films of one scene, light and dark, for wide and narrow screens: any file of each; manifests lie beside them.
    dialect : str
        What the page is made with: a name in `render.publish.dialects.DIALECTS`.
    language : str, optional
        Language of the text that stands for the film; the film's own by default.
    base : str
        What comes before the file names in their addresses.
    autoplay : bool
        Whether the film plays by itself.
    page : bool
        Whether HTML shows the film's own page.

    Raises
    ------
    EigenreelError
        If there is no manifest, it lists no film, the films do not belong together, or one that flashes is to play by
        itself.
    """
    if dialect not in DIALECTS:
        raise UsageError(f"there is nothing for {dialect!r}, {suggestion(dialect, DIALECTS)}")
    if page and dialect not in ("html", "jekyll"):
        raise UsageError("the film's own page is shown in HTML alone, so leave --page or --for out")
    films = tuple(map(read_variant, paths))
    unsafe = next((film.stem for film in films if not film.safe), None)
    if autoplay and unsafe is not None:
        raise UsageError(
            f"{unsafe} flashes more than three times a second, which can harm people, so it does not play by itself: "
            "leave --autoplay out"
        )
    places = tuple(arranged(films))
    told = telling(places, language or places[0].film.language)
    made = DIALECTS[dialect](Sheet(films, places, told, base, autoplay, page))
    remarks = [f"{film.stem}: {remark}" for film in films if (remark := remark_on_stillness(film.content))]
    return Snippet(made.text, (*made.notes, *_renamed(films, paths), *_stale_tracks(films, paths), *remarks))


def snippet(paths: Path | Sequence[Path], dialect: str = "html", language: str | None = None, base: str = "") -> str:
    """Return what shows films in a page; see `embedding`."""
    return embedding([paths] if isinstance(paths, Path) else paths, dialect, language, base).text


def _renamed(films: Sequence[Variant], paths: Sequence[Path]) -> list[str]:
    """Name films whose files have other names than their manifests list."""
    found = []
    for film, path in zip(films, paths, strict=True):
        for listed in (name for kind, name in film.files if kind.moving):
            own = path.with_suffix(Path(listed).suffix)
            if own.name != listed and own.is_file():
                found.append(f"{own.name} was called {listed}, which is what is shown, so render it again with --name")
                break
    return found


def _stale_tracks(films: Sequence[Variant], paths: Sequence[Path]) -> list[str]:
    """Name text tracks that are not of the film as it is now."""
    stale = []
    for film, path in zip(films, paths, strict=True):
        for track in film.tracks:
            beside, text = text_of(path, track.kind, track.language)
            try:
                same = beside.read_bytes() == text.encode()
            except OSError:
                same = False
            if not same:
                stale.append(f"{track.name} is not of the film as it is now, so write it again with render captions")
    return stale
