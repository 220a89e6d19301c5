"""Scenes of a user that fail, never end, or change what is not theirs: rows F53 and F76."""

import re
import signal
import time

import numpy as np
import pytest
from place import PATIENCE, finish

SCENE = """import os, signal, sys, time, weakref
import numpy as np
from scenes import *


{above}
@scene("matrix"{options})
def mine({parameters}):
    \"\"\"A scene.\"\"\"
    {body}
    return {returns}


{below}
"""
TINY = ("--format", "gif", "--pace", "even")


@pytest.fixture
def write(place):
    """Write a scene file, and return its name."""

    def write(body="pass", above="", options="", parameters="steps: int = 1", returns="repeated(np.eye(2), steps)",
              below=""):  # fmt: skip
        text = SCENE.format(
            body=body, above=above, options=options, parameters=parameters, returns=returns, below=below
        )
        (place.root / "mine.py").write_text(text, encoding="utf-8")
        return "mine.py"

    return write


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("raise ValueError('two\\nlines')", 1, ["mine.py line 10", "ValueError: two", "mend the scene"]),
        ("raise ValueError('\\x1b[2J')", 1, ["mine.py line 10", "mend the scene"]),
        ("sys.exit(0)", 1, ["mine.py line 10", "SystemExit"]),
        ("raise GeneratorExit", 1, ["mine.py line 10", "GeneratorExit"]),
        ("return 1 / 0", 1, ["mine.py line 10", "ZeroDivisionError"]),
        ("def again(): again()\n    again()", 1, ["mine.py line 10", "RecursionError"]),
        ("return np.zeros((10**7, 10**7))", 1, ["memory", "smaller"]),
        ("+", 1, ["mine.py line 10", "SyntaxError"]),
        ("raise KeyboardInterrupt", 130, ["interrupted"]),
    ],
)
def test_f53_scenes_that_raise(call, write, body, code, words):
    call.scene(write(body), TINY, code, *words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise BaseException('x')", ["line 10 raised BaseException: x"]),
        ("raise type('Own', (BaseException,), {})()", ["line 10 raised Own: "]),
        ("raise ExceptionGroup('several', [ValueError(1)])", ["ExceptionGroup: several (1 sub-exception)"]),
        ("raise BaseExceptionGroup('g', [SystemExit(0), KeyboardInterrupt()])", ["BaseExceptionGroup: g"]),
        ("raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})()", ["Mute: it cannot say what"]),
        ("raise type('Mute', (Exception,), {'__str__': lambda self: sys.exit(0)})()", ["Mute: it cannot say what"]),
        ("raise type('Odd', (Exception,), {'__notes__': 5})()", ["Odd: it cannot say what"]),
    ],
    ids=["base", "own base", "group", "base group", "str raises", "str exits", "notes"],
)
def test_f76_exceptions_of_any_kind(call, write, body, words):
    call.scene(write(body), TINY, 1, "mine.py", *words, "so mend the scene")


@pytest.mark.parametrize("option", ["title", "statement", "opening", "running", "counter", "symbol"])
def test_f76_bytes_where_a_text_belongs(call, write, option):
    call.scene(write(options=f", {option}=b'x'"), TINY, 1, "mine.py line 7", option, "must be text")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"x = 1\0", 3, ["mine.py is no text in UTF-8, since it has zero bytes, so save it as UTF-8"]),
        ("x = '행렬'".encode("utf-16"), 3, ["since it has zero bytes, so save it as UTF-8"]),
        ("x = '행렬'".encode("cp949"), 1, ["mine.py line 1 raised SyntaxError", "utf-8"]),
        (b"#" * (2**24 + 1), 3, ["mine.py has more than 16 MiB"]),
        (b"(" * 100_000, 1, ["mine.py", "so mend the scene"]),
        (b"", 3, ["mine.py defines no scene"]),
    ],
    ids=["NUL", "UTF-16", "CP949", "16 MB", "deep", "empty"],
)
def test_f76_files_that_are_no_program(call, place, content, code, words):
    (place.root / "mine.py").write_bytes(content)
    said = call.scene("mine.py", TINY, code, *words)
    assert "line None" not in said


def test_f76_a_program_that_may_not_be_read(call, write, monkeypatch):
    """Injected where the file is opened, since root may read everything."""
    name = write()

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("render.files.os.open", refused)
    call.scene(name, TINY, 3, "mine.py cannot be read (Permission denied), so check its permissions")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_f53_a_scene_that_never_ends(place, write, sent):
    before = place.old_files()
    write("open('begun', 'w').close()\n    while True: pass")
    with place.start(scene="mine.py") as process:
        while not (place.root / "begun").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(sent)
        process.stdout_text, process.stderr_text = finish(process)
    place.refuses(before, process, 128 + sent, "nothing was changed")


@pytest.mark.parametrize(
    "body",
    [
        "thing = type('Thing', (), {})(); kept = weakref.ref(thing, told); del thing; time.sleep(60)",
        "thing = type('Thing', (), {'__del__': told})(); del thing; time.sleep(60)",
    ],
    ids=["weak reference", "finaliser"],
)
def test_f53_a_signal_that_falls_where_python_drops_exceptions(place, write, body):
    before = place.old_files()
    began = time.monotonic()
    write(body, above="def told(_): signal.raise_signal(signal.SIGTERM)\n")
    place.refuses(before, place.run(scene="mine.py"), 143, "terminated")
    assert time.monotonic() - began < min(PATIENCE, 30)


def test_f53_what_a_scene_changes_is_put_back(call, place, write):
    rude = (
        "print('noise'); os.chdir('/'); np.seterr(all='raise'); np.random.seed(1); "
        "import matplotlib; matplotlib.rcParams['font.size'] = 40; matplotlib.rcParams['text.usetex'] = True"
    )
    made, said = [], []
    for body in ("pass", rude):
        code, out, err = call(*place.command("--format", "mp4", "--format", "gif", scene=write(body))[3:])
        assert (code, out.split()[0]) == (0, "films/mine.mp4")
        made.append({ending: (place.folder / f"mine.{ending}").read_bytes() for ending in ("gif", "mp4", "png")})
        said.append(err)
    assert made[0] == made[1]
    assert said == ["", "noise\n"]
    assert np.geterr()["over"] == "warn"


def test_f53_a_working_folder_that_a_scene_removes(call, place, write, monkeypatch):
    (place.root / "gone").mkdir()
    name = place.root / write("os.rmdir(os.getcwd())")
    monkeypatch.chdir(place.root / "gone")
    code, _, said = call(*place.command(*TINY, scene=str(name))[3:])
    assert (code, said) == (0, "")


def test_f53_a_scene_file_is_run_once_and_leaves_the_dice_alone(call, place, write):
    name = write(below="np.random.seed(1)\nwith open('ran', 'a') as file:\n    file.write('x')\n")
    np.random.seed(5)
    expected = np.random.random(3)
    np.random.seed(5)
    assert call("scene", name, *TINY)[0] == 0
    assert np.array_equal(np.random.random(3), expected)
    assert (place.root / "ran").read_text() == "x"


@pytest.mark.parametrize(
    ("returns", "words"),
    [
        ("None", ["MatrixSequence", "NoneType"]),
        ("repeated(np.full((2, 2), np.nan), steps)", ["mine.py", "nan"]),
        ("repeated(np.ones((2, 3)), steps)", ["mine.py", "2"]),
        ("repeated(np.ones((0, 0)), steps)", ["mine.py"]),
        ("repeated(np.array([[None]]), steps)", ["mine.py"]),
    ],
)
def test_f53_scenes_that_return_no_matrices(call, write, returns, words):
    call.scene(write(returns=returns), TINY, 3, *words)


@pytest.mark.parametrize("name", ["'log10_spectral_norm'", "'step'", "'file'", "1", "'condition_number'"])
def test_f53_a_series_cannot_take_the_place_of_something_else(call, write, name):
    write(returns=f"repeated(np.eye(2), steps, series={{{name}: [7.0, 7.0]}})")
    for command in ("scene", "numbers"):
        call.refuses((command, "mine.py"), 3, "mine.py: a series", f"named {name}")


@pytest.mark.parametrize("name", ["log10_singular_value_1", "eigenvalue_angle_12", "many_2"])
def test_f53_series_cannot_take_the_place_of_a_column(call, write, name):
    shapes = f"{{'{name}': np.zeros(2), 'many': np.zeros((2, 3))}}"
    call.refuses(("numbers", write(returns=f"repeated(np.eye(2), 1, series={shapes})")), 3, name)


def test_f53_a_claim_that_cannot_be_decided_is_named(call, write):
    below = "@mine.claim('lost')\ndef _(series): return Claimed(series['none'][0], 1.0, 0.1, 'why')\n"
    call.scene(write(below=below), TINY, 1, "raised KeyError: 'none' in the claim 'lost', so mend the scene")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (", title=5", 1, "title and statement of scene mine must be text"),
        (", covers=1", 1, "covers of scene mine must be a tuple of numbers that `render list --sources` lists"),
        (", covers=(999,)", 1, "covers of scene mine must be a tuple of numbers"),
        (", poster='x'", 1, "poster of scene mine must be a number from 0 to 1"),
        (", poster=float('nan')", 1, "poster of scene mine must be a number from 0 to 1"),
        (", fps='x'", 2, "fps must be"),
    ],
)
def test_f53_options_of_scenes_are_checked(call, write, options, code, said):
    call.scene(write(options=options), TINY, code, said)


@pytest.mark.parametrize("limits", ["(1, 1)", "(np.nan, 1)", "'foo'", "5", "(0, np.inf)", "(1, 2, 3)"])
def test_f53_limits_of_panels_are_two_numbers(call, write, limits):
    name = write(options=f", show('matrix', limits={limits})")
    call.scene(name, TINY, 2, "the limits of the panel 'matrix' must be two numbers, the lower first")


def test_f53_panels_of_scene_files_that_raise_are_named(call, write):
    panel = (
        "from render.panels.base import Panel\n\n\nclass Own(Panel):\n    def open(self, context):\n"
        "        self.context = context\n\n"
        "    def draw(self, step, part=0.0):\n        raise OSError('no paint')\n\n\n"
    )
    said = call.scene(write(above=panel, options=", Own"), TINY, 1, "raised OSError: no paint")
    assert re.search(r"mine.py line \d+ raised", said)


@pytest.mark.parametrize(
    "name", ["form", "format", "formats", "output", "quiet", "as_json", "lang", "help", "json", "hold_first"]
)
def test_f53_parameters_cannot_be_named_like_options(call, write, name):
    write(parameters=f"steps: int = 1, {name}: str = 'gif'")
    for command in ("scene", "numbers"):
        call.refuses((command, "mine.py"), 2, f"has a parameter {name}, which is the name of an option, so rename it")
