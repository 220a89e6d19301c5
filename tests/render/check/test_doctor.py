"""`render doctor`: what it finds, where something is broken, and that it leaves nothing behind."""

import errno
import json
import os
import re
import sys
import tempfile
from pathlib import Path

import imageio_ffmpeg
import pytest
from films import listing

from render.check import doctor, machine
from render.check.report import Report
from render.cli import terminal
from render.cli.commands import commands
from render.drawing import fonts
from render.text import OWN_TRANSLATIONS
from render.video.formats import FORMATS

TOPICS = ["versions", "system", "output", "temporary", "fonts", "ffmpeg", "film"]
FAKE = Path(__file__).parents[2] / "fake_ffmpeg.py"


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """The command with a folder for temporary files of its own: returns exit code, what it found, and what it said."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["render", "doctor", "--output", str(tmp_path / "new" / "films"), *words])
        code = terminal.run(commands)
        seen = capsys.readouterr()
        assert listing(tmp_path / "temporary") == {}
        assert not (tmp_path / "new").exists()
        return code, json.loads(seen.out) if "--json" in words else seen.out, seen.err

    return call


def test_where_all_is_well(call, tmp_path):
    code, found, said = call("--json")
    assert (code, said) == (0, "")
    assert list(found) == TOPICS
    assert all(found["versions"].values())
    assert found["versions"]["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"eigenreel", "numpy", "matplotlib", "imageio", "imageio-ffmpeg", "click", "ffmpeg"} <= set(
        found["versions"]
    )
    assert found["system"]["cores"] == os.cpu_count()
    assert found["output"] | {"free bytes": 0} == {"path": str(tmp_path), "writable": True, "free bytes": 0}
    assert found["temporary"]["writable"]
    assert "Inter-Regular.ttf" in found["fonts"]["English"]
    assert {f"{form.encoder} ({form.name})" for form in FORMATS.values()} < set(found["ffmpeg"])
    assert found["film"]["made"] and found["film"]["bytes"] > 1_000


def test_text_says_the_same_in_columns(call):
    code, text, said = call()
    assert (code, said) == (0, "")
    lines = text.splitlines()
    assert [line for line in lines if line[0] != " "] == TOPICS
    places = {re.match(r"  \S+( \S+)* {2,}", line).end() for line in lines if line[0] == " "}
    assert len(places) == 1
    found = call("--json")[1]
    names = [name for topic in TOPICS for name in found[topic]]
    assert [line[2:].split("  ")[0].strip() for line in lines if line[0] == " "] == names


@pytest.mark.parametrize("name", ["nowhere", "text"])
def test_an_ffmpeg_that_is_none_is_a_failure_of_it(call, monkeypatch, tmp_path, name):
    (tmp_path / "text").write_text("no program")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / name))
    code, found, said = call("--json")
    assert code == 4
    assert found["film"]["made"] is False
    assert said == f"render: {found['film']['reason']}.\n"
    assert name in said
    assert list(found) == TOPICS


def test_an_encoder_that_is_missing_is_named(call, monkeypatch, tmp_path):
    program = tmp_path / "ffmpeg"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{FAKE}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("REAL_FFMPEG", imageio_ffmpeg.get_ffmpeg_exe())
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    monkeypatch.setenv("FAKE_FFMPEG", "no encoder")
    code, found, said = call("--json")
    assert code == 4
    there = {name: value for name, value in found["ffmpeg"].items() if "(" in name}
    assert there == {"libx264 (mp4)": False, "libwebp_anim (webp)": False, "gif (gif)": True}
    assert found["ffmpeg"]["from"] == "IMAGEIO_FFMPEG_EXE"
    assert "IMAGEIO_FFMPEG_EXE" in found["system"]["settings"]
    assert "libx264" in said


def test_ffmpeg_of_the_system_is_told_from_that_of_the_package(monkeypatch, tmp_path):
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    assert doctor.origin(imageio_ffmpeg.get_ffmpeg_exe()) == "imageio-ffmpeg"
    assert doctor.origin(str(tmp_path / "ffmpeg")) == "the system"


def test_letters_without_a_font_are_named(call, monkeypatch):
    monkeypatch.setattr(fonts, "_candidates", lambda weight: [])
    fonts.font_paths.cache_clear()
    try:
        code, found, said = call("--json")
    finally:
        fonts.font_paths.cache_clear()
    # English films can be made.
    assert (code, said) == (0, "")
    assert re.fullmatch(r"no font for [0-9]+ of [0-9]+ letters: [가-힣]{10} …", found["fonts"]["Korean"])
    assert "Inter" in found["fonts"]["English"]


def test_languages_of_the_user_are_looked_at(call, monkeypatch, tmp_path):
    (tmp_path / "own" / "de").mkdir(parents=True)
    (tmp_path / "own" / "de" / "common.toml").write_text('[texts]\n"step" = "Schritt ß"\n', encoding="utf-8")
    (tmp_path / "own" / "xx").mkdir()
    (tmp_path / "own" / "xx" / "common.toml").write_text("broken", encoding="utf-8")
    monkeypatch.setenv(OWN_TRANSLATIONS, str(tmp_path / "own"))
    found = call("--json")[1]
    assert found["fonts"]["de"] == "Inter-Regular.ttf"
    assert "is no TOML" in found["fonts"]["xx"]
    monkeypatch.setenv(OWN_TRANSLATIONS, str(tmp_path / "none"))
    found = call("--json")[1]
    assert "which is no folder" in found["fonts"]["languages"]


def test_an_output_folder_that_cannot_be_written(call, monkeypatch, tmp_path):
    """As root writes everywhere, the system call is made to fail."""
    real = tempfile.TemporaryFile

    def refusing(*arguments, dir=None, **options):
        if dir == tmp_path:
            raise OSError(errno.EROFS, "Read-only file system")
        return real(*arguments, dir=dir, **options)

    monkeypatch.setattr(tempfile, "TemporaryFile", refusing)
    code, found, said = call("--json")
    assert code == 5
    assert found["output"]["writable"] is False
    assert found["temporary"]["writable"] is True
    assert found["film"]["made"] is True
    assert re.fullmatch(r"render: .+ \(Read-only file system\), so choose another folder with --output\.\n", said)


def test_a_working_folder_that_is_gone(call, monkeypatch, tmp_path):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert machine.existing(Path("films")) is None
    assert machine.existing(Path("/")) == Path("/")
    code, found, _ = call("--json", "--output", "films")
    assert code == 5
    assert found["output"] == {"path": None, "writable": False, "reason": "there is none"}
    assert found["film"]["made"] is True


def test_an_output_folder_of_a_name_that_is_too_long(call, tmp_path):
    assert call("--json", "--output", str(tmp_path / ("a" * 300)))[1]["output"]["path"] == str(tmp_path)


def test_no_temporary_folder_is_needed_to_say_so(call, monkeypatch):
    def none():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory")

    monkeypatch.setattr(machine.tempfile, "gettempdir", none)
    code, found, said = call("--json")
    assert found["temporary"] == {"path": None, "writable": False, "reason": "there is none"}
    assert code in (0, 5)
    assert (code == 0) == found["film"]["made"]
    assert re.fullmatch(r"(render: [^\n]+, so [^\n]+\.\n)?", said)


def test_a_film_that_is_not_what_it_says_fails(call, monkeypatch):
    monkeypatch.setattr(doctor, "verify", lambda path: Report(path, faults=["rotation.mp4 has\nother frames"]))
    code, found, said = call("--json")
    assert code == 1
    assert found["film"]["made"] is False
    assert re.fullmatch(r"render: [^\n]*other frames[^\n]*\.\n", said)


def test_where_there_are_no_limits(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert set(machine.system()) == {"platform", "cores", "settings"}


def test_the_folder_of_the_user_is_not_told(call, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "ffmpeg"))
    code, text, _ = call()
    assert code == 0
    assert str(tmp_path) not in text
    assert "~/ffmpeg" in text


@pytest.mark.parametrize(
    ("home", "text", "shown"),
    [
        ("/home/ann", "/home/ann/x /home/anna/x /mnt/home/ann/x", "~/x /home/anna/x /mnt/home/ann/x"),
        ("/home/ann/", "'/home/ann'", "'~'"),
        ("/", "/x", "/x"),
    ],
)
def test_a_path_is_shortened_where_it_begins(monkeypatch, home, text, shown):
    monkeypatch.setenv("HOME", home)
    assert machine.discreet(text) == shown
