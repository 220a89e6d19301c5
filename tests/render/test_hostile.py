"""Manifests that lie, files that never end, names that are no names: found, told in a sentence, never believed."""

import hashlib
import json
import os
import re
import shutil
import sys

import numpy as np
import pytest
from films import edit, ffmpeg, run

import render
from render.cli import commands as cli
from render.cli import terminal
from render.drawing.canvas import Canvas
from render.pipeline.scene_run import resolve

pytestmark = pytest.mark.slow

SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]\n"
TINY = {"steps": 1, "dim": 2, "formats": "gif", "layout": "square", "pace": "even"}
LOSSLESS = ("-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p")
EYE = "repeated(np.eye(2), steps)"
FALSE = "@own.claim('norm')\ndef _(): return Claimed(2.0, 1.0, 0.5)\n"
TRUE = "@own.claim('true')\ndef _(): return Claimed(1.0, 1.0, 0.5)\n"


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """The command in this process and in a new folder: returns its exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["render", *map(str, words)])
        # As the command does it for whatever a terminal cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
        sys.stderr.reconfigure(errors="backslashreplace")
        code = terminal.run(cli.commands)
        seen = capsys.readouterr()
        assert re.fullmatch(SENTENCE, seen.err) if code else seen.err == "", seen.err
        return code, seen.out, seen.err

    return call


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a scene file of one scene into a new working folder, and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(body=EYE, options="", parameters="steps: int = 1", claims=""):
        scene = f"@scene('matrix', 'norms'{options})\ndef own({parameters}):\n    return {body}\n\n\n{claims}"
        (tmp_path / "own.py").write_text(f"import numpy as np\nfrom scenes import *\n\n\n{scene}", encoding="utf-8")
        return "own.py"

    return write


@pytest.fixture(scope="module")
def vanishing(tmp_path_factory):
    """A folder with a GIF of two frames, never to be changed."""
    folder = tmp_path_factory.mktemp("vanishing")
    render.film("vanishing", **TINY, output=folder)
    return folder


@pytest.fixture(scope="module")
def rotation(tmp_path_factory):
    """A folder with an MP4 of two frames, never to be changed."""
    folder = tmp_path_factory.mktemp("rotation")
    render.film("rotation", steps=1, angle=30, formats="mp4", layout="square", pace="even", output=folder)
    return folder


def forge(path, *options):
    """Put what ffmpeg makes of a film in its place, and let the manifest state its bytes."""
    new = path.with_name(f"new{path.suffix}")
    ffmpeg("-i", path, *options, "-y", new)
    new.replace(path)

    def state(content):
        entry = next(entry for entry in content["files"] if entry["name"] == path.name)
        entry |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}

    edit(path, state)


# Films that are not what they say


@pytest.mark.parametrize(
    "options",
    [
        ("-c", "copy", "-bsf:v", "setts=ts=10*TS"),
        ("-f", "lavfi", "-i", "sine=d=0.1", "-c:v", "copy"),
        ("-c", "copy", "-metadata", "title=lies"),
    ],
    ids=["slower", "sound", "title"],
)
def test_the_same_frames_in_another_file_are_another_film(film, call, options):
    forge(film, *options)
    code, out, _ = call("verify", film)
    assert code == 1
    assert "✓ rotation.mp4: every decoded frame of 2 is as rendered again" in out
    assert "✗ rotation.mp4 has the frames of the film rendered again, but is another file" in out


def test_another_version_does_not_excuse_what_is_painted_over(film, call):
    forge(film, "-vf", "drawbox=x=100:y=630:w=500:h=60:color=red:t=fill", *LOSSLESS)
    edit(film, lambda content: content["versions"].update(ffmpeg="6"))
    code, out, _ = call("verify", film)
    assert code == 1
    assert "shows other colours" not in out
    assert re.search(r"✗ rotation.mp4: 2 frames \(0, 1\) differ from those rendered again", out)


@pytest.mark.parametrize("versions", [None, "x", {"numpy": []}], ids=repr)
def test_versions_have_to_be_names_with_text(small, call, versions):
    edit(small, lambda content: content.update(versions=versions))
    assert call("verify", small)[:2] == (3, "")


@pytest.mark.parametrize("name", ["versions", "parameters"])
def test_a_manifest_without_versions_or_parameters_is_none(small, call, name):
    edit(small, lambda content: content.pop(name))
    assert call("verify", small)[:2] == (3, "")


def test_keys_that_no_manifest_has_are_found_among_versions_and_files(small, call):
    def change(content):
        content["versions"]["blessed"] = "yes"
        content["files"][0]["blessed"] = "yes"

    edit(small, change)
    code, out, _ = call("verify", small)
    assert code == 1
    assert "files[0].blessed is no entry of a manifest, and 1 more" in out


def test_what_was_not_compared_does_not_hold(small, call):
    edit(small, lambda content: content.update(scene="a.py", job=content["job"] | {"scene": "a.py"}))
    code, out, said = call("verify", small)
    assert code == 1
    assert out.startswith("small/vanishing.json: not verified\n")
    assert "✗" not in out
    assert call("verify", "--quiet", small) == (1, "", said)


@pytest.mark.parametrize("name", ["'log10_spectral_norm'", "'step'", "'file'", "1"])
def test_a_series_cannot_take_the_place_of_something_else(write, call, name):
    write(f"repeated(np.eye(2), steps, series={{{name}: [7.0, 7.0]}})")
    for command in ("scene", "numbers"):
        code, out, said = call(command, "own.py")
        assert (code, out) == (3, "")
        assert "own.py: a series" in said
        assert f"named {name}" in said


# Films that are what they say


@pytest.mark.parametrize(
    ("scene", "options"),
    [
        ("vanishing", {"steps": 2, "dim": 31, "seed": 4095526270, "theme": "dark"}),
        ("orthogonal", {"steps": 12, "dim": 63, "seed": 1535282214, "layout": "square"}),
    ],
)
def test_small_cells_of_an_mp4_have_their_colours(tmp_path, call, scene, options):
    made = render.film(scene, **options, formats="mp4", pace="even", output=tmp_path)
    code, out, _ = call("verify", made.files["mp4"])
    assert code == 0, out


def test_a_film_that_says_that_its_claim_is_false_holds(write, call):
    options = ("--format", "gif", "--pace", "even", "--allow-false-claims")
    assert call("scene", write(claims=FALSE), *options)[0] == 0
    code, out, _ = call("verify", "--run-scene", "output/own.gif")
    assert code == 0, out
    assert "– the film says itself that it claims what is false: norm" in out


# Manifests that are no use


def of_the_job(**options):
    return lambda content: content["job"].update(options)


def huge_number_of_another_version(content):
    content["steps"] = 10**400
    content["versions"]["numpy"] = "1"


def long_name_of_a_file(content):
    content["scene"] = content["job"]["scene"] = "a.py"
    content["files"][0]["name"] = "a" * 300 + ".gif"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (of_the_job(speed=2), "✗ the film cannot be rendered again: the manifest's job cannot be read"),
        (of_the_job(fps="1" * 5_000), "✗ the film cannot be rendered again: fps must be"),
        (of_the_job(title="\ud800"), "✗ vanishing.gif: 2 frames (0, 1) differ from those rendered again"),
        (huge_number_of_another_version, "is another one now: steps is 1000"),
        (long_name_of_a_file, "aaaa.gif cannot be read (File name too long)"),
    ],
    ids=["unknown option", "many digits", "half a character", "huge number", "long name"],
)
def test_manifests_that_no_program_wrote_are_faults_in_words(small, call, change, said):
    edit(small, change)
    code, out, _ = call("verify", small)
    assert code == 1
    assert said in out


def test_what_never_ends_is_not_read(small, tmp_path):
    second = shutil.copytree(small.parent, tmp_path / "second") / "vanishing.json"
    own = render.film("own_matrix", **TINY, output=tmp_path).files["json"]
    for path in (small, second):
        path.with_suffix(".gif").unlink()
    os.mkfifo(small.with_suffix(".gif"))
    second.with_suffix(".gif").symlink_to("/dev/zero")
    content = own.read_text(encoding="utf-8").replace("--file ''", "--file /dev/zero")
    own.write_text(content.replace('"file": ""', '"file": "/dev/zero"'), encoding="utf-8")
    # In a process of its own, which can be ended.
    done = run("verify", small, second, own, timeout=120)
    assert done.returncode == 1
    assert done.stdout.count("✗ vanishing.gif cannot be read (it is no regular file)") == 2
    assert "✗ the film cannot be rendered again: there is no file /dev/zero" in done.stdout


# What `render verify` prints


def test_lines_of_the_report_cannot_be_forged(small, call):
    forged = "x\n  ✓ all is well\nother.json: holds\x1b[2J"

    def change(content):
        content[forged] = 1
        content["versions"]["python"] = forged

    edit(small, change)
    code, out, _ = call("verify", small)
    assert code == 1
    assert out.count("all is well") == 2
    # Within a line it may stand, but not begin one or order a terminal about.
    assert not [line for line in out.splitlines() if line.startswith(("  ✓ all", "other"))]
    assert "\x1b" not in out


def test_long_texts_are_told_from_where_they_differ(small, call):
    edit(small, lambda content: content.update(command=content["command"].replace("--lay", "--max-frames 70000 --lay")))
    code, out, _ = call("verify", small)
    assert code == 1
    found, right = re.search(r"command is (.*) where (.*) is right", out).groups()
    assert "--max-frames 70000 --layout" in found
    assert "--layout square" in right


def test_a_file_without_frames_has_none_as_rendered_again(small, call):
    small.with_suffix(".gif").write_bytes(b"")
    code, out, _ = call("verify", small)
    assert code == 1
    assert "✗ vanishing.gif has 0 frames where 2 are right" in out
    assert "✓ vanishing.gif" not in out


def test_what_has_no_manifest_hides_no_other_film(small, call):
    small.with_suffix(".png").write_bytes(b"")
    code, out, _ = call("verify", ".", "nothing.gif", small)
    assert code == 1
    assert ".: not verified, since there are no films in the folder" in out
    assert "nothing.json: not verified, since there is no manifest nothing.json" in out
    assert "✗ vanishing.png was changed" in out


def test_a_folder_among_films_is_not_passed_over(small, call):
    assert call("verify", ".", small)[0] == 3


# What is drawn


@pytest.fixture
def drawn(write, monkeypatch):
    """Draw the poster of a scene with these claims, and return all words on it."""

    def drawn(claims, **options):
        words, text = [], Canvas.text

        def noting(self, x, y, said, *arguments, **more):
            words.append(said)
            return text(self, x, y, said, *arguments, **more)

        monkeypatch.setattr(Canvas, "text", noting)
        name = write(claims=claims)
        render.film(name, formats=(), allow_false_claims=True, **options)
        return words

    return drawn


@pytest.mark.parametrize(("value", "shown"), [("np.nan", "?"), ("np.inf", "∞"), ("-np.inf", "−∞")])
def test_claims_that_are_no_number_are_drawn_as_such(drawn, value, shown):
    words = drawn(f"@own.claim('norm')\ndef _(): return Claimed({value}, 0.0, 1.0)\n")
    assert f"✗ norm: {shown}" in words


@pytest.mark.parametrize(
    ("claims", "layout"),
    [
        (FALSE, "square"),
        (TRUE + FALSE, "square"),
        (TRUE + FALSE, "wide"),
    ],
)
def test_a_false_claim_is_told_in_every_layout(drawn, claims, layout):
    words = drawn(claims, layout=layout)
    assert [line for line in words if line.startswith("✗ norm: 2")]
    assert not [line for line in words if line.startswith("✓ true")]


def test_two_columns_fit_a_square(write):
    name = write("{label: repeated(np.eye(2), steps) for label in 'ab'}")
    panels = render.film(name, formats=(), layout="square").manifest["panels"]
    # One chart shows the norms of both.
    shown = sorted(panel["panel"] + (panel["column"] or "") for panel in panels)
    assert shown == ["matrixa", "matrixb", "norms"]


# Names and words


@pytest.mark.parametrize("name", ["form", "format", "formats", "output", "quiet", "as_json"])
def test_parameters_cannot_be_named_like_options(write, call, name):
    write(parameters=f"steps: int = 1, {name}: str = 'gif'")
    for command in ("scene", "numbers"):
        code, out, said = call(command, "own.py")
        assert (code, out) == (2, "")
        assert f"has a parameter {name}, which is the name of an option, so rename it" in said


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("numbers", "rotation", "-o", "a" * 300), 5, "File name too long"),
        (("scene", "rotation", "--steps", "1", "-o", "a" * 300), 5, "File name too long"),
        (("scene", "a" * 300 + ".py"), 2, "there is no scene file aaa"),
        (("scene", "rotation", "--fps", "1" * 5_000), 2, "fps must be"),
    ],
    ids=["file", "folder", "scene file", "number"],
)
def test_words_that_are_too_long_are_refused_in_a_sentence(call, tmp_path, words, code, told):
    found, out, said = call(*words)
    assert (found, out) == (code, "")
    assert told in said
    assert list(tmp_path.iterdir()) == []


def test_a_film_whose_title_has_no_encoding_holds(call):
    # What Python makes of a byte that is no UTF-8.
    code, _, _ = call("scene", "rotation", "--steps", 1, "--format", "gif", "--title", "\udcff")
    assert code == 0
    code, out, _ = call("verify", "output/rotation.gif")
    assert code == 0, out


@pytest.mark.parametrize("words", [("scene", "--format", "gif"), ("numbers", "--format", "json")])
def test_a_scene_file_in_a_folder_of_no_encoding_is_found(write, call, tmp_path, words):
    command, *options = words
    folder = tmp_path / "\udcff"
    folder.mkdir()
    (tmp_path / write()).rename(folder / "own.py")
    assert call(command, "\udcff/own.py", *options)[0] == 0


# Numbers


def test_entries_beyond_the_root_of_float64_have_singular_values(write, call):
    code, out, _ = call("numbers", write("repeated(np.full((2, 2), 1e160), steps)"), "--format", "json")
    assert code == 0
    assert json.loads(out)["columns"]["log10_singular_value_1"][1] == pytest.approx(160 + np.log10(2))


@pytest.mark.parametrize(
    ("steps", "dim", "seed", "spectral_radius"),
    [
        (3, 6, 0, 0.5),
        (200, 12, 1479597477, 0.00460642654966585),
        (200, 12, 2528417366, 0.819971148106194),
    ],
)
def test_number_formats_end_where_they_are_said_to(steps, dim, seed, spectral_radius):
    options = {"steps": steps, "dim": dim, "seed": seed, "spectral_radius": spectral_radius}
    verdicts = resolve("precision", options).verdicts
    assert all(verdict.holds for verdict in verdicts), verdicts


def test_a_file_that_the_manifest_does_not_name_is_not_the_film(film, call, vanishing):
    other = film.with_suffix(".gif")
    shutil.copy(vanishing / "vanishing.gif", other)
    for path in (other, film.with_suffix(".webm")):
        code, out, _ = call("verify", path)
        assert code == 1
        assert f"✗ {path.name} is none of the files that the manifest names" in out


@pytest.mark.parametrize("version", [{}, {"numpy": "1.0"}])
def test_a_film_at_another_speed_is_found(film, call, version):
    forge(film, "-vf", "setpts=4*PTS", *LOSSLESS)
    edit(film, lambda content: content["versions"].update(version))
    code, out, _ = call("verify", film)
    assert code == 1
    assert "✗ rotation.mp4 is timed otherwise" in out


def test_the_same_frames_by_another_version_hold(film, call):
    forge(film, "-c", "copy", "-metadata", "title=other")
    edit(film, lambda content: content["versions"].update(ffmpeg="7.0"))
    code, out, _ = call("verify", film)
    assert (code, "made by another version" in out) == (0, True)


def test_keys_that_come_twice_are_refused(small, call):
    text = small.read_text(encoding="utf-8")
    small.write_text(text.replace('"steps"', '"steps": 7, "steps"', 1), encoding="utf-8")
    assert call("verify", small)[0] == 3


def test_stated_verdicts_are_those_of_the_numbers_beside_them(small, call):
    def bend(content):
        content["versions"]["numpy"] = "1.0"
        claim = content["claims"][0]
        claim["value"] = claim["expected"] + claim["tolerance"] + 1e-13

    edit(small, bend)
    code, out, _ = call("verify", small)
    assert code == 1
    assert "✗ the manifest was edited: its numbers decide" in out


@pytest.mark.parametrize("name", ["condition_number", "log10_singular_value_1", "eigenvalue_angle_12", "many_2"])
def test_series_cannot_take_the_place_of_a_column(write, call, name):
    shapes = f"{{'{name}': np.zeros(2), 'many': np.zeros((2, 3))}}"
    code, _, err = call("numbers", write(f"repeated(np.eye(2), 1, series={shapes})"))
    assert code == 3
    assert name in err


def test_a_claim_that_cannot_be_decided_is_named(write, call):
    name = write(claims="@own.claim('lost')\ndef _(series): return Claimed(series['none'][0], 1.0, 0.1, 'why')\n")
    code, _, err = call("scene", name)
    assert code == 1
    assert "raised KeyError: 'none' in the claim 'lost', so mend the scene" in err


# Scene files that ask for what cannot be


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (", title=5", 1, "title and statement of scene own must be text"),
        (", covers=1", 1, "covers of scene own must be a tuple of numbers that `render list --sources` lists"),
        (", covers=(999,)", 1, "covers of scene own must be a tuple of numbers"),
        (", poster='x'", 1, "poster of scene own must be a number from 0 to 1"),
        (", poster=float('nan')", 1, "poster of scene own must be a number from 0 to 1"),
        (", fps='x'", 2, "fps must be"),
    ],
)
def test_options_of_scenes_are_checked(write, call, options, code, said):
    found, _, err = call("scene", write(options=options))
    assert found == code
    assert said in err


@pytest.mark.parametrize("limits", ["(1, 1)", "(np.nan, 1)", "'foo'", "5", "(0, np.inf)", "(1, 2, 3)"])
def test_limits_of_panels_are_two_numbers(write, call, tmp_path, limits):
    name = write()
    text = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.replace("'matrix'", f"show('matrix', limits={limits})"), encoding="utf-8")
    code, _, err = call("scene", name)
    assert code == 2
    assert "the limits of the panel 'matrix' must be two numbers, the lower first" in err


def test_panels_of_scene_files_that_raise_are_named(write, call, tmp_path):
    name = write()
    panel = (
        "from render.panels.base import Panel\n\n\nclass Own(Panel):\n    def open(self, context):\n"
        "        self.context = context\n\n"
        "    def draw(self, step, part=0.0):\n        raise OSError('no paint')\n\n\n"
    )
    text = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.replace("@scene('matrix'", f"{panel}@scene(Own"), encoding="utf-8")
    code, _, err = call("scene", name)
    assert code == 1
    assert re.search(r"own.py line \d+ raised OSError: no paint", err)


def test_a_scene_file_that_ends_itself_is_named(write, call):
    assert call("scene", write("(_ for _ in ()).throw(GeneratorExit)"))[0] == 1


@pytest.mark.parametrize("name", ["lang", "help", "json", "output", "form", "quiet", "hold_first"])
def test_parameters_do_not_take_the_place_of_options(write, call, name):
    code, _, err = call("scene", write("repeated(np.eye(2), 1)", parameters=f"{name}: int = 1"), "--fps", "5")
    assert code == 2
    assert f"has a parameter {name}, which is the name of an option" in err


def test_a_scene_file_is_run_once_and_leaves_the_dice_alone(write, call, tmp_path):
    name = write()
    with open(tmp_path / name, "a", encoding="utf-8") as file:
        file.write("np.random.seed(1)\nwith open('ran', 'a') as file:\n    file.write('x')\n")
    np.random.seed(5)
    expected = np.random.random(3)
    np.random.seed(5)
    assert call("scene", name, "--format", "gif")[0] == 0
    assert np.array_equal(np.random.random(3), expected)
    assert (tmp_path / "ran").read_text() == "x"


def test_numbers_near_the_end_of_float64_are_drawn_in_silence(write, call):
    code, _, err = call("scene", write("repeated([[1e300, 1e-300], [3e307, 1e308]], 5)"), "--format", "gif")
    assert (code, err) == (0, "")


def test_a_count_of_unknown_values_stands_beside_no_heading(write, call, tmp_path, monkeypatch):
    drawn = []
    original = Canvas.text

    def noting(self, x, y, text, *arguments, **options):
        drawn.append((text, x, y))
        original(self, x, y, text, *arguments, **options)

    monkeypatch.setattr(Canvas, "text", noting)
    name = write("repeated([[10, 1, 0], [0, 5, 0], [10, 1, 0]], 3)")
    text = (tmp_path / name).read_text(encoding="utf-8")
    panels = "'matrix', 'eigenvalues', 'singular_values'"
    (tmp_path / name).write_text(text.replace("'matrix', 'norms'", panels), encoding="utf-8")
    assert call("scene", name, "--format", "gif")[0] == 0
    heading = next(y for text, _, y in drawn if text == "singular values")
    counts = [y for text, _, y in drawn if text.endswith("not known")]
    assert all(abs(y - heading) > 20 for y in counts)
    assert any(y > heading for y in counts)


# Surroundings


@pytest.mark.parametrize(
    ("settings", "here"),
    [
        ({"MPLBACKEND": "module://no_such.backend"}, False),
        ({"MPLBACKEND": "Nonsense"}, False),
        ({"MATPLOTLIBRC": "broken"}, False),
        ({}, True),
    ],
)
def test_settings_of_matplotlib_do_not_matter(tmp_path, settings, here):
    (tmp_path / ("matplotlibrc" if here else "broken")).write_bytes(b"\xff\xfe: broken")
    done = run("scene", "vanishing", "--steps", "1", "--format", "gif", cwd=tmp_path, env=settings)
    assert (done.returncode, done.stderr) == (0, "")


def test_none_stands_for_what_is_usual(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    film = render.film("vanishing", **TINY, output=None, fps=None, title=None)
    assert film.files["gif"].parent == tmp_path / "output"


def test_help_has_one_example_a_line(call):
    assert "\n  render list  " in call("--help")[1]


def test_unknown_options_suggest_the_nearest(call):
    code, _, err = call("scene", "orthogonal", "--stepz", "4")
    assert (code, err) == (2, "render: there is no option --stepz, did you mean --steps?\n")
