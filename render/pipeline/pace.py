"""How a film moves: from its options and moments to its timeline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from render.errors import UsageError
from render.panels.multiply import LARGEST
from render.pipeline.beats import MOST_PICTURES
from render.pipeline.job import Job
from render.pipeline.panel_requests import entry_of
from render.pipeline.scene_run import SceneRun
from render.pipeline.timeline import (
    DEFAULT_FPS,
    PACES,
    Timeline,
    check_seconds,
    directed,
    even,
    parse_fps,
)
from render.text import brief, suggestion

# Most pictures a second in the runs of a film, the usual number first. With 5.5 no second has more than six changes, so
# that none ever flashes.
PICTURES_A_SECOND = (MOST_PICTURES, 8.0, 5.5)
# What moves between steps needs more frames a second.
_SMOOTH_FPS = Fraction(25)
# GIF and WebP count how often they play with 16 bits.
_MOST_PLAYS = 65_535


def check_options(job: Job) -> None:
    """Refuse options of time that no film has.

    Raises
    ------
    UsageError
        If there is such an option.
    """
    if job.pace not in PACES:
        raise UsageError(f"there is no pace {job.pace!r}, {suggestion(job.pace, PACES)}")
    check_seconds("hold_first", job.hold_first)
    check_seconds("hold_last", job.hold_last)
    check_seconds("duration", job.duration, 1.0)
    for seconds in pauses_of(job).values():
        check_seconds("pause", seconds)
    if not 0 <= job.loop <= _MOST_PLAYS:
        raise UsageError(f"loop must be from 0 to {_MOST_PLAYS:,}, but it is {job.loop}")
    if job.explain is not None and job.pace == "even":
        raise UsageError("a multiplication is spelled out in films with beats, so leave out --pace even")
    if job.duration is not None and job.pace == "even":
        raise UsageError("duration is of films with beats, so leave out --pace even or give --fps instead")


def timeline_of(job: Job, found: SceneRun, pictures: float = MOST_PICTURES) -> Timeline:
    """Return what every frame of a film shows.

    Parameters
    ----------
    job : Job
        The film.
    found : SceneRun
        Its scene with its numbers.
    pictures : float
        Most pictures a second while steps run.
    """
    scene = found.scene
    # The scene's own rate is that of its even film, and refused at any pace if it is none.
    rate = parse_fps(scene.fps if job.fps is None else job.fps)
    pauses = pauses_of(job)
    for step in pauses:
        if step > found.steps:
            raise UsageError(f"pause stops at step {step}, but the film ends with step {found.steps}")
    if job.pace == "even":
        # A frame a step at least: no need to list a million of them first.
        refuse_long(found.steps + 1, job.max_frames)
        return even(found.steps, rate, job.hold_first, job.hold_last, pauses)
    usual = _SMOOTH_FPS if scene.smooth or job.between else DEFAULT_FPS
    return directed(
        found.steps,
        found.moment_steps,
        usual if job.fps is None else rate,
        duration=job.duration,
        hold_first=job.hold_first,
        hold_last=job.hold_last,
        pictures=min(pictures, job.savings.get("pictures", pictures)),
        smooth=scene.smooth or job.between,
        explain=explained(job, found),
        pauses=pauses,
    )


def refuse_long(frames: int, most: int) -> None:
    """Refuse a film of more frames than allowed.

    Raises
    ------
    UsageError
        If it has more.
    """
    if frames > most:
        raise UsageError(
            f"the film would have {frames:,} frames where {most:,} are allowed, so choose fewer steps or raise "
            "--max-frames"
        )


def pauses_of(job: Job) -> Mapping[int, float]:
    """Return for how many seconds a film stops at which steps.

    Raises
    ------
    UsageError
        If a pause is no step with a number of seconds, or a step has two.
    """
    pauses: dict[int, float] = {}
    for text in job.pause:
        found = re.fullmatch(r"([0-9]{1,9})=([0-9]{1,9}(?:\.[0-9]{0,9})?)", text)
        if not found:
            raise UsageError(f"pause must be a step and seconds, as 16=2.5, but it is {brief(text)}")
        step = int(found[1])
        if step in pauses:
            raise UsageError(f"pause stops twice at step {step}, so leave one of them out")
        pauses[step] = float(found[2])
    return pauses


def explained(job: Job, found: SceneRun) -> tuple[int, int] | None:
    """Return the step whose multiplication is spelled out and the number of its entries, None where none is."""
    step = found.scene.explain
    if job.explain is not None:
        entry_of(job.explain)
        step = step or min(2, found.steps)
    numbers = next(iter(found.columns.values()))
    if job.explain is not None and (not numbers.has_product or not found.steps):
        raise UsageError(
            f"the scene {found.scene.name} multiplies nothing that could be spelled out, so leave --explain out"
        )
    if not step or not found.steps or not numbers.has_product or (job.explain is None and numbers.dim > LARGEST):
        return None
    return min(step, found.steps), numbers.dim**2
