"""The posters of many scenes on one picture."""

from __future__ import annotations

import numpy as np

from render.job import Job, poster_step, write_script
from render.painter import Painter
from render.stock import png
from render.study import study
from render.theme import find_theme

_COLUMNS, _SHRINK, _GAP = 6, 4, 16


def contact_sheet(names: list[str], theme: str = "light", language: str = "en") -> bytes:
    """Return a PNG with the poster of every scene at a quarter of its size, row by row.

    Parameters
    ----------
    names : list of str
        The scenes.
    theme, language : str
        Look and language.
    """
    posters = []
    for name in names:
        job = Job(name, theme=theme, language=language)
        found = study(name, {})
        frame = Painter(write_script(job, found)).paint(poster_step(found.steps, found.scene.poster))
        height, width = (side // _SHRINK for side in frame.shape[:2])
        posters.append(frame[..., :3].reshape(height, _SHRINK, width, _SHRINK, 3).mean(axis=(1, 3)))
    height, width = posters[0].shape[:2]
    rows = -(-len(posters) // _COLUMNS)
    shape = (rows * (height + _GAP) + _GAP, _COLUMNS * (width + _GAP) + _GAP, 3)
    sheet = np.full(shape, find_theme(theme).grid, np.uint8)
    for place, poster in enumerate(posters):
        top, left = (_GAP + n * (side + _GAP) for n, side in zip(divmod(place, _COLUMNS), (height, width), strict=True))
        sheet[top : top + height, left : left + width] = np.rint(poster)
    return png(sheet)
