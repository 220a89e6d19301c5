"""Numbers of a scene at every point of a product of parameters: computed anywhere, and kept as they come."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from render.errors import EigenreelError, RenderError, UsageError
from render.numerics.growth import log10_growth
from render.numerics.trajectory import Trajectory, simulate
from render.panels._series import track_of
from render.pipeline.executors import outcomes
from render.pipeline.guard import guarded
from render.pipeline.job import Job
from render.pipeline.points import Axis, points
from render.pipeline.processes import Processes
from render.pipeline.programs import Program, programs_of, taken_along
from render.pipeline.results import Results
from render.pipeline.scene_run import SceneRun, built, scene_of
from render.pipeline.versions import own_versions, require_versions
from render.text import suggestion
from render.version import VERSION
from scenes import FloatArray, ParameterError, Scene, SequenceError

# Points to a task: so many that handing them on costs little, and so few that every worker has some.
_MOST_POINTS = 64
SIZE = "log10_spectral_norm"


@dataclass(frozen=True)
class Sweep:
    """What is computed: a scene's tracks at every point.

    Parameters
    ----------
    job : Job
        The scene, its matrices, and the parameters that do not vary.
    axes : sequence of (str, list)
        Parameters that vary, and their values.
    tracks : tuple of str
        Names of the tracks; for a comparison with its columns' labels before them.
    base : str
        All that decides the numbers besides the point.
    """

    job: Job
    axes: Sequence[Axis]
    tracks: tuple[str, ...]
    base: str

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(len(values) for _, values in self.axes)

    def key(self, point: Mapping[str, Any]) -> str:
        """Return what tells a point's numbers from all others that are kept."""
        return hashlib.sha256(f"{self.base} {json.dumps(point, sort_keys=True)}".encode()).hexdigest()


def _base_of(job: Job, tracks: Sequence[str]) -> str:
    """Return all that decides numbers besides the point: the scene as it is now, parameters, tracks and versions."""
    held = [
        job.scene,
        dict(job.parameters),
        job.matrices,
        tracks,
        [program.digest for program in programs_of([job])],
        VERSION,
        np.__version__,
    ]
    return json.dumps(held, sort_keys=True)


def sweep_of(job: Job, axes: Sequence[Axis], tracks: Sequence[str] = ()) -> Sweep:
    """Return what is to be computed, with the scene's own tracks where none are asked for.

    Raises
    ------
    EigenreelError
        If the first point cannot be built, or has no such track.
    """
    first = next(points(axes))
    found = built(job.program or job.scene, scene_of(job), {**job.parameters, **first})
    chosen = tuple(tracks) or usual_tracks(found)
    numbers_at(found, chosen)
    return Sweep(job, axes, chosen, _base_of(job, chosen))


def usual_tracks(found: SceneRun) -> tuple[str, ...]:
    """Return the tracks that a table has where none are asked for: sizes of products, or a scene's own series."""
    names = []
    for label, column in found.columns.items():
        own = [SIZE] if column.has_product else [name for name, s in column.series.items() if s.ndim == 1]
        names += own if label is None else [f"{label}.{name}" for name in own]
    if not names:
        raise UsageError(
            f"the scene {found.scene.name} has no track that is one number a step, so name those wanted with --track"
        )
    return tuple(names)


def numbers_at(found: SceneRun, tracks: Sequence[str]) -> FloatArray:
    """Return the tracks of a run, shape (tracks, T + 1).

    Raises
    ------
    UsageError
        If there is no such track, or it is several numbers a step.
    """
    return np.array([_track(found, name) for name in tracks])


def _track(found: SceneRun, name: str) -> FloatArray:
    for label, column in found.columns.items():
        inner = name if label is None else name.removeprefix(f"{label}.") if name.startswith(f"{label}.") else None
        track = None if inner is None else _one_number(column, inner)
        if track is not None:
            return track
    known = list(usual_tracks(found))
    raise UsageError(
        f"the scene {found.scene.name} has no track {name!r} of one number a step, {suggestion(name, known)}"
    )


def _one_number(column: Trajectory, name: str) -> FloatArray | None:
    """Return a track of one number a step, None where there is none of that name."""
    try:
        track = track_of(column, name)
    except EigenreelError:
        return None
    return track if track.ndim == 1 else None


@dataclass(frozen=True)
class _Task:
    """Points of one scene by what tells their numbers from others, what is wanted of them, and what is run for it."""

    job: Job
    tracks: tuple[str, ...]
    points: Mapping[str, dict[str, Any]]
    versions: Mapping[str, str] | None
    programs: tuple[Program, ...]


def _compute(task: _Task) -> list[FloatArray | str]:
    """Return for every point its tracks, or why it has none."""
    if task.versions is not None:
        require_versions(task.versions)
    source = task.job.program or task.job.scene
    with ExitStack() as stack:
        stack.enter_context(taken_along(task.programs))
        scene = scene_of(task.job)
        # Once for all: what a scene may change is put back by a copy of much that it did not.
        stack.enter_context(guarded(source))
        return [
            _numbers_or_why(source, scene, {**task.job.parameters, **point}, task.tracks)
            for point in task.points.values()
        ]


def _numbers_or_why(
    source: str, scene: Scene, parameters: Mapping[str, Any], tracks: Sequence[str]
) -> FloatArray | str:
    try:
        columns = {label: simulate(recording) for label, recording in scene.build(**parameters).items()}
        return numbers_at(SceneRun(source, scene, parameters, columns), tracks)
    except (ParameterError, SequenceError, EigenreelError) as error:
        return str(error)


def compute(
    sweep: Sweep,
    results: Results,
    executor: Executor,
    progress: Callable[[int, int], object] = lambda done, of: None,
    size: int | None = None,
) -> list[str]:
    """Compute the points that are not kept yet, and keep each group as it comes; return why others have no numbers.

    Whatever stops it, what was kept is kept, and is not computed again.

    Parameters
    ----------
    sweep : Sweep
        What is wanted.
    results : Results
        What is kept.
    executor : concurrent.futures.Executor
        What computes.
    progress : callable
        Called with the number of points that are done, and of all.
    size : int, optional
        Points to a task; by default so many that every worker has some.

    Raises
    ------
    EigenreelError
        If a worker cannot compute at all.
    """
    local = isinstance(executor, Processes)
    workers = executor.workers if isinstance(executor, Processes) else 16
    group = size or max(1, min(_MOST_POINTS, sweep.size // (8 * workers)))
    versions, programs = (None, ()) if local else (own_versions(), programs_of([sweep.job]))
    refused: list[str] = []
    done = 0

    def tasks() -> Iterator[_Task]:
        nonlocal done
        for some in _groups(points(sweep.axes), group):
            keyed = {sweep.key(point): point for point in some}
            kept = results.kept(list(keyed))
            left = {key: point for key, point in keyed.items() if key not in kept}
            done += len(some) - len(left)
            if left:
                yield _Task(sweep.job, sweep.tracks, left, versions, programs)

    with closing(outcomes(_compute, tasks(), executor)) as found:
        for outcome in found:
            task = outcome.task
            try:
                arrays = outcome.future.result()
            except EigenreelError:
                raise
            except Exception as error:
                kind = type(error).__name__
                raise RenderError(f"numbers could not be computed, since the executor raised {kind}: {error}") from None
            made = dict(zip(task.points, arrays, strict=True))
            results.keep((key, array) for key, array in made.items() if not isinstance(array, str))
            refused += [f"{_said(task.points[key])}: {why}" for key, why in made.items() if isinstance(why, str)]
            done += len(task.points)
            progress(done, sweep.size)
    return refused


def _said(point: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in point.items())


def _groups(items: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group


def measured(sweep: Sweep, results: Results) -> tuple[dict[str, FloatArray], str | None]:
    """Return one number a point, shape (values of the first parameter, others), by the label of the column it is of.

    Of the first track: by what every step multiplies where it is a logarithm of a size, else its last number. The
    others are draws, or the values of the second parameter where that is no seed: each with the median of its draws.

    Returns
    -------
    dict of str to ndarray
        A run of one column has the label of no letters.
    str or None
        What the numbers are; None: growth a step.
    """
    labels, names = zip(*(name.rpartition(".")[::2] for name in sweep.tracks), strict=True)
    first = names[0]
    rows = {label: row for row, (label, name) in enumerate(zip(labels, names, strict=True)) if name == first}
    grows = first.startswith("log10_")
    count = len(sweep.axes[0][1])
    found = {label: np.full((count, sweep.size // count), np.nan) for label in rows}
    for index, point in enumerate(points(sweep.axes)):
        array = results.get(sweep.key(point))
        if array is None:
            continue
        for label, row in rows.items():
            found[label].flat[index] = 10.0 ** log10_growth(array[row]) if grows else array[row][-1]
    if rows_of(sweep) is not None:
        shape = (count, len(sweep.axes[1][1]), -1)
        found = {label: np.median(numbers.reshape(shape), axis=2) for label, numbers in found.items()}
    return found, None if grows else f"{first.replace('_', ' ')} at the end"


def rows_of(sweep: Sweep) -> Axis | None:
    """Return the second parameter of a sweep, if there is one that is not the seed of draws."""
    return sweep.axes[1] if len(sweep.axes) > 1 and sweep.axes[1][0] != "seed" else None
