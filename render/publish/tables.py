"""All numbers of a scene as a table, without drawing anything."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from render.errors import UsageError
from render.numerics.track_pieces import track_pieces
from render.numerics.trajectory import trajectory_of
from render.pipeline.claims import finite
from render.pipeline.scene_run import SceneRun
from render.version import VERSION

FORMATS = ("csv", "json", "npz")


# Steps whose text is made at a time: that of a million takes more memory than their numbers.
_ROWS = 2_000


def dump(form: str, found: SceneRun) -> bytes:
    """Return the table as a file's bytes; see `pieces`."""
    return b"".join(pieces(form, found))


def pieces(form: str, found: SceneRun) -> Iterator[bytes]:
    """Yield the table as a file's bytes, a piece after the other.

    Parameters
    ----------
    form : str
        ``csv``: one row a step, made in memory that does not grow with the steps; the others hold whole columns, so
        that theirs does. ``json``: an object with scene, parameters, claims and columns; null
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
    return {"csv": _csv, "json": _json, "npz": _npz}[form](found)


def _csv(found: SceneRun) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, tracks in enumerate(track_pieces(found.columns, _ROWS)):
        if number == 0:
            writer.writerow(tracks)
        steps, *others = (track.tolist() for track in tracks.values())
        writer.writerows(zip(map(int, steps), *others, strict=True))
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _json(found: SceneRun) -> Iterator[bytes]:
    tracks = trajectory_of(found.columns).tracks
    content = {
        "eigenreel": VERSION,
        "scene": found.source,
        "parameters": dict(found.parameters),
        "claims": [verdict.as_json() for verdict in found.verdicts],
    }
    yield f'{_text(content)[:-1]}, "columns": {{'.encode(errors="backslashreplace")
    for number, (name, track) in enumerate(tracks.items()):
        yield (", " * bool(number) + f"{_text(name)}: [").encode(errors="backslashreplace")
        for rows in _parts(len(track)):
            yield (", " * bool(rows.start) + _text([finite(v) for v in track[rows].tolist()])[1:-1]).encode()
        yield b"]"
    yield b"}}\n"


def _npz(found: SceneRun) -> Iterator[bytes]:
    file = io.BytesIO()
    named: Any = trajectory_of(found.columns).tracks
    np.savez_compressed(file, **named)
    yield file.getvalue()


def _parts(length: int) -> Iterator[slice]:
    return (slice(start, start + _ROWS) for start in range(0, length, _ROWS))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
