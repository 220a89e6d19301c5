"""Several films, on any executor: processes of this machine, threads, or a cluster."""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any, NoReturn

from render import interrupts
from render.errors import EigenreelError, RenderError, UsageError
from render.interrupts import held
from render.pipeline import manifest
from render.pipeline.catalog import load_scene
from render.pipeline.dependencies import files_of
from render.pipeline.film import Film
from render.pipeline.fit import make
from render.pipeline.job import Job
from render.storage import sha256_of
from render.text import brief
from render.version import VERSION

Progress = Callable[[Job, Film | EigenreelError], None]


def run_all(
    jobs: Sequence[Job], *, executor: Executor | None = None, progress: Progress | None = None
) -> list[Film | EigenreelError]:
    """Make several films, and return for each the film or what went wrong with it.

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
    targets = [(os.path.realpath(job.output), _stem(job)) for job in jobs]
    for folder, stem in targets:
        if targets.count((folder, stem)) > 1:
            raise UsageError(f"two films would be named {stem}, so give one another name")
    if executor is None:
        with processes(os.cpu_count() or 1) as pool:
            return run_all(jobs, executor=pool, progress=progress)
    results: dict[int, Film | EigenreelError] = {}
    futures: dict[Future[Film], int] = {}
    try:
        for index, job in enumerate(jobs):
            try:
                futures[executor.submit(_work, job)] = index
            except RuntimeError as error:
                # It was shut down, or a process of it has died.
                results[index] = RenderError(f"the film {_stem(job)} could not be made, since {error}")
                if progress:
                    progress(job, results[index])
        for future in as_completed(futures):
            index = futures[future]
            results[index] = _result(future, jobs[index])
            if progress:
                progress(jobs[index], results[index])
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return [results[index] for index in range(len(jobs))]


def _stem(job: Job) -> str:
    try:
        return job.stem
    except EigenreelError:
        # Making it will say what is wrong with it.
        return job.name or job.scene


def _result(future: Future[Film], job: Job) -> Film | EigenreelError:
    """Return the film, or in one sentence why there is none, whatever the executor raised."""
    try:
        return future.result()
    except EigenreelError as error:
        return error
    except Exception as error:
        if isinstance(error, BrokenExecutor):
            return RenderError(f"a process died while it made the film {_stem(job)}, so try again")
        try:
            pickle.dumps(job)
        except (pickle.PicklingError, AttributeError, TypeError):
            return UsageError(f"the film {_stem(job)} has parameters that are no plain values, so use those")
        kind = type(error).__name__
        return RenderError(f"the film {_stem(job)} could not be made, since the executor raised {kind}: {error}")


class _Process(SpawnProcess):
    """A process that does not begin by running the caller's script once more: jobs need nothing of it."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        main = sys.modules["__main__"]
        kept: dict[str, Any] = {name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)}
        main.__spec__ = None
        try:
            return SpawnProcess._Popen(process_obj)
        finally:
            vars(main).update(kept)


class _Spawn(SpawnContext):
    """Begins such processes."""

    Process = _Process


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Give a pool of processes that an interruption ends at once, their films with them.

    Parameters
    ----------
    workers : int
        How many.
    """
    with ProcessPoolExecutor(workers, mp_context=_Spawn(), initializer=_begin_worker) as pool:
        try:
            yield pool
        except BaseException:
            with held():
                # Asked before the shutdown, which forgets them.
                workers_left = list((pool._processes or {}).values())
                pool.shutdown(wait=False, cancel_futures=True)
                for process in workers_left:
                    process.terminate()
            raise


def is_current(job: Job) -> bool:
    """Whether a scene's film is there, whole, made by this job, and newer than every file that can alter it."""
    scene = load_scene(job.scene)
    source = Path(job.output) / f"{job.stem}.json"
    try:
        content = manifest.read(source)
        made = source.stat().st_mtime_ns
        whole = all(sha256_of(source.with_name(e["name"])) == e["sha256"] for e in content["files"])
        suffixes = {Path(entry["name"]).suffix.lstrip(".") for entry in content["files"]}
        versions = {"eigenreel": VERSION} | manifest.versions(content["versions"]["ffmpeg"])
        same = versions == {"eigenreel": content["eigenreel"]} | content["versions"]
    except (EigenreelError, OSError, KeyError, TypeError):
        return False
    if not whole or not same or suffixes != {*job.formats, "png"}:
        return False
    wanted = replace(job, parameters=scene.resolve(**job.parameters)).as_json()
    if content["job"] != json.loads(json.dumps(wanted)):
        return False
    return all(path.stat().st_mtime_ns <= made for path in files_of(scene, job.language))


_ended = False


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and let its SIGTERM end a film cleanly."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    interrupts.ignore()
    signal.signal(signal.SIGTERM, _end_worker)
    interrupts.on_drop(SystemExit, _end_soon)


def _end_worker(signum: int, frame: object) -> NoReturn:
    global _ended
    _ended = True
    interrupts.ignore()
    interrupts.insist(_end_again, 143)
    raise SystemExit(143)


def _end_soon() -> None:
    if _ended:
        interrupts.insist(_end_again, 143, after=0.01)


def _end_again(signum: int, frame: object) -> NoReturn:
    raise SystemExit(143)


def _work(job: Job) -> Film:
    # The pool hands on films that were waiting for this process even after its end was asked for.
    if _ended:
        raise SystemExit(143)
    return make(job)
