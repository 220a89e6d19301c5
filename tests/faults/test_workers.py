"""Processes that lose their parent, or that somebody ends, and signals that come together: F62 to F64, F73 and F74."""

import json
import os
import re
import signal
import sys
import time

import pytest
from place import PATIENCE, SENTENCE, SHORT, finish

from render.video.child import Child

# A film that stays at step 1 the first time it is made: its process says who it is and waits.
WAITS = """import os, time
from render.panels.base import Panel
from scenes import *


class Own(Panel):
    def open(self, context):
        self.context = context

    def draw(self, step, part=0.0):
        if step == 1 and not os.path.exists("begun"):
            with open("writing", "w") as file:
                file.write(str(os.getpid()))
            os.replace("writing", "begun")
            time.sleep(60)


@scene(Own)
def waits(steps: int = 2):
    \"\"\"Wait.\"\"\"
    return repeated([[0.5]], steps)
"""
BATCH = """
import json, sys
import render
from render.errors import EigenreelError
jobs = [render.job(name, output="films", formats="gif", pace="even", parameters=given) for name, given in
        [("waits.py", {}), ("rotation", {"steps": 1}), ("vanishing", {"steps": 1, "dim": 2})]]
from render.pipeline.batch import run_all
from render.pipeline.processes import processes
with processes(2) as executor:
    results = run_all(jobs, executor=executor)
print(json.dumps([str(result) if isinstance(result, EigenreelError) else None for result in results]))
"""


@pytest.fixture
def batch(place):
    """Begin three films in two processes; return their parent and the process that waits in the first of them."""
    (place.root / "waits.py").write_text(WAITS)
    place.folder.mkdir()
    process = place.begin([sys.executable, "-c", BATCH])
    begun = place.root / "begun"
    while not begun.exists():
        assert process.poll() is None, finish(process)
        time.sleep(0.01)
    yield process, int(begun.read_text())
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_f62_workers_end_with_the_program_that_began_them(place, batch):
    process, _ = batch
    # Their temporary files are theirs to remove.
    assert [name for name in place.state() if name.endswith(".part")]
    process.kill()
    began = time.monotonic()
    assert place.processes(patience=PATIENCE) == []
    assert time.monotonic() - began < 30
    assert not [name for name in place.state() if name.endswith(".part")]


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_f64_f73_a_worker_that_is_ended(place, batch, sent):
    process, worker = batch
    os.kill(worker, sent)
    out, said = finish(process)
    assert (process.returncode, said) == (0, "")
    # Its film is made again by another process, and so are those that it would have made.
    assert json.loads(out) == [None, None, None]
    assert place.processes(patience=PATIENCE) == []
    endings = ("gif", "json", "png")
    assert sorted(place.state()) == [f"{name}.{e}" for name in ("rotation", "vanishing", "waits") for e in endings]


@pytest.mark.slow
@pytest.mark.parametrize("sent", [None, signal.SIGINT, signal.SIGTERM])
def test_f63_ffmpeg_that_does_not_say_which_version_it_is(place, sent):
    before = place.old_files()
    with place.start(*SHORT, "--format", "mp4", env=place.fake("mute")) as process:
        if sent:
            # It was asked at the start, and its answer is waited for at the end.
            while not any(p.stat().st_size for p in place.folder.glob(".*.part")):
                assert process.poll() is None
                time.sleep(0.005)
            process.send_signal(sent)
        process.stdout_text, process.stderr_text = finish(process)
    if process.returncode == 0:
        assert json.loads((place.folder / "orthogonal.json").read_text())["versions"]["ffmpeg"] == "unknown"
        assert process.stderr_text == "" or "earlier film" in process.stderr_text
        assert place.processes() == []
    else:
        assert sent
        place.refuses(before, process, 128 + sent, "nothing was changed")


def test_f63_ffmpeg_that_was_stopped(place):
    """The system stops the process, as a debugger or a terminal does."""
    program = place.root / "stopped"
    program.write_text("#!/bin/sh\nkill -STOP $$\n")
    program.chmod(0o755)
    began = time.monotonic()
    with Child(str(program), ["-version"], 0.5, reads=True) as child:
        assert child.output() == b""
        assert child.hung
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("pair", [("SIGTERM", "SIGHUP"), ("SIGHUP", "SIGTERM"), ("SIGINT", "SIGTERM")])
def test_f74_two_signals_at_once(place, pair):
    """Both are pending when Python looks: a thread that waits in C, as in a computation, sees neither before."""
    before = place.old_files()
    (place.root / "own.py").write_text(
        "import os, signal\nfrom scenes import *\n\n\n@scene('matrix')\ndef own(steps: int = 1):\n"
        f"    both = [signal.{pair[0]}, signal.{pair[1]}]\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, both)\n"
        "    for number in both:\n        os.kill(os.getpid(), number)\n"
        "    signal.pthread_sigmask(signal.SIG_UNBLOCK, both)\n"
        "    while True: pass\n"
    )
    done = place.run(scene="own.py")
    said = done.stderr_text
    assert done.returncode in (130, 143)
    assert re.fullmatch(SENTENCE, said.removeprefix("\n")), said
    assert place.state() == before
    assert place.processes() == []
