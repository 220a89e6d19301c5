"""Any words for the command: it does what they say, or refuses them in a sentence with the code of the refusal."""

import re
import shutil
import sys

import pytest
from films import listing
from fuzzing import WORDS, many
from hypothesis import given
from hypothesis import strategies as st

from render.cli import terminal
from render.cli.commands import commands
from render.pipeline.job import OPTIONS

SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]"
# What is quickly made if nothing else is asked for.
TINY = ["--steps", "1", "--pace", "even", "--format", "gif", "--layout", "square"]
# A film of another size is larger than a test should be.
FLAGS = sorted({flag for name, option in OPTIONS.items() for flag in option.flags if name not in ("size", "output")})
OPTION = st.tuples(st.sampled_from([*FLAGS, "--steps", "--angle", "--seed", "--no-such"]), WORDS).map(list)
SCENES = st.sampled_from(["rotation", "rotatoin", "rotation.py", "../rotation", ""]) | WORDS
# Commands that begin something outside their folder, or read it for long.
OTHERS = sorted(set(commands.commands) - {"videos", "publish", "slides", "strip", "doctor", "gallery"})


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """The command in this process, in a folder with a file of each kind: returns exit code and standard error."""
    (tmp_path / "W.csv").write_text("0.9,0.2\n-0.2,0.9\n")
    monkeypatch.chdir(tmp_path)
    before = listing(tmp_path)

    def call(words):
        monkeypatch.setattr(sys, "argv", ["render", *words])
        sys.stdout.reconfigure(errors="backslashreplace")
        sys.stderr.reconfigure(errors="backslashreplace")
        code = terminal.run(commands)
        seen = capsys.readouterr()
        last = seen.err.splitlines()[-1:]
        assert code in range(6), seen.err
        assert code == 0 or (last and re.fullmatch(SENTENCE, last[0])) or "Usage:" in seen.err, seen.err
        made = {path.name for path in tmp_path.iterdir()} - before.keys()
        # What is refused makes nothing, and what is done makes it where it was told to.
        assert not made or code == 0, made
        for name in made:
            path = tmp_path / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return code, made

    return call


@many(15)
@given(options=st.lists(OPTION, min_size=1, max_size=2))
def test_any_option_of_a_film(call, options):
    code, made = call(["scene", "rotation", *TINY, "-o", "films", *(word for option in options for word in option)])
    assert made <= {"films"}
    assert code in (0, 1, 2, 3)


@many(60)
@given(scene=SCENES, words=st.lists(WORDS, max_size=2))
def test_any_scene(call, scene, words):
    code, _ = call(["numbers", scene, *words])
    assert code in (0, 1, 2, 3, 5)


@many(120)
@given(command=st.sampled_from(OTHERS) | WORDS, words=st.lists(WORDS, max_size=3))
def test_any_words(call, command, words):
    call([command, *words])
