"""The 256 colours that hold every frame of a film."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import Color, ColorArray, color_table
from render.drawing.themes import Theme

# How the palette's entries are shared out among ink, muted, grid and the colours of lines.
_EDGE_SHARES = (0.3, 0.19, 0.05, 0.2, 0.18, 0.04, 0.04)


def film_palette(theme: Theme) -> ColorArray:
    """Return 256 colours that hold every frame of a film: its colour map and its inks' edges.

    Every colour of the map has an entry within 2 of 255 in each channel; the other entries are
    blends from the background to each ink, more of them for inks that draw more edges.
    """
    entries: list[Color] = []
    table = color_table(theme.colormap).astype(int)
    index = 0
    while index < len(table):
        middle = _last_near(table, index)
        red, green, blue = (int(c) for c in table[middle])
        entries.append((red, green, blue))
        index = _last_near(table, middle) + 1
    room = 255 - len(entries)
    paper = np.array(theme.background, float)
    for ink, share in zip(theme.inks, _EDGE_SHARES, strict=True):
        for part in np.linspace(0, 1, int(room * share) + 1)[1:]:
            blend = np.round(paper + (np.array(ink) - paper) * part).astype(int)
            entries.append((int(blend[0]), int(blend[1]), int(blend[2])))
    entries.append(theme.background)
    palette = np.array(entries[:256], np.uint8)
    return np.concatenate([palette, np.tile(palette[-1:], (256 - len(palette), 1))])


def _last_near(table: NDArray[np.int_], index: int) -> int:
    """Return the last row, of those that follow without a gap, within 2 of row `index`."""
    last = index
    while last + 1 < len(table) and np.abs(table[last + 1] - table[index]).max() <= 2:
        last += 1
    return last
