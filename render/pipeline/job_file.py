"""A film's manifest turned back into a file of films, which makes the same film."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.errors import InputError, UsageError
from render.pipeline.array_files import arrays_in
from render.pipeline.film_file import LARGEST_BYTES, with_scenes
from render.pipeline.job import OPTIONS, USUAL, Job
from render.pipeline.stored import refuse_many
from render.pipeline.toml_writer import dump
from render.text import literal
from render.version import VERSION

# What the archive beside it calls a matrix.
_MEMBER = "matrix-{}"
# What a file of films says by itself, and what the place where a film is made decides.
_LEFT_OUT = ("output", "timeout")


@dataclass(frozen=True)
class FilmFile:
    """A file of films, and its matrices where it cannot hold them itself.

    Parameters
    ----------
    text : bytes
        The file (TOML).
    arrays : bytes, optional
        What has to lie beside it: its matrices by label (.npz).
    """

    text: bytes
    arrays: bytes | None = None


def film_file_of(content: Mapping[str, Any], folder: str = "", beside: str | None = None) -> FilmFile:
    """Return the file of films (docs/files.md) of one film: ``render run`` with it gives the same bytes.

    Parameters
    ----------
    content : mapping
        The film's manifest, as `render.pipeline.manifest.read` returns it.
    folder : str
        Where the file will be, told from the folder in which the film was made; paths in it are told from there.
    beside : str, optional
        Name of the file beside it for matrices that make it larger than 1 MiB; without, they are refused.

    Raises
    ------
    UsageError
        If TOML cannot hold it, or it would have more than 1 MiB.
    """
    job = Job.of_json(content["job"], USUAL["output"])
    table: dict[str, Any] = {"scene": _scene(job.scene, folder)} if job.matrices is None else {}
    table["parameters"] = dict(job.parameters)
    table |= {
        name: list(value) if isinstance(value, tuple) else value
        for name in OPTIONS
        if name not in _LEFT_OUT and (value := getattr(job, name)) != USUAL[name]
    }
    held = {"savings": job.savings, "allow_nonfinite": job.allow_nonfinite, "matrices": job.matrices}
    table |= {name: value for name, value in held.items() if value}
    if job.several is not None:
        several = with_scenes(job.several, partial(_scene, folder=folder))
        # TOML has nothing that stands for nothing.
        table["several"] = json.dumps(several, ensure_ascii=False) if _has_none(several) else several
    # A film that another version makes may be another one.
    made = f"# A film of eigenreel {content['eigenreel']}" + (
        f", written by {VERSION}" * (content["eigenreel"] != VERSION)
    )

    def text() -> bytes:
        return f"{made}. render run FILE makes it again.\n\n{dump({'film': [table]})}".encode()

    whole = text()
    if len(whole) <= LARGEST_BYTES:
        return FilmFile(whole)
    said = f"the film's matrices take {len(whole) / 1e6:.1f} MB where a file of films has 1 MiB at most"
    if not job.matrices:
        raise UsageError(f"{said}, so film each run by itself with render matrix")
    if beside is None:
        raise UsageError(f"{said}, so give --output FILE.toml, which keeps them in a file beside it")
    # In the archive they have no names of their own: a label may be any text, or none.
    table["matrices"], table["labels"] = beside, list(job.matrices)
    archive = io.BytesIO()
    rows = {_MEMBER.format(index): np.array(single, float) for index, single in enumerate(job.matrices.values())}
    np.savez(archive, **rows)  # type: ignore[arg-type]  # names are read as its own options
    return FilmFile(text(), archive.getvalue())


def matrices_in(path: Path, labels: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the matrices that lie beside a file of films, by label.

    Parameters
    ----------
    path : Path
        The file.
    labels : sequence of str
        What they are called, in their order; one alone has the label "".

    Raises
    ------
    InputError
        If the file cannot be read, or holds others.
    """
    if path.suffix != ".npz":
        raise InputError(f"{literal(str(path))} is none that render job wrote, so give a .npz, or matrix = …")
    with arrays_in(path) as arrays:
        for stored in arrays:
            if stored.refusal is not None:
                raise InputError(f"{literal(str(path))} {stored.refusal}")
        found = {stored.key: stored.read(refuse_many) for stored in arrays}
    if list(found) != [_MEMBER.format(index) for index in range(len(labels))]:
        raise InputError(
            f"{literal(str(path))} does not hold {len(labels)} matrices, so write it again with render job"
        )
    return dict(zip(labels, found.values(), strict=True))


def _has_none(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return value is None or any(map(_has_none, parts))


def _scene(scene: str, folder: str) -> str:
    """Return a scene's name, or its file told from another folder."""
    return os.path.relpath(scene, folder) if folder and ".py" in scene and not os.path.isabs(scene) else scene
