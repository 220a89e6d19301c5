"""The numbers a panel is told to show, by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from render.errors import RenderError
from render.simulator import Trajectory
from scenes._sequence import FloatArray

Series = str | Mapping[str, str]


def labelled(of: Series) -> dict[str, str]:
    """Return names of series by label; a single one has none."""
    return {"": of} if isinstance(of, str) else dict(of)


def track_of(trajectory: Trajectory, name: str) -> FloatArray:
    """Return a series of the scene, or a track of the trajectory, shape (T + 1, …).

    Raises
    ------
    RenderError
        If there is neither.
    """
    series = trajectory.sequence.series
    if name in series:
        return series[name]
    track = getattr(trajectory, name, None) if not name.startswith("_") else None
    if not isinstance(track, np.ndarray) or len(track) != trajectory.steps + 1:
        known = ", ".join([*series, "log10_spectral_norm"])
        raise RenderError(f"there is no series {name!r} to be drawn, choose from {known}")
    return track
