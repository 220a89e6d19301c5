"""A film whose files may have so many bytes: made with what spares some, or refused with what would fit.

Three things are done, and none makes a film false. H.264 takes its time. It keeps colours more coarsely, by up to 6
steps of its quality, as long as every cell is within what `render verify` allows. And steps that run by have fewer
pictures a second, as they have in films that would flash otherwise.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from render.check.frames import FilmAgain, check_frames
from render.check.report import Report
from render.drawing.layouts import SIZES
from render.errors import RenderError
from render.pipeline import manifest
from render.pipeline.film import Film
from render.pipeline.job import Job
from render.pipeline.pace import PICTURES_A_SECOND, timeline_of
from render.pipeline.run import run
from render.pipeline.scene_run import run_of
from render.pipeline.sizes import size_of_file
from render.pipeline.watch import Watch
from render.scratch import scratch_folder
from render.video.ffmpeg import Ffmpeg, find_ffmpeg
from render.video.formats import COARSEST, FORMATS, can_be_smaller

# What H.264 is tried with; by how much the last may shrink a file at most, so that no more is tried in vain.
_THOROUGH = {"thorough": 1}
_H264 = ({}, _THOROUGH, *(_THOROUGH | {"crf": by} for by in (2, 4, COARSEST)))
_LARGEST_GAIN = 3.5


def make(job: Job, watch: Watch | None = None) -> Film:
    """Make a film as `run` does, with no file larger than its job allows; the manifest is none of these.

    Parameters
    ----------
    job : Job
        What to make. Where it says itself what is spared, as that of a manifest does, nothing else is tried.
    watch : Watch, optional
        Told of the progress, once for each film that is tried.

    Raises
    ------
    EigenreelError
        If anything stops it, or no film fits; the files that were there before are then as they were.
    """
    watch = watch or Watch()
    if job.max_bytes is None or job.savings:
        return run(job, watch)
    measured: dict[str, int] = {}
    for rate in _rates(job):
        for h264 in _H264:
            savings = h264 | ({"pictures": rate} if rate else {})
            tried = _try(replace(job, savings=savings), watch)
            if isinstance(tried, Film):
                return replace(tried, remarks=(*tried.remarks, *_spared(job.max_bytes, savings)))
            measured = tried
            if measured[f"{job.stem}.png"] > job.max_bytes:
                # Whatever is spared, the poster is the same.
                raise RenderError(_refusal(job, measured, watch))
            large = {name for name, size in measured.items() if size > job.max_bytes}
            # What is not H.264 gets no smaller by that.
            if not all(map(can_be_smaller, large)):
                break
            if not large or max(measured[name] for name in large) > _LARGEST_GAIN * job.max_bytes:
                break
    raise RenderError(_refusal(job, measured, watch))


class _TooLargeError(Exception):
    """A film is finished and does not fit, or has lost colours; nothing of it is in place."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        super().__init__("a film does not fit")
        self.sizes = dict(sizes)


class _Bar(Watch):
    """Shows the progress of films that are made elsewhere, to be measured."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def painted(self, frames: int, total: int) -> None:
        """Hand it on."""
        self._watch.painted(frames, total)


class _Limit(Watch):
    """Refuses a finished film whose files are too large or whose cells are too far from their colours."""

    def __init__(self, job: Job, watch: Watch) -> None:
        self._job, self._watch = job, watch

    def painted(self, frames: int, total: int) -> None:
        """Hand it on."""
        self._watch.painted(frames, total)

    def saved(self) -> None:
        """Hand it on."""
        self._watch.saved()

    def finished(self, content: Mapping[str, Any], path: Callable[[str], Path]) -> None:
        """Refuse it where it does not fit."""
        sizes = {entry["name"]: entry["bytes"] for entry in content["files"]}
        limit = self._job.max_bytes
        if limit is not None and max(sizes.values()) > limit:
            raise _TooLargeError(sizes)
        if self._job.savings.keys() & {"thorough", "crf"} and not _cells_hold(self._job, content, path):
            raise _TooLargeError(sizes)
        self._watch.finished(content, path)


def _try(job: Job, watch: Watch) -> Film | dict[str, int]:
    """Return a film, or how large its files would be where one does not fit."""
    try:
        return run(job, _Limit(job, watch))
    except _TooLargeError as refused:
        return refused.sizes


def _rates(job: Job) -> Iterator[float | None]:
    """Yield the most pictures a second of films to be tried: the usual ones first, then fewer where that differs."""
    yield None
    if job.pace != "even":
        found = run_of(job)
        known = [timeline_of(job, found).instants]
        for rate in PICTURES_A_SECOND[1:]:
            instants = timeline_of(job, found, rate).instants
            if instants not in known:
                known.append(instants)
                yield rate


def _cells_hold(job: Job, content: Mapping[str, Any], path: Callable[[str], Path]) -> bool:
    """Whether every cell of the smaller files has the colour of its number, as `render verify` would find."""
    fresh = json.loads(manifest.dump(content))
    report = Report(Path(f"{job.stem}.json"))
    found = run_of(job)
    with Ffmpeg(find_ffmpeg()) as ffmpeg, scratch_folder(Path(job.output)) as folder:
        again = FilmAgain(job, found, folder, fresh)
        for entry in fresh["files"]:
            if can_be_smaller(entry["name"]):
                film = folder / entry["name"]
                shutil.copyfile(path(entry["name"]), film)
                check_frames(film, entry, again, report, ffmpeg, same_versions=True)
    return report.holds


def _spared(limit: int, savings: Mapping[str, float]) -> list[str]:
    """Return in words what a film is made with, so that it fits."""
    said = []
    if "thorough" in savings:
        said.append("the MP4 was encoded with more time")
    if "crf" in savings:
        said.append(f"it keeps colours more coarsely (CRF {savings['crf']:g} higher)")
    if "pictures" in savings:
        said.append(f"steps that run by have at most {savings['pictures']:g} pictures a second")
    return [f"to have no file above {size_of_file(limit)}, {', and '.join(said)}"] if said else []


def _refusal(job: Job, measured: Mapping[str, int], watch: Watch) -> str:
    """Return why no film fits, and what would."""
    assert job.max_bytes is not None
    poster = f"{job.stem}.png"
    large = poster if measured[poster] > job.max_bytes else max(measured, key=lambda name: measured[name])
    if measured[large] > job.max_bytes:
        why = f"{large} has {size_of_file(measured[large])} at least where {size_of_file(job.max_bytes)} are allowed"
    else:
        why = f"{large} would have other colours than its numbers where {size_of_file(job.max_bytes)} are allowed"
    for other in _others(job):
        if large == poster and other.size == job.size and other.layout == job.layout:
            # It has the same poster.
            continue
        tried = _smallest(other, watch)
        fitting = {name: size for name, size in tried.items() if size <= job.max_bytes and not name.endswith(".png")}
        # A poster that is too large is part of every film of that size.
        if fitting and tried[poster] <= job.max_bytes:
            what = [f"{_option(job, other, name)} has {size_of_file(size)}" for name, size in fitting.items()]
            if other.formats == job.formats:
                # A smaller frame is one choice for all files, the poster among them.
                what = [f"{_option(job, other, '')} has {size_of_file(max(tried.values()))} at most"]
            if other.formats != job.formats or len(fitting) == len(job.formats):
                return f"{why}, but {' and '.join(what)}, so take that or raise --max-bytes"
    if large == poster:
        return f"{why}, and fewer steps hardly make that smaller, so raise --max-bytes"
    return f"{why}, so raise --max-bytes or choose fewer steps or a shorter --duration"


def _others(job: Job) -> Iterator[Job]:
    """Yield films to be measured instead: all formats, frames that are less fine, and smaller ones."""
    if not job.transparent:
        yield replace(job, formats=tuple(FORMATS), over=None)
    if job.size != min(SIZES):
        yield replace(job, size=min(SIZES))
    if job.layout != "square":
        yield replace(job, layout="square", size=min(SIZES))


def _option(job: Job, other: Job, name: str) -> str:
    """Return the options that make a file of another film."""
    if other.formats != job.formats:
        return f"--format {name.rpartition('.')[2]}"
    changed = {"--layout": (job.layout, other.layout), "--size": (job.size, other.size)}
    return " ".join(f"{flag} {new}" for flag, (old, new) in changed.items() if old != new)


def _smallest(job: Job, watch: Watch) -> dict[str, int]:
    """Return how large the files of a film are with all that can be spared."""
    rate = [*_rates(job)][-1]
    savings = _H264[-1] | ({"pictures": rate} if rate else {})
    tried = replace(job, savings=savings, max_bytes=None)
    with scratch_folder(Path(job.output)) as folder:
        film = run(replace(tried, output=str(folder)), _Bar(watch))
        sizes = {entry["name"]: int(entry["bytes"]) for entry in film.manifest["files"]}
        if not _cells_hold(tried, film.manifest, lambda file: folder / file):
            sizes = {file: size for file, size in sizes.items() if not can_be_smaller(file)}
    return sizes
