"""Colours and text sizes, as records; the colour of a number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from render.errors import UsageError
from scenes import FloatArray

Color = tuple[int, int, int]
ColorArray = NDArray[np.uint8]


def _hex(code: str) -> Color:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


@dataclass(frozen=True)
class Theme:
    """Colours of a film. `colormap` is a diverging one whose middle is close to `background`."""

    name: str
    background: Color
    ink: Color
    muted: Color
    grid: Color
    accent: Color
    second: Color
    third: Color
    fourth: Color
    colormap: str

    @property
    def inks(self) -> tuple[Color, ...]:
        """Every colour that text and lines are drawn in."""
        return self.ink, self.muted, self.grid, *self.lines

    @property
    def lines(self) -> tuple[Color, ...]:
        """Colours of curves shown together, in the order in which they are used."""
        return self.accent, self.second, self.third, self.fourth


THEMES = {
    theme.name: theme
    for theme in (
        Theme(
            name="light",
            background=_hex("#ffffff"),
            ink=_hex("#16191d"),
            muted=_hex("#5b636d"),
            grid=_hex("#d5dade"),
            accent=_hex("#0b62c4"),
            second=_hex("#c8324a"),
            third=_hex("#0b7f5c"),
            fourth=_hex("#8a4fbf"),
            colormap="RdBu_r",
        ),
        Theme(
            name="dark",
            background=_hex("#0d1017"),
            ink=_hex("#f1f4f8"),
            muted=_hex("#a2abb7"),
            grid=_hex("#333a45"),
            accent=_hex("#5aa7ff"),
            second=_hex("#ff8a70"),
            third=_hex("#4fd1a5"),
            fourth=_hex("#c9a0ff"),
            colormap="berlin",
        ),
    )
}

# Text sizes in pixels. A frame 1,280 px wide is shown about 700 px wide, so nothing is below 20.
TITLE = 34
COUNTER = 44
STATEMENT = 22
HEADING = 22
LABEL = 20


def find_theme(name: str) -> Theme:
    """Return a theme by name; raise `UsageError` for an unknown one."""
    if name not in THEMES:
        raise UsageError(f"there is no theme {name!r}, choose from {', '.join(THEMES)}")
    return THEMES[name]


@lru_cache(maxsize=8)
def color_table(colormap: str) -> ColorArray:
    """Return the 256 colours of a matplotlib colour map, shape (256, 3)."""
    from render.mpl import matplotlib

    table = matplotlib.colormaps[colormap](np.arange(256))[:, :3]
    return np.round(table * 255).astype(np.uint8)


def color_index(values: FloatArray, limits: tuple[float, float]) -> NDArray[np.intp]:
    """Return the colour-table index of each number: ``⌊256 (v − low) / (high − low)⌋`` within 0 … 255.

    It is the rule of matplotlib's linear norm, so a reader of a film can repeat it there.
    """
    # Halves of numbers are exact, and their differences do not overflow.
    low, high, halves = limits[0] / 2, limits[1] / 2, np.asarray(values) / 2
    with np.errstate(over="ignore"):
        return np.clip((halves - low) / (high - low) * 256, 0, 255).astype(np.intp)


# How the palette's entries are shared out among ink, muted, grid and the colours of lines.
_EDGE_SHARES = (0.3, 0.19, 0.05, 0.2, 0.18, 0.04, 0.04)


def film_palette(theme: Theme) -> ColorArray:
    """Return 256 colours that hold every frame of a film: its colour map and its inks' edges.

    Every colour of the map has an entry within 2 of 255 in each channel; the other entries are
    blends from the background to each ink, more of them for inks that draw more edges.
    """
    entries: list[Color] = []
    table = color_table(theme.colormap).astype(int)
    place = 0
    while place < len(table):
        middle = _last_near(table, place)
        red, green, blue = (int(c) for c in table[middle])
        entries.append((red, green, blue))
        place = _last_near(table, middle) + 1
    room = 255 - len(entries)
    paper = np.array(theme.background, float)
    for ink, share in zip(theme.inks, _EDGE_SHARES, strict=True):
        for part in np.linspace(0, 1, int(room * share) + 1)[1:]:
            blend = np.round(paper + (np.array(ink) - paper) * part).astype(int)
            entries.append((int(blend[0]), int(blend[1]), int(blend[2])))
    entries.append(theme.background)
    palette = np.array(entries[:256], np.uint8)
    return np.concatenate([palette, np.tile(palette[-1:], (256 - len(palette), 1))])


def _last_near(table: NDArray[np.int_], place: int) -> int:
    """Return the last row, of those that follow without a gap, within 2 of row `place`."""
    last = place
    while last + 1 < len(table) and np.abs(table[last + 1] - table[place]).max() <= 2:
        last += 1
    return last
