"""A film as one page that needs nothing else: its marks, its sentences, and what plays them."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from render.drawing.raster import RasterCanvas
from render.pipeline.glossary import GAP
from render.pipeline.job import Job
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun
from render.pipeline.timeline import Instant, Timeline
from render.publish.descriptions import FLASHES
from render.publish.marks import marks_of
from render.publish.scripts import policy_hash, script_hashes, stripped
from render.publish.stillness import still_share, told_stillness
from render.text import Words, number, segments

# What a page says, by the names that its player uses.
_WORDS = {
    "play": "Play",
    "pause": "Pause",
    "back": "One step back",
    "on": "One step on",
    "before": "To the moment before",
    "after": "To the next moment",
    "speed": "Speed",
    "step": "Step",
    "cell": "row {row}, column {column}",
}
_STYLE = "body{margin:0}:root{color-scheme:light dark}"
# Up to so many steps all are in a page.
_MOST_STEPS = 256
_DATA = "application/x-eigenreel"


@dataclass(frozen=True)
class Played:
    """One film of a page.

    Parameters
    ----------
    found : SceneRun
        The scene with its numbers.
    job : Job
        How it is shown.
    timeline : Timeline
        What is shown when.
    safe : bool
        Whether it does not flash.
    """

    found: SceneRun
    job: Job
    timeline: Timeline
    safe: bool = True

    @cached_property
    def pictures(self) -> list[tuple[Instant, int]]:
        """The moments that follow each other, each once, with the number of frames that it lasts.

        Steps that the film passes over last none, so that the page can show them when it is asked to; of very many
        steps they are left out.
        """
        shown = [(instant, len(list(frames))) for instant, frames in groupby(self.timeline.instants)]
        steps, found = self.found.steps, []
        told = {instant.step for instant, _ in shown if not instant.entries and not instant.part}
        passed = iter([step for step in range(steps + 1) if step not in told] if steps <= _MOST_STEPS else [])
        waiting = next(passed, None)
        for instant, frames in shown:
            while waiting is not None and waiting < instant.step:
                found.append((Instant(waiting), 0))
                waiting = next(passed, None)
            found.append((instant, frames))
        return found


def page_of(films: Sequence[Played], description: str, parameter: str | None = None, first: int = 0) -> bytes:
    """Return a page that plays a film, or several of which a slider chooses one.

    Parameters
    ----------
    films : sequence of Played
        The films.
    description : str
        What stands for the film where no program runs.
    parameter : str, optional
        The scene's parameter in which the films differ.
    first : int
        Index of the film that is shown first.
    """
    begin = films[first]
    words = Words(begin.job.language)
    data = {
        "css": stripped("player.css"),
        "player": stripped("player.js"),
        "words": {name: words(text) for name, text in _WORDS.items()},
        "parameter": parameter,
        "name": parameter and words(parameter.replace("_", " ")),
        "first": first,
        "films": [_film(film, parameter) for film in films],
    }
    title = _painter(begin).title
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # The same film gives the same bytes, so the time of packing is left out.
    packed = base64.b64encode(gzip.compress(text.encode(errors="backslashreplace"), 9, mtime=0)).decode()
    start = stripped("start.js")
    policy = (
        f"default-src 'none'; script-src {' '.join(script_hashes())}; style-src {policy_hash(_STYLE)}; "
        "base-uri 'none'; form-action 'none'"
    )
    lang = html.escape(begin.job.language)
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{html.escape(title or description)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<div class="eigenreel" lang="{lang}" data-alone><p>{html.escape(description)}</p>'
        f'<script type="{_DATA}">{packed}</script><script>{start}</script></div>\n</body>\n</html>\n'
    ).encode(errors="xmlcharrefreplace")


def data_of(page: bytes, largest: int = 200_000_000) -> dict[str, Any]:
    """Return the data in a page.

    Parameters
    ----------
    page : bytes
        The page.
    largest : int
        More bytes than these are not unpacked.

    Raises
    ------
    ValueError
        If they cannot be read.
    """
    found = re.search(rb'<script type="' + _DATA.encode() + rb'">([A-Za-z0-9+/=]*)</script>', page)
    if found is None:
        raise ValueError("it holds no film")
    with gzip.GzipFile(fileobj=io.BytesIO(base64.b64decode(found[1], validate=True))) as file:
        text = file.read(largest + 1)
    if len(text) > largest:
        raise ValueError("it is too large")
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("it holds no film")
    return content


def _film(film: Played, parameter: str | None) -> dict[str, Any]:
    """Return one film as its player takes it.

    A picture is its step, the part of the way to the next, how many frames it lasts, the entries of a multiplication
    that is spelled out, the number of what is said, and the counter's word and number.
    """
    painter = _painter(film)
    said: dict[str, int] = {}
    pictures: list[list[Any]] = []
    for instant, lasting in film.pictures:
        now = painter.said(instant)
        parts = [[segment.text, segment.role] for segment in segments(now.sentence)]
        # Who hears the page hears no gaps.
        index = said.setdefault(json.dumps([parts, now.past, now.terms.replace(GAP, "; ")]), len(said))
        word, value = now.counter
        pictures.append([instant.step, round(instant.part, 3), lasting, instant.entries, index, word.strip(), value])
    steps, words = film.found.steps, Words(film.job.language)
    instants = [instant for instant, _ in film.pictures]
    chosen = film.found.parameters.get(parameter) if parameter else None
    theme = film.job.theme
    themes = ("light", "dark") if theme in ("light", "dark") else (theme,)
    layouts = ("square",) if film.job.layout == "square" else ("wide", "phone")
    poster = film.found.poster_step
    return {
        "value": chosen if isinstance(chosen, str) or chosen is None else number(chosen),
        "title": painter.title,
        "steps": steps,
        "fps": float(film.timeline.fps),
        "poster": next(
            index
            for index, (step, part, _, spelled, *_) in enumerate(pictures)
            if not part and not spelled and (step >= poster or step == steps)
        ),
        "pictures": pictures,
        "said": [json.loads(text) for text in said],
        "moments": sorted({moment.step for moment in film.found.moments if moment.step is not None}),
        "warning": "" if film.safe else words(FLASHES),
        "still": told_stillness(still_share(film.timeline.instants, film.timeline.fps), words),
        "marks": marks_of(
            film.found,
            film.job,
            instants=instants,
            layouts=layouts,
            themes=themes,
            words=False,
        ),
    }


def _painter(film: Played) -> Painter[RasterCanvas]:
    return Painter(film.found, film.job, RasterCanvas)
