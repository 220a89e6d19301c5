"""The JSON beside every film: what it is, from what, with what numbers."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from render.errors import InputError
from render.files import MissingError, UnreadableError, content_of
from render.numerics.trajectory import Columns, Trajectory
from render.pipeline.claims import finite
from render.pipeline.job import OPTIONS, USUAL, Job
from render.pipeline.moments import said_besides
from render.pipeline.scene_run import SceneRun
from render.pipeline.versions import film_versions
from render.storage import output_errors, sha256_of
from render.text import literal
from render.version import VERSION
from render.video.formats import FileKind

# Larger matrices are told by their hash alone.
_LARGEST_LISTED = 64
# A manifest of a million steps has some tens of megabytes; no whole number in one has more digits.
_LARGEST_BYTES, _MOST_DIGITS = 2**28, 20


def numbers(columns: Columns) -> dict[str, Any]:
    """Return column labels, matrix, hash and tracks; for a comparison each of these is an object by label."""
    matrices, hashes, tracks = (_by_column(columns, part) for part in (_matrix, _hash, _tracks))
    labels = None if None in columns else list(columns)
    return {"columns": labels, "matrix": matrices, "matrix_sha256": hashes, "tracks": tracks}


@dataclass(frozen=True)
class FileMade:
    """A file of a film.

    Parameters
    ----------
    name, kind : str, FileKind
        What it is called, and what it is.
    steps : list of int or None
        The step of each of its pictures; None for one that spells a multiplication out.
    parts : list of float
        The part of the way to the next step that each of them shows.
    frames : int
        Number of the film's frames.
    """

    name: str
    kind: FileKind
    steps: list[int | None]
    parts: list[float]
    frames: int


def file_entry(made: FileMade, path: Path, size: tuple[int, int]) -> dict[str, Any]:
    """Return the entry of a file that is now at `path`; `size` is in pixels.

    Its ``steps`` are null where every frame of the film is a picture of its own.

    Raises
    ------
    OutputError
        If it is gone, or cannot be read any more.
    """
    with output_errors(f"write {made.name}"):
        size_in_bytes, digest = path.stat().st_size, sha256_of(path)
    return {
        "name": made.name,
        "bytes": size_in_bytes,
        "sha256": digest,
        "codec": made.kind.codec,
        "frames": len(made.steps),
        "steps": None if len(made.steps) == made.frames and None not in made.steps else made.steps,
        "parts": made.parts if any(made.parts) and len(made.parts) != made.frames else None,
        "width": size[0],
        "height": size[1],
    }


def _by_column(columns: Columns, part: Callable[[Trajectory], Any]) -> Any:
    if None in columns:
        return part(columns[None])
    return {label: part(column) for label, column in columns.items()}


def _matrix(column: Trajectory) -> list[list[float]] | None:
    factor = column.sequence.factor if column.has_product else None
    return factor.tolist() if factor is not None and len(factor) <= _LARGEST_LISTED else None


def _hash(column: Trajectory) -> str | None:
    return column.sequence.sha256 if column.has_product else None


def _tracks(column: Trajectory) -> dict[str, Any]:
    norms = ("log10_spectral_norm", "log10_frobenius_norm") if column.has_product else ()
    tracks = {name: getattr(column, name) for name in norms} | dict(column.series)
    return {name: _plain(track.tolist()) for name, track in tracks.items()}


def _plain(values: Any) -> Any:
    return [_plain(v) for v in values] if isinstance(values, list) else finite(values)


def provenance(job: Job, found: SceneRun, ffmpeg: str) -> dict[str, Any]:
    """Return what the film was made from: its scene with its words and parameters, the job, and the versions."""
    return {
        "eigenreel": VERSION,
        "scene": job.scene,
        "title": found.scene.title if job.title is None else literal(job.title),
        "statement": found.scene.statement,
        "said": said_besides(found.scene, found.columns),
        "parameters": dict(found.parameters),
        "steps": found.steps,
        "seed": found.parameters.get("seed"),
        "job": replace(job, parameters=dict(found.parameters)).as_json(),
        "command": command(job, found.parameters),
        "versions": film_versions(ffmpeg),
    }


def command(job: Job, parameters: Mapping[str, Any]) -> str | None:
    """Return the command line that makes a film again, for people: all parameters, and what else is not usual.

    None stands for a film of somebody's own matrices, which no command line can hold.
    """
    if job.matrices is not None:
        return None
    words = ["render", "scene", job.scene]
    for name, value in parameters.items():
        words += ["--" + name.replace("_", "-"), str(value)]
    for name, option in OPTIONS.items():
        value = getattr(job, name)
        if name in ("output", "timeout") or value == USUAL[name]:
            continue
        if name == "theme" and not isinstance(value, str):
            value = f"{value['name']}.toml"
        flag = option.flags[0]
        if value is True:
            words.append(flag)
        else:
            words += [
                word for single in (value if isinstance(value, tuple) else (value,)) for word in (flag, str(single))
            ]
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
        content = json.loads(content_of(source, _LARGEST_BYTES), object_pairs_hook=_once, parse_int=_whole)
        _check(content)
    except MissingError:
        raise InputError(
            f"there is no manifest {source}, so give a film that render made, with its .json beside it"
        ) from None
    except UnreadableError as error:
        raise InputError(f"{source} {error}") from None
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise InputError(f"{source} is not a manifest of eigenreel, so render the film again") from None
    return dict(content)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; raise ValueError where a key comes twice, since readers may take either."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _whole(digits: str) -> int:
    """Return a whole number; raise ValueError where it has more digits than any that a film holds."""
    if len(digits) > _MOST_DIGITS:
        raise ValueError
    return int(digits)


def _check(content: Mapping[str, Any]) -> None:
    """Raise KeyError, TypeError or ValueError where a manifest lacks what its readers rely on."""

    def need(holds: bool) -> None:
        if not holds:
            raise ValueError

    for name in ("eigenreel", "scene"):
        need(isinstance(content[name], str) and bool(content[name]))
    need(isinstance(content["job"], dict) and content["job"]["scene"] == content["scene"])
    need(isinstance(content["title"], str) and isinstance(content["statement"], str))
    need(content["command"] is None or isinstance(content["command"], str))
    # Manifests of earlier versions have none.
    said = content.get("said", {})
    need(isinstance(said, dict) and all(isinstance(text, str) for text in said.values()))
    need(type(content["steps"]) is int and content["steps"] >= 0)
    over = content.get("over")
    if over is not None:
        need(isinstance(over, dict) and isinstance(over["parameter"], str) and isinstance(over["values"], list))
        need(bool(over["values"]) and all(isinstance(value, (str, int, float)) for value in over["values"]))
    for side in ("width", "height"):
        need(type(content["frames"][side]) is int and content["frames"][side] > 0)
    labels = content["columns"]
    need(labels is None or (isinstance(labels, list) and bool(labels) and all(isinstance(n, str) for n in labels)))
    need(isinstance(content["tracks"], dict))
    for label, column in columns_of(content).items():
        need(isinstance(column, dict) and bool(column))
        need(all(isinstance(track, list) for track in column.values()))
        need(all(map(_are_numbers, column.values())))
        multiplied = content["matrix_sha256"] if labels is None else content["matrix_sha256"][label]
        need(multiplied is None or "log10_spectral_norm" in column)
    need(isinstance(content["parameters"], dict))
    need(isinstance(content["panels"], list) and isinstance(content["claims"], list))
    need(isinstance(content["moments"], list))
    for moment in content["moments"]:
        need(isinstance(moment["sentence"], str) and isinstance(moment["text"], str))
        need(isinstance(moment["values"], dict) and (moment["step"] is None or type(moment["step"]) is int))
        need(all(isinstance(value, str) or _are_numbers(value) for value in moment["values"].values()))
    for panel in content["panels"]:
        need(isinstance(panel["panel"], str) and isinstance(panel["heading"], str))
        need(isinstance(panel["tracks"], dict) and all(isinstance(name, str) for name in panel["tracks"].values()))
    versions = content["versions"]
    need(isinstance(versions, dict) and {"python", "numpy", "matplotlib", "ffmpeg"} <= versions.keys())
    need(all(isinstance(version, str) for version in versions.values()))
    need(isinstance(content["files"], list))
    for entry in content["files"]:
        name = entry["name"]
        need(isinstance(name, str) and name.isprintable() and not set(name) & {"/", "\\"} and bool(Path(name).suffix))


def _are_numbers(value: Any) -> bool:
    """Whether a value is a finite number, null, or a list of such that is not empty."""
    if isinstance(value, list):
        return bool(value) and all(map(_are_numbers, value))
    return value is None or (type(value) in (int, float) and math.isfinite(value))


def columns_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest's tracks by column label; a film of one column has the label of no letters."""
    tracks = content["tracks"]
    return {"": tracks} if content["columns"] is None else {label: tracks[label] for label in content["columns"]}
