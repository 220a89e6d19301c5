"""What is thrown at the command: it answers in one sentence, and the old files are as they were."""

import contextlib
import errno
import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imageio_ffmpeg
import pytest
from films import ENVIRONMENT

import render
from render import storage
from render.cli import commands as cli
from render.drawing import fonts
from render.errors import EigenreelError, OutputError, RenderError, UsageError
from render.pipeline.batch import processes, run_all
from render.pipeline.job import Job
from render.pipeline.run import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="faults are made with signals and limits of POSIX"),
]

ENDINGS = ("gif", "json", "mp4", "png")
SHORT = ("--steps", "3", "--dim", "4", "--pace", "even")
LONG = ("--steps", "30", "--dim", "4", "--pace", "even")
FAKE = Path(__file__).parent.parent / "fake_ffmpeg.py"
SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]\n"
# Seconds after which what still runs is hanging, however busy the machine is.
PATIENCE = 90.0
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}

# Sends a signal to its own process when a function is called for the n-th time with certain words
# among its arguments ("+": when it has returned), so that the moment is always the same.
HOOK = """
import importlib, os, sys
place, words, count, number = sys.argv[1:5]
module, _, names = place.lstrip("+").partition(":")
owner = importlib.import_module(module)
*path, last = names.split(".")
for name in path:
    owner = getattr(owner, name)
original, left = getattr(owner, last), [int(count)]
def hooked(*arguments, **options):
    left[0] -= words in repr(arguments)
    now = left[0] == 0 and words in repr(arguments)
    if now and place[0] != "+":
        os.kill(os.getpid(), int(number))
    result = original(*arguments, **options)
    if now and place[0] == "+":
        os.kill(os.getpid(), int(number))
    return result
setattr(owner, last, hooked)
sys.argv = ["render", *sys.argv[5:]]
from render.cli.commands import main
main()
"""
LIMIT = """
import os, resource, sys
resource.setrlimit(getattr(resource, sys.argv[1]), (int(sys.argv[2]),) * 2)
os.execv(sys.executable, [sys.executable, "-m", "render", *sys.argv[3:]])
"""


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


def finish(process):
    """Return what a command prints and says until it ends, or end it and complain."""
    try:
        return process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


class Place:
    """A folder for films, and the command that writes into it."""

    def __init__(self, root):
        self.root = root
        self.folder = root / "films"
        # Found again in /proc, for whatever a run leaves behind.
        self.mark = f"FAULTS_OF={root}"

    def command(self, *options, python=("-m", "render"), scene="orthogonal"):
        return [sys.executable, *python, "scene", scene, "--output", str(self.folder), *options]

    def start(self, *options, python=("-m", "render"), scene="orthogonal", env=None, **more):
        name, value = self.mark.split("=", 1)
        merged = ENVIRONMENT | {name: value} | (env or {})
        return subprocess.Popen(
            self.command(*options, python=python, scene=scene),
            env={k: v for k, v in merged.items() if v is not None},
            cwd=self.root,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"} | more,
        )

    def run(self, *options, **more):
        with self.start(*options, **more) as process:
            process.stdout_text, process.stderr_text = finish(process)
        return process

    def hooked(self, place, words, count, number, *options, **more):
        return self.run(*options, python=("-c", HOOK, place, words, str(count), str(int(number))), **more)

    def limited(self, resource, limit, *options, **more):
        return self.run(*options, python=("-c", LIMIT, resource, str(limit)), **more)

    def fake(self, mode, **more):
        """Return the environment in which ffmpeg is one that fails."""
        program = self.root / "ffmpeg"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{FAKE}" "$@"\n')
        program.chmod(0o755)
        # What an earlier test said of ffmpeg must not be taken for the real one.
        real = imageio_ffmpeg.get_ffmpeg_exe()
        return {"IMAGEIO_FFMPEG_EXE": str(program), "FAKE_FFMPEG": mode, "REAL_FFMPEG": real} | more

    def old_files(self):
        """Put files there as if they had been rendered before; return what is in the folder."""
        self.folder.mkdir(exist_ok=True)
        for ending in ENDINGS:
            (self.folder / f"orthogonal.{ending}").write_bytes(b"the old " + ending.encode())
        return self.state()

    def state(self):
        """Return all that is in the folder: bytes of files, targets of links, None for folders."""
        if not self.folder.exists():
            return None
        return {
            str(p.relative_to(self.folder)): os.readlink(p)
            if p.is_symlink()
            else None
            if p.is_dir()
            else p.read_bytes()
            for p in self.folder.rglob("*")
        }

    def processes(self, patience=0.0):
        """Return the commands that still run here; those that are about to end are waited for."""
        end = time.monotonic() + patience
        while found := [c for c in map(self._command_of, Path("/proc").glob("[0-9]*")) if c]:
            if time.monotonic() > end:
                break
            time.sleep(0.02)
        return found

    def end(self):
        """End what a failed test left running: nothing but what has this folder's mark."""
        for process in Path("/proc").glob("[0-9]*"):
            if self._command_of(process):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(process.name), signal.SIGKILL)

    def _command_of(self, process):
        try:
            if process.name != str(os.getpid()) and self.mark.encode() in (process / "environ").read_bytes().split(
                b"\0"
            ):
                return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            # It has ended meanwhile, or is somebody else's.
            pass
        return None

    def refuses(self, before, done, code, *words):
        """Say that a run failed as it should, and left nothing but what was there before."""
        said = done.stderr_text
        assert done.returncode == code, said
        # Click begins a new line after the ^C that a terminal shows.
        assert re.fullmatch(SENTENCE, said.removeprefix("\n") if code == 130 else said), said
        for word in words:
            assert word in said
        assert done.stdout_text == ""
        assert self.state() == before
        assert self.processes() == []


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.end()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Return the four files of the short film by name, made without any fault."""
    place = Place(tmp_path_factory.mktemp("good"))
    done = place.run(*SHORT)
    assert done.returncode == 0, done.stderr_text
    return place.state()


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """Return the four files of the long film by name."""
    place = Place(tmp_path_factory.mktemp("long"))
    done = place.run(*LONG)
    assert done.returncode == 0, done.stderr_text
    return place.state()


@contextlib.contextmanager
def small_disk(folder, size):
    """Mount a file system of a few bytes, where we may."""
    folder.mkdir()
    mounted = os.geteuid() == 0 and shutil.which("mount")
    if not mounted or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]).returncode:
        pytest.skip("only root can mount a small disk, and not everywhere")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


# ffmpeg


def test_missing_ffmpeg_is_named(place):
    before = place.old_files()
    done = place.run(*SHORT, env={"IMAGEIO_FFMPEG_EXE": str(place.root / "nowhere")})
    place.refuses(before, done, 4, "nowhere", "No such file", "IMAGEIO_FFMPEG_EXE")


@pytest.mark.parametrize(("mode", "reason"), [(0o644, "Permission denied"), (0o755, "Exec format error")])
def test_ffmpeg_that_is_no_program_is_named(place, mode, reason):
    before = place.old_files()
    program = place.root / "ffmpeg"
    program.write_bytes(b"\x7fELF for another machine")
    program.chmod(mode)
    done = place.run(*SHORT, env={"IMAGEIO_FFMPEG_EXE": str(program)})
    place.refuses(before, done, 4, str(program), reason, "IMAGEIO_FFMPEG_EXE")


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("no encoder", ["no encoder libx264", "--format"]),
        ("exit at once", ["status 1", "Conversion failed!"]),
        ("not UTF-8", ["status 1", "\ufffd broken"]),
        ("killed", ["died at frame 1", "signal 9"]),
        ("stops early", ["wrote 1", "of 31 frames"]),
        ("drops frames", ["wrote 10 of 31 frames"]),
        ("writes nothing", ["verification", "mp4"]),
        ("truncates", ["verification", "mp4"]),
        ("hangs at the start", ["no progress for 1 seconds", "--timeout"]),
        ("hangs at the end", ["no progress for 1 seconds", "after frame 31", "--timeout"]),
        ("hangs while decoding", ["verification"]),
        ("leaves a child", ["status 1"]),
        ("decodes to nonsense", ["wrote 1 of 31 frames"]),
        ("decodes without end", ["verification"]),
    ],
)
def test_ffmpeg_that_fails_changes_nothing(place, mode, words):
    before = place.old_files()
    done = place.run(*LONG, "--format", "mp4", "--timeout", "1", env=place.fake(mode))
    place.refuses(before, done, 4, *words)


def test_a_failure_ends_the_other_encoder(place):
    before = place.old_files()
    done = place.run(*LONG, env=place.fake("killed"))
    place.refuses(before, done, 4, "signal 9")


@pytest.mark.parametrize("mode", ["talks first", "mute"])
def test_ffmpeg_that_is_only_odd_is_good_enough(place, good, mode):
    done = place.run(*SHORT, env=place.fake(mode))
    assert (done.returncode, done.stderr_text) == (0, "")
    made = place.state()
    assert made.keys() == good.keys()
    assert made["orthogonal.mp4"] == good["orthogonal.mp4"]
    assert place.processes() == []


def test_endless_words_of_ffmpeg_do_not_fill_the_disk(place, good):
    notes = place.root / "size"
    done = place.run(*SHORT, "--format", "mp4", env=place.fake("never stops talking", FAKE_FFMPEG_NOTES=str(notes)))
    assert (done.returncode, done.stderr_text) == (0, "")
    assert place.state()["orthogonal.mp4"] == good["orthogonal.mp4"]
    assert int(notes.read_text()) < 2**22


# The folder


def test_folders_are_made_and_unmade(place):
    place.folder = place.root / "new" / "films"
    done = place.run(*LONG, env=place.fake("exit at once"))
    assert done.returncode == 4
    assert not (place.root / "new").exists()
    assert place.run(*SHORT).returncode == 0
    assert sorted(place.state()) == [f"orthogonal.{ending}" for ending in ENDINGS]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written(place):
    before = place.old_files()
    place.folder.chmod(0o555)
    place.refuses(before, place.run(*SHORT), 5, "Permission denied", "another folder")
    place.folder.chmod(0o755)


def test_disk_that_cannot_be_written(place):
    with small_disk(place.folder, "4m"):
        before = place.old_files()
        subprocess.run(["mount", "-o", "remount,ro", place.folder], check=True)
        place.refuses(before, place.run(*SHORT), 5, "Read-only file system", "another folder")


@pytest.mark.parametrize("ending", ["mp4", "json"])
def test_folder_in_the_place_of_a_file(place, ending):
    place.old_files()
    target = place.folder / f"orthogonal.{ending}"
    target.unlink()
    target.mkdir()
    (target / "inside").write_bytes(b"kept")
    before = place.state()
    place.refuses(before, place.run(*SHORT), 5, str(target), "is a folder")


def test_file_in_the_place_of_the_folder(place):
    place.folder.write_bytes(b"a file")
    done = place.run(*SHORT)
    assert (done.returncode, place.folder.read_bytes()) == (5, b"a file")
    assert re.fullmatch(r"render: .+ is not a folder, so .+\.\n", done.stderr_text)
    place.folder = place.folder / "deeper"
    place.refuses(None, place.run(*SHORT), 5, "Not a directory")


@pytest.mark.parametrize("dangling", [False, True])
def test_links_are_not_written_through(place, dangling):
    place.old_files()
    outside = place.root / "outside.mp4"
    if not dangling:
        outside.write_bytes(b"precious")
    (place.folder / "orthogonal.mp4").unlink()
    (place.folder / "orthogonal.mp4").symlink_to(outside)
    before = place.state()
    place.refuses(before, place.run(*SHORT), 5, "symbolic link", "remove it")
    assert outside.exists() != dangling
    assert dangling or outside.read_bytes() == b"precious"


def test_new_files_have_the_usual_rights_and_linked_folders_work(place):
    (place.root / "elsewhere").mkdir()
    place.folder.symlink_to("elsewhere")
    mask = os.umask(0)
    os.umask(mask)
    assert place.run(*SHORT).returncode == 0
    assert {p.stat().st_mode & 0o777 for p in place.folder.iterdir()} == {0o666 & ~mask}


def test_everything_is_written_where_it_will_stay(place, good):
    # Renaming works only within one disk: a temporary folder elsewhere is not needed for films.
    other = place.root / "temporary"
    with small_disk(other, "64k"):
        done = place.run(*SHORT, env={"TMPDIR": str(other)})
        assert (done.returncode, done.stderr_text) == (0, "")
        assert place.state() == good
        assert list(other.iterdir()) == []


# Full disks


@pytest.mark.parametrize("ending", ["mp4", "gif"])
@pytest.mark.parametrize("part", [0.3, 0.999])
def test_files_that_may_not_get_so_large(place, long, ending, part):
    # Just below the final size, ffmpeg fails at its very end: when it moves an MP4's index to the front.
    before = place.old_files()
    limit = int(len(long[f"orthogonal.{ending}"]) * part)
    done = place.limited("RLIMIT_FSIZE", limit, *LONG, "--format", ending)
    place.refuses(before, done, 5, "ile too large", "another folder", "make room")


@pytest.mark.parametrize("mode", ["mp4", "gif"])
def test_disk_that_gets_full_meanwhile(place, mode):
    with small_disk(place.folder, "4m"):
        before = place.old_files()
        ballast = place.folder / "ballast"
        env = place.fake("fills the disk", FAKE_FFMPEG_FILLS=str(ballast))
        done = place.run(*LONG, "--format", mode, env=env)
        ballast.unlink()
        place.refuses(before, done, 5, "no space left on device", "make room or choose another folder")


def test_disk_that_is_too_small_from_the_start(place):
    with small_disk(place.folder, "256k"):
        before = place.old_files()
        place.refuses(before, place.run(*LONG), 5, "MB free", "are needed", "make room")


@pytest.mark.parametrize("ending", ["png", "json"])
def test_disk_that_gets_full_at_the_last_files(place, monkeypatch, ending):
    before = place.old_files()

    def full(path, *arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    written = storage.AtomicFiles.write

    def write(self, name, content):
        if name.endswith(ending):
            monkeypatch.setattr(storage, "open", full, raising=False)
        written(self, name, content)

    monkeypatch.setattr(storage.AtomicFiles, "write", write)
    with pytest.raises(OutputError, match=rf"orthogonal\.{ending} \(No space left on device\), so .*make room"):
        run(Job("orthogonal", {"steps": 3, "dim": 4}, pace="even", output=str(place.folder)))
    assert place.state() == before


# Renaming


def replace_that_fails(monkeypatch, error, count, times):
    """Let `os.replace` raise instead of doing its `count`-th and later work, so many times."""
    replace, calls = os.replace, []

    def failing(source, target):
        calls.append(target)
        if count <= len(calls) < count + times:
            raise error
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    return calls


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.EIO, "Input/output error")])
def test_renaming_is_undone(place, monkeypatch, count, error):
    before = place.old_files()
    replace_that_fails(monkeypatch, error, count, 1)
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else OutputError
    with pytest.raises(expected):
        run(Job("orthogonal", {"steps": 1, "dim": 2}, pace="even", output=str(place.folder)))
    assert place.state() == before


def test_renaming_the_first_film_is_undone(place, monkeypatch):
    replace_that_fails(monkeypatch, OSError(errno.EIO, "Input/output error"), 3, 1)
    with pytest.raises(OutputError, match="Input/output error"):
        run(Job("orthogonal", {"steps": 1, "dim": 2}, pace="even", output=str(place.folder)))
    assert place.state() is None


def test_renaming_waits_for_a_player(place, monkeypatch, good):
    place.old_files()
    calls = replace_that_fails(monkeypatch, PermissionError(errno.EACCES, "in use"), 2, 3)
    run(Job("orthogonal", {"steps": 3, "dim": 4}, pace="even", output=str(place.folder)))
    assert len(calls) == 7
    assert place.state() == good


def test_player_that_never_lets_go(place, monkeypatch, good):
    before = place.old_files()
    replace = os.replace

    def held(source, target):
        if Path(target).name == "orthogonal.gif":
            raise PermissionError(errno.EACCES, "in use")
        replace(source, target)

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(OutputError, match=r"has it open, so close that one and take .*orthogonal\.new\.gif") as caught:
        run(Job("orthogonal", {"steps": 3, "dim": 4}, pace="even", output=str(place.folder)))
    made = place.state()
    rescued = {name: content for name, content in made.items() if ".new." in name}
    assert {name: content for name, content in made.items() if name not in rescued} == before
    # Those that were in place already are kept as well.
    assert rescued == {name.replace(".", ".new.", 1): content for name, content in good.items()} | {
        "orthogonal.new.json": rescued["orthogonal.new.json"]
    }
    assert all(name in str(caught.value) for name in rescued)


# Signals


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


def test_nothing_waits_for_a_thread_that_never_ends(place):
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


def test_signals_at_any_moment(tmp_path, good):
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


MOMENTS = [
    ("render.pipeline.catalog:load_scene", "", 1),
    ("render.numerics.trajectory:simulate", "", 1),
    ("render.pipeline.painter:Painter.paint", "", 2),
    ("+os:open", ".part", 2),
    ("+render.video.encoder:start", "libx264", 1),
    ("render.video.encoder:Encoder.write", "", 5),
    ("render.video.encoder:Encoder.finish", "", 1),
    ("render.storage:AtomicFiles.write", "json", 1),
    ("render.storage:AtomicFiles.commit", "", 1),
    ("os:fsync", "", 3),
    ("os:link", "", 2),
    ("os:replace", "", 1),
    ("+os:replace", "", 3),
    ("+os:replace", "", 4),
]


@pytest.mark.parametrize(("moment", "words", "count"), MOMENTS)
def test_signals_at_chosen_moments(place, good, moment, words, count):
    sent = list(CODES)[(len(moment) + count) % 3]
    before = place.old_files()
    done = place.hooked(moment, words, count, sent, *SHORT)
    old_or_new(place, before, good, done, done.stderr_text, CODES[sent])


@pytest.mark.parametrize("pause", [0.0, 0.003, 0.03])
def test_second_interrupt_does_no_harm(place, pause):
    before = place.old_files()
    with place.start(*SHORT, "--format", "mp4", env=place.fake("hangs at the end")) as process:
        # The poster is written when all frames have been sent.
        while not any(p.stat().st_size for p in place.folder.glob(".*.part")):
            assert process.poll() is None
            time.sleep(0.005)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(pause)
        said = finish(process)[1]
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in said
    assert place.processes(patience=PATIENCE) == []
    assert place.state() == before


def test_next_run_sweeps_what_a_killed_one_left(place, good):
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
    assert place.run(*SHORT).returncode == 0
    assert place.state() == good | others


def test_two_at_once_leave_the_files_of_one(place):
    before = place.old_files()
    with place.start(*SHORT, "--seed", "1") as one, place.start(*SHORT, "--seed", "2") as two:
        said = [finish(one)[1], finish(two)[1]]
    assert (one.returncode, two.returncode, said) == (0, 0, ["", ""])
    made = place.state()
    assert made.keys() == before.keys()
    for entry in json.loads(made["orthogonal.json"])["files"]:
        assert storage.sha256_of(place.folder / entry["name"]) == entry["sha256"]


def test_process_that_dies_in_a_batch(place):
    bad = place.root / "bad.py"
    bad.write_text(
        "import os, time\nfrom scenes import *\n\n\n@scene()\ndef bad(steps: int = 3):\n"
        "    time.sleep(1)\n    os._exit(9)\n"
    )
    place.folder.mkdir()
    jobs = [
        Job(str(bad), output=str(place.folder)),
        Job("orthogonal", {"steps": 400, "dim": 4}, output=str(place.folder), formats=("mp4",)),
    ]
    with processes(2) as executor:
        results = run_all(jobs, executor=executor)
    assert re.fullmatch(r"a process died while it made the film bad, so try again", str(results[0]))
    # The other film was finished or ended, but never left halfway.
    assert sorted(place.state()) in ([], ["orthogonal.json", "orthogonal.mp4", "orthogonal.png"])


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_batch_that_is_ended(place, sent):
    place.folder.mkdir()
    name, value = place.mark.split("=", 1)
    command = [sys.executable, "-m", "render", "videos", "--jobs", "2", "--output", str(place.folder)]
    with subprocess.Popen(
        command,
        env=ENVIRONMENT | {name: value},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        while not any(p.stat().st_size for p in place.folder.glob(".*.part")):
            assert process.poll() is None
            time.sleep(0.005)
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


# Where the words go


def test_reader_that_has_gone(place, good):
    reader, writer = os.pipe()
    os.close(reader)
    with place.start(*SHORT, stdout=writer) as process:
        os.close(writer)
        said = finish(process)[1]
    assert process.returncode in (0, 141)
    assert said == ""
    assert place.state() == good


def test_list_piped_to_nobody():
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m render list | head -0'],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_output_to_a_full_disk(place, good):
    with open("/dev/full", "w") as full, place.start(*SHORT, stdout=full) as process:
        said = finish(process)[1]
    assert process.returncode == 5
    assert re.fullmatch(r"render: [^\n]+\.\n", said), said
    assert place.state() == good


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_closed_streams(place, good, closed):
    command = ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *place.command(*SHORT)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert place.state() == good


def test_no_control_characters_for_a_dumb_terminal(place):
    done = place.run(*SHORT, env={"TERM": "dumb", "NO_COLOR": "1", "FORCE_COLOR": "1"})
    assert done.stderr_text == ""
    assert done.stdout_text.split() == [f"films/orthogonal.{e}" for e in ("mp4", "gif", "png", "json")]


# Options


@pytest.fixture
def refused(place, monkeypatch, capsys):
    """Return a function that runs the command in this process, which is quick, and says that it refuses."""
    handlers = {number: signal.getsignal(number) for number in CODES}
    thresholds = gc.get_threshold()

    def refused(scene, options, *words):
        before = place.old_files()
        monkeypatch.setattr(sys, "argv", ["render", *place.command(*options, scene=scene)[3:]])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        assert stopped.value.code == 2, said
        assert re.fullmatch(SENTENCE, said.err), said.err
        assert all(word in said.err for word in words), said.err
        assert said.out == ""
        assert place.state() == before
        assert [p.name for p in place.root.iterdir()] == ["films"]

    yield refused
    for number, handler in handlers.items():
        signal.signal(number, handler)
    gc.set_threshold(*thresholds)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--steps", "-1"], ["steps", "from 0 to"]),
        (["--steps", "1000000000"], ["steps", "1,000,000"]),
        (["--steps", "64.5"], ["steps", "whole number", "64.5"]),
        (["--steps", "٦٤"], ["steps", "whole number"]),
        (["--steps", "200000", "--pace", "even"], ["200,001 frames", "100,000", "--max-frames"]),
        (["--steps", "1000000", "--dim", "1024", "--pace", "even"], ["1,000,001 frames", "100,000", "--max-frames"]),
        (["--dim", "1"], ["dim", "from 2"]),
        (["--seed", "-1"], ["seed", "from 0"]),
        (["--fps", "0"], ["fps", "0.1 to 120"]),
        (["--fps", "-1"], ["fps", "0.1 to 120"]),
        (["--fps", "nan"], ["fps", "0.1 to 120"]),
        (["--fps", "1e9"], ["fps", "0.1 to 120"]),
        (["--fps", "1/0"], ["fps", "0.1 to 120"]),
        (["--hold-first", "nan"], ["hold-first", "3600"]),
        (["--hold-last", "1e9"], ["hold-last", "3600"]),
        (["--duration", "0.5"], ["duration", "1 to 3600"]),
        (["--duration", "nan"], ["duration", "3600"]),
        (["--duration", "9", "--pace", "even"], ["duration", "leave out --pace even"]),
        (["--duration", "3600", "--fps", "120"], ["432,000 frames", "100,000", "--max-frames"]),
        (["--pace", "fast"], ["'fast'", "film, even"]),
        (["--explain", "1,1", "--pace", "even"], ["spelled out", "leave out --pace even"]),
        (["--timeout", "0"], ["timeout", "above 0"]),
        (["--timeout", "nan"], ["timeout", "above 0"]),
        (["--max-frames", "0"], ["--max-frames"]),
        (["--format", "avi"], ["'avi'", "mp4, webp, gif"]),
        (["--theme", "pink"], ["'pink'", "light"]),
        (["--layout", "round"], ["'round'", "wide"]),
        (["--lang", "../ko"], ["'../ko'", "en"]),
        (["--stepz", "3"], ["--stepz", "--steps"]),
        (["extra"], ["extra"]),
    ],
)
def test_options_that_make_no_sense(refused, options, words):
    refused("orthogonal", options, *words)


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "..",
        ".",
        "",
        "a/b",
        "-vf",
        "CON",
        "nul",
        "가" * 300,
        "a" * 65,
        "x.mp4",
        "\u202egpm",
        "🎬",
        "a b",
        "a\nb",
    ],
)
def test_names_that_are_no_names(refused, name):
    refused("orthogonal", [*SHORT, f"--name={name}"], "cannot be named")


@pytest.mark.parametrize("name", ["a\0b", "con", "LPT1", "-x", " x", "x ", "x.", "é", "a\u200bb"])
def test_more_names_that_are_no_names(name):
    with pytest.raises(UsageError, match="cannot be named"):
        _ = Job("orthogonal", name=name).stem


def test_korean_names_are_composed_and_may_be_long(place):
    for name in ("가" * 64, unicodedata.normalize("NFD", "행렬")):
        assert place.run("--steps", "0", "--dim", "2", "--name", name).returncode == 0
    assert set(place.state()) == {f"{stem}.{ending}" for stem in ("가" * 64, "행렬") for ending in ENDINGS}


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("orthogonall", ["did you mean 'orthogonal'?"]),
        ("../orthogonal", ["no scene '../orthogonal'"]),
        ("nothing.py", ["no scene file nothing.py", "check the path"]),
        ("_scene", ["no scene '_scene'", "choose from"]),
    ],
)
def test_scenes_that_do_not_exist(refused, scene, words):
    refused(scene, [], *words)


@pytest.mark.parametrize(
    "title",
    [
        '"><script>alert(1)</script>',
        "$x",
        r"$\frac{1}{$",
        r"\input{/etc/passwd}",
        "{{< x >}}",
        "a\nb",
        "{steps} %s",
        "🎬\u202e",
    ],
)
def test_any_title_is_drawn_or_refused(place, title):
    options = {"steps": 1, "dim": 2, "output": str(place.folder), "formats": (), "title": title}
    try:
        render.film("orthogonal", **options)
    except EigenreelError as error:
        assert re.fullmatch(r"[^\x00-\x1f]+", str(error))
        assert place.state() is None
    else:
        assert sorted(place.state()) == ["orthogonal.json", "orthogonal.png"]


def test_titles_of_any_length(place):
    before = place.old_files()
    done = place.run(*SHORT, "--title", "long " * 2000)
    if done.returncode:
        place.refuses(before, done, 2, "title")


def test_korean_without_a_font_is_refused(place, monkeypatch):
    before = place.old_files()
    monkeypatch.setattr(fonts, "_candidates", lambda weight: [])
    fonts.font_paths.cache_clear()
    try:
        with pytest.raises(RenderError, match=r"no font .* can draw '[가-힣].*, so .*pip install"):
            run(Job("orthogonal", {"steps": 3, "dim": 4}, output=str(place.folder), language="ko"))
    finally:
        fonts.font_paths.cache_clear()
    assert place.state() == before


# Scenes of a user

SCENE = """import os, sys
import numpy as np
from scenes import *


@scene("matrix")
def mine(steps: int = 3):
    \"\"\"A scene.\"\"\"
    {body}
    return repeated(np.eye(2), steps)
"""


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("raise ValueError('two\\nlines')", 1, ["mine.py line 9", "ValueError: two", "mend the scene"]),
        ("sys.exit(0)", 1, ["mine.py line 9", "SystemExit"]),
        ("return 1 / 0", 1, ["mine.py line 9", "ZeroDivisionError"]),
        ("return None", 3, ["MatrixSequence", "NoneType"]),
        ("return repeated(np.full((2, 2), np.nan), steps)", 3, ["mine.py", "nan"]),
        ("return repeated(np.ones((2, 3)), steps)", 3, ["mine.py", "2"]),
        ("return repeated(np.ones((0, 0)), steps)", 3, ["mine.py"]),
        ("return repeated(np.array([[None]]), steps)", 3, ["mine.py"]),
        ("return np.zeros((10**7, 10**7))", 1, ["memory", "smaller"]),
        ("+", 1, ["mine.py line 9", "SyntaxError"]),
        ("raise KeyboardInterrupt", 130, ["interrupted"]),
    ],
)
def test_scenes_that_fail(place, body, code, words):
    before = place.old_files()
    (place.root / "mine.py").write_text(SCENE.format(body=body))
    place.refuses(before, place.run(scene="mine.py"), code, *words)


@pytest.mark.parametrize(
    "body",
    [
        "thing = type('Thing', (), {})(); kept = weakref.ref(thing, told); del thing; time.sleep(60)",
        "thing = type('Thing', (), {'__del__': told})(); del thing; time.sleep(60)",
    ],
)
def test_a_signal_that_falls_where_python_drops_exceptions(place, body):
    before = place.old_files()
    began = time.monotonic()
    told = "def told(_): signal.raise_signal(signal.SIGTERM)"
    (place.root / "mine.py").write_text(f"import signal, time, weakref\n{told}\n" + SCENE.format(body=body))
    place.refuses(before, place.run(scene="mine.py"), 143, "terminated")
    assert time.monotonic() - began < 30


def test_what_a_scene_changes_is_put_back(place):
    (place.root / "plain.py").write_text(SCENE.format(body="pass"))
    (place.root / "rude.py").write_text(
        SCENE.format(
            body="print('noise'); os.chdir('/'); np.seterr(all='raise'); np.random.seed(1); "
            "import matplotlib; matplotlib.rcParams['font.size'] = 40; matplotlib.rcParams['text.usetex'] = True"
        )
    )
    made = []
    for name in ("plain.py", "rude.py"):
        done = place.run(scene=name, env={"PYTHONDONTWRITEBYTECODE": "1"})
        assert done.returncode == 0, done.stderr_text
        made.append({ending: (place.folder / name).with_suffix(ending).read_bytes() for ending in (".mp4", ".png")})
        assert done.stdout_text.split()[0] == f"films/{name[:-3]}.mp4"
    assert made[0] == made[1]
    assert done.stderr_text == "noise\n"


# Surroundings


@pytest.mark.parametrize(
    ("env", "python"),
    [
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, []),
        ({"LANG": "ko_KR.EUC-KR", "LC_ALL": "ko_KR.EUC-KR", "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp949"}, []),
        ({"HOME": None, "TMPDIR": "/nowhere/at/all", "XDG_CACHE_HOME": None}, []),
        ({"HOME": "/proc/nothing", "MPLCONFIGDIR": None}, ["-O"]),
        ({"MATPLOTLIBRC": "{root}/matplotlibrc", "MPLBACKEND": "module://nothing"}, []),
        ({"SOURCE_DATE_EPOCH": "0", "TZ": "Asia/Seoul", "COLUMNS": "3", "PYTHONHASHSEED": "7"}, []),
        ({}, ["-X", "dev", "-W", "error"]),
    ],
)
def test_surroundings_change_nothing(place, good, env, python):
    (place.root / "matplotlibrc").write_text(
        "savefig.bbox: tight\ntext.usetex: True\nfigure.dpi: 10\nfont.size: 40\nlines.linewidth: 9\naxes.grid: True\n"
    )
    place.folder = place.root / "영화"
    env = {name: value and value.replace("{root}", str(place.root)) for name, value in env.items()}
    done = place.run(*SHORT, env=env, python=(*python, "-m", "render"), errors="replace")
    assert (done.returncode, done.stderr_text) == (0, "")
    assert place.state() == good


@pytest.mark.parametrize(
    "env", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "cp949"}]
)
def test_refusals_in_any_encoding(place, env):
    done = place.run("--name", "é행렬 🎬", env=env, errors="replace")
    assert done.returncode == 2
    assert re.fullmatch(r"render: a file cannot be named [^\n]+\.\n", done.stderr_text), done.stderr_text


@pytest.mark.parametrize("where", ["render.pipeline.run.resolve", "render.pipeline.painter.Painter.paint"])
def test_not_enough_memory(place, monkeypatch, where):
    before = place.old_files()

    def fail(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr(where, fail)
    with pytest.raises(RenderError, match=r"not enough memory for the film orthogonal, so choose .*smaller"):
        run(Job("orthogonal", {"steps": 3, "dim": 4}, pace="even", output=str(place.folder)))
    assert place.state() == before


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_more_threads(place, monkeypatch, count):
    # This is what too little memory or too low a limit of processes comes to.
    before = place.old_files()
    began, start = [], threading.Thread.start

    def fail(thread):
        began.append(thread)
        if len(began) >= count:
            raise RuntimeError("can't start new thread")
        start(thread)

    name, value = place.mark.split("=", 1)
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(threading.Thread, "start", fail)
    with pytest.raises(RenderError, match=", so "):
        run(Job("orthogonal", {"steps": 3, "dim": 4}, pace="even", output=str(place.folder)))
    # An ffmpeg that was not ended would make its file again.
    assert place.processes(patience=PATIENCE) == []
    assert place.state() == before
