"""All numbers of a scene as a table, without drawing anything."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

from render.errors import UsageError
from render.numerics.trajectory import trajectory_of
from render.pipeline.claims import finite
from render.pipeline.scene_run import SceneRun
from render.version import VERSION

FORMATS = ("csv", "json", "npz")


def dump(form: str, found: SceneRun) -> bytes:
    """Return the table as a file's bytes.

    Parameters
    ----------
    form : str
        ``csv``: one row a step. ``json``: an object with scene, parameters, claims and columns; null
        stands for what is not finite. ``npz``: NumPy arrays by name.
    found : SceneRun
        The scene with its numbers.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form!r} for numbers, choose from {', '.join(FORMATS)}")
    tracks = trajectory_of(found.columns).tracks
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(tracks)
        steps = map(int, tracks["step"])
        writer.writerows(zip(steps, *(t.tolist() for t in list(tracks.values())[1:]), strict=True))
        return text.getvalue().encode()
    if form == "json":
        content = {
            "eigenreel": VERSION,
            "scene": found.source,
            "parameters": dict(found.parameters),
            "claims": [verdict.as_json() for verdict in found.verdicts],
            "columns": {name: [finite(v) for v in track.tolist()] for name, track in tracks.items()},
        }
        return (json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n").encode(errors="backslashreplace")
    file = io.BytesIO()
    named: Any = tracks
    np.savez_compressed(file, **named)
    return file.getvalue()
