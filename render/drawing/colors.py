"""The colour of a number, and the colours of a film."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenes import FloatArray

Color = tuple[int, int, int]
ColorArray = NDArray[np.uint8]


@lru_cache(maxsize=8)
def color_table(colormap: str) -> ColorArray:
    """Return the 256 colours of a matplotlib colour map, shape (256, 3)."""
    from render.drawing.mpl import matplotlib

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
