"""Ctrl-C, SIGTERM, SIGHUP, SIGKILL at any moment: F22–F26."""

import os
import pty
import re
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from place import CODES, PATIENCE, SHORT, Place, finish

from render.interrupts import Interrupted
from render.pipeline.job import Job
from render.pipeline.run import run
from render.video.formats import FORMATS

# A thread that never ends, as one that waits for a lock which a signal left taken.
STUCK = """
import threading
from render.video import encoder
def stuck(self):
    open("stuck", "w").close()
    threading.Event().wait()
encoder.Encoder.finish = stuck
import sys
sys.argv = ["render", *sys.argv[1:]]
from render.cli.commands import main
main()
"""
# The command with the terminal on its standard input as its own, whose end it is told.
WITH_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv = ["render", *sys.argv[1:]]
from render.cli.commands import main
main()
"""
HANGING = ("--format", "mp4")
# Where a signal falls ("+": right after the call), the words of the call, and which call it is.
MOMENTS = {
    "computing": ("render.numerics.trajectory:simulate", "", 1),
    "loading": ("render.pipeline.catalog:load_scene", "", 1),
    "drawing": ("render.pipeline.painter:Painter.paint", "", 2),
    "making a temporary file": ("+os:open", ".part", 2),
    "starting ffmpeg": ("+subprocess:Popen", "libx264", 1),
    "watching ffmpeg": ("render.video.child:Child._begin", "_watch", 2),
    "encoding": ("render.video.encoder:Encoder.write", "", 5),
    "finishing": ("render.video.encoder:Encoder.finish", "", 1),
    "verifying": ("render.video.decoder:Decoding.result", "", 1),
    "writing": ("render.storage:AtomicFiles.write", "json", 1),
    "before renaming": ("render.storage:AtomicFiles.commit", "", 1),
    "syncing": ("os:fsync", "", 3),
    "keeping the old": ("os:link", "", 2),
    "renaming the first": ("os:replace", "", 1),
    "renaming the third": ("+os:replace", "", 3),
    "renaming the last": ("+os:replace", "", 4),
    "after renaming": ("+render.storage:AtomicFiles.commit", "", 1),
}


def wait_until_ready(process):
    """Wait until the command has set its signal handlers, as the system tells."""
    status = Path("/proc", str(process.pid), "status")
    if not status.exists():
        time.sleep(1)
        return
    mask = 1 << (signal.SIGHUP - 1)
    while process.poll() is None:
        caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status.read_text())
        if caught and int(caught[1], 16) & mask:
            return
        time.sleep(0.001)


def old_or_new(place, before, new, process, said, code):
    """Say that a signal left all old files or all new ones, and that the exit code tells which."""
    assert "Traceback" not in said, said
    # Python ends by SIGINT itself where KeyboardInterrupt passed through an exec; shells call that 130, too.
    assert process.returncode in (0, code, -signal.SIGINT if code == 130 else code), said
    if process.returncode:
        assert re.fullmatch(r"\n?render: (interrupted|terminated), and nothing was changed\.\n", said)
    else:
        assert said == ""
    # One that was just being started sees the end of its input, and ends by itself; it must leave nothing.
    assert place.processes(patience=PATIENCE) == []
    assert place.state() == (before if process.returncode else new)


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_f22_signals_at_chosen_moments(place, good, moment):
    where, words, count = MOMENTS[moment]
    sent = list(CODES)[list(MOMENTS).index(moment) % 3]
    before = place.old_files()
    done = place.hooked(where, words, count, sent, *SHORT)
    old_or_new(place, before, good, done, done.stderr_text, CODES[sent])
    assert (done.returncode == 0) == (moment == "after renaming")


def test_f22_interrupted_while_films_are_checked(place, call):
    assert call(*place.command(*SHORT, "--format", "mp4")[3:])[0] == 0
    before, env = place.state(), place.fake("hangs while decoding")
    command = [sys.executable, "-m", "render", "verify", str(place.folder)]
    with place.begin(command, env=env) as process:
        while not any("fake_ffmpeg" in running and "framecrc" in running for running in place.processes()):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.stdout_text, process.stderr_text = finish(process)
    place.refuses(before, process, 130, "interrupted, and nothing was changed")


@pytest.mark.slow
def test_f22_signals_at_any_moment(tmp_path, good):
    """Send signals all over the run, two runs at a time."""
    place = Place(tmp_path / "whole")
    place.root.mkdir()
    with place.start(*SHORT) as process:
        wait_until_ready(process)
        began = time.monotonic()
        finish(process)
    whole = time.monotonic() - began

    def interrupt(number):
        place = Place(tmp_path / str(number))
        place.root.mkdir()
        before = place.old_files()
        sent = list(CODES)[number % 3]
        with place.start(*SHORT) as process:
            wait_until_ready(process)
            time.sleep(0.002 + number * whole / 24)
            process.send_signal(sent)
            said = finish(process)[1]
        old_or_new(place, before, good, process, said, CODES[sent])
        return process.returncode

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(interrupt, range(24)))
    assert 143 in codes


@pytest.mark.parametrize("pause", [0.0, 0.003, 0.03])
def test_f23_interrupted_twice(place, pause):
    before = place.old_files()
    with place.start(*SHORT, *HANGING, env=place.fake("hangs at the end")) as process:
        place.wait_for_part(process)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(pause)
        said = finish(process)[1]
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in said
    assert place.processes(patience=PATIENCE) == []
    assert place.state() == before


@pytest.mark.parametrize(
    "sent", [pytest.param(signal.SIGTERM, id="f24_sigterm"), pytest.param(signal.SIGHUP, id="f25_sighup")]
)
def test_f24_f25_terminated(place, sent):
    before = place.old_files()
    with place.start(*SHORT, *HANGING, env=place.fake("hangs at the end")) as process:
        place.wait_for_part(process)
        process.send_signal(sent)
        process.stdout_text, process.stderr_text = finish(process)
    place.refuses(before, process, 143, "terminated, and nothing was changed")


def test_f24_terminated_while_a_thread_never_ends(place):
    before = place.old_files()
    with place.start(*SHORT, python=("-c", STUCK)) as process:
        while not (place.root / "stuck").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        said = finish(process)[1]
    assert (process.returncode, said) == (143, "render: terminated, and nothing was changed.\n")
    assert place.processes(patience=PATIENCE) == []
    assert place.state() == before


def test_f25_terminal_closed(place):
    """Nobody is there to read the sentence; the end is the same."""
    before = place.old_files()
    ours, theirs = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    fake = place.fake("hangs at the end")
    with place.start(
        *SHORT, *HANGING, python=("-c", WITH_TERMINAL), env=fake, start_new_session=True, **streams
    ) as process:
        os.close(theirs)
        place.wait_for_part(process)
        os.close(ours)
        assert process.wait(PATIENCE) == 143
    assert place.processes(patience=PATIENCE) == []
    assert place.state() == before


def test_f26_next_run_sweeps_what_a_killed_one_left(place, call, good):
    before = place.old_files()
    done = place.hooked("render.video.encoder:Encoder.write", "", 4, signal.SIGKILL, *SHORT)
    assert done.returncode == -signal.SIGKILL
    # ffmpeg sees the end of its input.
    assert place.processes(patience=PATIENCE) == []
    left = place.state()
    assert before.items() < left.items()
    assert all(re.fullmatch(r"\..+\.part", name) for name in left.keys() - before.keys())
    others = {".mine.part": b"not of this program", "notes.part": b"neither"}
    for name, content in others.items():
        (place.folder / name).write_bytes(content)
    assert call(*place.command(*SHORT)[3:])[0] == 0
    assert place.state() == good | others


def test_f22_what_threads_write_when_a_signal_comes_is_removed_too(place, monkeypatch):
    """The finished film is read and rewritten in a thread, between which the signal may come."""
    begun, came = threading.Event(), threading.Event()

    def rewrite(path, times):
        content = path.read_bytes()
        begun.set()
        assert came.wait(60)
        # Until the main thread has done all that it does without waiting.
        time.sleep(0.5)
        path.write_bytes(content)

    def interrupted(*arguments):
        assert begun.wait(60)
        came.set()
        raise Interrupted

    before = place.old_files()
    monkeypatch.setitem(FORMATS, "mp4", replace(FORMATS["mp4"], repeat_pictures=rewrite))
    monkeypatch.setattr("render.pipeline.run.png", interrupted)
    with pytest.raises(Interrupted):
        run(Job("rotation", {"steps": 2}, output=str(place.folder), formats=("mp4",)))
    assert came.is_set()
    assert place.state() == before
