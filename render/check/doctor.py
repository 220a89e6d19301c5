"""Whether films can be made here: one is made and read back. If not, what a report of it needs is all there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from render.check import machine
from render.check.verify import verify
from render.errors import EigenreelError, OutputError, RenderError
from render.pipeline.job import Job
from render.pipeline.run import run
from render.storage import output_errors
from render.text import brief
from render.video.ffmpeg import Ffmpeg, find_ffmpeg
from render.video.formats import FORMATS

# The smallest film that has all there is to a film.
_TRIAL = {"steps": 2, "dim": 2}

Found = dict[str, dict[str, Any]]


def examine(output: Path) -> tuple[Found, EigenreelError | None]:
    """Return what was found, by topic and name, and why no film can be made; None where one can.

    Parameters
    ----------
    output : Path
        The folder for films. Nothing is left in it, and it is not made.
    """
    target, temporary = machine.existing(output), machine.temporary()
    found: Found = {
        "versions": {**machine.versions()},
        "system": machine.system(),
        "output": machine.folder(target),
        "temporary": machine.folder(temporary),
        "fonts": machine.covered(),
        "ffmpeg": {"path": None},
        "film": {"made": False},
    }
    try:
        found["ffmpeg"] = _ffmpeg()
        found["versions"]["ffmpeg"] = found["ffmpeg"].pop("version")
        # Where there is no folder for temporary files, films are made in their own.
        found["film"] = {"made": True, "bytes": _make(target if not found["temporary"]["writable"] else None)}
        if not found["output"]["writable"]:
            where, reason = target or output, found["output"]["reason"]
            raise OutputError(f"{where} cannot be written ({reason}), so choose another folder with --output")
    except EigenreelError as error:
        found["film"]["reason"] = machine.discreet(str(error))
        return found, error
    return found, None


def _ffmpeg() -> dict[str, Any]:
    """Return which ffmpeg is used, where it is from, and whether it has what the formats need."""
    path = find_ffmpeg()
    with Ffmpeg(path) as ffmpeg:
        version = ffmpeg.version
        encoders = {f"{form.encoder} ({form.name})": ffmpeg.has_encoder(form.encoder) for form in FORMATS.values()}
    return {"path": machine.discreet(path), "from": origin(path), "version": version, **encoders}


def origin(path: str) -> str:
    """Return who has chosen an ffmpeg."""
    import imageio_ffmpeg  # type: ignore[import-untyped]  # it has no type hints

    if os.environ.get("IMAGEIO_FFMPEG_EXE"):
        return "IMAGEIO_FFMPEG_EXE"
    package = Path(imageio_ffmpeg.__file__).parent
    return "imageio-ffmpeg" if Path(path).is_relative_to(package) else "the system"


def _make(folder: Path | None) -> int:
    """Make a film and compare it with its numbers; return its bytes.

    Raises
    ------
    EigenreelError
        If either fails.
    """
    with output_errors("make a film for trial"), tempfile.TemporaryDirectory(dir=folder) as place:
        film = run(Job("rotation", _TRIAL, output=place, formats=("mp4",), layout="square", pace="even"))
        report = verify(film.files["json"])
        if not report.holds:
            raise RenderError(
                f"a film was made, but is not what its manifest says ({brief(report.faults[0])}), so report that"
            )
        return film.files["mp4"].stat().st_size


def lines(found: Found) -> list[str]:
    """Return what was found as lines of text: a topic, and below it its names and values."""
    width = max(len(name) for entries in found.values() for name in entries)
    said = []
    for topic, entries in found.items():
        said.append(topic)
        said += [f"  {name:{width}}  {_words(value)}" for name, value in entries.items()]
    return said


def _words(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
