"""The command `render verify`, and films to try it on."""

import re
import sys

import pytest
from verifying import HEAD, SHEAR, TINY

import render
from render.cli import commands as cli
from render.cli import terminal

SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]\n"


@pytest.fixture
def check(monkeypatch, capsys):
    """The command in this process: returns its exit code, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["render", "verify", *map(str, arguments)])
        # As the command does it for whatever a terminal cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
        sys.stderr.reconfigure(errors="backslashreplace")
        code = terminal.run(cli.commands)
        seen = capsys.readouterr()
        assert code == 0 or re.fullmatch(SENTENCE, seen.err), seen.err
        assert code != 0 or seen.err == ""
        return code, seen.out, seen.err

    return call


@pytest.fixture(scope="module")
def rotation(tmp_path_factory):
    """A folder with an MP4 and a GIF of four frames, never to be changed."""
    folder = tmp_path_factory.mktemp("rotation")
    render.film("rotation", steps=3, angle=30, pace="even", output=folder)
    return folder


@pytest.fixture(scope="module")
def vanishing(tmp_path_factory):
    """A folder with the smallest film, never to be changed."""
    folder = tmp_path_factory.mktemp("vanishing")
    render.film("vanishing", **TINY, output=folder)
    return folder


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The manifest of a film of a scene file that leaves a trace whenever it is run; both lie in one folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(HEAD + "Path('trace').touch()\n" + SHEAR, encoding="utf-8")
    render.film("own.py", formats="gif", layout="square", pace="even", output=tmp_path)
    (tmp_path / "trace").unlink()
    return tmp_path / "own.json"
