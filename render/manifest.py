"""The JSON beside every film: what it is, from what, with what numbers."""

from __future__ import annotations

import json
import math
import platform
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import render
from render.catalog import all_scenes
from render.claims import finite
from render.errors import InputError
from render.mpl import matplotlib
from render.simulator import Trajectory
from render.storage import sha256_of

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


def file_entry(name: str, path: Path, codec: str, frames: int, size: tuple[int, int]) -> dict[str, Any]:
    """Return the entry of a file that will be called `name` and is now at `path`; `size` is in pixels."""
    return {
        "name": name,
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "codec": codec,
        "frames": frames,
        "width": size[0],
        "height": size[1],
    }


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


def command(scene: str, options: Mapping[str, Any]) -> str:
    """Return the command line that makes a film again, wherever it is to be put; None stands for a mere flag."""
    words = ["render", "scene", scene]
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is None:
            words.append(option)
        for single in value if isinstance(value, tuple) else (value,):
            words += [option, str(single)] if single is not None else []
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
    # A title from a command line that is not UTF-8 has characters that only JSON's escapes can write.
    return ("{\n " + ",\n ".join(lines) + "\n}\n").encode(errors="backslashreplace")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read(path: Path) -> dict[str, Any]:
    """Return the manifest of a film, given the film or the manifest itself.

    Raises
    ------
    InputError
        If there is none, or it is not a manifest of this program.
    """
    if not path.name:
        raise InputError(f"{str(path)!r} is a folder, so give a film that render made")
    source = path.with_suffix(".json")
    try:
        content = json.loads(source.read_bytes(), object_pairs_hook=_once)
        _check(content)
    except OSError:
        raise InputError(
            f"there is no manifest {source}, so give a film that render made, with its .json beside it"
        ) from None
    except (KeyError, TypeError, ValueError, RecursionError):
        raise InputError(f"{source} is not a manifest of eigenreel, so render the film again") from None
    return dict(content)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; raise ValueError where a key comes twice, since readers may take either."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _check(content: Mapping[str, Any]) -> None:
    """Raise KeyError, TypeError or ValueError where a manifest lacks what its readers rely on."""

    def need(holds: bool) -> None:
        if not holds:
            raise ValueError

    for name in ("eigenreel", "scene", "command"):
        need(isinstance(content[name], str) and bool(content[name]))
    need(type(content["steps"]) is int and content["steps"] >= 0)
    for side in ("width", "height"):
        need(type(content["frames"][side]) is int and content["frames"][side] > 0)
    tracks = content["tracks"]
    need(isinstance(tracks, dict) and bool(tracks))
    for column in [tracks] if "log10_spectral_norm" in tracks else tracks.values():
        norms = column["log10_spectral_norm"]
        need(isinstance(norms, list) and bool(norms))
        need(all(v is None or (type(v) in (int, float) and math.isfinite(v)) for v in norms))
    need(isinstance(content["parameters"], dict))
    need(isinstance(content["panels"], list) and isinstance(content["claims"], list))
    versions = content["versions"]
    need(isinstance(versions, dict) and {"python", "numpy", "matplotlib", "ffmpeg"} <= versions.keys())
    need(all(isinstance(version, str) for version in versions.values()))
    need(isinstance(content["files"], list))
    for entry in content["files"]:
        name = entry["name"]
        need(isinstance(name, str) and name.isprintable() and not set(name) & {"/", "\\"} and bool(Path(name).suffix))


def title_of(content: Mapping[str, Any]) -> str:
    """Return the title a film was given, else its scene's, else the name of its scene file as words.

    Raises
    ------
    InputError
        If the manifest's command is none.
    """
    try:
        command = shlex.split(str(content["command"]))
    except ValueError:
        raise InputError("the manifest's command cannot be read, so render the film again") from None
    if "--title" in command[:-1]:
        return command[command.index("--title") + 1]
    known = all_scenes().get(content["scene"])
    if known:
        return known.title
    scene = re.split(r"[/\\:]", content["scene"])[-1].removesuffix(".py")
    words = scene.replace("_", " ")
    return words[:1].upper() + words[1:]


VERSION = render.__version__
