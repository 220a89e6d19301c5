"""Several films at a time, each in a process of its own."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from render import signals
from render.errors import EigenreelError, RenderError, UsageError
from render.job import Film, Job, command_of, run
from render.signals import held


def run_all(jobs: list[Job], workers: int, done: Callable[[Job, Film], None]) -> None:
    """Make several films, so many at a time; the first failure is raised after all have ended.

    Parameters
    ----------
    jobs : list of Job
        What to make; no two may write the same files.
    workers : int
        Processes to use.
    done : callable
        Called with every job and its film, in the order in which they are ready.

    Raises
    ------
    UsageError
        If two jobs write the same files.
    EigenreelError
        If a film failed.
    """
    import pickle
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    targets = [(str(Path(job.output).absolute()), job.stem) for job in jobs]
    for job, target in zip(jobs, targets, strict=True):
        if targets.count(target) > 1:
            raise UsageError(f"two films would be named {job.stem}, so give one another --name")
        try:
            pickle.dumps(job)
        except (pickle.PicklingError, AttributeError, TypeError):
            raise UsageError(f"the film {job.stem} has parameters that are no plain values, so use those") from None
    failure: EigenreelError | None = None
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin_worker) as pool:
        futures = {pool.submit(_work, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                job = futures[future]
                try:
                    done(job, future.result())
                except BrokenProcessPool:
                    failure = failure or RenderError(f"a process died while it made the film {job.stem}, so try again")
                except EigenreelError as error:
                    failure = failure or error
        except BaseException:
            with held():
                # Asked before the shutdown, which forgets them.
                processes = list((pool._processes or {}).values())
                pool.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.terminate()
            raise
    if failure:
        raise failure


def is_current(job: Job) -> bool:
    """Whether a scene's film is there, whole, made by this command, and newer than every file that can alter it."""
    from render import manifest
    from render.catalog import load_scene
    from render.dependencies import files_of
    from render.storage import sha256_of

    scene = load_scene(job.scene)
    source = Path(job.output) / f"{job.stem}.json"
    try:
        content = manifest.read(source)
        made = source.stat().st_mtime_ns
        whole = all(sha256_of(source.with_name(e["name"])) == e["sha256"] for e in content["files"])
        endings = {Path(entry["name"]).suffix.lstrip(".") for entry in content["files"]}
        versions = {"eigenreel": manifest.VERSION} | manifest.versions(content["versions"]["ffmpeg"])
        same = versions == {"eigenreel": content["eigenreel"]} | content["versions"]
    except (EigenreelError, OSError, KeyError, TypeError):
        return False
    if not whole or not same or endings != {*job.formats, "png"}:
        return False
    if content["command"] != command_of(job, scene.resolve(**job.parameters)):
        return False
    return all(path.stat().st_mtime_ns <= made for path in files_of(scene, job.language))


_ended = False


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and let its SIGTERM end a film cleanly."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    signals.ignore()
    signal.signal(signal.SIGTERM, _end_worker)


def _end_worker(signum: int, frame: object) -> NoReturn:
    global _ended
    _ended = True
    signals.ignore()
    signals.insist(_end_again, 143)
    raise SystemExit(143)


def _end_again(signum: int, frame: object) -> NoReturn:
    raise SystemExit(143)


def _work(job: Job) -> Film:
    # The pool hands on films that were waiting for this process even after its end was asked for.
    if _ended:
        raise SystemExit(143)
    return run(job)
