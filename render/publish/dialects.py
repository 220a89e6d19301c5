"""What shows films in a page, in the language of what the page is made with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from urllib.parse import urlsplit

from render.errors import InputError
from render.publish.figure import RESIZING, Manner, Telling, figure, page_frame, picture, video
from render.publish.markup import Code, Element, Value, address, escaped, markdown, to_html, to_jsx
from render.publish.scripts import policy_hash, script_hashes
from render.publish.variants import Place, Variant
from render.text import Words


@dataclass(frozen=True)
class Sheet:
    """What is to be shown.

    Parameters
    ----------
    films : tuple of Variant
        The films in the order in which they were given.
    places : tuple of Place
        The same with when each of them is shown.
    told : Telling
        What is written beside them.
    base : str
        What comes before the names of files.
    autoplay : bool
        Whether they play by themselves.
    page : bool
        Whether the film's own page is shown, instead of the film.
    """

    films: tuple[Variant, ...]
    places: tuple[Place, ...]
    told: Telling
    base: str = ""
    autoplay: bool = False
    page: bool = False

    def at(self, name: str) -> str:
        """Return the address of a file."""
        return address(name, self.base)

    def path(self, name: str) -> str:
        """Return the path of a file as it is written on disk, or its address where it lies on another site."""
        if urlsplit(self.base).netloc:
            return self.at(name)
        return f"{self.base.removesuffix('/')}/{name}" if self.base else name

    @property
    def only(self) -> Place:
        """The film of a place that can show one."""
        return Place(self.films[0])

    @property
    def left_out(self) -> tuple[str, ...]:
        """What has to be known where one film is shown."""
        names = ", ".join(film.stem for film in self.films[1:])
        return (f"one film is shown, {self.films[0].stem}, and not {names}",) if names else ()


@dataclass(frozen=True)
class Snippet:
    """What is put into a page, and what has to be known besides."""

    text: str
    notes: tuple[str, ...] = ()


# Browsers leave it to pages to ask who wants little motion.
_UNLESS_STILL: Mapping[str, Value] = {
    "autoplay": True,
    "onloadstart": "if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.autoplay = false",
}
_UNLESS_STILL_IN_REVEAL: Mapping[str, Value] = {
    "data-autoplay": True,
    "onloadstart": "if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.removeAttribute('data-autoplay')",
}
# Its pages are made before a browser has them, and programs run late: until then no film may play.
_UNLESS_STILL_IN_REACT: Mapping[str, Value] = {
    "ref": Code('(film) => { if (film) film.autoplay = !matchMedia("(prefers-reduced-motion: reduce)").matches; }'),
}


def _manner(sheet: Sheet, dark: tuple[str, str] | None = None) -> Manner:
    return Manner(_UNLESS_STILL if sheet.autoplay else {}, dark=dark)


def _html(sheet: Sheet) -> Snippet:
    film = sheet.films[0]
    if sheet.page or all(kind.element == "iframe" for kind, _ in film.files if kind.moving):
        frames = page_frame(film, sheet.told)
        styled = policy_hash(str(frames[0].attributes["style"]))
        policy = (
            f"a content security policy has to list frame-src {_site(sheet.base)}, script-src {policy_hash(RESIZING)} "
            f"and style-src 'unsafe-hashes' {styled}; where what is in the page is pasted instead, script-src "
            f"{' '.join(script_hashes())}"
        )
        return Snippet("\n".join(to_html(frame, sheet.at) for frame in frames), (policy, *sheet.left_out))
    return Snippet(to_html(figure(sheet.places, sheet.told, _manner(sheet)), sheet.at))


def _site(base: str) -> str:
    """Return what a content security policy calls the site of an address: its own, where the address names none."""
    found = urlsplit(base)
    return f"{found.scheme}://{found.netloc}" if found.scheme and found.netloc else found.netloc or "'self'"


# What stands for a beginning of addresses that is not known yet.
_HERE = "eigenreel-address-of-the-site"


def _jekyll(sheet: Sheet) -> Snippet:
    """Return HTML in which Jekyll fills in what `base` begins with between double braces: {{ site.baseurl }}."""
    found = re.fullmatch(r"(\{\{[^{}]*\}\})(.*)", sheet.base)
    if found is None:
        return _html(sheet)
    made = _html(replace(sheet, base=_HERE + found[2]))
    return replace(made, text=made.text.replace(_HERE, found[1]))


def _markdown(sheet: Sheet) -> Snippet:
    """Return an image with its alternative text, linked to the video where there is one.

    Browsers play a linked video at once. So of one that flashes the image leads nowhere, and a link stands behind the
    warning.
    """
    film, told = sheet.films[0], sheet.told
    if not film.images:
        raise InputError(f"{film.stem} has neither an image nor a poster, so render it again")
    image = f"![{markdown(told.caption)}]({sheet.at(film.images[0][1])})"
    target = _to_play(film)
    if told.warning:
        link = f" {_link(sheet, target)}" if target else ""
        return Snippet(f"{image}\n\n**{markdown(told.warning)}**{link}", sheet.left_out)
    return Snippet(f"[{image}]({sheet.at(target)})" if target else image, sheet.left_out)


def _link(sheet: Sheet, target: str) -> str:
    return f"[{markdown(_named(sheet.told, target))}]({sheet.at(target)})"


def _named(told: Telling, target: str) -> str:
    """Return what a film's file is called in a link: as what it is, since some sites play it and others save it."""
    return f"{Words(told.language)('The film')} ({PurePath(target).suffix[1:].upper()})"


def _to_play(film: Variant) -> str | None:
    """Return the file that plays where a reader asks for it; None where the image plays by itself."""
    playing = film.videos
    if not playing and not (film.images and film.images[0][0].moving):
        playing = [(kind, name) for kind, name in film.files if kind.moving]
    return playing[0][1] if playing else None


def _github(sheet: Sheet) -> Snippet:
    """Return a paragraph, since figures there have margins, with pictures, since videos are taken away."""
    told, target = sheet.told, _to_play(sheet.places[0].film)
    # Styles are taken away, too, and heights would stay where widths shrink.
    shown = to_html(_without_height(picture(sheet.places, told, style="")), sheet.at, "    ")
    link = f'<a href="{escaped(sheet.at(target))}">' if target else ""
    after = ""
    if target and not told.warning:
        shown = f"  {link}\n{shown}\n  </a>"
    elif target:
        # Browsers play a linked video at once, so the warning comes before the link.
        after = f" {link}{escaped(_named(told, target))}</a>"
    return Snippet(f'<p lang="{escaped(told.language)}">\n{shown}\n  <br>{escaped(told.caption)}{after}\n</p>')


def _without_height(element: Element) -> Element:
    kept = {name: value for name, value in element.attributes.items() if name != "height"}
    children = tuple(_without_height(child) if isinstance(child, Element) else child for child in element.children)
    return replace(element, attributes=kept, children=children)


def _hugo(sheet: Sheet) -> Snippet:
    """Return a shortcode, since raw HTML in a page is left out."""
    name = sheet.films[0].stem
    if not name.replace("-", "").replace("_", "").isalnum():
        raise InputError(f"a shortcode cannot be named {name[:80]!r}, so render the film again with another --name")
    where = f"layouts/_shortcodes/{name}.html"
    page = to_html(figure(sheet.places, sheet.told, _manner(sheet)), sheet.at)
    return Snippet(
        f"{{{{/* This is {where}: write {{{{< {name} >}}}} in a page that has the film beside it. */}}}}\n{page}",
        (f"save this as {where}, and write {{{{< {name} >}}}} in a page that has the film beside it",),
    )


def _quarto(sheet: Sheet) -> Snippet:
    """Return raw HTML for pages, and the poster for what is printed."""
    page = to_html(figure(sheet.places, sheet.told, _manner(sheet, ("body", ".quarto-dark"))), sheet.at)
    printed, film = "", sheet.films[0]
    if film.poster:
        caption = markdown(sheet.told.caption)
        image = f"![{caption}]({sheet.at(film.poster)})"
        printed = f'\n\n::: {{.content-visible unless-format="html"}}\n{image}\n:::'
    others = [film.poster for film in sheet.films if film.poster] + [
        t.name for film in sheet.films for t in film.tracks
    ]
    # Quarto copies what it finds as the source of a video, and neither posters nor tracks.
    listed = json.dumps(others, ensure_ascii=False)
    notes = (f"in a website, add to the head of the page: resources: {listed}",) if others and not sheet.base else ()
    return Snippet(f"```{{=html}}\n{page}\n```{printed}", notes)


def _myst(sheet: Sheet) -> Snippet:
    """Return a figure: the film where it shall play by itself, else its poster, and below it what leads to the film.

    Pages made by MyST show raw HTML as text, and films without controls.
    """
    film, told = sheet.films[0], sheet.told
    caption = markdown(told.caption)
    playing = sheet.autoplay and film.videos
    if not film.images:
        raise InputError(f"{film.stem} has neither an image nor a poster, so render it again")
    target = _to_play(film)
    if playing:
        shown, options = film.videos[0][1], [f"placeholder: {_yaml(sheet.path(film.poster))}"] if film.poster else []
    else:
        shown, options = film.poster if target and film.poster else film.images[0][1], []
        if target:
            # Of a film that flashes the warning comes first.
            parts = (caption, _link(sheet, target))
            caption = " · ".join(parts if told.warning else parts[::-1])
    # Those between lines are YAML for all who read MyST; behind colons they are for some, and plain text for others.
    lines = [f":::{{figure}} {sheet.path(shown)}", "---", f"alt: {_yaml(told.caption)}", *options, "---"]
    notes = ("MyST shows a film that plays by itself without controls, so nobody can stop it",) if playing else ()
    return Snippet("\n".join([*lines, "", caption, ":::"]), (*notes, *sheet.left_out))


def _yaml(text: str) -> str:
    """Return a text in double quotes, whose escapes YAML shares with JSON."""
    return json.dumps(text, ensure_ascii=False)


def _docusaurus(sheet: Sheet) -> Snippet:
    """Return JSX, which loads files by name where they lie beside the page."""
    manner = _manner(sheet, ("html", '[data-theme="dark"]'))
    # Its build knows no text tracks: those need an address.
    manner = replace(manner, autoplay=_UNLESS_STILL_IN_REACT if sheet.autoplay else {}, tracks=bool(sheet.base))
    for film in sheet.films:
        for _, name in film.files:
            if not sheet.base and set(name) & set("?#!"):
                raise InputError(
                    f"{name!r} cannot be loaded by name, so render the film again with another --name, or give --base"
                )
    found = to_jsx(figure(sheet.places, sheet.told, manner), sheet.base)
    left = any(film.tracks for film in sheet.films) and not sheet.base
    notes: tuple[str, ...] = ()
    if left:
        notes = ("text tracks need an address, so put all files into static/ and give the site's baseUrl as --base",)
    return Snippet(found, notes)


# Marp's slides of 4 : 3 and 16 : 9 have so much room between a heading of a line and the film's name.
_SLIDE = 720, 405


def _marp(sheet: Sheet) -> Snippet:
    film = sheet.films[0]
    scale = min(room / side for room, side in zip(_SLIDE, film.size, strict=True))
    content = {**film.content, "frames": {**film.content["frames"]}}
    for name, side in zip(("width", "height"), film.size, strict=True):
        content["frames"][name] = round(side * scale)
    place = Place(replace(film, content=content))
    # Styles and tracks are not allowed on slides, and would be shown as text; of what names a video, only a title is.
    manner = Manner({"autoplay": True} if sheet.autoplay else {}, style="", lazy=False, tracks=False, named="title")
    notes = sheet.left_out
    if sheet.autoplay:
        # It allows no program either.
        notes = ("on Marp's slides it plays for those who want little motion, too, so leave --autoplay out", *notes)
    if film.tracks:
        notes = ("Marp allows no text tracks, so say what happens in words (render captions --kind text)", *notes)
    if film.images:
        form = f"![w:{content['frames']['width']}]({sheet.at(film.images[0][1])})"
        notes = (f"before Marp 4, or where HTML is not allowed, write {form} instead", *notes)
    return Snippet(to_html(figure([place], sheet.told, manner), sheet.at), notes)


def _reveal(sheet: Sheet) -> Snippet:
    """Return a slide, on which the film takes the room that the text leaves."""
    told, place = sheet.told, sheet.only
    if place.film.videos:
        # It plays once its slide is shown, and stops with it.
        manner = Manner(_UNLESS_STILL_IN_REVEAL if sheet.autoplay else {}, style="", lazy=False)
        shown = video(place, told, manner)
    else:
        shown = picture([place], told, style="")
    shown = replace(shown, attributes={"class": "r-stretch", **shown.attributes})
    text = Element("p", {"lang": told.language, "style": "font-size:0.5em"}, (told.caption,), inline=True)
    return Snippet(to_html(Element("section", {}, (shown, text)), sheet.at), sheet.left_out)


_CELL = """from base64 import b64encode
from pathlib import Path

from IPython.display import HTML


def data(name, kind):
    return f"data:{{kind}};base64,{{b64encode(Path(name).read_bytes()).decode()}}"


HTML(
    r\'\'\'{}\'\'\'
)"""


def _jupyter(sheet: Sheet) -> Snippet:
    """Return a cell that puts films into the notebook itself: its readers have no files beside it."""
    manner = _manner(sheet, ("body", ':is([data-jp-theme-light="false"],.vscode-dark)'))
    if sheet.base:
        page = to_html(figure(sheet.places, sheet.told, manner), sheet.at)
        return Snippet(f"from IPython.display import HTML\n\nHTML(\n    r'''{page}'''\n)")
    kinds = [(name, kind.mime) for film in sheet.films for kind, name in film.files]
    kinds += [(track.name, "text/vtt") for film in sheet.films for track in film.tracks]
    names = [name for name, _ in kinds]
    # No text and no address has this character.
    page = to_html(
        figure(sheet.places, sheet.told, replace(manner, fallback=False)),
        lambda name: f"\0{names.index(name)}\0",
    )
    parts = page.split("\0")
    for index in range(1, len(parts), 2):
        name, kind = kinds[int(parts[index])]
        parts[index] = f"''' + data({name!a}, {kind!r}) + r'''"
    return Snippet(_CELL.format("".join(parts)))


DIALECTS: dict[str, Callable[[Sheet], Snippet]] = {
    "html": _html,
    "markdown": _markdown,
    "github": _github,
    "jekyll": _jekyll,
    "hugo": _hugo,
    "quarto": _quarto,
    "myst": _myst,
    "docusaurus": _docusaurus,
    "marp": _marp,
    "reveal": _reveal,
    "jupyter": _jupyter,
}
