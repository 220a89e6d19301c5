"""The JSON beside every film: what it is, from what, with what numbers."""

from __future__ import annotations

import json
import platform
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

import render
from render.claims import Verdict, finite
from render.errors import InputError
from render.simulator import Trajectory

# Larger matrices are told by their hash alone.
_LARGEST_LISTED = 64


def versions(ffmpeg: str) -> dict[str, str]:
    """Return the versions that decide a film's numbers and bytes."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "matplotlib": matplotlib.__version__,
        "ffmpeg": ffmpeg,
    }


def numbers(columns: Mapping[str | None, Trajectory]) -> dict[str, Any]:
    """Return matrix, hash and tracks; for a comparison each is an object by column label."""
    matrices, hashes, tracks = (_by_column(columns, part) for part in (_matrix, lambda t: t.sequence.sha256, _tracks))
    return {"matrix": matrices, "matrix_sha256": hashes, "tracks": tracks}


def _by_column(columns: Mapping[str | None, Trajectory], part: Callable[[Trajectory], Any]) -> Any:
    if None in columns:
        return part(columns[None])
    return {label: part(trajectory) for label, trajectory in columns.items()}


def _matrix(trajectory: Trajectory) -> list[list[float]] | None:
    factor = trajectory.sequence.factor
    return factor.tolist() if factor is not None and trajectory.dim <= _LARGEST_LISTED else None


def _tracks(trajectory: Trajectory) -> dict[str, Any]:
    tracks = {
        "log10_spectral_norm": trajectory.log10_spectral_norm,
        "log10_frobenius_norm": trajectory.log10_frobenius_norm,
        **trajectory.sequence.series,
    }
    return {name: _plain(track.tolist()) for name, track in tracks.items()}


def _plain(values: Any) -> Any:
    return [_plain(v) for v in values] if isinstance(values, list) else finite(values)


def claims(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return the claims with their numbers; null stands for a number that is not finite."""
    return [
        {
            "claim": v.claim if v.column is None else f"{v.column}: {v.claim}",
            "value": finite(v.value),
            "expected": finite(v.expected),
            "tolerance": finite(v.tolerance),
            "holds": v.holds,
        }
        for v in verdicts
    ]


def command(scene: str, options: Mapping[str, Any]) -> str:
    """Return the command line that makes a film again, wherever it is to be put."""
    words = ["render", "scene", scene]
    for name, value in options.items():
        for single in value if isinstance(value, tuple) else (value,):
            words += ["--" + name.replace("_", "-"), str(single)]
    return shlex.join(words)


def dump(content: Mapping[str, Any]) -> bytes:
    """Return the manifest as JSON text, one key a line, matrices one row a line."""
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], (list, dict)):
            rows = ",\n  ".join(_line(row) for row in value)
            lines.append(f"{_line(key)}: [\n  {rows}\n ]")
        else:
            lines.append(f"{_line(key)}: {_line(value)}")
    return ("{\n " + ",\n ".join(lines) + "\n}\n").encode()


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read(path: Path) -> dict[str, Any]:
    """Return the manifest of a film, given the film or the manifest itself.

    Raises
    ------
    InputError
        If there is none, or it is not a manifest of this program.
    """
    source = path.with_suffix(".json")
    try:
        content = json.loads(source.read_bytes())
    except OSError:
        raise InputError(
            f"there is no manifest {source}, so give a film that render made, with its .json beside it"
        ) from None
    except ValueError:
        content = None
    if not isinstance(content, dict) or not {"eigenreel", "scene", "files", "frames"} <= content.keys():
        raise InputError(f"{source} is not a manifest of eigenreel, so render the film again")
    return content


def title_of(content: Mapping[str, Any]) -> str:
    """Return the scene's name as words."""
    words = str(content["scene"]).rpartition(":")[2].replace("_", " ")
    return words[:1].upper() + words[1:]


VERSION = render.__version__
