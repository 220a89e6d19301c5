"""A film's manifest turned back into a file of films, which makes the same film."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from render.errors import UsageError
from render.pipeline.film_file import LARGEST_BYTES, with_scenes
from render.pipeline.job import OPTIONS, USUAL, Job
from render.pipeline.toml_writer import dump
from render.version import VERSION

# What a file of films says by itself, and what the place where a film is made decides.
_LEFT_OUT = ("output", "timeout")


def film_file_of(content: Mapping[str, Any], folder: str = "") -> bytes:
    """Return the file of films (docs/files.md) of one film: ``render run`` with it gives the same bytes.

    Parameters
    ----------
    content : mapping
        The film's manifest, as `render.pipeline.manifest.read` returns it.
    folder : str
        Where the file will be, told from the folder in which the film was made; paths in it are told from there.

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
    text = f"{made}. render run FILE makes it again.\n\n{dump({'film': [table]})}".encode()
    if len(text) > LARGEST_BYTES:
        raise UsageError(
            f"the film's matrices take {len(text) / 1e6:.1f} MB where a file of films has 1 MiB at most, so film them "
            "from their own files with render matrix"
        )
    return text


def _has_none(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return value is None or any(map(_has_none, parts))


def _scene(scene: str, folder: str) -> str:
    """Return a scene's name, or its file told from another folder."""
    return os.path.relpath(scene, folder) if folder and ".py" in scene and not os.path.isabs(scene) else scene
