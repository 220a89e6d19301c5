"""The numbers of a sweep as a table: a row for every step of every track of every point, or arrays by name."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from render.errors import RenderError, UsageError
from render.pipeline.points import points
from render.pipeline.results import Results
from render.pipeline.sweep import Sweep
from render.storage import output_errors
from scenes import FloatArray

FORMATS = ("csv", "npz")
# Arrays are held in memory as a whole.
_MOST_NUMBERS = 100_000_000


def write_table(form: str, path: Path, sweep: Sweep, results: Results, ends: bool = False) -> None:
    """Write the numbers that are kept into a file.

    Parameters
    ----------
    form : str
        ``csv``: columns are the parameters, ``step``, ``track`` and ``value``, a number a row; it is written as it is
        read, so memory does not grow. ``npz``: an array of each parameter, shape (points,), and of each track, shape
        (points, T + 1).
    path : Path
        The file.
    sweep, results : Sweep, Results
        What is wanted, and what is kept.
    ends : bool
        Whether the last step alone is written.

    Raises
    ------
    UsageError
        If there is no such format.
    RenderError
        If arrays would be too large, or of different lengths.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form!r} for a sweep, choose from {', '.join(FORMATS)}")
    with output_errors(f"write {path}"):
        (_write_csv if form == "csv" else _write_npz)(path, sweep, results, ends)


def _write_csv(path: Path, sweep: Sweep, results: Results, ends: bool) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*(name for name, _ in sweep.axes), "step", "track", "value"])
        for point in points(sweep.axes):
            array = results.get(sweep.key(point))
            if array is None:
                continue
            first = array.shape[1] - 1 if ends else 0
            values = list(point.values())
            for name, track in zip(sweep.tracks, array, strict=True):
                writer.writerows(
                    [*values, step, name, value] for step, value in enumerate(track[first:].tolist(), first)
                )


def _write_npz(path: Path, sweep: Sweep, results: Results, ends: bool) -> None:
    taken: list[dict[str, Any]] = []
    arrays: list[FloatArray] = []
    total = 0
    for point in points(sweep.axes):
        array = results.get(sweep.key(point))
        if array is None:
            continue
        taken.append(point)
        arrays.append(array[:, -1:] if ends else array)
        total += arrays[-1].size
        if total > _MOST_NUMBERS:
            raise RenderError(
                f"arrays of more than {_MOST_NUMBERS:,} numbers are too large for memory, so choose csv or --at end"
            )
    if len({array.shape for array in arrays}) > 1:
        raise RenderError("runs have different numbers of steps, which one array cannot hold, so choose csv")
    named: dict[str, Any] = {name: np.array([point[name] for point in taken]) for name, _ in sweep.axes}
    named |= {name: _stacked(arrays, index) for index, name in enumerate(sweep.tracks)}
    with open(path, "wb") as file:
        np.savez_compressed(file, **named)


def _stacked(arrays: Sequence[FloatArray], index: int) -> FloatArray:
    return np.array([array[index] for array in arrays])
