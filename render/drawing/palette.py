"""The 256 colours that hold every frame of a film."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import ColorArray, thinned
from render.drawing.themes import Theme

# How far the colours of cells may be from an entry.
_NEAR = 2


@lru_cache(maxsize=8)
def film_palette(theme: Theme) -> ColorArray:
    """Return 256 colours that hold every frame of a film: its colour maps, its inks and their edges.

    Every colour of the maps has an entry within 2 of 255 in each channel. The edges of text, lines and plates are
    blends of an ink and the page, or the tint; each has an entry as near as there is room for. The last entries are
    the inks, the tint and, as the last one, the background.
    """
    backgrounds = np.array([theme.background, theme.tint], float)
    exact = np.array([*theme.inks, theme.tint, theme.background], np.uint8)
    maps = [thinned(colors.colors, _NEAR) for colors in (theme.sign, theme.field)]
    fixed = np.concatenate([*maps, exact])
    share = np.linspace(0, 1, 128)[:, None]
    edges = [
        np.rint(background + (ink - background) * share).astype(np.uint8)
        for background, ink in product(backgrounds, theme.inks)
    ]
    away = [_away(blends, fixed) for blends in edges]
    near = _NEAR
    while len(blends := _edges(edges, away, near)) > 256 - len(fixed):
        near += 1
    # What is left over is background, before all others.
    spare = np.tile(exact[-1:], (256 - len(fixed) - len(blends), 1))
    palette = np.concatenate([spare, blends, fixed])
    palette.setflags(write=False)
    return palette


def _edges(edges: list[ColorArray], away: list[NDArray[np.int16]], near: int) -> ColorArray:
    """Return colours so that each one of rows has one within `near`, or is no further `away` from another entry."""
    kept = np.empty((0, 3), np.uint8)
    for row, distance in zip(edges, away, strict=True):
        rest = row[distance > near]
        if len(kept):
            rest = rest[_away(rest, kept) > near]
        kept = np.concatenate([kept, thinned(rest, near)])
    return kept


def _away(colors: ColorArray, entries: ColorArray) -> NDArray[np.int16]:
    """Return how far each colour is from the nearest entry, in the channel that differs most."""
    red, green, blue = np.abs(colors.T[..., None].astype(np.int16) - entries.T[:, None])
    nearest: NDArray[np.int16] = np.maximum(np.maximum(red, green), blue).min(axis=1)
    return nearest
