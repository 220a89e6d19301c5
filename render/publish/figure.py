"""The elements that show films on a page: a figure with videos or pictures, and its caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from render.errors import InputError
from render.publish.captions import describe, one_line, slider_of
from render.publish.descriptions import FLASHES
from render.publish.markup import Code, Element, File, Value, joined
from render.publish.variants import Place, Variant
from render.text import Words

# As wide as its column at most, and in the film's own shape.
_FITTING = "max-width:100%;height:auto"
# Screens up to so many pixels are narrow.
_NARROW = "(max-width: 600px)"
_DARK = "(prefers-color-scheme: dark)"
_STILL = "(prefers-reduced-motion: reduce)"
# What languages call themselves.
_NATIVE = {"en": "English", "ko": "한국어"}


@dataclass(frozen=True)
class Telling:
    """What is written beside a film.

    Parameters
    ----------
    language : str
        Its language.
    title, text : str
        What the film is called, and what it shows in a sentence or two.
    warning : str
        What has to be known before it is played; mostly nothing.
    """

    language: str
    title: str
    text: str
    warning: str

    @property
    def caption(self) -> str:
        """All of it."""
        return f"{self.text} {self.warning}".strip()


def telling(places: Sequence[Place], language: str) -> Telling:
    """Return what is written beside films, from the manifest of the first.

    Raises
    ------
    InputError
        If the manifest cannot be told.
    """
    words, content = Words(language), places[0].film.content
    try:
        text = describe(content, language)
    except (TypeError, ValueError, OverflowError):
        # It asks for a number in a form that there is not.
        raise InputError(
            f"{places[0].film.stem}.json is not a manifest of eigenreel, so render the film again"
        ) from None
    warning = "" if all(place.film.safe for place in places) else words(FLASHES)
    # A film may be told to have no title.
    title = one_line(words(content["title"])) or one_line(words("{steps} steps", {"steps": content["steps"]}))
    return Telling(language, title, text, warning)


@dataclass(frozen=True)
class Manner:
    """How videos are shown.

    Parameters
    ----------
    autoplay : mapping
        The attributes that make a video play by itself; none for one that waits.
    style : str
        How large it is; nothing on slides, which do that, and where captions are short.
    lazy : bool
        Whether it is loaded when it is seen only: not where it is hidden, since another film is shown.
    fallback : bool
        Whether an image stands in it, for what cannot show videos.
    tracks : bool
        Whether it has text tracks.
    named : str
        The attribute that says what it is to those who do not see it.
    dark : tuple of str, optional
        The element of a page that says whether it is dark, and the selector that says so of it; by default the
        reader's system decides.
    """

    autoplay: Mapping[str, Value] = field(default_factory=dict)
    style: str = _FITTING
    lazy: bool = True
    fallback: bool = True
    tracks: bool = True
    named: str = "aria-label"
    dark: tuple[str, str] | None = None


def figure(places: Sequence[Place], told: Telling, manner: Manner) -> Element:
    """Return a figure that shows films, each where it belongs."""
    children: list[Element] = []
    if all(place.film.videos for place in places):
        if len(places) > 1:
            children.append(Element("style", {}, (Code(_style_of(places, manner.dark)),), inline=True))
            manner = replace(manner, fallback=False)
        children += [video(place, told, manner) for place in places]
    else:
        children.append(picture(places, told, manner.style))
    # A slide has room for a name.
    said = _caption(told) if manner.style else _caption(replace(told, text=told.title))
    children.append(Element("figcaption", {}, said, inline=True))
    # A browser's own margin of 40 pixels would make a film on a phone small; formulas are not sought in its text.
    style: dict[str, Value] = {"style": "margin:0"} if manner.style else {}
    return Element(
        "figure", joined({"class": "eigenreel mathjax_ignore", "lang": told.language}, style), tuple(children)
    )


def _caption(told: Telling) -> tuple[Element | str | Code, ...]:
    return (told.text + " ", Element("strong", {}, (told.warning,), inline=True)) if told.warning else (told.text,)


def _classes(place: Place) -> str:
    """Return the classes that say when a film is shown."""
    names = [{True: "dark", False: "light"}[place.dark]] if place.dark is not None else []
    names += [{True: "narrow", False: "wide"}[place.narrow]] if place.narrow is not None else []
    return " ".join(f"eigenreel-{name}" for name in names)


def _style_of(places: Sequence[Place], dark: tuple[str, str] | None) -> str:
    """Return rules that hide each film where another one is shown.

    Videos have sources with ``media``, too, but browsers choose among these once, when a page is loaded, and all of
    them would share one poster and one shape. What is hidden is not loaded, since videos are lazy.
    """
    rules = []
    if places[0].dark is not None:
        if dark is None:
            rules += [f"@media {_DARK} {{ .eigenreel .eigenreel-light {{ display: none; }} }}"]
            rules += [f"@media not all and {_DARK} {{ .eigenreel .eigenreel-dark {{ display: none; }} }}"]
        else:
            element, says = dark
            rules += [f"{element}{says} .eigenreel .eigenreel-light {{ display: none; }}"]
            rules += [f"{element}:not({says}) .eigenreel .eigenreel-dark {{ display: none; }}"]
    if places[0].narrow is not None:
        rules += [f"@media {_NARROW} {{ .eigenreel .eigenreel-wide {{ display: none; }} }}"]
        rules += [f"@media not all and {_NARROW} {{ .eigenreel .eigenreel-narrow {{ display: none; }} }}"]
    return " ".join(rules)


def video(place: Place, told: Telling, manner: Manner) -> Element:
    """Return an element that plays a film when it is told to."""
    shown, style = _classes(place), manner.style
    film = place.film
    width, height = film.size
    attributes = joined(
        {"class": shown} if shown else {},
        {"controls": True, "muted": True, "loop": True, "playsinline": True, "preload": "metadata"},
        {"loading": "lazy"} if manner.lazy else {},
        manner.autoplay if film.safe else {},
        {"width": width, "height": height},
        {"poster": File(film.poster)} if film.poster else {},
        {"style": style} if style else {},
        {manner.named: told.title},
    )
    children = [Element("source", {"src": File(name), "type": kind.mime}) for kind, name in film.videos]
    children += [
        Element(
            "track",
            joined(
                {"kind": t.kind, "srclang": t.language, "label": _NATIVE.get(t.language, t.language)},
                {"src": File(t.name)},
            ),
        )
        for t in (film.tracks if manner.tracks else ())
    ]
    if film.images and manner.fallback:
        # Where the video plays nobody sees the image, and a lazy one is then not fetched.
        children.append(_image(film, told, style, {"loading": "lazy"}))
    return Element("video", attributes, tuple(children))


def picture(places: Sequence[Place], told: Telling, style: str = _FITTING) -> Element:
    """Return an image that moves, or does not for those who want little motion."""
    sources = []
    first, *others = places
    # The first source that fits is taken, so the first film, which needs no condition, comes last.
    for place in [*sorted(others, key=lambda place: (not (place.narrow and place.dark), not place.narrow)), first]:
        film = place.film
        when = [_NARROW] if place.narrow else []
        when += [_DARK] if place.dark else []
        size = {"width": film.size[0], "height": film.size[1]} if place.narrow is not None else {}
        if film.poster and film.images and film.images[0][0].moving:
            still: dict[str, Value] = {"media": " and ".join([_STILL, *when]), "srcset": File(film.poster)}
            sources.append(Element("source", joined(still, size)))
        for kind, name in film.images[:1] if when else film.images[: _before_last(film)]:
            condition = {"media": " and ".join(when)} if when else {}
            sources.append(Element("source", joined(condition, {"type": kind.mime, "srcset": File(name)}, size)))
    image = _image(first.film, told, style, {})
    return Element("picture", {}, (*sources, image)) if sources else image


def _before_last(film: Variant) -> int:
    """Return how many of a film's images are sources: of several that move the last is the image itself."""
    return max(0, sum(kind.moving for kind, _ in film.images) - 1)


def _image(film: Variant, told: Telling, style: str, more: Mapping[str, Value]) -> Element:
    width, height = film.size
    name = film.images[_before_last(film)][1] if film.images else ""
    if not name:
        raise InputError(f"{film.stem} has neither an image nor a poster, so render it again")
    size: dict[str, Value] = {"src": File(name), "width": width, "height": height}
    return Element("img", joined(size, {"style": style} if style else {}, more, {"alt": told.caption}))


def page_frame(film: Variant, told: Telling) -> list[Element]:
    """Return a frame with a film's page in it, and what gives the frame the page's height.

    Raises
    ------
    InputError
        If the film has no page.
    """
    name = next((name for kind, name in film.files if kind.element == "iframe"), None)
    if name is None:
        raise InputError(f"{film.stem} has no page, so render it with --format html")
    width, height = film.size
    title = f"{told.title}. {slider}" if (slider := slider_of(film.content, told.language)) else told.title
    style = f"border:0;width:100%;aspect-ratio:{width}/{height}"
    frame = Element(
        "iframe", {"class": "eigenreel", "src": File(name), "loading": "lazy", "title": title, "style": style}
    )
    return [frame, Element("script", {}, (Code(RESIZING),), inline=True)]


# A policy may forbid the attribute `style`, but not what a program sets.
RESIZING = (
    'addEventListener("message", e => { for (const f of document.querySelectorAll("iframe.eigenreel")) '
    "if (f.contentWindow === e.source && e.data?.eigenreel?.height > 0) "
    'Object.assign(f.style, { border: 0, width: "100%", height: e.data.eigenreel.height + "px" }); })'
)
