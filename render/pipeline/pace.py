"""How a film moves: from its options and moments to its timeline."""

from __future__ import annotations

from fractions import Fraction

from render.errors import UsageError
from render.panels.multiply import LARGEST
from render.pipeline.job import Job
from render.pipeline.panel_requests import entry_of
from render.pipeline.scene_run import SceneRun
from render.pipeline.timeline import (
    DEFAULT_FPS,
    MOST_PICTURES,
    PACES,
    Timeline,
    check_seconds,
    directed,
    even,
    parse_fps,
)
from render.text import suggestion

# What moves between steps needs more frames a second.
_SMOOTH_FPS = Fraction(25)


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
    if job.pace == "even":
        return even(found.steps, rate, job.hold_first, job.hold_last)
    usual = _SMOOTH_FPS if scene.smooth or job.between else DEFAULT_FPS
    return directed(
        found.steps,
        found.moment_steps,
        usual if job.fps is None else rate,
        duration=job.duration,
        hold_first=job.hold_first,
        hold_last=job.hold_last,
        pictures=pictures,
        smooth=scene.smooth or job.between,
        explain=explained(job, found),
    )


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
