"""All numbers of a scene as a table, without drawing anything."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from render.errors import UsageError
from render.numerics.track_pieces import track_pieces
from render.pipeline.claims import finite
from render.pipeline.scene_run import SceneRun
from render.storage import output_errors
from render.version import VERSION
from scenes import FloatArray

FORMATS = ("csv", "json", "npz")


# Steps whose text is made at a time: that of a million takes more memory than their numbers.
_ROWS = 2_000
# Bytes of numbers that are kept in memory where columns are written one after the other.
_IN_MEMORY = 2**24


def dump(form: str, found: SceneRun) -> bytes:
    """Return the table as a file's bytes; see `pieces`."""
    return b"".join(pieces(form, found))


def pieces(form: str, found: SceneRun) -> Iterator[bytes]:
    """Yield the table as a file's bytes, a piece after the other.

    Parameters
    ----------
    form : str
        ``csv``: one row a step. ``json``: an object with scene, parameters, claims and columns; null stands for what
        is not finite. ``npz``: NumPy arrays by name. Memory does not grow with the steps.
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
    content = {
        "eigenreel": VERSION,
        "scene": found.source,
        "parameters": dict(found.parameters),
        "claims": [verdict.as_json() for verdict in found.verdicts],
    }
    yield f'{_text(content)[:-1]}, "columns": {{'.encode(errors="backslashreplace")
    with _by_column(found) as columns:
        for number, (name, parts) in enumerate(columns):
            yield (", " * bool(number) + f"{_text(name)}: [").encode(errors="backslashreplace")
            for later, part in enumerate(parts):
                yield (", " * bool(later) + _text([finite(v) for v in part.tolist()])[1:-1]).encode()
            yield b"]"
    yield b"}}\n"


def _npz(found: SceneRun) -> Iterator[bytes]:
    written = _Written()
    with _by_column(found) as columns, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, parts in columns:
            with file.open(f"{name}.npy", "w", force_zip64=True) as array:
                header = {"descr": "<f8", "fortran_order": False, "shape": (found.steps + 1,)}
                np.lib.format.write_array_header_1_0(cast(Any, array), header)
                for part in parts:
                    array.write(part.astype("<f8").tobytes())
                    yield written.taken()
    yield written.taken()


class _Written(io.RawIOBase):
    """A file that only grows, of which the new part can be taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


@contextlib.contextmanager
def _by_column(found: SceneRun) -> Iterator[Iterator[tuple[str, Iterator[FloatArray]]]]:
    """Give every track with its numbers, some at a time, though they are computed a step after the other.

    In between, what is more than a little lies in a file.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file, output_errors("keep the numbers in a temporary file"):
        names, lengths = list[str](), list[int]()
        for tracks in track_pieces(found.columns, _ROWS):
            names = list(tracks)
            lengths.append(len(tracks["step"]))
            file.write(np.stack(list(tracks.values())).tobytes())

        def parts(column: int) -> Iterator[FloatArray]:
            start = 0
            for length in lengths:
                file.seek(8 * (start * len(names) + column * length))
                yield np.frombuffer(file.read(8 * length))
                start += length

        yield ((name, parts(column)) for column, name in enumerate(names))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
