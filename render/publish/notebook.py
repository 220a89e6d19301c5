"""What a notebook shows of a film: its page, or its video, and its poster where neither is shown."""

from __future__ import annotations

import base64
import html
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render.errors import EigenreelError
from render.files import current_folder
from render.pipeline.job import Job
from render.pipeline.scene_run import run_of
from render.pipeline.timeline import Instant, Timeline
from render.pipeline.watch import Watch
from render.publish.captions import describe, describe_page
from render.publish.descriptions import is_safe
from render.publish.markup import escaped
from render.publish.page import Played, page_of
from render.text import Words
from render.video.formats import PAGE, POSTER, kinds

# More than that makes notebooks slow, and some refuse it.
_EMBED_BYTES = 5_000_000


def bundle(files: Mapping[str, Path], content: Mapping[str, Any], job: Job) -> dict[str, str]:
    """Return what stands for a film in a notebook, by media type.

    The HTML holds the film's page where that is small, else its video or image, and where that is large links it.
    GitHub shows neither, but the poster.

    Parameters
    ----------
    files : mapping of str to Path
        The film's files by ending.
    content : mapping
        Its manifest.
    job : Job
        What it was made of.
    """
    shown = {}
    page = _page(files, content, job)
    if page is not None and len(page) <= _EMBED_BYTES:
        shown["text/html"] = framed(page, describe_page(content, job.language))
    else:
        shown["text/html"] = _element(files, content, job.language) + _link(files, job.language)
    poster = files.get(POSTER.name)
    if poster is not None and poster.exists():
        shown[POSTER.mime] = base64.b64encode(poster.read_bytes()).decode()
    return shown


def framed(page: bytes, title: str) -> str:
    """Return an element that holds a whole page; the page makes it as high as itself."""
    return (
        f'<iframe title="{escaped(title)}" srcdoc="{html.escape(page.decode())}" '
        'style="width:100%;aspect-ratio:4/3;border:0"></iframe>'
    )


def page_again(content: Mapping[str, Any], job: Job) -> bytes:
    """Return the page of a film that was made without one.

    Parameters
    ----------
    content : mapping
        The film's manifest.
    job : Job
        What it was made of.

    Raises
    ------
    EigenreelError
        If its scene cannot be built any more.
    """
    frames = content["frames"]
    steps = frames["steps"]
    parts, entries = (frames[name] or [0] * len(steps) for name in ("parts", "entries"))
    instants = tuple(map(Instant, steps, map(float, parts), entries))
    timeline = Timeline(Fraction(*frames["fps"]), instants, ())
    found = run_of(job)
    return page_of([Played(found, job, timeline, is_safe(content))], describe(content, job.language))


def _page(files: Mapping[str, Path], content: Mapping[str, Any], job: Job) -> bytes | None:
    made = files.get(PAGE.name)
    try:
        return made.read_bytes() if made is not None else page_again(content, job)
    except (OSError, EigenreelError):
        # The video can be shown nevertheless: a scene file or a page may have gone since.
        return None


def _element(files: Mapping[str, Path], content: Mapping[str, Any], language: str) -> str:
    """Return an element that shows the film's best file: inside the notebook when small, else by its path."""
    frames = content["frames"]
    size = f'width="{frames["width"]}" height="{frames["height"]}"'
    said = escaped(describe(content, language))
    suffixes = {path.suffix: path for path in files.values() if path.exists()}
    kind = next((k for k in kinds() if k.suffix in suffixes and k.element in ("video", "img")), None)
    if kind is None:
        return f"<p>{said}</p>"
    path = suffixes[kind.suffix]
    if path.stat().st_size > _EMBED_BYTES:
        source = _address(path)
    else:
        source = f"data:{kind.mime};base64,{base64.b64encode(path.read_bytes()).decode()}"
    style = 'style="max-width:100%;height:auto"'
    if kind.element == "video":
        return f'<video controls muted loop playsinline {size} {style} aria-label="{said}" src="{source}"></video>'
    return f'<img {size} {style} alt="{said}" src="{source}">'


def _link(files: Mapping[str, Path], language: str) -> str:
    """Return a link to a film's page that is too large to be shown; nothing where there is none."""
    page = files.get(PAGE.name)
    if page is None or not page.exists():
        return ""
    return f'<p><a href="{_address(page)}">{escaped(Words(language)("Interactive page"))}</a></p>'


def _address(path: Path) -> str:
    """Return where a notebook finds a file: from its own folder, if it lies there."""
    here = current_folder()
    near = here is not None and path.is_relative_to(here)
    return quote((path.relative_to(here) if here is not None and near else path).as_posix())


class CellProgress(Watch):
    """Tells a film's progress in one line below a notebook's cell, and takes it away at the end."""

    def __init__(self, name: str) -> None:
        self._name, self._tenths = name, -1

    def painted(self, frames: int, total: int) -> None:
        """Write how much is done, when another tenth is."""
        tenths = 10 * frames // max(total, 1)
        if tenths > self._tenths:
            self._tenths = tenths
            self._write(f"{self._name}: {10 * tenths} %")

    def saved(self) -> None:
        """Clear the line."""
        self._write(" " * (len(self._name) + 8) + "\r")

    def _write(self, text: str) -> None:
        sys.stdout.write("\r" + text)
        sys.stdout.flush()


def in_a_notebook() -> bool:
    """Whether this process runs the cells of a notebook; IPython is asked only if it is there already."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None
