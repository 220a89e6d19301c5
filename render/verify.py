"""Whether a film is what its manifest says: bytes, frames, cells, numbers and claims."""

from __future__ import annotations

import json
import math
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from render import manifest
from render.encoder import Decoding, Ffmpeg, find_ffmpeg, kill, start
from render.errors import EigenreelError, InputError, RenderError, UsageError
from render.job import Job, job_of, poster_step, run, write_script
from render.painter import Painter
from render.storage import sha256_of
from render.study import study
from render.theme import ColorArray, color_index, color_table

# How far the colour in the middle of a cell may be from that of its number, of 255: MP4 is compressed, and
# GIF has 256 colours.
_TOLERANCE = {"png": 0, "gif": 4, "h264": 8}
# What another processor's rounding can do to a picture (one step in a table of 256 colours, and what the
# codec makes of it), and to a number.
_ROUNDED_PIXEL = {"png": 4, "gif": 6, "h264": 8}
_ROUNDED_NUMBER, _ROUNDED_ZERO = 1e-9, 1e-12
_SECONDS = 600.0


@dataclass
class Report:
    """What was checked of one film, what was found false, and what has to be known besides.

    `complete` is whether everything was compared.
    """

    manifest: Path
    complete: bool = True
    checked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything was compared, and nothing found false."""
        return self.complete and not self.faults


def verify(path: Path, run_scene: bool = False, names: Sequence[str] = ()) -> Report:
    """Check a film against its manifest, its numbers and a second rendering.

    Compared are: the files' hashes; the number of frames; tracks, claims and everything else in the
    manifest with recomputed ones; the colour in the middle of every heat-map cell of every frame with
    that of its recomputed number; and every frame with one rendered again.

    Parameters
    ----------
    path : Path
        The film or its manifest.
    run_scene : bool
        Run the scene file that the manifest names. Without it only scenes of the package are run.
    names : sequence of str, optional
        Further files that should be the film's.

    Raises
    ------
    InputError
        If there is no manifest, or it cannot be read.
    """
    content = manifest.read(path)
    report = Report(path.with_suffix(".json"))
    known = {report.manifest.name, *(entry["name"] for entry in content["files"])}
    for name in dict.fromkeys([path.name, *names]):
        if name not in known:
            report.faults.append(f"{name} is none of the files that the manifest names")
    with Ffmpeg(find_ffmpeg()) as ffmpeg, tempfile.TemporaryDirectory() as folder:
        _check_claims(content["claims"], report)
        if ".py" in content["scene"] and not run_scene:
            report.complete = False
            report.remarks.append(
                f"numbers, cells and frames were not compared, since that runs the program {content['scene']}, "
                "so look into it and add --run-scene"
            )
            _check_bytes(content, report, {})
            _count_frames(content, report, ffmpeg)
            return report
        try:
            job = job_of(content, folder)
            again = _Again(job, Path(folder))
        except (InputError, RenderError, UsageError) as error:
            report.faults.append(f"the film cannot be rendered again: {error}")
            _check_bytes(content, report, {})
            return report
        fresh = again.fresh
        other = _other_versions(content, fresh)
        if other:
            report.remarks.append(f"made by another version ({other}), so bytes and last digits may differ")
        same = _check_bytes(content, report, {entry["name"]: entry["sha256"] for entry in fresh["files"]})
        _check_numbers(content, fresh, report, exact=same and not other)
        _judge_claims(fresh, report, job.allow_false_claims)
        for entry in fresh["files"]:
            film = report.manifest.parent / entry["name"]
            if _is_file(film):
                _check_times(film, again, report, ffmpeg)
                _check_frames(film, entry, again, report, ffmpeg, same_versions=not other)
    return report


def _other_versions(content: Mapping[str, Any], fresh: Mapping[str, Any]) -> str:
    now = {"eigenreel": fresh["eigenreel"]} | fresh["versions"]
    then = {"eigenreel": content["eigenreel"]} | content["versions"]
    return ", ".join(f"{name} {then.get(name)}, here {now[name]}" for name in now if then.get(name) != now[name])


def _check_bytes(content: Mapping[str, Any], report: Report, again: Mapping[str, str]) -> bool:
    """Compare size and hash of all files; `again` are the hashes of those rendered again.

    Returns whether what was rendered again has the very bytes of the film.
    """
    found = {}
    for entry in content["files"]:
        name = entry["name"]
        path = report.manifest.parent / name
        try:
            regular = stat.S_ISREG(path.stat().st_mode)
            size, digest = (path.stat().st_size, sha256_of(path)) if regular else (0, "")
        except OSError as error:
            report.faults.append(f"{name} cannot be read ({error.strerror})")
            continue
        if not regular:
            report.faults.append(f"{name} cannot be read (it is no regular file)")
            continue
        found[name] = digest
        if (size, digest) == (entry.get("bytes"), entry.get("sha256")):
            report.checked.append(f"{name} has the bytes that the manifest states")
        elif digest == again.get(name):
            report.faults.append(f"the manifest was edited: {name} is as rendered, but other bytes are stated for it")
        elif entry.get("sha256") == again.get(name):
            report.faults.append(f"{name} was changed: the manifest states the bytes that rendering it gives")
        else:
            report.faults.append(f"{name} has other bytes than the manifest states")
    if again and (missing := again.keys() - {entry["name"] for entry in content["files"]}):
        report.faults.append(f"the manifest was edited: it does not name {', '.join(sorted(missing))}")
    return found == dict(again)


def _check_numbers(content: Mapping[str, Any], fresh: Mapping[str, Any], report: Report, exact: bool) -> None:
    """Compare the manifest with one made again, hashes of files and versions aside."""
    then, now = ({k: v for k, v in c.items() if k not in ("eigenreel", "versions", "files")} for c in (content, fresh))
    then["files"], now["files"] = (
        [{k: v for k, v in entry.items() if k not in ("bytes", "sha256")} for entry in c["files"]]
        for c in (content, fresh)
    )
    then["versions"], now["versions"] = (sorted(c["versions"]) for c in (content, fresh))
    differing = list(_differences(then, now, "", 0.0 if exact else _ROUNDED_NUMBER))
    if differing:
        more = f", and {len(differing) - 1} more" if len(differing) > 1 else ""
        report.faults.append(f"the manifest was edited, or the scene is another one now: {differing[0]}{more}")
    else:
        report.checked.append(f"{len(fresh['tracks'])} tracks and all else in the manifest are as recomputed")


def _check_claims(claims: Sequence[Any], report: Report) -> None:
    """Compare the stated verdicts with the numbers beside them."""
    for claim in claims:
        try:
            numbers = [math.nan if claim[key] is None else claim[key] for key in ("value", "expected", "tolerance")]
            if claim["holds"] is not (abs(numbers[0] - numbers[1]) <= numbers[2]):
                report.faults.append(f"the manifest was edited: its numbers decide {claim['claim']!r} otherwise")
        except (KeyError, TypeError):
            report.faults.append("the manifest was edited: it states a claim that is none")


def _judge_claims(fresh: Mapping[str, Any], report: Report, allowed: bool) -> None:
    false = [claim["claim"] for claim in fresh["claims"] if not claim["holds"]]
    if false and allowed:
        report.remarks.append(f"the film says itself that it claims what is false: {', '.join(false)}")
    elif false:
        report.faults.append(f"the film claims what is false: {', '.join(false)}")
    elif fresh["claims"]:
        report.checked.append(f"{len(fresh['claims'])} claims hold")


def _differences(then: Any, now: Any, place: str, tolerance: float) -> Iterator[str]:
    """Yield where two JSON values differ."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*then, *now]):
            if key not in then or key not in now:
                yield f"{place}.{key}".lstrip(".") + (" is missing" if key in now else " is no entry of a manifest")
            else:
                yield from _differences(then[key], now[key], f"{place}.{key}", tolerance)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for count, pair in enumerate(zip(then, now, strict=True)):
            yield from _differences(*pair, f"{place}[{count}]", tolerance)
    elif not _equal(then, now, tolerance):
        yield f"{place.lstrip('.')} is {_short(then, now)} where {_short(now, then)} is right"


def _equal(then: Any, now: Any, tolerance: float) -> bool:
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (then, now))
    if numbers and tolerance and max(abs(then), abs(now)) < 1e300:
        return math.isclose(then, now, rel_tol=tolerance, abs_tol=_ROUNDED_ZERO)
    return type(then) is type(now) and bool(then == now)


def _short(value: Any, other: Any) -> str:
    """Return a value as JSON, of a long one the part where it first differs from another."""
    text, beside = (json.dumps(v, ensure_ascii=False) for v in (value, other))
    if len(text) <= 60:
        return text
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, beside, strict=False)))
    start = max(0, same - 20)
    return ("…" if start else "") + text[start : start + 55] + ("…" if start + 55 < len(text) else "")


def _count_frames(content: Mapping[str, Any], report: Report, ffmpeg: Ffmpeg) -> None:
    """Decode all videos, and count their frames."""
    for entry in content["files"]:
        path = report.manifest.parent / entry["name"]
        if not _is_file(path):
            continue
        try:
            with Decoding(ffmpeg, path, _SECONDS) as decoding:
                frames = decoding.result(entry["name"])[0]
        except EigenreelError as error:
            report.faults.append(f"{entry['name']} does not decode: {error}")
            continue
        if frames != entry.get("frames"):
            report.faults.append(f"{entry['name']} has {frames} frames where the manifest states {entry.get('frames')}")
        else:
            report.checked.append(f"{entry['name']} has {frames} frames")


@dataclass
class _Playback:
    """What two decoded films were found to have, side by side."""

    frames: int = 0
    differing: list[int] = field(default_factory=list)
    furthest: int = 0
    wrong_cells: list[str] = field(default_factory=list)
    cells: int = 0
    worst_cell: int = 0


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A name that is too long, for one.
        return False


def _check_times(film: Path, again: _Again, report: Report, ffmpeg: Ffmpeg) -> None:
    """Compare when the frames are shown with when they should be."""
    mine, second = (_times(ffmpeg, path) for path in (film, again.folder / film.name))
    if mine != second:
        length, right = (sum(lasting for _, _, lasting in times) for times in (mine, second))
        report.faults.append(f"{film.name} is timed otherwise: {float(length):g} s where {float(right):g} s are right")


def _times(ffmpeg: Ffmpeg, path: Path) -> list[tuple[int, Fraction, Fraction]]:
    """Return the stream of every packet of a file, when it is shown and for how long, in seconds."""
    arguments = ["-v", "quiet", "-i", f"file:{path}", "-map", "0", "-c", "copy", "-f", "framecrc", "-"]
    process = start(ffmpeg.path, arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    units, times = {}, []
    try:
        assert process.stdout is not None
        with open(process.stdout.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in lines:
                if found := re.fullmatch(r"#tb (\d+): (\d+/\d+)", line.strip()):
                    units[found[1]] = Fraction(found[2])
                elif found := re.match(r"(\d+), *-?\d+, *(-?\d+), *(\d+),", line):
                    unit = units[found[1]]
                    times.append((int(found[1]), int(found[2]) * unit, int(found[3]) * unit))
    finally:
        kill(process)
    return times


def _check_frames(
    film: Path, entry: Mapping[str, Any], again: _Again, report: Report, ffmpeg: Ffmpeg, same_versions: bool
) -> None:
    """Decode a film and the one rendered again side by side; compare both, and cells with their numbers."""
    size = entry["width"], entry["height"]
    mine, second = (_decoded(ffmpeg, path, *size) for path in (film, again.folder / film.name))
    seen = _Playback()
    for count, (frame, twin) in enumerate(zip_longest(mine, second)):
        if frame is None or twin is None:
            seen.frames += frame is not None
            continue
        seen.frames += 1
        if not np.array_equal(frame, twin):
            seen.differing.append(count)
            seen.furthest = max(seen.furthest, int(np.abs(frame.astype(int) - twin).max()))
        again.check_cells(frame, again.steps(entry)[count], entry["codec"], seen)
    if seen.frames != entry["frames"]:
        report.faults.append(f"{film.name} has {seen.frames} frames where {entry['frames']} are right")
    if seen.wrong_cells:
        more = f", and {len(seen.wrong_cells) - 1} more" if len(seen.wrong_cells) > 1 else ""
        report.faults.append(f"{film.name} shows other colours than its numbers have: {seen.wrong_cells[0]}{more}")
    elif seen.cells:
        report.checked.append(
            f"{film.name}: {seen.cells:,} cells have the colours of their numbers, within {seen.worst_cell} of 255"
        )
    if not seen.frames:
        return
    if not seen.differing:
        report.checked.append(f"{film.name}: every decoded frame of {seen.frames} is as rendered again")
        if same_versions and seen.frames == entry["frames"] and sha256_of(film) != entry["sha256"]:
            report.faults.append(f"{film.name} has the frames of the film rendered again, but is another file")
        return
    some = ", ".join(map(str, seen.differing[:5])) + (" …" if len(seen.differing) > 5 else "")
    what = f"{film.name}: {len(seen.differing)} frames ({some}) differ from those rendered again"
    if seen.furthest <= _ROUNDED_PIXEL[entry["codec"]]:
        report.remarks.append(f"{what}, by at most {seen.furthest} of 255, as another processor may round")
    else:
        report.faults.append(f"{what}, by up to {seen.furthest} of 255")


class _Again:
    """The film as it is rendered again: its files, and the numbers of its cells."""

    def __init__(self, job: Job, folder: Path) -> None:
        self.folder = folder
        self.fresh = json.loads(manifest.dump(run(job).manifest))
        self._study = study(job.scene, job.parameters)
        self._painter = Painter(write_script(job, self._study))

    def steps(self, entry: Mapping[str, Any]) -> list[int]:
        """Return the step that each frame of a file shows."""
        if entry["codec"] == "png":
            return [poster_step(self._study.steps, self._study.scene.poster)]
        return list(self.fresh["frames"]["steps"])

    def check_cells(self, frame: ColorArray, step: int, codec: str, seen: _Playback) -> None:
        """Compare the middle of every heat-map cell with the colour of its number."""
        for panel, place in zip(self._painter.panels, self._painter.describe(), strict=True):
            values = panel.values(step)
            if values is None:
                continue
            true = color_table(place["colormap"])[color_index(values, tuple(place["limits"]))]
            error = np.abs(_centres(frame, place).astype(int) - true).max(axis=2)
            seen.cells += error.size
            seen.worst_cell = max(seen.worst_cell, int(error.max()))
            seen.wrong_cells += [
                f"step {step}, row {row + 1}, column {column + 1} of panel {place['panel']}"
                for row, column in np.argwhere(error > _TOLERANCE[codec])
            ]


def _centres(frame: ColorArray, place: Mapping[str, Any]) -> ColorArray:
    half, cell = place["cell"] // 2, place["cell"]
    rows = slice(place["y"] + half, place["y"] + place["height"], cell)
    columns = slice(place["x"] + half, place["x"] + place["width"], cell)
    return frame[rows, columns]


def _decoded(ffmpeg: Ffmpeg, path: Path, width: int, height: int) -> Iterator[ColorArray]:
    """Yield the frames of a file, shape (height, width, 3), as long as there are whole ones."""
    arguments = ["-v", "quiet", "-i", f"file:{path}", "-fps_mode", "passthrough"]
    arguments += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    process = start(ffmpeg.path, arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        with open(process.stdout.fileno(), "rb", closefd=False) as raw:
            while len(frame := raw.read(3 * width * height)) == 3 * width * height:
                yield np.frombuffer(frame, np.uint8).reshape(height, width, 3)
    finally:
        kill(process)
