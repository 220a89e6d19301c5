"""Options that make no sense: steps, rates, sizes, and words without end. Rows F39 to F41, and F77."""

import os
import subprocess
import sys

import pytest
from films import ENVIRONMENT, manifest_of
from place import PATIENCE

from render.cli import terminal
from render.pipeline.job import Job
from render.pipeline.pace import timeline_of
from render.pipeline.scene_run import run_of

LONGEST = "1" * 5_000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--steps", "-1"], ["steps", "from 0 to"]),
        (["--steps", "1000000000"], ["steps", "1,000,000"]),
        (["--steps", "64.5"], ["steps", "whole number", "64.5"]),
        (["--steps", "٦٤"], ["steps", "whole number"]),
        (["--steps", "1e3"], ["steps", "whole number"]),
        (["--steps", "200000", "--pace", "even"], ["200,001 frames", "100,000", "--max-frames"]),
        (["--steps", "1000000", "--pace", "even"], ["1,000,001 frames", "100,000", "--max-frames"]),
        (["--dim", "1"], ["dim", "from 2"]),
        (["--seed", "-1"], ["seed", "from 0"]),
        (["--max-frames", "0"], ["--max-frames"]),
        (["--explain", "1,1", "--pace", "even"], ["spelled out", "leave out --pace even"]),
    ],
)
def test_f39_steps(call, options, words):
    call.scene("vanishing", options, 2, *words)


def test_f39_no_steps_are_one_frame(call, place):
    assert call(*place.command("--steps", "0", "--format", "gif", "--pace", "even", scene="rotation")[3:])[0] == 0
    content = manifest_of(place.folder / "rotation.gif")
    assert (content["steps"], content["frames"]["steps"]) == (0, [0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--fps", "0"], ["fps", "0.1 to 120"]),
        (["--fps", "-1"], ["fps", "0.1 to 120"]),
        (["--fps", "nan"], ["fps", "0.1 to 120"]),
        (["--fps", "inf"], ["fps", "0.1 to 120"]),
        (["--fps", "1e9"], ["fps", "0.1 to 120"]),
        (["--fps", "1/0"], ["fps", "0.1 to 120"]),
        (["--hold-first", "nan"], ["hold-first", "3600"]),
        (["--hold-last", "1e9"], ["hold-last", "3600"]),
        (["--duration", "0.5"], ["duration", "1 to 3600"]),
        (["--duration", "nan"], ["duration", "3600"]),
        (["--duration", "9", "--pace", "even"], ["duration", "leave out --pace even"]),
        (["--duration", "3600", "--fps", "120"], ["432,000 frames", "100,000", "--max-frames"]),
        (["--pace", "fast"], ["'fast'", "film, even"]),
        (["--timeout", "0"], ["timeout", "above 0"]),
        (["--timeout", "nan"], ["timeout", "above 0"]),
    ],
)
def test_f40_rates_and_times(call, options, words):
    call.scene("orthogonal", options, 2, *words)


def test_f40_rates_of_television_are_exact():
    job = Job("rotation", {"steps": 2}, fps="29.97", pace="even")
    assert timeline_of(job, run_of(job)).fps == pytest.approx(29.97)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--size", "719"], ["719", "720"]),
        (["--size", "65537"], ["65537", "720"]),
        (["--size", "20000"], ["20000", "2160"]),
        (["--size", "0"], ["size"]),
        (["--size", "-720"], ["size"]),
        (["--size", "65537x2"], ["--size", "65537x2"]),
        (["--layout", "round"], ["'round'", "wide"]),
    ],
)
def test_f41_sizes(call, options, words):
    call.scene("orthogonal", options, 2, *words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "avi"], ["'avi'", "mp4, webp, gif"]),
        (["--theme", "pink"], ["'pink'", "light"]),
        (["--lang", "../ko"], ["'../ko'", "en"]),
        (["--stepz", "3"], ["there is no option --stepz, did you mean --steps?"]),
        (["extra"], ["extra"]),
        (["--steps", LONGEST], ["steps"]),
        (["--seed", LONGEST], ["seed"]),
        (["--fps", LONGEST], ["fps must be"]),
        (["--hold-last", LONGEST], ["hold-last"]),
        (["--max-frames", LONGEST], ["--max-frames"]),
        (["--pause", f"{LONGEST}=1"], ["pause"]),
        (["--title", "long", "--" + "x" * 5_000], ["there is no option"]),
        (["--theme", "a\x1b[2J"], ["theme"]),
    ],
)
def test_f77_words_that_are_none_and_words_without_end(call, options, words):
    assert len(call.scene("orthogonal", options, 2, *words)) < 1_300


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("numbers", "rotation", "-o", "a" * 300), 5, "File name too long"),
        (("scene", "rotation", "--steps", "1", "-o", "a" * 300), 5, "File name too long"),
        (("scene", "a" * 300 + ".py"), 2, "there is no scene file aaa"),
        (("scene", "a" * 5_000), 2, "there is no scene"),
        (("a" * 5_000,), 2, "there is no command"),
        (("verify", "a" * 5_000), 3, "File name too long"),
    ],
    ids=["file", "folder", "scene file", "scene", "command", "manifest"],
)
def test_f77_names_that_are_too_long(call, words, code, told):
    assert len(call.refuses(words, code, told)) < 1_300


def test_f77_what_others_say_has_no_orders_for_the_terminal(capsys):
    said = "ffmpeg failed (\x1b[2J\x1b]0;title\x07red\u202e\n" + "x" * 10_000 + "), so try again"
    assert terminal.complain(said, 4) == 4
    written = capsys.readouterr().err
    assert written.startswith("render: ffmpeg failed (")
    assert written.endswith("xxx), so try again.\n")
    assert written.removesuffix("\n").isprintable()
    assert len(written) < 1_300


def test_f77_ffmpeg_that_orders_the_terminal_about(call, place):
    said = call.scene(
        "orthogonal",
        ("--steps", "1", "--dim", "2", "--format", "mp4", "--pace", "even"),
        4,
        env=place.fake("orders the terminal about"),
    )
    assert "status 1" in said


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [["--help"], ["scene", "--help"], ["--version"], ["list"]])
def test_f77_what_is_printed_has_no_room(place, words):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "render", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd=place.root,
            text=True,
            timeout=PATIENCE,
        )
    said = "render: the output could not be printed (No space left on device), so send it somewhere else.\n"
    assert (done.returncode, done.stderr) == (5, said)
