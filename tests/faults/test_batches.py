"""Several films at once: in processes, threads, and executors that do as they please: F29–F34."""

import json
import os
import pickle
import re
import signal
import sys
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest
from films import listing
from place import CODES, PATIENCE, SENTENCE, SHORT, finish

from render import storage
from render.errors import RenderError, UsageError
from render.pipeline.batch import run_all
from render.pipeline.executors import outcomes
from render.pipeline.film import Film
from render.pipeline.job import Job
from render.pipeline.processes import processes


def tiny(folder, name=None, scene="orthogonal", **parameters):
    """Return a job of two frames."""
    parameters = {"steps": 1, "dim": 2} | parameters
    return Job(scene, parameters, output=str(folder), name=name, formats=("gif",), pace="even", layout="square")


@pytest.mark.slow
def test_f29_two_processes_one_output(place):
    before = place.old_files()
    with place.start(*SHORT, "--seed", "1") as one, place.start(*SHORT, "--seed", "2") as two:
        said = [finish(one)[1], finish(two)[1]]
    assert (one.returncode, two.returncode, said) == (0, 0, ["", ""])
    made = place.state()
    assert made.keys() == before.keys()
    # All are of one of the two, and none of the other.
    manifest = json.loads(made["orthogonal.json"])
    assert manifest["parameters"]["seed"] in (1, 2)
    for entry in manifest["files"]:
        assert storage.sha256_of(place.folder / entry["name"]) == entry["sha256"]


def test_f29_many_threads_one_output(place):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: write_pair(place.folder, seed), range(40)))
    first, second = (place.state()[name] for name in ("a.bin", "b.bin"))
    assert first == second
    assert sorted(place.state()) == ["a.bin", "b.bin"]


def write_pair(folder, number):
    """Write two files of the same content together."""
    with storage.AtomicFiles(folder, ["a.bin", "b.bin"]) as files:
        for name in ("a.bin", "b.bin"):
            files.write(name, b"%d" % number * 1000)
        files.commit()


def test_f30_two_films_one_name(place):
    (place.root / "link").symlink_to("films")
    pairs = [
        (tiny(place.folder), tiny(place.folder, seed=2)),
        (tiny(place.folder), tiny(place.root / "films" / "x" / "..")),
        (tiny(place.folder), tiny(place.root / "link")),
        (tiny(place.folder, "\ud55c"), tiny(place.folder, "\u1112\u1161\u11ab", scene="article")),
        (tiny(place.folder, scene="own.py"), tiny(place.folder, scene="d/own.py:own")),
    ]
    for pair in pairs:
        with pytest.raises(UsageError, match=r"two films would be named .*, so give one another name"):
            run_all(pair)
    assert place.state() is None


@pytest.mark.slow
def test_f31_sixteen_at_once_are_as_one_after_the_other(place):
    many, single = place.root / "many", place.root / "single"
    jobs = [tiny(many, f"film{seed}", seed=seed) for seed in range(16)]
    with ThreadPoolExecutor(16) as executor:
        assert [type(made) for made in run_all(jobs, executor=executor)] == [Film] * 16
    with ThreadPoolExecutor(1) as executor:
        run_all([tiny(single, f"film{seed}", seed=seed) for seed in range(16)], executor=executor)
    assert listing(many) == listing(single)
    assert len(listing(many)) == 48


@pytest.mark.slow
def test_f32_process_that_dies(place):
    """The film that ended its process is named; the others are made, and nothing is left halfway."""
    bad = place.root / "bad.py"
    bad.write_text("import os\nfrom scenes import *\n\n\n@scene()\ndef bad(steps: int = 3):\n    os._exit(9)\n")
    jobs = [tiny(place.folder, scene=str(bad)), *(tiny(place.folder, name) for name in ("one", "two"))]
    jobs[0] = Job(str(bad), output=str(place.folder))
    with processes(2) as executor:
        results = run_all(jobs, executor=executor)
    assert str(results[0]) == "a process died while it made the film bad, so try again"
    assert [type(result) for result in results] == [RenderError, Film, Film]
    assert sorted(place.state()) == [f"{name}.{ending}" for name in ("one", "two") for ending in ("gif", "json", "png")]
    assert place.processes(patience=PATIENCE) == []


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_f32_batch_that_is_ended(place, sent):
    place.folder.mkdir()
    command = [sys.executable, "-m", "render", "videos", "--jobs", "2", "--output", str(place.folder)]
    with place.begin(command, start_new_session=True) as process:
        place.wait_for_part(process)
        # A terminal sends Ctrl-C to the workers as well; nobody sends them anything else.
        process.terminate() if sent == signal.SIGTERM else os.killpg(process.pid, sent)
        said = finish(process)[1]
    assert process.returncode == CODES[sent]
    assert re.fullmatch(SENTENCE, said.removeprefix("\n")), said
    assert place.processes(patience=PATIENCE) == []
    # Films that were finished stay; of the others there is nothing, and none is begun.
    assert not [name for name in place.state() if name.endswith(".part")]
    assert len(place.state()) <= 8
    assert not place.state() or "nothing was changed" not in said


def test_f33_what_cannot_be_sent_to_a_process(place):
    with processes(1) as executor:
        (result,) = run_all([tiny(place.folder, steps=lambda: 3)], executor=executor)
    assert isinstance(result, UsageError)
    assert str(result) == ("the film orthogonal has parameters that are no plain values, so use those, or threads")
    assert place.state() is None


class Backwards(Executor):
    """An executor that begins when all are there, and then does the last first."""

    def __init__(self, count):
        self._count, self._tasks = count, []

    def submit(self, function, /, *arguments, **options):
        self._tasks.append((Future(), function, arguments, options))
        future = self._tasks[-1][0]
        if len(self._tasks) == self._count:
            threading.Thread(target=self._work).start()
        return future

    def _work(self):
        for future, function, arguments, options in reversed(self._tasks):
            # As a cluster does it: what is called and what comes of it are pickled.
            function, arguments = pickle.loads(pickle.dumps((function, arguments)))
            future.set_result(pickle.loads(pickle.dumps(function(*arguments, **options))))


def test_f34_executor_that_is_out_of_order(place):
    jobs = [tiny(place.folder, name, dim=dim) for dim, name in enumerate(("a", "b", "c"), 2)]
    told = []
    results = run_all(jobs, executor=Backwards(3), progress=lambda job, made: told.append(job.name))
    assert [made.job.name for made in results] == ["a", "b", "c"]
    assert [made.files["gif"].name for made in results] == ["a.gif", "b.gif", "c.gif"]
    assert sorted(told) == ["a", "b", "c"]


class Cancelling(Executor):
    """An executor that cancels all but the first."""

    def __init__(self):
        self._begun = False

    def submit(self, function, /, *arguments, **options):
        future = Future()
        if self._begun:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            self._begun = True
            future.set_result(function(*arguments, **options))
        return future


def test_f34_executor_that_cancels(place):
    results = run_all([tiny(place.folder, name) for name in ("a", "b")], executor=Cancelling())
    assert isinstance(results[0], Film)
    assert str(results[1]) == "the film b was cancelled by its executor, so make it again"
    assert sorted(place.state()) == ["a.gif", "a.json", "a.png"]


class Slow(Executor):
    """An executor that does one task at a time, and only when nothing more is handed on."""

    def __init__(self):
        self.waiting, self.most, self._ready = [], 0, threading.Condition()
        threading.Thread(target=self._work, daemon=True).start()

    def submit(self, function, /, *arguments, **options):
        future = Future()
        with self._ready:
            self.waiting.append((future, function, arguments))
            self.most = max(self.most, len(self.waiting))
            self._ready.notify()
        return future

    def _work(self):
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self.waiting)
                future, function, arguments = self.waiting.pop(0)
            if future.set_running_or_notify_cancel():
                future.set_result(function(*arguments))


def test_f34_slow_executor_is_not_handed_everything():
    asked = []

    def tasks():
        for number in range(2_000):
            asked.append(number)
            yield number

    executor, done = Slow(), []
    for outcome in outcomes(abs, tasks(), executor):
        assert outcome.future.result() == outcome.task
        done.append(outcome.index)
        assert len(asked) - len(done) <= 256
    assert sorted(done) == list(range(2_000))
    assert executor.most <= 256


def test_f34_leaving_cancels_what_has_not_begun():
    executor = Slow()
    gate = threading.Event()

    def wait(number):
        return number if number == 0 else gate.wait(PATIENCE)

    found = outcomes(wait, range(100), executor)
    assert next(found).index == 0
    with executor._ready:
        waiting = [future for future, _, _ in executor.waiting]
    found.close()
    gate.set()
    assert len(waiting) >= 97
    assert all(future.cancelled() for future in waiting[1:])
