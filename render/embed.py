"""Snippets that put a film into a page, with everything in them escaped."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render.errors import InputError
from render.manifest import read, title_of
from render.words import Words, size_of

# matplotlib embeds animations up to this size, too.
_EMBED_BYTES = 20 * 2**20

_SENTENCE = "{steps} steps; the spectral norm goes from {first} to {last}"


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
    if not path.exists():
        raise InputError(f"there is no file {path}, so give a film that render made")
    content = read(path)
    names = {Path(entry["name"]).suffix: str(entry["name"]) for entry in content["files"]}
    if not names.keys() & {".mp4", ".gif"}:
        raise InputError(f"{path.with_suffix('.json')} lists no video, so render the film again")
    sources = {suffix: base + quote(name) for suffix, name in names.items()}
    text = describe(content, language)
    if dialect == "markdown":
        return _markdown(sources, text)
    return _html(sources, text, content["frames"], language)


def describe(content: Mapping[str, Any], language: str = "en") -> str:
    """Return one sentence that says what a film shows, from its manifest alone."""
    words = Words(language)
    tracks = content["tracks"]
    columns = tracks if "log10_spectral_norm" not in tracks else {None: tracks}
    parts = []
    for label, column in columns.items():
        norms = [-float("inf") if v is None else v for v in column["log10_spectral_norm"]]
        values = {"steps": content["steps"], "first": size_of(norms[0]), "last": size_of(norms[-1])}
        sentence = words(_SENTENCE, values)
        parts.append(f"{words(label)}: {sentence}" if label else sentence)
    title = words(title_of(content))
    return f"{title}. " + "; ".join(parts) + "."


def _html(sources: Mapping[str, str], text: str, frames: Mapping[str, Any], language: str) -> str:
    said = html.escape(text)
    size = f'width="{int(frames["width"])}" height="{int(frames["height"])}"'
    poster = html.escape(sources.get(".png", ""))
    image = html.escape(sources.get(".gif", sources.get(".png", "")))
    fallback = f'<img src="{image}" {size} alt="{said}">'
    if ".mp4" in sources:
        film = (
            f'  <video controls muted loop playsinline preload="metadata" {size} poster="{poster}"\n'
            f'         style="max-width:100%;height:auto" aria-label="{said}">\n'
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
    said = "".join("\\" + c if c in r"\`*_{}[]()#+-.!|<>&$~" else c for c in text)
    shown = sources.get(".gif", sources.get(".png", ""))
    image = f"![{said}]({shown})"
    return f"[{image}]({sources['.mp4']})" if ".mp4" in sources else image


def notebook(files: Mapping[str, Path], content: Mapping[str, Any]) -> str:
    """Return HTML that shows a film in a notebook: inside it when small, else by its path."""
    frames = content["frames"]
    size = f'width="{frames["width"]}" height="{frames["height"]}"'
    said = html.escape(describe(content))
    kinds = {"mp4": "video/mp4", "gif": "image/gif", "png": "image/png"}
    ending = next(e for e in kinds if e in files)
    path = files[ending]
    if path.stat().st_size > _EMBED_BYTES:
        source = quote(str(path))
    else:
        source = f"data:{kinds[ending]};base64,{base64.b64encode(path.read_bytes()).decode()}"
    style = 'style="max-width:100%;height:auto"'
    if ending == "mp4":
        return f'<video controls muted loop playsinline {size} {style} aria-label="{said}" src="{source}"></video>'
    return f'<img {size} {style} alt="{said}" src="{source}">'
