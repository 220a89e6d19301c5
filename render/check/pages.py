"""Whether a page plays the film of its numbers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from render.check.frames import FilmAgain
from render.check.report import Report
from render.drawing.colors import color_index
from render.files import UnreadableError, content_of
from render.publish.page import data_of
from render.text import counted

# A page of fifty films has some megabytes.
_LARGEST_PAGE = 2**28


def check_page(page: Path, again: FilmAgain, report: Report) -> None:
    """Compare what a page plays with what it should, and its cells with their numbers.

    Parameters
    ----------
    page : Path
        The page.
    again : FilmAgain
        The film as it is rendered again.
    report : Report
        What was found.
    """
    try:
        data = data_of(content_of(page, _LARGEST_PAGE))
        films = data["films"]
        film = films[data["first"]]
        pictures = film["pictures"]
    except (UnreadableError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        report.faults.append(f"{page.name} cannot be read as a page ({error})")
        return
    fresh = data_of((again.folder / page.name).read_bytes())
    if data != fresh:
        differing = [
            index for index, (one, other) in enumerate(zip(films, fresh["films"], strict=False)) if one != other
        ]
        which = f"film {differing[0] + 1} of {len(films)}" if differing else "its words, its player or how many films"
        report.faults.append(f"{page.name} plays something else than what is rendered again ({which})")
        return
    report.checked.append(f"{page.name}: {counted(len(pictures), 'picture is', 'pictures are')} as rendered again")
    if again.job.over is not None:
        # Its films have other numbers than the film beside it.
        return
    cells = sum(_compare_cells(layout, film, again, page.name, report) for layout in film["marks"]["layouts"].values())
    if cells:
        report.checked.append(f"{page.name}: {cells:,} cells have the colours of their numbers")


def _compare_cells(
    layout: Mapping[str, Any], film: Mapping[str, Any], again: FilmAgain, name: str, report: Report
) -> int:
    """Compare the cells of a layout's pictures with their numbers; return how many were compared."""
    count = 0
    for picture, marks in zip(film["pictures"], layout["pictures"], strict=True):
        if picture[3]:
            continue
        for mark in (layout["repeated"][mark] if isinstance(mark, int) else mark for mark in marks):
            verb, *kind = layout["kinds"][mark[0]]
            if verb != "cells":
                continue
            values = again.cells_at(picture[0], picture[1], tuple(kind[:2]))
            if values is None:
                continue
            shown = np.frombuffer(base64.b64decode(film["marks"]["cells"][mark[1]]), np.uint8).reshape(-1, kind[4])
            true = color_index(*values)
            if shown.shape == true.shape and not np.array_equal(shown, true):
                report.faults.append(f"{name} shows other colours than its numbers have at step {picture[0]}")
                return count
            count += shown.size
    return count
