"""Work on executors: what a lost process had is done again, and nothing is kept of what is done."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from films import listing

import render
from render.errors import RenderError, UsageError
from render.pipeline import away, versions
from render.pipeline.executors import cluster, executor_of, outcomes
from render.pipeline.film import Film
from render.pipeline.job import Job
from render.pipeline.processes import Processes, processes


def double(number):
    return 2 * number


def dies_on_three(number):
    if number == 3:
        os._exit(9)
    return number


def dies_once(folder):
    marker = folder / "died"
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "made"


def killed_by_itself(folder):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)


def found(function, tasks, executor):
    with closing(outcomes(function, tasks, executor)) as all_of_them:
        return {single.index: single.future for single in all_of_them}


@pytest.mark.slow
def test_tasks_of_processes_come_back_with_their_numbers():
    with processes(2) as pool:
        done = found(double, range(40), pool)
    assert {index: future.result() for index, future in done.items()} == {n: 2 * n for n in range(40)}


@pytest.mark.slow
def test_only_the_task_that_ends_its_process_fails():
    with processes(2) as pool:
        done = found(dies_on_three, range(8), pool)
    failed = [index for index, future in done.items() if future.exception()]
    assert failed == [3]
    assert sorted(future.result() for index, future in done.items() if index != 3) == [0, 1, 2, 4, 5, 6, 7]


class Breaking(Processes):
    """Processes that begin none: tasks are done here, or lost the first so many times that they are begun."""

    def __init__(self, lost):
        self.lost, self.begun, self.workers = lost, [], 2

    def submit(self, function, task):
        self.begun.append(task)
        future = Future()
        if self.begun.count(task) <= self.lost.get(task, 0):
            future.set_exception(BrokenExecutor())
        else:
            future.set_result(function(task))
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        pass


def test_what_a_lost_process_had_is_done_again_once():
    """Tasks 2 and 4 were beside the third, which ends its process whenever it is begun."""
    pool = Breaking({2: 1, 3: 9, 4: 1})
    done = found(double, range(8), pool)
    failed = done.pop(3).exception()
    assert isinstance(failed, BrokenExecutor)
    assert {index: future.result() for index, future in done.items()} == {n: 2 * n for n in range(8) if n != 3}
    assert [pool.begun.count(n) for n in range(8)] == [1, 1, 2, 2, 2, 1, 1, 1]


@pytest.mark.slow
def test_what_a_killed_process_had_is_done_again(tmp_path):
    with processes(1) as pool:
        done = found(dies_once, [tmp_path], pool)
    assert done[0].result() == "made"


@pytest.mark.slow
def test_a_process_whose_end_is_asked_for_ends_and_is_replaced(tmp_path):
    """The task that has its process ended both times fails; the next one has a process of its own."""
    with processes(1) as pool:
        done = found(killed_by_itself, [tmp_path], pool)
        assert done[0].exception() is not None
        assert pool.submit(double, 4).result() == 8


class Counting(Executor):
    """Runs nothing until it is waited for, and counts what it was given at a time."""

    def __init__(self):
        self.most, self.open, self.lock = 0, 0, threading.Lock()
        self.pool = ThreadPoolExecutor(4)

    def submit(self, function, *arguments):
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)

        def work():
            try:
                return function(*arguments)
            finally:
                with self.lock:
                    self.open -= 1

        return self.pool.submit(work)


def test_few_tasks_are_handed_on_at_a_time_and_none_are_kept():
    executor, taken = Counting(), []

    def tasks():
        for number in range(2_000):
            taken.append(number)
            yield number

    with closing(outcomes(double, tasks(), executor)) as results:
        first = next(results)
        assert first.future.result() == 2 * first.task
        assert len(taken) <= 300
        assert sum(1 for _ in results) == 1_999
    assert executor.most <= 256


def test_closing_cancels_what_has_not_begun():
    class Waiting(Executor):
        def __init__(self):
            self.futures = []

        def submit(self, function, *arguments):
            self.futures.append(Future())
            if len(self.futures) == 1:
                self.futures[0].set_result(1)
            return self.futures[-1]

    executor = Waiting()
    with closing(outcomes(double, range(5), executor)) as results:
        next(results)
    assert [future.cancelled() for future in executor.futures] == [False, True, True, True, True]


def test_jobs_and_a_cluster_at_once_are_refused():
    with pytest.raises(UsageError, match="give one of them"), executor_of(2, "tcp://127.0.0.1:1"):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("address", ["nonsense://x", "tcp://127.0.0.1:1"])
def test_an_address_without_a_scheduler_is_refused(address, monkeypatch):
    with pytest.raises((UsageError, RenderError), match="Dask scheduler"), cluster(address):
        pass


def test_a_film_comes_back_as_bytes_and_is_written_here(tmp_path):
    job = Job("rotation", {"steps": 2}, output=str(tmp_path / "here"), formats=("gif",))
    sent = away.make_away(job, versions.own_versions(), (), {"en": ""})
    assert not (tmp_path / "here").exists()
    film = away.install(sent, job)
    assert isinstance(film, Film)
    render.film("rotation", steps=2, output=tmp_path / "plain", formats="gif")
    assert listing(tmp_path / "here") == listing(tmp_path / "plain")


def test_a_film_that_came_back_damaged_is_refused_and_the_old_one_stays(tmp_path):
    job = Job("rotation", {"steps": 2}, output=str(tmp_path), formats=("gif",))
    away.install(away.make_away(job, versions.own_versions(), (), {"en": ""}), job)
    before = listing(tmp_path)
    sent = away.make_away(job, versions.own_versions(), (), {"en": ""})
    broken = dict(sent.files)
    broken["rotation.gif"] = broken["rotation.gif"][:-1] + b"\0"
    for files in (broken, {**sent.files, "other.gif": b""}, {**sent.files, "../rotation.gif": b""}):
        with pytest.raises(RenderError, match="came back damaged"):
            away.install(away.Sent(files, sent.manifest, ()), job)
        assert listing(tmp_path) == before


@pytest.mark.parametrize("name", ["eigenreel", "source files", "numpy", "ffmpeg"])
def test_a_worker_of_another_version_is_refused(tmp_path, name):
    job = Job("rotation", {"steps": 2}, output=str(tmp_path))
    with ThreadPoolExecutor(1) as pool:
        wanted = versions.own_versions() | {name: "0.0.1"}
        error = pool.submit(away.make_away, job, wanted, (), {"en": ""}).exception()
    assert f"a worker has {name} " in str(error) and "where 0.0.1 is asked for" in str(error)
    assert listing(tmp_path) == {}


def test_another_state_of_the_program_is_another_source(tmp_path):
    """A worker with the same version number and other files has another digest, wherever it lies."""
    code = "from render.pipeline.versions import source_digest; print(source_digest())"

    def digest(place):
        environment = {**os.environ, "PYTHONPATH": str(place)}
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env=environment, cwd=place, capture_output=True, text=True, check=True).stdout

    root = Path(versions.__file__).parents[2]
    for name in ("render", "scenes"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    assert digest(tmp_path).strip() == versions.source_digest()
    colours = tmp_path / "render" / "drawing" / "themes.py"
    colours.write_text(colours.read_text(encoding="utf-8") + "# Another.\n", encoding="utf-8")
    assert digest(tmp_path).strip() != versions.source_digest()


@pytest.mark.slow
def test_workers_end_when_the_process_that_began_them_is_killed(tmp_path):
    code = (
        "import os, time\nfrom multiprocessing import active_children\n"
        "from render.pipeline.processes import Processes\nfrom time import sleep\n"
        "pool = Processes(2)\npool.submit(os.getpid).result()\n"
        "print(*[p.pid for p in active_children()], flush=True)\npool.submit(sleep, 60)\nsleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        workers = [int(word) for word in process.stdout.readline().split()]
        assert workers
        process.kill()
    left = set(workers)
    for _ in range(100):
        left = {pid for pid in left if _runs(pid)}
        if not left:
            break
        time.sleep(0.1)
    assert not left


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
