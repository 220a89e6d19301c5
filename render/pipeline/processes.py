"""Processes of this machine that call functions, each with a pipe of its own, so that one that dies harms no other."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from multiprocessing import Pipe, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import Empty, SimpleQueue
from typing import Any, NoReturn, TypeVar

from render import interrupts
from render.errors import RenderError
from render.interrupts import held

R = TypeVar("R")
# A function with what it is called with, and where its result goes.
_Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]

# How often a process looks whether the one that began it is still there, in seconds.
_LOOKS = 1.0
# Seconds in which a process that is ending does so before it is killed.
_PATIENCE = 10.0


class Processes(Executor):
    """Processes of this machine. One that dies fails the task it had, and is replaced for the next.

    Parameters
    ----------
    workers : int
        How many; each of the first tasks begins one.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._begun: list[_Worker] = []
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Have a process call a function.

        Raises
        ------
        RuntimeError
            If the processes were let go.
        RenderError
            If the system allows no more processes.
        """
        future: Future[R] = Future()
        with held(), self._lock:
            if self._closed:
                raise RuntimeError("these processes take no more tasks")
            if len(self._begun) < self.workers:
                self._begun.append(_Worker(self._tasks))
            self._tasks.put((future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes end when all tasks are done, or when those are that have begun."""
        with held(), self._lock:
            self._closed = True
            if cancel_futures:
                self._cancel()
            for _ in self._begun:
                self._tasks.put(None)
        for worker in self._begun if wait else ():
            worker.join()

    def end(self) -> None:
        """End the processes at once, and what they make with them."""
        self.shutdown(wait=False, cancel_futures=True)
        for worker in self._begun:
            worker.end()

    def _cancel(self) -> None:
        while True:
            try:
                task = self._tasks.get_nowait()
            except Empty:
                return
            if task is not None:
                task[0].cancel()


class _Worker(threading.Thread):
    """A thread that hands tasks to a process of its own, one at a time."""

    def __init__(self, tasks: SimpleQueue[_Task | None]) -> None:
        super().__init__(daemon=True)
        self.process, self._connection = _begun()
        self._tasks = tasks
        self._lock = threading.Lock()
        self._ended = False
        self.start()

    def _replace(self) -> None:
        """Begin another process in place of one that has died."""
        with self._lock:
            if self._ended:
                raise BrokenExecutor("the processes were ended")
            self._connection.close()
            self.process, self._connection = _begun()

    def end(self) -> None:
        """End its process at once, and begin no other."""
        with self._lock:
            self._ended = True
            self.process.terminate()

    def run(self) -> None:
        """Hand on tasks until there are no more."""
        while (task := self._tasks.get()) is not None:
            future, *call = task
            if future.set_running_or_notify_cancel():
                self._hand_on(future, call)
            # What came of it belongs to who asked for it.
            del task, future, call
        self._connection.close()
        if not self._ended:
            self.process.join()

    def _hand_on(self, future: Future[Any], call: list[Any]) -> None:
        try:
            asked = pickle.dumps(call)
            if not self.process.is_alive():
                self._replace()
            good, value = pickle.loads(self._asked(asked))
        # Anything at all may be raised by what is pickled.
        except Exception as error:
            future.set_exception(error)
        else:
            if good:
                future.set_result(value)
            else:
                future.set_exception(value)

    def _asked(self, task: bytes) -> bytes:
        try:
            self._connection.send_bytes(task)
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            # The other end is closed by nothing but the end of the process. Whoever learns of it finds none any more.
            self._connection.close()
            if not self._ended:
                self.process.join(_PATIENCE)
                self.process.kill()
                self.process.join()
            raise BrokenExecutor("a process died") from None


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


# Beginning a process alters the script's own module for a moment.
_beginning = threading.Lock()


def _begun() -> tuple[_Process, Connection]:
    """Begin a process, and return it with this end of its pipe.

    Raises
    ------
    RenderError
        If the system allows no more.
    """
    try:
        here, there = Pipe()
        try:
            process = _Process(target=_work, args=(there, os.getpid()))
            with _beginning:
                process.start()
        except BaseException:
            here.close()
            raise
        finally:
            # The process has its own, and only with that one closed its end is noticed.
            there.close()
    except OSError as error:
        raise RenderError(
            f"no process could be begun ({error.strerror or error}), so close other programs or work with fewer jobs"
        ) from None
    return process, here


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


_ended = False


def _work(connection: Connection, parent: int) -> None:
    """Call in this process what is asked for, until nothing more can come."""
    _begin_worker(parent)
    while True:
        try:
            asked = connection.recv_bytes()
        except (EOFError, OSError):
            return
        answer = _answer(asked)
        if _ended:
            # Whatever was called has taken the request to end for a failure of its own.
            raise SystemExit(143)
        try:
            connection.send_bytes(answer)
        except OSError:
            return


def _answer(asked: bytes) -> bytes:
    """Call a function, and return pickled whether it went well, and what it returned or raised."""
    try:
        function, args, kwargs = pickle.loads(asked)
        return pickle.dumps((True, function(*args, **kwargs)))
    # It is raised where the task was given.
    except Exception as error:
        try:
            answer = pickle.dumps((False, error))
            pickle.loads(answer)
        except Exception:
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return answer


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
