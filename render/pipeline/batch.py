"""Several films, on any executor: processes of this machine, threads, or a cluster."""

from __future__ import annotations

import json
import os
import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import closing
from functools import partial
from pathlib import Path

from render.errors import EigenreelError, RenderError, UsageError
from render.pipeline import manifest
from render.pipeline.away import Sent, install, make_away, own_translations
from render.pipeline.dependencies import files_of
from render.pipeline.executors import outcomes
from render.pipeline.film import Film
from render.pipeline.fit import make
from render.pipeline.job import Job
from render.pipeline.page_films import opened
from render.pipeline.processes import Processes, processes
from render.pipeline.programs import programs_of
from render.pipeline.scene_run import scene_of
from render.pipeline.versions import film_versions, own_versions
from render.storage import sha256_of, sweep
from render.text import brief
from render.version import VERSION

Progress = Callable[[Job, Film | EigenreelError], None]


def run_all(
    jobs: Sequence[Job], *, executor: Executor | None = None, progress: Progress | None = None
) -> list[Film | EigenreelError]:
    """Make several films, and return for each the film or what went wrong with it.

    Processes of this machine write their films themselves. Any other executor returns the files of a film as bytes,
    which are compared with their hashes and written here, so it needs no disk in common with this machine: scene files
    of your own, and what they import from beside them, are taken along.

    Parameters
    ----------
    jobs : sequence of Job
        What to make; no two may write the same files.
    executor : concurrent.futures.Executor, optional
        What makes them: processes, threads, or the executor of a cluster (``dask``'s ``Client.get_executor()``). It is
        not shut down. A process a core by default.
    progress : callable, optional
        Called with every job and its film or failure, in the order in which they are ready.

    Returns
    -------
    list of Film or EigenreelError
        One for each job, in their order.

    Raises
    ------
    UsageError
        If two jobs write the same files.
    """
    jobs = list(jobs)
    for job in jobs:
        if not isinstance(job, Job):
            raise UsageError(f"jobs must be a list of jobs, as render.job makes them, but one is {brief(job)}")
    _refuse_doubles(jobs)
    if executor is None:
        with processes() as pool:
            return run_all(jobs, executor=pool, progress=progress)
    work: Callable[[Job], Film | Sent] = make if isinstance(executor, Processes) else _away(jobs)
    results: dict[int, Film | EigenreelError] = {}
    with closing(outcomes(work, jobs, executor)) as found:
        for outcome in found:
            result = results[outcome.index] = _result(outcome.future, outcome.task)
            if not outcome.future.cancelled() and isinstance(outcome.future.exception(), BrokenExecutor):
                # A process that was killed could not clean up.
                sweep(Path(outcome.task.output))
            if progress:
                progress(outcome.task, result)
    return [results[index] for index in range(len(jobs))]


def _away(jobs: Sequence[Job]) -> Callable[[Job], Sent]:
    """Return what makes any of the jobs elsewhere as it would be made here."""
    translations = {language: own_translations(language) for language in {job.language for job in jobs}}
    return partial(make_away, versions=own_versions(), programs=programs_of(jobs), translations=translations)


def _refuse_doubles(jobs: Sequence[Job]) -> None:
    folders = {output: os.path.realpath(output) for output in {job.output for job in jobs}}
    targets = Counter((folders[job.output], _stem(job)) for job in jobs)
    for (_, stem), count in targets.items():
        if count > 1:
            raise UsageError(f"two films would be named {stem}, so give one another name")


def _stem(job: Job) -> str:
    try:
        return job.stem
    except EigenreelError:
        # Making it will say what is wrong with it.
        return job.name or job.scene


def _result(future: Future[Film | Sent], job: Job) -> Film | EigenreelError:
    """Return the film, or in one sentence why there is none, whatever the executor raised."""
    try:
        made = future.result()
        return install(made, job) if isinstance(made, Sent) else made
    except EigenreelError as error:
        return error
    except Exception as error:
        if isinstance(error, CancelledError):
            return RenderError(f"the film {_stem(job)} was cancelled by its executor, so make it again")
        if isinstance(error, BrokenExecutor):
            return RenderError(f"a process died while it made the film {_stem(job)}, so try again")
        try:
            pickle.dumps(job)
        except (pickle.PicklingError, AttributeError, TypeError):
            return UsageError(
                f"the film {_stem(job)} has parameters that are no plain values, so use those, or threads"
            )
        kind = type(error).__name__
        return RenderError(f"the film {_stem(job)} could not be made, since the executor raised {kind}: {error}")


def is_current(job: Job) -> bool:
    """Whether a scene's film is there, whole, made by this job, and newer than every file that can alter it."""
    scene = scene_of(job)
    source = Path(job.output) / f"{job.stem}.json"
    try:
        content = manifest.read(source)
        made = source.stat().st_mtime_ns
        whole = all(sha256_of(source.with_name(e["name"])) == e["sha256"] for e in content["files"])
        suffixes = {Path(entry["name"]).suffix.lstrip(".") for entry in content["files"]}
        versions = {"eigenreel": VERSION} | film_versions(content["versions"]["ffmpeg"])
        same = versions == {"eigenreel": content["eigenreel"]} | content["versions"]
    except (EigenreelError, OSError, KeyError, TypeError):
        return False
    if not whole or not same or suffixes != {*job.formats, "png"}:
        return False
    wanted = opened(job, scene).as_json()
    if content["job"] != json.loads(json.dumps(wanted)):
        return False
    return all(path.stat().st_mtime_ns <= made for path in files_of(scene, job.language))
