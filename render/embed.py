"""Snippets that put a film into a page, with everything in them escaped."""

from __future__ import annotations

import base64
import html
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render.errors import InputError
from render.manifest import columns_of, read
from render.words import Words, number, size_of

# matplotlib embeds animations up to this size, too.
_EMBED_BYTES = 20 * 2**20


def snippet(path: Path, dialect: str = "html", language: str = "en", base: str = "") -> str:
    """Return what shows a film in a page.

    Parameters
    ----------
    path : Path
        One of the film's files; its manifest lies beside it.
    dialect : str
        ``html`` or ``markdown``.
    language : str
        Language of the text that stands for the film.
    base : str
        What comes before the file names in their addresses.

    Raises
    ------
    InputError
        If there is no manifest, or it lists no video.
    """
    if not os.path.exists(path):
        raise InputError(f"there is no file {str(path)!r}, so give a film that render made")
    content = read(path)
    names = {Path(entry["name"]).suffix: str(entry["name"]) for entry in content["files"]}
    if not names.keys() & {".mp4", ".gif"}:
        raise InputError(f"{path.with_suffix('.json')} lists no video, so render the film again")
    # What means something in an address stays; brackets would end one in Markdown.
    start = quote(base, safe="%/:?#@!$&'*+,;=~")
    # A folder may be given with its slash or without.
    start += "/" if start and start[-1] not in "/=?#&" else ""
    sources = {suffix: start + quote(name) for suffix, name in names.items()}
    text = describe(content, language)
    if dialect == "markdown":
        return _markdown(sources, text)
    return _html(sources, text, content["frames"], language)


def _plain(text: str) -> str:
    """Return text in one line, without characters that are orders to a terminal or a browser."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _escape(text: str) -> str:
    """Return text for HTML; site generators look for braces before they look at anything else."""
    return html.escape(text).replace("{", "&#123;")


def describe(content: Mapping[str, Any], language: str = "en") -> str:
    """Return what a film shows in a sentence or two, from its manifest alone: its statement, and a track it draws."""
    words = Words(language)
    statement = words(content["statement"], content["parameters"])
    # A film may be told to have no title.
    values = {"title": words(content["title"]) or "—", "steps": content["steps"], "statement": statement}
    text = words("{title}, {steps} steps: {statement}." if statement else "{title}, {steps} steps.", values)
    for panel in sorted(content["panels"], key=_rank):
        changes = _changes(content, panel, words)
        if changes:
            heading = words(panel["heading"])
            # Words begin a sentence in capitals; symbols such as h(t) and dh stay as they are.
            begin = heading[:1].upper() + heading[1:] if re.match("[a-z]{3}", heading) else heading
            return _plain(f"{text} {begin}: {changes}." if heading else f"{text} {changes}.")
    return _plain(text)


# A caption tells the tracks of the first of these panels that a film has.
_TOLD = ("series", "norms", "readout")
# More than this nobody reads.
_MOST_CHANGES = 6


def _rank(panel: Mapping[str, Any]) -> int:
    return _TOLD.index(panel["panel"]) if panel["panel"] in _TOLD else len(_TOLD)


def _changes(content: Mapping[str, Any], panel: Mapping[str, Any], words: Words) -> str:
    """Return the first and last number of the panel's tracks in all columns, with a peak or trough between them."""
    changes = []
    for label, tracks in columns_of(content).items():
        for name, track in panel["tracks"].items():
            values = _numbers(track, tracks.get(track))
            if panel["panel"] in _TOLD and values:
                log10 = panel["scale"] == "log10" or track.startswith("log10_")
                told = [size_of(value) if log10 else number(float(value)) for value in _turns(values)]
                # A middle that reads like one of the ends tells nothing.
                shown = " → ".join(told if told[1] not in (told[0], told[-1]) else [told[0], told[-1]])
                which = ", ".join(filter(None, (words(label), words(name))))
                changes.append(f"{shown} ({which})" if which else shown)
    return ", ".join(changes[:_MOST_CHANGES])


def _numbers(name: str, track: Any) -> list[float]:
    """Return the numbers of a track that is one curve; where a product is zero its logarithm is null."""
    if not isinstance(track, list) or any(isinstance(value, list) for value in track):
        return []
    if name in ("log10_spectral_norm", "log10_frobenius_norm"):
        return [-math.inf if value is None else value for value in track]
    return [value for value in track if value is not None]


def _turns(values: list[float]) -> list[float]:
    """Return the first and the last number, and between them the one farthest beyond both, if that is far."""
    first, last = values[0], values[-1]
    low, high = min(first, last), max(first, last)
    above, below = max(values) - high, low - min(values)
    spread = max(values) - min(values)
    # A tenth of what the numbers span is seen; less may be rounding.
    if not math.isfinite(spread) or max(above, below) <= spread / 10:
        return [first, last]
    return [first, max(values) if above >= below else min(values), last]


def _html(sources: Mapping[str, str], text: str, frames: Mapping[str, Any], language: str) -> str:
    said = _escape(text)
    size = f'width="{int(frames["width"])}" height="{int(frames["height"])}"'
    style = 'style="max-width:100%;height:auto"'
    poster = f' poster="{html.escape(sources[".png"])}"' if ".png" in sources else ""
    image = sources.get(".gif", sources.get(".png"))
    # Where the video plays nobody sees the image, and a lazy one is then not fetched.
    fallback = f'<img src="{html.escape(image)}" {size} {style} loading="lazy" alt="{said}">' if image else ""
    if ".mp4" in sources:
        film = (
            f'  <video controls muted loop playsinline preload="metadata" {size}{poster}\n'
            f'         {style} aria-label="{said}">\n'
            f'    <source src="{html.escape(sources[".mp4"])}" type="video/mp4">\n'
            f"    {fallback}\n"
            "  </video>\n"
        )
    else:
        film = f"  {fallback}\n"
    return (
        f'<figure class="eigenreel" lang="{html.escape(language)}">\n{film}  <figcaption>{said}</figcaption>\n</figure>'
    )


def _markdown(sources: Mapping[str, str], text: str) -> str:
    """Return an image with its alternative text, linked to the MP4 where there is one."""
    said = "".join("\\" + c if c in r"\`*_{}[]()#+-.!|<>&$~%" else c for c in text)
    shown = sources.get(".gif", sources.get(".png", ""))
    image = f"![{said}]({shown})"
    return f"[{image}]({sources['.mp4']})" if ".mp4" in sources else image


def notebook(files: Mapping[str, Path], content: Mapping[str, Any]) -> str:
    """Return HTML that shows a film in a notebook: inside it when small, else by its path."""
    frames = content["frames"]
    size = f'width="{frames["width"]}" height="{frames["height"]}"'
    said = _escape(describe(content))
    kinds = {"mp4": "video/mp4", "gif": "image/gif", "png": "image/png"}
    ending = next(e for e in kinds if e in files)
    path = files[ending]
    if path.stat().st_size > _EMBED_BYTES:
        here = path.is_relative_to(Path.cwd())
        source = quote((path.relative_to(Path.cwd()) if here else path).as_posix())
    else:
        source = f"data:{kinds[ending]};base64,{base64.b64encode(path.read_bytes()).decode()}"
    style = 'style="max-width:100%;height:auto"'
    if ending == "mp4":
        return f'<video controls muted loop playsinline {size} {style} aria-label="{said}" src="{source}"></video>'
    return f'<img {size} {style} alt="{said}" src="{source}">'
