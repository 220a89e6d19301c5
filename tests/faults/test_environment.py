"""Surroundings: settings, languages of the system, clocks, homes, folders that are gone: F54 to F57, F67 and F72."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from films import run
from place import SHORT, finish

import render
from render.errors import OutputError
from render.scratch import scratch_folder

TINY = ("--steps", "1", "--dim", "2", "--format", "gif", "--pace", "even")
# The settings of matplotlib that change pictures most.
BROKEN = "savefig.bbox: tight\ntext.usetex: True\nfigure.dpi: 10\nfont.size: 40\nlines.linewidth: 9\naxes.grid: True\n"
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
KOREAN = {"LANG": "ko_KR.EUC-KR", "LC_ALL": "ko_KR.EUC-KR", "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp949"}


def unchanged(place, good, env, python=()):
    place.folder = place.root / "영화"
    done = place.run(*SHORT, env=env, python=(*python, "-m", "render"), errors="replace")
    assert (done.returncode, done.stderr_text) == (0, "")
    assert place.state() == good


def test_f54_settings_of_matplotlib_change_nothing(place, good):
    (place.root / "matplotlibrc").write_text(BROKEN)
    unchanged(place, good, {"MATPLOTLIBRC": str(place.root / "matplotlibrc"), "MPLBACKEND": "module://nothing"})


@pytest.mark.parametrize(
    ("settings", "here"),
    [
        ({"MPLBACKEND": "module://no_such.backend"}, False),
        ({"MPLBACKEND": "Nonsense"}, False),
        ({"MATPLOTLIBRC": "broken"}, False),
        ({}, True),
    ],
    ids=["no such backend", "nonsense", "broken file", "broken file here"],
)
def test_f54_settings_that_matplotlib_itself_stumbles_over(tmp_path, settings, here):
    (tmp_path / ("matplotlibrc" if here else "broken")).write_bytes(b"\xff\xfe: broken")
    done = run("scene", "vanishing", *TINY, cwd=tmp_path, env=settings)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("env", [ASCII, KOREAN], ids=["C", "EUC-KR"])
def test_f55_encodings_of_the_system(place, good, env):
    unchanged(place, good, env)


@pytest.mark.parametrize("env", [ASCII, {"PYTHONIOENCODING": "cp949"}], ids=["C", "CP949"])
def test_f55_refusals_in_any_encoding(place, env):
    done = place.run("--name", "é행렬 🎬", env=env, errors="replace")
    assert done.returncode == 2
    assert re.fullmatch(r"render: a file cannot be named [^\n]+\.\n", done.stderr_text), done.stderr_text


@pytest.mark.parametrize("words", [("scene", "--format", "gif", "--pace", "even"), ("numbers", "--format", "json")])
def test_f55_a_scene_file_in_a_folder_of_no_encoding(call, place, words):
    command, *options = words
    folder = place.root / "\udcff"
    folder.mkdir()
    (folder / "own.py").write_text(
        "from scenes import *\n\n\n@scene('matrix')\ndef own(steps: int = 1):\n    return repeated([[1]], steps)\n"
    )
    assert call(command, "\udcff/own.py", *options)[0] == 0


@pytest.mark.parametrize(
    "env",
    [
        {"SOURCE_DATE_EPOCH": "0", "TZ": "Asia/Seoul", "COLUMNS": "3", "PYTHONHASHSEED": "7"},
        {"SOURCE_DATE_EPOCH": "never", "TZ": "CET-1CEST,M3.5.0,M10.5.0/3"},
    ],
    ids=["epoch", "summer time"],
)
def test_f56_dates_and_zones(place, good, env):
    unchanged(place, good, env)


@pytest.mark.parametrize("now", [0.0, -1.0, 2**33])
def test_f56_a_clock_that_is_wrong(place, monkeypatch, now):
    """The clock of a machine is everybody's, so that what Python reads of it is replaced."""
    made = []
    for folder, clock in (("right", None), ("wrong", lambda: now)):
        if clock:
            monkeypatch.setattr("time.time", clock)
        film = render.film("vanishing", steps=1, dim=2, formats="gif", pace="even", output=place.folder / folder)
        made.append({name: path.read_bytes() for name, path in film.files.items()})
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("env", "python"),
    [
        ({"HOME": None, "TMPDIR": "/nowhere/at/all", "XDG_CACHE_HOME": None}, []),
        ({"HOME": "/proc/nothing", "MPLCONFIGDIR": None}, ["-O"]),
        ({}, ["-X", "dev", "-W", "error"]),
    ],
    ids=["no home", "home that cannot be written, -O", "-X dev -W error"],
)
def test_f57_homes_and_switches_of_python(place, good, env, python):
    unchanged(place, good, env, python)


@pytest.fixture
def nothing_temporary(monkeypatch):
    """No folder for temporary files can be written: root may write everywhere, so the system's are replaced."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nowhere/at/all", "/proc"])


def test_f67_no_folder_for_temporary_files_is_needed(call, place, nothing_temporary):
    assert call("scene", "vanishing", *TINY)[0] == 0
    code, out, said = call("verify", "--quiet", "output")
    assert (code, out, said) == (0, "", "")
    assert call("slides", "vanishing", "--steps", 1, "--dim", 2, "--for", "beamer", "-o", "talk")[0] == 0
    assert not [path for path in place.root.rglob(".*")]


def test_f67_temporary_files_have_no_room(call, place, monkeypatch):
    """A full disk is everybody's, so that what the system says of it is replaced."""
    assert call("scene", "vanishing", *TINY)[0] == 0
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1_000}))
    code, out, said = call("verify", "output")
    assert (code, out) == (5, "")
    assert f"so make room in {tempfile.gettempdir()} or set TMPDIR to another folder" in said


def test_f67_nothing_can_be_written(place, nothing_temporary):
    with pytest.raises(OutputError, match=r"no folder for temporary files can be written \(.*\), so set TMPDIR"):
        with scratch_folder(Path("/proc/nothing")):
            pass
    # Beside that one there is room.
    (place.root / "films").write_bytes(b"a file")
    with scratch_folder(place.root / "films") as folder:
        assert folder.parent == place.root
    assert not folder.exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")
def test_f67_files_may_have_no_bytes(place):
    before = place.old_files()
    place.refuses(before, place.limited("RLIMIT_FSIZE", 0, *TINY), 5, "File too large", "so ")


# Every file system can be read only, but for the working folder's films: as in a container with one volume for output.
READ_ONLY = """
set -e
mount --make-rprivate /
mount --bind films films
awk '{print $5}' /proc/self/mountinfo | sort -r | while read -r at; do
    at=$(printf %b "$at")
    [ "$at" = "$PWD/films" ] || mount -o remount,bind,ro "$at" || test ! -w "$at"
done
for at in . /tmp /var/tmp /dev/shm; do
    if (: > "$at/written") 2> /dev/null; then exit 99; fi
done
exec "$@"
"""
PLAIN_USER = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs")


def read_only(place, *words, user=()):
    """Run `render WORDS` where nothing but the folder of films can be written."""
    place.folder.mkdir(exist_ok=True)
    home = place.root / "home"
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "render", *map(str, words)]
    env = {"HOME": str(home), "TMPDIR": None, "MPLCONFIGDIR": None, "XDG_CACHE_HOME": None}
    with place.begin([*own_mounts(), "sh", "-c", READ_ONLY, "sh", *user, *command], env=env) as process:
        process.stdout_text, process.stderr_text = finish(process)
    assert list(home.iterdir()) == []
    return process


def own_mounts():
    """Return the command that gives another mounts of its own."""
    for command in (["unshare", "--map-root-user", "--mount"], ["unshare", "--mount"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    if "CI" in os.environ:
        pytest.fail("this machine gives nobody mounts of his own")
    return pytest.skip("this machine gives nobody mounts of his own")


@pytest.mark.parametrize("user", [(), PLAIN_USER], ids=["root", "no capabilities"])
def test_f67_a_read_only_root_with_a_volume_for_output(place, good, user):
    done = read_only(place, "scene", "orthogonal", *SHORT, "--output", "films", user=user)
    assert (done.returncode, done.stderr_text) == (0, "")
    assert place.state() == good
    done = read_only(place, "verify", "films", user=user)
    assert (done.returncode, done.stderr_text) == (0, ""), done.stdout_text
    assert place.state() == good


def test_f67_a_read_only_root_with_workers(place):
    """What processes share must be no file."""
    place.folder.mkdir()
    (place.folder / "all.toml").write_text('[[film]]\nscene = "vanishing"\n[[film]]\nscene = "exploding"\n')
    done = read_only(place, "run", "films/all.toml", "--output", "films", "--jobs", 2)
    assert (done.returncode, done.stderr_text) == (0, "")
    assert {"vanishing.mp4", "exploding.mp4"} <= place.state().keys()


def test_f67_a_read_only_root_without_a_volume(place):
    done = read_only(place, "scene", "orthogonal", *SHORT, "--output", "elsewhere")
    assert (done.returncode, done.stdout_text) == (5, "")
    assert re.fullmatch(r"render: [^\n]*Read-only file system[^\n]*, so [^\n]*\n", done.stderr_text)
    assert place.state() == {}


def test_f72_the_working_folder_is_gone(call, place, monkeypatch):
    gone = place.root / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    code, out, said = call("scene", "vanishing", *TINY, "--output", place.folder)
    assert (code, said) == (0, "")
    assert out.split() == [str(place.folder / f"vanishing.{ending}") for ending in ("gif", "png", "json")]
    assert call("verify", "--quiet", place.folder)[0] == 0
    assert call("numbers", "vanishing", "--steps", 1, "--output", place.root / "numbers.csv")[0] == 0
    code, out, said = call("scene", "vanishing", *TINY)
    assert (code, out) == (5, "")
    assert "could not find the folder output (No such file or directory), so " in said
    for words in (("still", "vanishing"), ("numbers", "vanishing", "-o", "numbers.csv"), ("gallery",)):
        code, out, said = call(*words)
        assert code in (3, 5)
        assert ", so " in said
    monkeypatch.chdir(place.root)
