"""All numbers of a scene as a table, without drawing anything."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

import render
from render.claims import finite
from render.errors import UsageError
from render.simulator import Recorded, Trajectory
from render.study import Study
from scenes import FloatArray

FORMATS = ("csv", "json", "npz")


def table(columns: Mapping[str | None, Recorded]) -> dict[str, FloatArray]:
    """Return every track by name, each of shape (T + 1,): of the product, where there is one, and of all series.

    ``log10_…`` are decimal logarithms, which never overflow; the name without it is the same number
    in natural units, inf or 0 where it is beyond float64. Angles are in radians. In a comparison a
    name begins with its column's label and a dot.
    """
    tracks: dict[str, FloatArray] = {}
    for label, column in columns.items():
        tracks.setdefault("step", np.arange(column.steps + 1.0))
        prefix = "" if label is None else f"{label}."
        own = _of_product(column) if isinstance(column, Trajectory) else {}
        tracks |= {prefix + name: track for name, track in (own | _of_series(column)).items()}
    return tracks


def _of_product(trajectory: Trajectory) -> dict[str, FloatArray]:
    modulus, angle = trajectory.eigenvalue_tracks
    logarithms = {
        "spectral_norm": trajectory.log10_spectral_norm,
        "frobenius_norm": trajectory.log10_frobenius_norm,
        "nuclear_norm": trajectory.log10_nuclear_norm,
        "spectral_radius": trajectory.log10_spectral_radius,
        "condition_number": trajectory.log10_condition,
    }
    logarithms |= {f"singular_value_{k}": track for k, track in enumerate(trajectory.log10_singular_values.T, 1)}
    logarithms |= {f"eigenvalue_modulus_{k}": track for k, track in enumerate(modulus.T, 1)}
    tracks = {}
    for name, track in logarithms.items():
        tracks[f"log10_{name}"] = track
        with np.errstate(over="ignore", under="ignore"):
            tracks[name] = np.asarray(10.0**track)
    tracks |= {f"eigenvalue_angle_{k}": track for k, track in enumerate(angle.T, 1)}
    steps = range(trajectory.steps + 1)
    tracks["departure_from_normality"] = np.array([trajectory.departure_from_normality(s) for s in steps])
    tracks["orthogonality_drift"] = np.array([trajectory.orthogonality_drift(s) for s in steps])
    return tracks


def _of_series(column: Recorded) -> dict[str, FloatArray]:
    tracks = {}
    for name, series in column.series.items():
        flat = series.reshape(len(series), -1)
        if series.ndim == 1:
            tracks[name] = flat[:, 0]
        else:
            tracks |= {f"{name}_{k}": track for k, track in enumerate(flat.T, 1)}
    return tracks


def dump(form: str, study: Study) -> bytes:
    """Return the table as a file's bytes.

    Parameters
    ----------
    form : str
        ``csv``: one row a step. ``json``: an object with scene, parameters, claims and columns; null
        stands for what is not finite. ``npz``: NumPy arrays by name.
    study : Study
        The scene with its numbers.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form!r} for numbers, choose from {', '.join(FORMATS)}")
    tracks = table(study.columns)
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(tracks)
        steps = map(int, tracks["step"])
        writer.writerows(zip(steps, *(t.tolist() for t in list(tracks.values())[1:]), strict=True))
        return text.getvalue().encode()
    if form == "json":
        content = {
            "eigenreel": render.__version__,
            "scene": study.source,
            "parameters": dict(study.parameters),
            "claims": [verdict.as_json() for verdict in study.verdicts],
            "columns": {name: [finite(v) for v in track.tolist()] for name, track in tracks.items()},
        }
        return (json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n").encode(errors="backslashreplace")
    file = io.BytesIO()
    named: Any = tracks
    np.savez_compressed(file, **named)
    return file.getvalue()
