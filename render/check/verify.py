"""Whether a film is what its manifest says: bytes, frames, cells, numbers and claims."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from render.check.frames import FilmAgain, check_frames, check_times
from render.check.limits import MOST_FRAMES, MOST_NUMBERS, LimitError, require_few_frames, require_few_numbers
from render.check.numbers import check_claims, check_numbers, check_sentences
from render.check.pages import check_page
from render.check.report import Report
from render.errors import EigenreelError, InputError, OutputError, RenderError, UsageError
from render.files import UnreadableError, is_folder, is_regular, opened
from render.pipeline import manifest
from render.pipeline.job import Job
from render.pipeline.pace import check_options, timeline_of
from render.pipeline.scene_run import SceneRun, run_of
from render.scratch import scratch_folder
from render.text import counted
from render.video.decoder import Decoding
from render.video.ffmpeg import Ffmpeg, find_ffmpeg
from render.video.formats import PAGE, kind_of

# Files that are larger are no film of this program, and not worth the minutes in which they would be read.
_LARGEST_FILM = 2**31
# How long decoding a file may take.
_SECONDS = 600.0


def films_at(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """Return the manifests to be verified, each with the names of files that should be its film's.

    Parameters
    ----------
    paths : sequence of Path
        Films, manifests, names without ending, and folders, which stand for all films in them.
    """
    films: dict[Path, list[str]] = {}
    for path in paths:
        if is_folder(path):
            found = sorted({file.with_suffix(".json") for file in path.iterdir() if _belongs_to_a_film(file)})
            films |= {manifest_path: films.get(manifest_path, []) for manifest_path in found or [path]}
        else:
            films.setdefault(path.with_suffix(".json"), []).append(path.name)
    return films


def _belongs_to_a_film(file: Path) -> bool:
    kind = kind_of(file.name)
    if file.name == "index.html":
        # That is the gallery.
        return False
    if file.suffix == ".json":
        try:
            with opened(file) as (content, _):
                return b'"eigenreel"' in content.read(200)
        except UnreadableError:
            return False
    return kind is not None and kind.moving and not file.name.startswith(".")


def verify(
    path: Path,
    run_scene: bool = False,
    names: Sequence[str] = (),
    *,
    max_numbers: int = MOST_NUMBERS,
    max_frames: int = MOST_FRAMES,
) -> Report:
    """Check a film against its manifest, its numbers and a second rendering.

    Compared are: the files' hashes; the number of frames; tracks, claims and everything else in the
    manifest with recomputed ones; the colour in the middle of every heat-map cell of every frame with
    that of its recomputed number; and every frame with one rendered again.

    Parameters
    ----------
    path : Path
        The film, its manifest, or their common name without ending.
    run_scene : bool
        Run the scene file that the manifest names. Without it only scenes of the package are run.
    names : sequence of str, optional
        Further files that should be the film's.
    max_numbers, max_frames : int
        How many entries its products, and how many frames the film may have: a manifest may ask for anything.

    Raises
    ------
    InputError
        If there is no manifest, or it cannot be read, or the path is a folder, or the film exceeds a limit.
    """
    if is_folder(path):
        raise InputError(f"there are no films in the folder {str(path)!r}, so give one that render wrote to")
    content = manifest.read(path)
    report = Report(path.with_suffix(".json"))
    known = {report.manifest.name, *(entry["name"] for entry in content["files"])}
    for name in dict.fromkeys([path.name, *names]):
        if name not in known and name != report.manifest.stem:
            report.faults.append(f"{name} is none of the files that the manifest names")
    with Ffmpeg(find_ffmpeg()) as ffmpeg, scratch_folder(path.absolute().parent) as folder:
        check_claims(content["claims"], report)
        check_sentences(content, report)
        program = _program(content)
        if program and not run_scene:
            why = f"that runs the program {program}, so look into it and add --run-scene"
            _leave_uncompared(content, report, ffmpeg, why)
            return report
        try:
            job = Job.of_json(content["job"], str(folder))
            require_few_numbers(job, max_numbers)
            found = run_of(job)
            require_few_numbers(job, max_numbers, found)
            made_with = content["versions"].get("numpy")
            if found.scene.sensitive and made_with != np.__version__:
                why = f"{found.scene.sensitive}; NumPy here is {np.__version__}, so verify it with {made_with}"
                _leave_uncompared(content, report, ffmpeg, why)
                _judge_claims({"claims": [v.as_json() for v in found.verdicts]}, report, job.allow_false_claims)
                return report
            _check_length(job, found, content, max_frames)
            again = FilmAgain(job, found, folder)
        except OutputError as error:
            raise OutputError(
                f"{report.manifest} could not be rendered again to compare it ({error}), so make room in "
                f"{folder.parent} or set TMPDIR to another folder"
            ) from None
        except LimitError as error:
            raise LimitError(f"{report.manifest} was not verified, since {error}") from None
        except (InputError, RenderError, UsageError) as error:
            report.faults.append(f"the film cannot be rendered again: {error}")
            _check_bytes(content, report, {})
            return report
        fresh = again.fresh
        other = _other_versions(content, fresh)
        if other:
            report.remarks.append(f"made by another version ({other}), so bytes and last digits may differ")
        same = _check_bytes(content, report, {entry["name"]: entry["sha256"] for entry in fresh["files"]})
        check_numbers(content, fresh, report, exact=same and not other, same_versions=not other)
        _judge_claims(fresh, report, job.allow_false_claims)
        said = [moment["sentence"] for moment in fresh["moments"] if moment["step"] is not None]
        if said and content["moments"] == fresh["moments"]:
            report.checked.append(
                counted(len(said), "sentence says what the numbers say", "sentences say what the numbers say")
            )
        for entry in fresh["files"]:
            film = report.manifest.parent / entry["name"]
            if not _can_be_read(film):
                continue
            if kind_of(film.name) is PAGE:
                check_page(film, again, report)
            else:
                check_times(film, again, report, ffmpeg)
                check_frames(film, entry, again, report, ffmpeg, same_versions=not other)
    return report


def _leave_uncompared(content: Mapping[str, Any], report: Report, ffmpeg: Ffmpeg, why: str) -> None:
    """Check what needs no second rendering."""
    report.complete = False
    report.remarks.append(f"numbers, cells and frames were not compared, since {why}")
    _check_bytes(content, report, {})
    _count_frames(content, report, ffmpeg)


def _program(content: Mapping[str, Any]) -> str | None:
    """Return the program that is run to make the film again, wherever the manifest names it."""
    try:
        named = Job.of_json(content["job"], "").program
    except UsageError:
        named = None
    return content["scene"] if ".py" in content["scene"] else named


def _check_length(job: Job, found: SceneRun, content: Mapping[str, Any], most: int) -> None:
    """Refuse to render a film again that would have another length: it might take for ever.

    Raises
    ------
    InputError
        If it would.
    LimitError
        If it has more frames than allowed.
    UsageError
        If the job has no length, since its options of time are none.
    """
    check_options(job)
    frames = timeline_of(job, found).frames
    require_few_frames(frames, most)
    shown = content["frames"].get("steps")
    if not isinstance(shown, list) or frames != len(shown):
        raise InputError(f"its job has {frames:,} frames, and the manifest lists another number of them")


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
            with opened(path) as (file, size):
                digest = hashlib.file_digest(file, "sha256").hexdigest() if size <= _LARGEST_FILM else ""
        except UnreadableError as error:
            report.faults.append(f"{name} cannot be read ({error.reason or 'it is no regular file'})")
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


def _judge_claims(fresh: Mapping[str, Any], report: Report, allowed: bool) -> None:
    false = [claim["claim"] for claim in fresh["claims"] if not claim["holds"]]
    if false and allowed:
        report.remarks.append(f"the film says itself that it claims what is false: {', '.join(false)}")
    elif false:
        report.faults.append(f"the film claims what is false: {', '.join(false)}")
    elif fresh["claims"]:
        report.checked.append(counted(len(fresh["claims"]), "claim holds", "claims hold"))


def _count_frames(content: Mapping[str, Any], report: Report, ffmpeg: Ffmpeg) -> None:
    """Decode all videos, and count their frames."""
    for entry in content["files"]:
        path = report.manifest.parent / entry["name"]
        if not _can_be_read(path) or kind_of(path.name) is PAGE:
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


def _can_be_read(path: Path) -> bool:
    """Whether a file is there that ffmpeg can be given: of one without end it would read on and on."""
    return is_regular(path) and path.stat().st_size <= _LARGEST_FILM
