"""A folder for films in which something is made to fail, and how the command is run in it."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import imageio_ffmpeg
import pytest
from films import ENVIRONMENT

from render.cli import commands as cli
from render.cli import terminal

ENDINGS = ("gif", "json", "mp4", "png")
SHORT = ("--steps", "3", "--dim", "4", "--pace", "even")
# More frames than a pipe holds.
FEW = ("--steps", "11", "--dim", "4", "--pace", "even")
LONG = ("--steps", "30", "--dim", "4", "--pace", "even")
FAKE = Path(__file__).parent / "fake_ffmpeg.py"
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
        return self.begin(self.command(*options, python=python, scene=scene), env, **more)

    def begin(self, command, env=None, **more):
        """Start any command here."""
        name, value = self.mark.split("=", 1)
        merged = ENVIRONMENT | {name: value} | (env or {})
        return subprocess.Popen(
            command,
            env={k: v for k, v in merged.items() if v is not None},
            cwd=self.root,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"} | more,
        )

    def run(self, *options, **more):
        with self.start(*options, **more) as process:
            process.stdout_text, process.stderr_text = finish(process)
        return process

    def other(self, *words, **more):
        """Run another command than `scene`."""
        with self.begin([sys.executable, "-m", "render", *map(str, words)], **more) as process:
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

    def wait_for_part(self, process):
        """Wait until something stands in a temporary file: the poster is the first, when all frames are sent."""
        while not any(p.stat().st_size for p in self.folder.glob(".*.part")):
            assert process.poll() is None
            time.sleep(0.005)

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


class Caller:
    """The command in this process, which is quick: made by the fixture `call`."""

    def __init__(self, place, monkeypatch, capsys):
        self.place, self._monkeypatch, self._capsys = place, monkeypatch, capsys
        # Children of this process have the folder's mark, too.
        monkeypatch.setenv(*place.mark.split("=", 1))
        monkeypatch.chdir(place.root)

    def __call__(self, *words, env=None):
        """Return exit code, standard output and standard error of `render WORDS`."""
        for name, value in (env or {}).items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setattr(sys, "argv", ["render", *map(str, words)])
        # As the command does it for whatever a terminal cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
        sys.stderr.reconfigure(errors="backslashreplace")
        code = terminal.run(cli.commands)
        seen = self._capsys.readouterr()
        return code, seen.out, seen.err

    def refuses(self, words, code, *said, env=None):
        """Say that `render WORDS` fails in one sentence with these words, and leaves all as it was; return it."""
        before = self.place.old_files()
        outside = sorted(p.name for p in self.place.root.iterdir())
        found, out, err = self(*words, env=env)
        assert found == code, err
        # Click begins a new line after the ^C that a terminal shows.
        assert re.fullmatch(SENTENCE, err.removeprefix("\n") if code == 130 else err), err
        assert out == ""
        for word in said:
            assert word in err
        assert self.place.state() == before
        assert sorted(p.name for p in self.place.root.iterdir()) == outside
        assert self.place.processes() == []
        return err

    def scene(self, scene, options, code, *said, env=None):
        """Say that `render scene SCENE OPTIONS` into the folder fails so."""
        return self.refuses(self.place.command(*options, scene=scene)[3:], code, *said, env=env)


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
