"""What a shell completes, by click's own classes and in a real bash."""

import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete
from click.testing import CliRunner
from films import ENVIRONMENT, run

from render.cli.commands import commands
from render.cli.completion import scene_names
from render.drawing.layouts import LAYOUTS, SIZES
from render.drawing.themes import THEMES
from render.pipeline import catalog
from render.pipeline.job import OPTIONS
from render.pipeline.timeline import PACES
from render.text import OWN_TRANSLATIONS
from render.video.formats import names


def completed(line, kind="plain"):
    """Return what may stand in the place of a line's last word."""
    *words, last = line.split(" ")
    found = ShellComplete(commands, {}, "render", "_RENDER_COMPLETE").get_completions(words, last)
    return [item.value for item in found if item.type == kind]


def test_scenes_are_those_that_there_are():
    assert scene_names() == catalog.scene_names()
    assert len(scene_names()) > 90
    for command in ("scene", "numbers", "still"):
        assert completed(f"{command} ") == scene_names()
    assert completed("scene orthogonal_") == ["orthogonal_activation"]
    assert set(completed("")) == set(commands.commands)
    assert completed("scene --he") == ["--help"]


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("--layout", LAYOUTS), ("--theme", THEMES), ("--format", names()), ("--lang", ("en", "ko")),
        ("--size", map(str, SIZES)), ("--pace", PACES),
    ],
)  # fmt: skip
def test_options_of_a_film_complete_their_values(option, values):
    values = list(values)
    for place in ("scene orthogonal", "scene orthogonal --steps 8", "scene mine.py"):
        assert completed(f"{place} {option} ") == values
        assert completed(f"{place} {option} {values[-1][:1]}") == [v for v in values if v[0] == values[-1][0]]


def test_values_of_other_commands():
    assert completed("videos --theme ") == completed("list --theme ") == list(THEMES)
    assert completed("numbers orthogonal --format ") == ["csv", "json", "npz"]
    assert completed("still orthogonal --format ") == ["png", "webp", "svg", "pdf"]
    assert completed("embed x.mp4 --for h") == ["html", "hugo"]
    assert completed("matrix W.npy --order ") == ["pytorch", "keras"]
    assert completed("matrix W.npy --gate f") == ["forget"]
    assert completed("completion ") == ["bash", "zsh", "fish"]


def test_options_and_choices_of_a_scene():
    kind = next(p for p in catalog.load_scene("initialiser").parameters if p.choices)
    assert completed(f"scene initialiser --{kind.name} ") == list(kind.choices.words)
    assert f"--{kind.name}" in completed("scene initialiser --")
    assert "--spectral-radius" in completed("numbers vanishing --s")
    flags = {flag for option in OPTIONS.values() for flag in option.flags if flag.startswith("--")}
    assert flags <= set(completed("scene orthogonal --"))


def test_files_and_folders_are_left_to_the_shell():
    for line in (
        "embed ",
        "embed output/x",
        "verify a ",
        "matrix ",
        "matrix a.npy ./b",
        "scene ./min",
        "scene orthogonal --theme ./m",
    ):
        assert completed(line, "file") == [line.rpartition(" ")[2]]
        assert completed(line) == []
    assert completed("scene orthogonal -o ", "dir") == [""]


def test_languages_of_the_user_are_completed(tmp_path, monkeypatch):
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "common.toml").write_text("[texts]\n", encoding="utf-8")
    monkeypatch.setenv(OWN_TRANSLATIONS, str(tmp_path))
    assert completed("embed x.mp4 --lang ") == ["en", "de", "ko"]


def test_a_scene_file_is_not_run(tmp_path):
    (tmp_path / "mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    assert completed(f"scene {tmp_path / 'mine.py'} --la") == ["--layout", "--lang"]
    assert not (tmp_path / "ran").exists()


def asked(words, count):
    return {"COMP_WORDS": words, "COMP_CWORD": str(count), "_RENDER_COMPLETE": "bash_complete"}


def test_answers_stand_alone():
    done = run(env=asked("render scene orthogonal_", 2))
    assert (done.returncode, done.stdout, done.stderr) == (0, "plain,orthogonal_activation\n", "")
    # What is wrong shows itself when the command is run, not while it is typed.
    for words in ("render scene nosuch --la", "render embed --lang"):
        done = run(env=asked(words, 3) | {OWN_TRANSLATIONS: "/no/such/folder"})
        assert done.stdout == done.stderr == "", words
    done = run(env={"_RENDER_COMPLETE": "nonsense"})
    assert done.returncode == 1
    assert done.stdout == done.stderr == ""


@pytest.mark.parametrize(
    ("line", "packages"),
    [("", {"numpy", "scenes", "matplotlib"}), ("scene ort", {"numpy", "scenes", "matplotlib"}),
     ("scene orthogonal --layout ", {"matplotlib"})],
)  # fmt: skip
def test_nothing_heavy_is_loaded(line, packages):
    words = ["render", *line.split(" ")]
    code = (
        "import sys; from render.cli.commands import commands; from render.cli.terminal import run; run(commands)\n"
        "print(*{m.split('.')[0] for m in sys.modules})"
    )
    environment = ENVIRONMENT | asked(" ".join(words), len(words) - 1)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert not set(done.stdout.splitlines()[-1].split()) & packages
    assert "plain," in done.stdout


@pytest.mark.parametrize(("shell", "kind"), [("bash", BashComplete), ("zsh", ZshComplete), ("fish", FishComplete)])
def test_scripts_are_those_of_click(shell, kind, monkeypatch):
    monkeypatch.setattr(BashComplete, "_check_version", staticmethod(lambda: None))
    done = CliRunner().invoke(commands, ["completion", shell], catch_exceptions=False)
    assert done.stdout.rstrip("\n") == kind(commands, {}, "render", "_RENDER_COMPLETE").source().rstrip("\n")
    assert done.stderr == ""


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_a_bash_completes(tmp_path):
    """The script is run in a bash, and its function called as bash itself calls it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "render").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m render "$@"\n', encoding="utf-8")
    (folder / "render").chmod(0o755)
    script = (
        'eval "$(render completion bash)"\n'
        "complete -p render | grep -q _render_completion || exit 9\n"
        "COMP_WORDS=(render scene orthogonal_); COMP_CWORD=2; _render_completion render\n"
        'echo "${COMPREPLY[@]}"; COMPREPLY=()\n'
        "COMP_WORDS=(render scene rotation --layout ''); COMP_CWORD=4; _render_completion render\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    environment = ENVIRONMENT | {"PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, env=environment)
    assert done.stderr == ""
    assert done.stdout == "orthogonal_activation\nwide square phone\n"
