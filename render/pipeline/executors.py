"""Work on executors: processes of this machine, or any other; what a lost process had is given to another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from render.errors import RenderError, UsageError
from render.pipeline.processes import Processes, processes

T = TypeVar("T")
R = TypeVar("R")

# Tasks that an executor of somebody else's has at a time: enough for a cluster, and few enough to be kept in memory.
_MOST_AWAY = 256


class Outcome(Generic[T, R]):
    """A task that is done, or failed.

    Parameters
    ----------
    index : int
        Its number among all tasks, from 0.
    task : object
        What was asked for.
    future : Future
        Holds what came of it.
    """

    def __init__(self, index: int, task: T, future: Future[R]) -> None:
        self.index, self.task, self.future = index, task, future


def outcomes(
    function: Callable[[T], R], tasks: Iterable[T], executor: Executor
) -> Generator[Outcome[T, R], None, None]:
    """Yield what comes of every task, in the order in which they are ready.

    Only so many are handed on at a time, and nothing is kept of those that are done, so memory does not grow with
    their number. What a process of this machine had when it died is done again once: a task that ends its process
    every time fails.

    Parameters
    ----------
    function : callable
        Called with a task in the executor; both are pickled there.
    tasks : iterable
        What it is called with.
    executor : concurrent.futures.Executor
        It is not shut down. Closing this iterator cancels what has not begun.
    """
    fresh = enumerate(tasks)
    running: dict[Future[R], tuple[int, T, bool]] = {}
    most = 2 * executor.workers if isinstance(executor, Processes) else _MOST_AWAY
    try:
        while True:
            while len(running) < most and (task := next(fresh, None)) is not None:
                running[_submitted(executor, function, task[1])] = (*task, False)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                index, done, again = running.pop(future)
                if _is_lost(future) and not again and isinstance(executor, Processes):
                    running[_submitted(executor, function, done)] = (index, done, True)
                else:
                    yield Outcome(index, done, future)
    finally:
        for future in running:
            future.cancel()


def _submitted(executor: Executor, function: Callable[[T], R], task: T) -> Future[R]:
    try:
        return executor.submit(function, task)
    except RuntimeError as error:
        # It was shut down, or a process of it has died.
        failed: Future[R] = Future()
        failed.set_exception(error)
        return failed


def _is_lost(future: Future[Any]) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give the executor of a Dask cluster that is running.

    Parameters
    ----------
    address : str
        Of its scheduler, as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    UsageError
        If the package distributed is not installed, or the address is none.
    RenderError
        If no scheduler answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("a Dask cluster needs the package distributed, so install eigenreel[cluster]") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]  # it has no hints
    except (ValueError, TypeError):
        raise UsageError(
            f"{address[:200]!r} is no address of a Dask scheduler, so give one as tcp://10.0.0.5:8786"
        ) from None
    except OSError as error:
        raise RenderError(
            f"no Dask scheduler answers at {address[:200]} ({str(error)[:200]}), so start one with dask scheduler"
        ) from None
    with client:
        # Two tasks that are alike are two tasks.
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]  # nor this


@contextmanager
def executor_of(jobs: int | None, dask: str | None) -> Iterator[Executor]:
    """Give what a command was told to work on: processes of this machine, or a Dask cluster.

    Raises
    ------
    UsageError
        If both are given.
    """
    if dask is None:
        with processes(jobs) as pool:
            yield pool
    elif jobs is not None:
        raise UsageError("jobs are processes of this machine and dask is a cluster, so give one of them")
    else:
        with cluster(dask) as executor:
            yield executor
