"""Work on executors: processes of this machine, or any other; what a lost process had is given to another."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, Generic, NoReturn, TypeVar

from render import interrupts
from render.errors import RenderError, UsageError
from render.interrupts import held

T = TypeVar("T")
R = TypeVar("R")

# Tasks that an executor of somebody else's has at a time: enough for a cluster, and few enough to be kept in memory.
_MOST_AWAY = 256
# How often a process looks whether the one that began it is still there, in seconds.
_LOOKS = 1.0


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
    their number. Where a process of this machine dies, its tasks are done again one by one, so that the one that
    ends its process is known: it fails, the others do not.

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
    lost: deque[tuple[int, T]] = deque()
    running: dict[Future[R], tuple[int, T, bool]] = {}
    most = 2 * executor.workers if isinstance(executor, Processes) else _MOST_AWAY
    try:
        while True:
            while not lost and len(running) < most and (task := next(fresh, None)) is not None:
                running[_submitted(executor, function, task[1])] = (*task, False)
            if lost and not running:
                index, again = lost.popleft()
                running[_submitted(executor, function, again)] = (index, again, True)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                index, done, alone = running.pop(future)
                if _is_lost(future) and not alone and isinstance(executor, Processes):
                    lost.append((index, done))
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


# What a process is told only when it can take it: until then Python would answer Ctrl-C with a traceback. SIGTERM ends
# it at once, so that nobody waits for one that has not begun.
_TOLD = [signal.SIGINT] if hasattr(signal, "pthread_sigmask") else []


@contextmanager
def _deaf() -> Iterator[None]:
    """Have a process that is begun here wait with signals until it lets them through; this one has them afterwards."""
    if not _TOLD:
        yield
        return
    # The first process begins this one, too, which would let signals through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _TOLD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Process(SpawnProcess):
    """A process that does not begin by running the caller's script once more: tasks need nothing of it."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        main = sys.modules["__main__"]
        kept: dict[str, Any] = {name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)}
        main.__spec__ = None
        try:
            with _deaf():
                return SpawnProcess._Popen(process_obj)
        finally:
            vars(main).update(kept)


class _Spawn(SpawnContext):
    """Begins such processes."""

    Process = _Process


class Processes(Executor):
    """Processes of this machine. Where one dies, all are replaced when the next task comes.

    Parameters
    ----------
    workers : int
        How many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        # Its locks are the system's, and an interruption amid their making would leave them there.
        try:
            with held():
                return ProcessPoolExecutor(
                    self.workers, mp_context=_Spawn(), initializer=_begin_worker, initargs=(os.getpid(),)
                )
        except OSError as error:
            # On Linux they are files in /dev/shm.
            raise RenderError(
                f"worker processes could not share locks ({error.strerror or error}), so let /dev/shm be written, or "
                "make films one by one with render scene"
            ) from None

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Have a process call a function."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._pool.shutdown(wait=True)
            self._pool = self._new()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes end."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def end(self) -> None:
        """End the processes at once, and what they make with them."""
        # Asked before the shutdown, which forgets them.
        left = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in left:
            process.terminate()


@contextmanager
def processes(workers: int | None = None) -> Iterator[Processes]:
    """Give processes of this machine that an interruption ends at once, their films with them.

    Parameters
    ----------
    workers : int, optional
        How many; one a core by default.
    """
    with Processes(workers or os.cpu_count() or 1) as pool:
        try:
            yield pool
        except BaseException:
            with held():
                pool.end()
            raise


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


_ended = False


def _begin_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, let its SIGTERM end a film cleanly, and end where the parent is no more."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    interrupts.ignore()
    signal.signal(signal.SIGTERM, _end_worker)
    interrupts.on_drop(SystemExit, _end_soon)
    if _TOLD:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """Ask this process to end when another process is its parent: the one that began it was killed."""
    while os.getppid() == parent:
        time.sleep(_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)


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


def unless_ended(function: Callable[[], R]) -> R:
    """Call a function in a worker. One whose end was asked for meanwhile ends as soon as it has cleaned up.

    The pool hands on tasks that were waiting for a process even after its end was asked for.
    """
    try:
        if _ended:
            raise SystemExit(143)
        return function()
    finally:
        if _ended:
            # The pool would keep the process, and give it more.
            os._exit(143)
