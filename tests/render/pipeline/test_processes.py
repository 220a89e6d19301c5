"""Processes of this machine: what is called in them, what is raised there, and one that dies beside others."""

import gc
import os
import signal
import struct
import threading
import time
from concurrent.futures import BrokenExecutor, Executor
from multiprocessing import active_children
from multiprocessing.connection import Connection

import pytest

from render.errors import RenderError
from render.pipeline.processes import Processes, processes


class Unsendable(Exception):
    """Cannot be made again from what it keeps."""

    def __init__(self, one, two):
        super().__init__(one)


def own_pid():
    return os.getpid()


def fails(error):
    raise error


def fails_unsendably():
    raise Unsendable("told", 2)


def dies(folder):
    (folder / str(os.getpid())).touch()
    os.kill(os.getpid(), signal.SIGKILL)


def waits_for(path):
    while not path.exists():
        time.sleep(0.01)
    return os.getpid()


def answers_half():
    """Send the beginning of an answer that says it is longer, and end."""
    (pipe,) = [found for found in gc.get_objects() if isinstance(found, Connection)]
    os.write(pipe.fileno(), struct.pack("!i", 1000) + b"half")
    os._exit(9)


def test_processes_are_an_executor():
    assert issubclass(Processes, Executor)


def test_what_is_called_returns_or_raises_as_it_would_here(tmp_path):
    with processes(1) as pool:
        assert pool.submit(divmod, 17, 5).result() == (3, 2)
        assert pool.submit(int, "ff", base=16).result() == 255
        assert pool.submit(fails, RenderError("why, so what")).exception().args == ("why, so what",)
        assert str(pool.submit(fails_unsendably).exception()) == "Unsendable: told"
        # What cannot be sent there, or back, fails by itself.
        assert pool.submit(divmod, lambda: 1, 2).exception() is not None
        assert pool.submit(threading.Lock).exception() is not None
        assert pool.submit(own_pid).result() in {process.pid for process in active_children()}


def test_one_that_dies_fails_its_task_alone_and_is_replaced(tmp_path):
    with processes(2) as pool:
        other = pool.submit(waits_for, tmp_path / "go")
        with pytest.raises(BrokenExecutor):
            pool.submit(dies, tmp_path).result(60)
        assert not other.done()
        again = pool.submit(own_pid).result(60)
        (tmp_path / "go").touch()
        assert other.result(60) not in (again, int(next(tmp_path.glob("[0-9]*")).name))


def test_one_that_is_killed_while_nothing_is_asked_of_it_is_replaced():
    with processes(1) as pool:
        first = pool.submit(own_pid).result(60)
        os.kill(first, signal.SIGKILL)
        # Until the system has ended it, it may still take a task with it.
        for _ in range(3):
            if not isinstance((again := pool.submit(own_pid)).exception(60), BrokenExecutor):
                break
        assert again.result() != first


def test_one_that_dies_amid_its_answer_keeps_nobody_waiting():
    with processes(2) as pool:
        assert isinstance(pool.submit(answers_half).exception(60), BrokenExecutor)
        assert [pool.submit(divmod, 7, 2).result(60) for _ in range(4)] == [(3, 1)] * 4


def test_what_has_not_begun_is_cancelled_at_the_end(tmp_path):
    pool = Processes(1)
    first = pool.submit(waits_for, tmp_path / "go")
    for _ in range(500):
        if first.running():
            break
        time.sleep(0.01)
    others = [pool.submit(divmod, 1, 1) for _ in range(3)]
    pool.end()
    assert all(other.cancelled() for other in others)
    assert isinstance(first.exception(60), BrokenExecutor)
    with pytest.raises(RuntimeError, match="no more tasks"):
        pool.submit(divmod, 1, 1)


def test_a_system_that_allows_no_more_processes_is_told_of(monkeypatch):
    def begin(process):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("render.pipeline.processes._Process._Popen", staticmethod(begin))
    with processes(2) as pool, pytest.raises(RenderError, match=r"no process could be begun .*, so close other"):
        pool.submit(own_pid)
