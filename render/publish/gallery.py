"""All films of a folder on one page: by chapter, playing when they are seen, with what embeds them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from render.check.verify import films_at
from render.errors import EigenreelError, InputError
from render.files import is_folder
from render.pipeline.catalog import Idea, all_scenes, chapter_of, chapters, covered_ideas, heading_of
from render.pipeline.moments import sentence
from render.publish.embed import snippet
from render.publish.figure import telling
from render.publish.markup import Code, Element, File, address, escaped, to_html
from render.publish.scripts import policy_hash, stripped
from render.publish.stillness import still_share_of, told_stillness
from render.publish.variants import Place, Variant, read_variant
from render.storage import AtomicFiles
from render.text import Words
from render.video.formats import PAGE

NAME = "index.html"
_OWN = "Films of other scenes"
# Films that differ in nothing else are one.
_LOOKS = ("theme", "layout", "name", "formats")


@dataclass(frozen=True)
class _Card:
    """A film of the gallery: as light pages show it, as dark ones do, if it is there, its manifest, and all of them."""

    light: Variant
    dark: Variant | None
    path: Path
    all: tuple[Path, ...]


def write_gallery(folder: Path, language: str | None = None) -> tuple[Path, list[str]]:
    """Write a page of all films in a folder into it; return its path, and what has to be known besides.

    Parameters
    ----------
    folder : Path
        Where the films are.
    language : str, optional
        Language of the page; that of most films by default. Films speak their own.

    Raises
    ------
    EigenreelError
        If there are no films, or the page cannot be written.
    """
    if not is_folder(folder):
        raise InputError(f"there is no folder {str(folder)[:200]!r}, so render films into it first")
    found, remarks = [], []
    for manifest in films_at([folder]):
        try:
            found.append((read_variant(manifest), manifest))
        except InputError as error:
            remarks.append(f"{manifest.name} is left out, since {error}")
    remarks += [remark for film, manifest in found for remark in _unlike_manifest(film, manifest)]
    if not found:
        raise InputError(
            f"there are no films in the folder {str(folder)!r} itself (those in it are not searched), so render some"
        )
    spoken = Counter(film.language for film, _ in found)
    text = gallery(found, language or spoken.most_common(1)[0][0])
    with AtomicFiles(folder, [NAME]) as files:
        files.write(NAME, text.encode(errors="xmlcharrefreplace"))
        return next(iter(files.commit().values())), remarks


def _unlike_manifest(film: Variant, manifest: Path) -> Iterator[str]:
    """Say which files of a film are not there, or not those of its manifest: the page would show nothing."""
    sizes = {Path(entry["name"]).suffix: entry.get("bytes") for entry in film.content["files"]}
    for kind, name in film.files:
        path = manifest.with_name(name)
        if not path.is_file():
            yield f"{name} is not there, so render the film again"
        elif sizes[kind.suffix] not in (None, path.stat().st_size):
            yield f"{name} is not the file that its manifest lists, so render the film again"


def gallery(found: Sequence[tuple[Variant, Path]], language: str = "en") -> str:
    """Return a page of films.

    Parameters
    ----------
    found : sequence of (Variant, Path)
        The films, each with its manifest. Those that differ in nothing but the theme are one.
    language : str
        Language of the page.
    """
    words = Words(language)
    grouped: dict[str, list[_Card]] = {}
    order = [*chapters(), ""]
    homes = {name: chapter_of(scene) or "" for name, scene in all_scenes().items()}
    for card in sorted(_cards(found), key=lambda card: order.index(homes.get(card.light.content["scene"], ""))):
        chapter = homes.get(card.light.content["scene"], "")
        grouped.setdefault(words(heading_of(chapter)) if chapter else words(_OWN), []).append(card)
    ideas: defaultdict[str, list[Idea]] = defaultdict(list)
    for idea in chain.from_iterable(covered_ideas().values()):
        for scene in idea.scenes:
            ideas[scene].append(idea)
    title = words("Films of repeated matrix multiplication")
    sections = [
        Element(
            "section",
            {"id": f"chapter-{number}", "aria-labelledby": f"heading-{number}"},
            (
                Element("h2", {"id": f"heading-{number}"}, (heading,), inline=True),
                Element(
                    "div",
                    {"class": "films"},
                    tuple(_film(card, words, ideas[card.light.content["scene"]]) for card in cards),
                ),
            ),
        )
        for number, (heading, cards) in enumerate(grouped.items(), 1)
    ]
    links = tuple(
        Element("a", {"href": f"#chapter-{number}"}, (heading.partition(":")[0],), inline=True)
        for number, heading in enumerate(grouped, 1)
    )
    count = sum(map(len, grouped.values()))
    # Pages play where they are opened.
    play = any(film.videos for film, _ in found)
    told = words("{count} films. They play while they are seen." if play else "{count} films.", {"count": count})
    switch = Element(
        "label",
        {},
        (Element("input", {"type": "checkbox", "id": "playing", "checked": True}), words("Play films that are seen")),
        inline=True,
    )
    body = [
        Element(
            "header",
            {},
            (
                Element("h1", {}, (title,), inline=True),
                Element("p", {}, (told,), inline=True),
                Element(
                    "p",
                    {"class": "tools"},
                    (
                        Element(
                            "label",
                            {},
                            (words("Search"), Element("input", {"type": "search", "id": "search"})),
                            inline=True,
                        ),
                        *([switch] if play else []),
                    ),
                ),
                Element("nav", {"aria-label": words("Chapters")}, links),
            ),
        ),
        Element(
            "main", {}, (*sections, Element("p", {"id": "none", "hidden": True}, (words("No film is like that."),)))
        ),
    ]
    # A browser runs the page's own script and no other, whatever the texts of films come to.
    policy = f"script-src {policy_hash(stripped('gallery.js'))}; object-src 'none'; base-uri 'none'; form-action 'none'"
    head = (
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<title>{escaped(title)}</title>\n<link rel="icon" href="data:,">\n<style>{stripped("gallery.css")}</style>'
    )
    inner = "\n".join(to_html(element, address) for element in body)
    return (
        f'<!doctype html>\n<html lang="{escaped(language)}">\n<head>\n{head}\n</head>\n<body>\n{inner}\n'
        f"<script>{stripped('gallery.js')}</script>\n</body>\n</html>\n"
    )


def _cards(found: Sequence[tuple[Variant, Path]]) -> list[_Card]:
    """Return the films; those that differ in theme, layout and formats alone are one."""
    alike: dict[str, list[tuple[Variant, Path]]] = {}
    for film, path in found:
        job = {name: value for name, value in film.content["job"].items() if name not in _LOOKS}
        alike.setdefault(repr(sorted(job.items())), []).append((film, path))
    cards = []
    for several in alike.values():
        # The widest is shown; the others are in what embeds it.
        film, path = min(several, key=lambda pair: (-pair[0].size[0] / pair[0].size[1], pair[0].dark))
        dark = next((other for other, _ in several if other.dark and other.size == film.size and not film.dark), None)
        cards.append(_Card(film, dark, path, tuple(single for _, single in several)))
    return cards


def _film(card: _Card, words: Words, ideas: Sequence[Idea]) -> Element:
    """Return the article of a film; `ideas` are what its scene shows."""
    film, content = card.light, card.light.content
    own = Words(film.language)
    told = telling([Place(film)], film.language)
    statement = sentence(own(content["statement"], content["parameters"]))
    parts: list[Element | str | Code] = [
        _media(card, told.text),
        Element("h3", {}, (told.title,), inline=True),
        Element("p", {}, (statement,), inline=True),
    ]
    if told.warning:
        parts.append(Element("p", {"class": "warning"}, (told.warning,), inline=True))
    still = told_stillness(still_share_of(content), own)
    if still:
        parts.append(Element("p", {}, (still,), inline=True))
    page = next((name for kind, name in film.files if kind is PAGE), None)
    if page is not None:
        parts.append(Element("p", {}, (Element("a", {"href": File(page)}, (words("Interactive page"),)),), inline=True))
    if content["command"]:
        parts.append(_details(words("Command"), Element("code", {}, (content["command"],), inline=True)))
    copied = _snippet(card)
    if copied:
        copy = Element("button", {"type": "button", "class": "copy"}, (words("Copy"),), inline=True)
        code = Element("pre", {"tabindex": 0}, (Element("code", {}, (copied,), inline=True),), inline=True)
        parts.append(_details(words("Embed"), copy, code))
    if ideas:
        lines = (f"{idea.number}: {own(idea.text)}" for idea in ideas)
        listed = Element("ul", {}, tuple(Element("li", {}, (line,), inline=True) for line in lines))
        parts.append(_details(words("Ideas shown"), listed))
    attributes = {"lang": film.language, "id": film.stem, "data-scene": str(content["scene"])}
    return Element("article", attributes, tuple(parts))


def _snippet(card: _Card) -> str:
    """Return what embeds a film: in all its looks, where one page can show them."""
    for paths in (card.all, (card.path,)):
        with suppress(EigenreelError):
            return snippet(paths, "html")
    return ""


def _details(name: str, *parts: Element) -> Element:
    return Element("details", {}, (Element("summary", {}, (name,), inline=True), *parts))


def _media(card: _Card, said: str) -> Element:
    """Return what shows a film: its video, or its image."""
    film = card.light
    width, height = film.size
    size = {"width": width, "height": height}
    dark = card.dark
    if film.videos:
        attributes: dict[str, str | int | bool | File] = {
            "controls": True, "muted": True, "loop": True, "playsinline": True, "preload": "none",
            **size, "aria-label": said, "src": File(film.videos[0][1]),
        }  # fmt: skip
        if film.poster:
            attributes["poster"] = File(film.poster)
        if dark is not None and dark.videos:
            attributes["data-dark"] = File(dark.videos[0][1])
            if dark.poster:
                attributes["data-dark-poster"] = File(dark.poster)
        if not film.safe:
            attributes["data-waits"] = True
        return Element("video", attributes)
    # A film without a video is a picture here: its poster, since an image cannot be paused.
    return Element("img", {**size, "alt": said, "loading": "lazy", "src": File(film.poster or film.images[-1][1])})
