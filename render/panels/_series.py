"""The numbers a panel is told to show, by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from render.errors import RenderError
from render.numerics.trajectory import Trajectory, product_of
from scenes import FloatArray

Series = str | Mapping[str, str]


def labelled(of: Series) -> dict[str, str]:
    """Return names of series by label; a single one has none."""
    return {"": of} if isinstance(of, str) else dict(of)


def track_of(numbers: Trajectory, name: str) -> FloatArray:
    """Return a series of the scene, or a track of its product, shape (T + 1, …).

    ``log10_spectral_norm`` is such a track, and ``spectral_norm`` the numbers it holds the logarithms of.

    Raises
    ------
    RenderError
        If there is neither.
    UsageError
        If it is a track of a product, and the scene has none.
    """
    if name in numbers.series:
        return numbers.series[name]
    track = None
    if name.startswith("log10_") and hasattr(Trajectory, name):
        track = getattr(product_of(numbers, name), name)
    elif hasattr(Trajectory, f"log10_{name}"):
        # The numbers themselves; infinite where they are beyond float64.
        with np.errstate(over="ignore"):
            track = 10.0 ** getattr(product_of(numbers, name), f"log10_{name}")
    if not isinstance(track, np.ndarray) or len(track) != numbers.steps + 1:
        known = ", ".join([*numbers.series, *(["log10_spectral_norm"] if numbers.has_product else [])])
        raise RenderError(f"there is no series {name!r} to be drawn, choose from {known}")
    return track
