"""Snippets that put a film into a page, with everything in them escaped."""

from __future__ import annotations

import base64
import html
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render.errors import InputError
from render.pipeline.manifest import read
from render.publish.captions import describe
from render.video.formats import FileKind, kinds

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
        If there is no manifest, or it lists no film.
    """
    if not os.path.exists(path):
        raise InputError(f"there is no file {str(path)!r}, so give a film that render made")
    content = read(path)
    names = {Path(entry["name"]).suffix: str(entry["name"]) for entry in content["files"]}
    if not any(kind.moving and kind.suffix in names for kind in kinds()):
        raise InputError(f"{path.with_suffix('.json')} lists no film, so render it again")
    # What means something in an address stays; brackets would end one in Markdown.
    start = quote(base, safe="%/:?#@!$&'*+,;=~")
    # A folder may be given with its slash or without.
    start += "/" if start and start[-1] not in "/=?#&" else ""
    sources = [(kind, start + quote(names[kind.suffix])) for kind in kinds() if kind.suffix in names]
    try:
        text = describe(content, language)
    except (TypeError, ValueError, OverflowError):
        # It asks for a number in a form that there is not.
        raise InputError(
            f"{path.with_suffix('.json')} is not a manifest of eigenreel, so render the film again"
        ) from None
    if dialect == "markdown":
        return _markdown(sources, text)
    return _html(sources, text, content["frames"], language)


# What shows a film, the best first, with their addresses; the poster comes last.
Sources = Sequence[tuple[FileKind, str]]


def _image(sources: Sources) -> str | None:
    """Return the address of what an image shows: the film where it can, else the poster."""
    images = [address for kind, address in sources if kind.element == "img"]
    return images[0] if images else None


def _escape(text: str) -> str:
    """Return text for HTML; site generators look for braces before they look at anything else."""
    return html.escape(text).replace("{", "&#123;")


def _html(sources: Sources, text: str, frames: Mapping[str, Any], language: str) -> str:
    said = _escape(text)
    size = f'width="{int(frames["width"])}" height="{int(frames["height"])}"'
    style = 'style="max-width:100%;height:auto"'
    posters = [address for kind, address in sources if not kind.moving]
    poster = f' poster="{html.escape(posters[0])}"' if posters else ""
    image = _image(sources)
    # Where the video plays nobody sees the image, and a lazy one is then not fetched.
    fallback = f'<img src="{html.escape(image)}" {size} {style} loading="lazy" alt="{said}">' if image else ""
    videos = [(kind, address) for kind, address in sources if kind.element == "video"]
    if videos:
        listed = "".join(f'    <source src="{html.escape(at)}" type="{kind.mime}">\n' for kind, at in videos)
        film = (
            f'  <video controls muted loop playsinline preload="metadata" {size}{poster}\n'
            f'         {style} aria-label="{said}">\n'
            f"{listed}"
            f"    {fallback}\n"
            "  </video>\n"
        )
    else:
        film = f"  {fallback}\n"
    return (
        f'<figure class="eigenreel" lang="{html.escape(language)}">\n{film}  <figcaption>{said}</figcaption>\n</figure>'
    )


def _markdown(sources: Sources, text: str) -> str:
    """Return an image with its alternative text, linked to the video where there is one."""
    said = "".join("\\" + c if c in r"\`*_{}[]()#+-.!|<>&$~%" else c for c in text)
    videos = [address for kind, address in sources if kind.element == "video"]
    image = f"![{said}]({_image(sources) or ''})"
    return f"[{image}]({videos[0]})" if videos else image


def notebook(files: Mapping[str, Path], content: Mapping[str, Any]) -> str:
    """Return HTML that shows a film in a notebook: inside it when small, else by its path."""
    frames = content["frames"]
    size = f'width="{frames["width"]}" height="{frames["height"]}"'
    said = _escape(describe(content))
    suffixes = {path.suffix: path for path in files.values()}
    kind = next(kind for kind in kinds() if kind.suffix in suffixes)
    path = suffixes[kind.suffix]
    if path.stat().st_size > _EMBED_BYTES:
        here = path.is_relative_to(Path.cwd())
        source = quote((path.relative_to(Path.cwd()) if here else path).as_posix())
    else:
        source = f"data:{kind.mime};base64,{base64.b64encode(path.read_bytes()).decode()}"
    style = 'style="max-width:100%;height:auto"'
    if kind.element == "video":
        return f'<video controls muted loop playsinline {size} {style} aria-label="{said}" src="{source}"></video>'
    return f'<img {size} {style} alt="{said}" src="{source}">'
