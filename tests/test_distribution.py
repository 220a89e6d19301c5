"""What a wheel holds, and that it needs nothing of the tree."""

import shutil
import subprocess
import sys
import zipfile

import pytest
from distribution import ROOT, contents, differences, faults, kinds
from films import ENVIRONMENT

from render.version import VERSION


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of the program, built from a copy of what it is made of."""
    folder = tmp_path_factory.mktemp("tree")
    for name in ("render", "scenes"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, folder / name)
    words = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder / "made", folder)
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, env=ENVIRONMENT)
    (made,) = (folder / "made").iterdir()
    return made


@pytest.mark.slow
def test_a_wheel_holds_the_program_and_nothing_else(wheel):
    assert faults(wheel) == []
    found = contents(wheel)
    for name in (
        *("render/py.typed", "scenes/py.typed", "render/fonts/Inter-Bold.ttf", "render/fonts/OFL.txt"),
        *("render/translations/ko/common.toml", "scenes/memory/long_memory.npz", "render/__main__.py"),
    ):
        assert found[name] == (ROOT / name).read_bytes()
    assert found["licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    text = found["METADATA"].decode()
    assert f"Version: {VERSION}\n" in text
    assert "License-Expression: MIT AND OFL-1.1\n" in text
    assert "render = render.__main__:main" in found["entry_points.txt"].decode()


@pytest.mark.slow
def test_what_a_wheel_holds_runs_away_from_the_tree(wheel, tmp_path):
    place = tmp_path / "place"
    shutil.unpack_archive(wheel, place, "zip")
    words = ("scene", "orthogonal", "--steps", "2", "--format", "gif", "--lang", "ko", "-o", "films")
    # The tree itself is installed where tests run: without its finder, this is the only program.
    code = (
        "import sys; sys.meta_path[:] = [finder for finder in sys.meta_path if 'editable' not in repr(finder)]\n"
        f"sys.path.insert(0, {str(place)!r}); sys.argv = ['render', *{words!r}]\n"
        "import render; print(render.__file__, file=sys.stderr)\n"
        "from render.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(str(place))
    assert (tmp_path / "films" / "orthogonal.gif").exists()


@pytest.mark.slow
def test_what_is_too_much_or_too_little_is_found(wheel, tmp_path):
    other = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            if name != "render/py.typed":
                new.writestr(name, old.read(name))
        new.writestr("render/secret.txt", "x")
    assert [line.partition(".whl ")[2] for line in faults(other)] == [
        "lacks render/py.typed", "holds render/secret.txt, which is no file of the program"
    ]  # fmt: skip
    assert differences(wheel, other) == ["render/py.typed", "render/secret.txt"]
    assert kinds(["a.py", "b.py", "LICENSE"]) == "2 .py, 1 LICENSE"
