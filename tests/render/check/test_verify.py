"""`render verify`: films that are what their manifests say pass, and whatever was done to one is named."""

import copy
import hashlib
import json
import os
import re
import shutil
import sys
from functools import partial

import pytest
from films import cell_centres, decode, edit, ffmpeg, listing, manifest_of, panel_of

import render
from render.check.verify import verify
from render.cli import commands as cli
from render.cli import terminal
from render.pipeline import catalog

pytestmark = pytest.mark.slow

SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]\n"
TINY = {"steps": 1, "dim": 2, "formats": ("gif",), "layout": "square", "pace": "even"}
LOSSLESS = ("-an", "-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough", "-y")
HEAD = "from pathlib import Path\nfrom scenes import *\n"
SHEAR = "@scene('matrix', 'norms')\ndef shear(steps: int = 1):\n    return repeated([[1, 1], [0, 1]], steps)\n"


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


def state_bytes(path):
    """Let the manifest state the bytes that a file has now, as a forger would."""

    def change(content):
        entry = next(entry for entry in content["files"] if entry["name"] == path.name)
        entry |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}

    edit(path, change)


def refilm(path, filters):
    """Decode a film, pass it through ffmpeg's filters, and encode it again, losing nothing."""
    new = path.with_name(f"new{path.suffix}")
    if path.suffix == ".mp4":
        ffmpeg("-i", path, "-vf", filters, *LOSSLESS, new)
    elif path.suffix == ".png":
        ffmpeg("-i", path, "-vf", f"format=rgb24,{filters}", "-y", new)
    else:
        graph = f"[0:v]format=rgb24,{filters},split[a][b];[a]palettegen=reserve_transparent=0[p];"
        ffmpeg("-i", path, "-filter_complex", graph + "[b][p]paletteuse=dither=none", "-y", new)
    new.replace(path)


def box_of(path, row, column):
    """Return ffmpeg's words for the place of a cell."""
    panel = panel_of(manifest_of(path), "matrix")
    side = panel["cell"]
    return f"x={panel['x'] + column * side}:y={panel['y'] + row * side}:w={side}:h={side}"


@pytest.mark.parametrize(
    ("scene", "options"),
    [
        ("vanishing", {**TINY, "dim": 5, "theme": "dark", "language": "ko"}),
        ("orthogonal", {"steps": 2, "dim": 3, "pace": "even", "title": """it's "so": $x \\ 'ü' 행렬 --theme dark"""}),
        ("rotation", {"steps": 2, "fps": "30", "hold_first": 0.1, "hold_last": 0.25, "formats": ("gif",)}),
        (
            "rotation",
            {"steps": 2, "pace": "even", "fps": "24000/1001", "formats": ("mp4",), "theme": "dark", "name": "회전-1"},
        ),
        ("article", {"steps": 2, "seed": 2**32 - 1, "formats": ("mp4",), "duration": 4}),
        ("article", {"steps": 1, "dim": 3, "layout": "square", "theme": "dark", "formats": ("gif",), "pace": "even"}),
        ("rotation", {"steps": 5, "angle": 40, "between": True, "formats": ("gif",), "layout": "phone", "duration": 6}),
        ("orthogonal", {"steps": 3, "dim": 3, "explain": "2,1", "hold_last": 0.5, "duration": 5}),
        ("exploding", {**TINY, "allow_false_claims": True, "max_frames": 7}),
        ("orthogonal", {**TINY, "steps": 0, "layout": "wide"}),
    ],
)
def test_a_fresh_film_holds_and_is_not_touched(tmp_path, check, scene, options):
    made = render.film(scene, **options, output=tmp_path)
    before = listing(tmp_path)
    code, out, _ = check(made.files["json"])
    assert code == 0, out
    assert "✗" not in out
    assert "–" not in out
    assert re.match(r".+\.json: holds\n", out)
    for entry in made.manifest["files"]:
        assert f"✓ {entry['name']} has the bytes that the manifest states" in out
        assert f"✓ {entry['name']}: every decoded frame of {entry['frames']} is" in out
        assert re.search(rf"✓ {entry['name']}: [\d,]+ cells have the colours of their numbers", out)
    assert f"✓ {len(made.manifest['claims'])} claims hold" in out
    assert listing(tmp_path) == before


def test_every_cell_of_every_frame_is_compared(film, check):
    out = check(film)[1]
    cells = manifest_of(film)["matrix"]
    assert f"rotation.mp4: {4 * len(cells) ** 2} cells" in out
    assert f"rotation.gif: {4 * len(cells) ** 2} cells" in out
    assert f"rotation.png: {len(cells) ** 2} cells" in out


def test_two_frames_exchanged(film, check):
    refilm(film, "shuffleframes=0 2 1 3")
    seen = decode(film)
    assert len(seen) == 4
    code, out, _ = check(film)
    assert code == 1
    assert "✗ rotation.mp4 was changed: the manifest states the bytes that rendering it gives" in out
    state_bytes(film)
    code, out, _ = check(film)
    assert code == 1
    assert "was changed" not in out
    assert re.search(r"✗ rotation.mp4 shows other colours than its numbers have: step 1, row 1, column 1 ", out)
    assert re.search(r"✗ rotation.mp4: 2 frames \(1, 2\) differ from those rendered again, by up to \d+ of 255", out)
    assert "✓ rotation.gif: every decoded frame of 4" in out


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_one_cell_of_one_frame_in_another_colour(film, check, suffix):
    path = film.with_suffix(suffix)
    panel = panel_of(manifest_of(path), "matrix")
    before = cell_centres(decode(path)[2], panel)
    refilm(path, f"drawbox={box_of(path, 0, 1)}:color=0xf4a582:t=fill:enable='eq(n,2)'")
    after = cell_centres(decode(path)[2], panel)
    assert abs(after - before).max(axis=2).argmax() == 1
    state_bytes(path)
    code, out, _ = check(film)
    assert code == 1
    assert f"✗ rotation{suffix} shows other colours than its numbers have: step 2, row 1, column 2 of panel" in out
    assert "more" not in out.split("shows other colours")[1].splitlines()[0]
    assert len(re.findall("shows other colours", out)) == 1


def test_a_poster_with_another_cell(film, check):
    poster = film.with_suffix(".png")
    # A quarter of a turn is the first moment.
    assert manifest_of(film)["moments"][0]["step"] == 3
    refilm(poster, f"drawbox={box_of(film, 1, 0)}:color=0x053061:t=fill")
    state_bytes(poster)
    code, out, _ = check(film)
    assert code == 1
    assert "✗ rotation.png shows other colours than its numbers have: step 3, row 2, column 1 of panel matrix" in out


def test_a_curve_painted_over(film, check):
    place = panel_of(manifest_of(film), "eigenvalues")
    refilm(film, f"drawbox=x={place['x']}:y={place['y']}:w=200:h=40:color=red:t=fill:enable='eq(n,3)'")
    state_bytes(film)
    code, out, _ = check(film)
    assert code == 1
    assert "shows other colours" not in out
    assert re.search(r"✗ rotation.mp4: 1 frames \(3\) differ from those rendered again", out)


@pytest.mark.parametrize(
    ("filters", "said"),
    [("select='lt(n,3)'", "has 3 frames where 4 are right"), ("tpad=stop=2", "has 6 frames where 4 are right")],
)
def test_frames_missing_or_too_many(film, check, filters, said):
    refilm(film, filters)
    state_bytes(film)
    code, out, _ = check(film)
    assert code == 1
    assert f"✗ rotation.mp4 {said}" in out


def test_a_film_of_other_numbers_in_its_place(small, tmp_path, check):
    other = render.film("vanishing", **TINY, seed=1, output=tmp_path).files["gif"]
    shutil.copy(other, small.with_suffix(".gif"))
    state_bytes(small.with_suffix(".gif"))
    code, out, _ = check(small)
    assert code == 1
    assert "✗ vanishing.gif shows other colours than its numbers have: step " in out


def test_one_flipped_bit_is_a_change(small, check):
    path = small.with_suffix(".gif")
    content = bytearray(path.read_bytes())
    for place in (len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        code, out, err = check(small)
        assert code == 1
        assert "✗ vanishing.gif was changed: the manifest states the bytes that rendering it gives" in out
        assert "the manifest was edited" not in out
        assert "1 of the films" in err


@pytest.mark.parametrize(("suffix", "part"), [(".mp4", 0.6), (".gif", 0.6), (".png", 0)])
def test_a_truncated_file_is_a_change(film, check, suffix, part):
    path = film.with_suffix(suffix)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    code, out, _ = check(film)
    assert code == 1
    assert f"✗ rotation{suffix} was changed" in out


def test_a_file_that_is_not_there_or_a_folder(small, check):
    path = small.with_suffix(".gif")
    path.unlink()
    code, out, _ = check(small)
    assert code == 1
    assert "✗ vanishing.gif cannot be read (No such file or directory)" in out
    path.mkdir()
    code, out, _ = check(small)
    assert code == 1
    assert "✗ vanishing.gif cannot be read (it is no regular file)" in out


def put(*place, value):
    """Return a function that puts a value at a place in a manifest."""

    def change(content):
        for key in place[:-1]:
            content = content[key]
        content[place[-1]] = value(content[place[-1]]) if callable(value) else value

    return change


def drop(*place):
    def change(content):
        for key in place[:-1]:
            content = content[key]
        del content[place[-1]]

    return change


def command(old, new):
    return put("command", value=lambda text: text.replace(old, new))


ULP = float.fromhex("0x1.0p-52")
EDITS = {
    "a track by its last bit": (put("tracks", "log10_spectral_norm", 1, value=lambda v: v * (1 + 2 * ULP)), "tracks.l"),
    "a claim's value": (put("claims", 0, "value", value=-0.04), "claims[0].value is -0.04 where"),
    "a verdict that is no truth value": (put("claims", 0, "holds", value=1), "claims[0].holds is 1 where true"),
    "a matrix entry": (put("matrix", 1, 0, value=0.5), "matrix[1][0] is 0.5 where"),
    "the seed": (put("seed", value=7), "seed is 7 where 0 is right"),
    "a whole number as another kind": (put("seed", value=0.0), "seed is 0.0 where 0 is right"),
    "colour limits": (put("panels", 0, "limits", 1, value=40.0), "panels[0].limits[1] is 40.0 where"),
    "the step of a frame": (put("frames", "steps", 1, value=0), "frames.steps[1] is 0 where 1 is right"),
    "one key more": (lambda c: c.update(note="genuine"), "note is no entry of a manifest"),
    "one key more in a panel": (lambda c: c["panels"][0].update(memo=1), "panels[0].memo is no entry of a manifest"),
    "the command's frames": (command("--format", "--max-frames 9 --format"), "command is"),
    "the command's order": (command("--pace even --layout square", "--layout square --pace even"), "command is"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_manifest_is_told_with_the_place(small, check, name):
    change, said = EDITS[name]
    before = json.dumps(manifest_of(small))
    assert json.dumps(edit(small, change)) != before
    code, out, _ = check(small)
    assert code == 1
    assert f"✗ the manifest was edited, or the scene is another one now: {said}" in out
    assert "was changed" not in out
    assert "✓ vanishing.gif has the bytes that the manifest states" in out


def test_how_many_more_places_differ_is_told(small, check):
    def change(content):
        content["seed"] = 5
        content["claims"][0] |= {"value": 1.0, "expected": 1.0}

    edit(small, change)
    assert "seed is 5 where 0 is right, and 2 more" in check(small)[1]


@pytest.mark.parametrize(("key", "value"), [("sha256", "0" * 64), ("bytes", 5)])
def test_an_edited_hash_or_size_is_the_manifests_fault(small, check, key, value):
    edit(small, put("files", 0, key, value=value))
    code, out, _ = check(small)
    assert code == 1
    assert "✗ the manifest was edited: vanishing.gif is as rendered, but other bytes are stated for it" in out
    assert "was changed" not in out


def test_a_file_left_out_of_the_manifest_is_named(small, check):
    edit(small, drop("files", 0))
    code, out, _ = check(small)
    assert code == 1
    assert "✗ the manifest was edited: it does not name vanishing.gif" in out


@pytest.mark.parametrize(
    "change",
    [
        put("job", "parameters", "seed", value=1),
        put("job", "theme", value="dark"),
    ],
)
def test_what_would_render_another_film_is_false(small, check, change):
    edit(small, change)
    code, out, _ = check(small)
    assert code == 1
    assert re.search(r"✗ vanishing.gif: 2 frames \(0, 1\) differ from those rendered again", out)


def test_another_version_is_told_as_such(small, check):
    edit(small, put("versions", "numpy", value="1.0"))
    code, out, _ = check(small)
    assert code == 0
    assert re.search(r"– made by another version \(numpy 1\.0, here [\d.]+\), so bytes and last digits may differ", out)

    def change(content):
        content["eigenreel"] = "0.0.1"
        content["versions"] = dict.fromkeys(content["versions"], "0.1")

    edit(small, change)
    code, out, _ = check(small)
    assert code == 0
    for name in ("eigenreel 0.0.1", "python 0.1", "numpy 0.1", "matplotlib 0.1", "ffmpeg 0.1"):
        assert f"{name}, here " in out
    assert "edited" not in out
    assert "changed" not in out


def test_last_digits_may_differ_in_another_version_and_no_others(small, check):
    def change(content, by):
        content["versions"]["numpy"] = "1.0"
        content["tracks"]["log10_spectral_norm"][1] *= 1 + by

    edit(small, partial(change, by=1e-12))
    assert check(small)[0] == 0
    edit(small, partial(change, by=1e-3))
    code, out, _ = check(small)
    assert code == 1
    assert "tracks.log10_spectral_norm[1] is" in out


def test_another_version_does_not_excuse_a_recoloured_cell(film, check):
    refilm(film, f"drawbox={box_of(film, 0, 0)}:color=0x4393c3:t=fill:enable='eq(n,0)'")
    state_bytes(film)
    edit(film, put("versions", "ffmpeg", value="4.2"))
    code, out, _ = check(film)
    assert code == 1
    assert "✗ rotation.mp4 shows other colours than its numbers have: step 0, row 1, column 1" in out


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[1, 2]",
        b'"scene"',
        b"3",
        b"NaN",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"steps": ' + b"9" * 5_000 + b"}",
        b"{}",
        b'{"eigenreel": {"scene": []}}',
    ],
    ids=range(13),
)
def test_what_is_no_manifest_is_refused(tmp_path, check, text):
    (tmp_path / "a.json").write_bytes(text)
    code, out, err = check(tmp_path / "a.mp4")
    assert code == 3
    assert out == ""
    assert "a.json is not a manifest of eigenreel" in err


@pytest.mark.parametrize(
    "name",
    ["../vanishing.gif", "/etc/passwd", "a\\b.gif", "a\nb.gif", "a\x1b[2J.gif", "\ud800.gif", "", ".", "..", "a"],
)
def test_a_manifest_cannot_name_files_elsewhere(small, check, name):
    content = manifest_of(small)
    content["files"][0]["name"] = name
    small.write_text(json.dumps(content), encoding="utf-8")
    assert check(small)[0] == 3


@pytest.mark.parametrize(
    "parameters",
    [
        "x",
        [],
        {},
        {"steps": -1},
        {"steps": 1.5},
        {"steps": True},
        {"steps": float("nan")},
        {"dim": 10**9},
        {"seed": {"a": [[]]}},
        {"self": 1},
        {"": 1},
        {"output": "/tmp"},
        {"\ud800": 1},
    ],
    ids=repr,
)
def test_hostile_parameters_are_faults_in_words(small, check, parameters):
    def change(content):
        content["parameters"] = content["parameters"] | parameters if parameters and parameters != "x" else parameters

    edit(small, change)
    code, out, _ = check(small)
    if not isinstance(parameters, dict):
        assert code == 3
        return
    assert code == 1
    assert "✗ the film cannot be rendered again: " in out or "✗ the manifest was edited" in out


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("layout", "wide"),
        ("layout", ""),
        ("layout", None),
        ("layout", ["wide"]),
        ("output", "/tmp/elsewhere"),
        ("timeout", 0),
        ("theme", "$(touch canary)"),
        ("theme", 3),
        ("theme", {"ink": 1}),
        ("theme", "colours.toml"),
        ("pace", "fast"),
        ("pace", None),
        ("pace", 1),
        ("duration", 9),
        ("duration", "9"),
        ("duration", [9]),
        ("duration", True),
        ("between", 1),
        ("explain", "1,1"),
        ("explain", 3),
        ("size", 719),
        ("size", 10**9),
        ("size", "720"),
        ("size", None),
        ("name", "../../x"),
        ("name", ""),
        ("formats", ["avi"]),
        ("formats", "gif/../x"),
        ("formats", [1]),
        ("formats", None),
        ("fps", "0"),
        ("fps", "1" * 400),
        ("fps", True),
        ("hold_last", float("1e400")),
        ("hold_last", float("nan")),
        ("hold_last", "1"),
        ("hold_first", float("inf")),
        ("hold_first", -1),
        ("max_frames", 0),
        ("max_frames", 1.5),
        ("language", "../../x"),
        ("title", 3),
        ("allow_false_claims", "yes"),
        ("matrices", {"": [[1, 2]]}),
        ("matrices", {"": "x"}),
        ("matrices", "x"),
        ("quiet", True),
    ],
)
def test_hostile_jobs_are_faults_in_words_and_write_nothing(small, check, option, value):
    edit(small, lambda content: content["job"].update({option: value}))
    before = listing(small.parent)
    code, out, _ = check(small)
    assert code == 1
    said = "✗ the manifest was edited" if (option, value) == ("layout", "wide") else None
    assert (said or "✗ the film cannot be rendered again: ") in out
    assert listing(small.parent) == before


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("duration", float("inf")),
        ("duration", float("nan")),
        ("duration", 0.5),
        ("duration", 3600),
        ("duration", 2),
        ("explain", "3,3"),
        ("explain", "1;1"),
        ("explain", "9" * 400 + ",1"),
        ("fps", "120"),
    ],
)
def test_hostile_jobs_of_films_with_beats_are_faults_in_words(small, check, option, value):
    edit(small, lambda content: content["job"].update({"pace": "film", option: value}))
    before = listing(small.parent)
    code, out, _ = check(small)
    assert code == 1
    assert "✗ the film cannot be rendered again: " in out
    assert listing(small.parent) == before


def test_a_theme_without_a_name_is_another_film(small, check):
    edit(small, lambda content: content["job"].update(theme={}))
    code, out, _ = check(small)
    assert code == 1
    assert "✗ the manifest was edited" in out or "✗ the film cannot be rendered again: " in out


@pytest.mark.parametrize("job", ["x", None, [], {}, {"scene": "vanishing"}])
def test_what_is_no_job_is_refused(small, check, job):
    edit(small, put("job", value=job))
    assert check(small)[0] in (1, 3)


@pytest.mark.parametrize(
    "name",
    ["os", "_growth", "_scene", "__init__", "scenes.vanishing", "../vanishing", "vanishing.PY", "-h", "x" * 10_000],
)
def test_only_scenes_are_looked_up_by_name(small, check, name):
    edit(small, lambda c: c.update(scene=name, job=c["job"] | {"scene": name}))
    code, out, _ = check(small)
    assert code == 1
    assert "✗ the film cannot be rendered again: " in out


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The manifest of a film of a scene file that leaves a trace whenever it is run; both lie in one folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(HEAD + "Path('trace').touch()\n" + SHEAR, encoding="utf-8")
    render.film("own.py", formats="gif", layout="square", pace="even", output=tmp_path)
    (tmp_path / "trace").unlink()
    return tmp_path / "own.json"


def test_a_scene_file_is_run_only_when_that_is_asked_for(own, check):
    trace = own.with_name("trace")
    _, out, _ = check(own)
    assert not trace.exists()
    assert "numbers, cells and frames were not compared" in out
    assert "own.py" in out
    assert "--run-scene" in out
    assert "✓ own.gif has the bytes that the manifest states" in out
    assert "✓ own.gif has 2 frames" in out
    # In another process, that is, where it was not run before.
    catalog._ran.clear()
    code, out, _ = check("--run-scene", own)
    assert code == 0, out
    assert trace.exists()
    assert "2 tracks and all else in the manifest are as recomputed" in out
    assert "✓ own.gif: every decoded frame of 2 is as rendered again" in out


def test_changes_are_found_without_running_the_scene_file(own, check):
    path = own.with_suffix(".gif")
    content = path.read_bytes()
    refilm(path, "select='lt(n,1)'")
    code, out, _ = check(own)
    assert code == 1
    assert "✗ own.gif has other bytes than the manifest states" in out
    assert "✗ own.gif has 1 frames where the manifest states 2" in out
    path.write_bytes(content[: len(content) // 3])
    code, out, _ = check(own)
    assert code == 1
    path.unlink()
    code, out, _ = check(own)
    assert code == 1
    assert "✗ own.gif cannot be read" in out
    assert not own.with_name("trace").exists()


def test_a_scene_file_that_is_another_one_now(own, check):
    own.with_name("own.py").write_text(HEAD + SHEAR.replace("[1, 1]", "[1, 2]"), encoding="utf-8")
    code, out, _ = check("--run-scene", own)
    assert code == 1
    assert "✗ the manifest was edited, or the scene is another one now: " in out
    assert "shows other colours than its numbers have: step 1, row 1, column " in out


@pytest.mark.parametrize(
    ("source", "said"),
    [("1 / 0", "line 1 raised ZeroDivisionError"), ("def f(:", "SyntaxError"), ("raise SystemExit(0)", "SystemExit")],
)
def test_a_scene_file_that_fails_is_a_fault_in_words(own, check, source, said):
    own.with_name("own.py").write_text(source, encoding="utf-8")
    code, out, _ = check("--run-scene", own)
    assert code == 1
    assert "✗ the film cannot be rendered again: " in out
    assert said in out
    own.with_name("own.py").unlink()
    code, out, _ = check("--run-scene", own)
    assert code == 1
    assert "there is no scene file own.py" in out


@pytest.mark.parametrize("scene", ["evil.py", "./evil.py:shear", "../evil.py", "{folder}/evil.py", "x:evil.py"])
def test_a_manifest_cannot_make_a_program_run(small, check, monkeypatch, scene):
    folder = small.parent
    trace = folder / "trace"
    for place in (folder, folder.parent):
        (place / "evil.py").write_text(HEAD + f"Path({str(trace)!r}).touch()\n" + SHEAR, encoding="utf-8")
    monkeypatch.chdir(folder)
    name = scene.format(folder=folder)
    edit(small, lambda c: c.update(scene=name, job=c["job"] | {"scene": name}))
    check(small)
    check("--quiet", small)
    verify(small)
    assert not trace.exists()


def test_no_manifest(tmp_path, check):
    (tmp_path / "film.mp4").write_bytes(b"film")
    for path in (tmp_path / "film.mp4", tmp_path / "nothing.gif", tmp_path, tmp_path / "no" / "folder.json"):
        code, out, err = check(path)
        assert code == 3
        assert out == ""
        assert "there is no manifest" in err
    code, out, err = check("/")
    assert code == 3
    assert "no films in the folder" in err
    (tmp_path / "folder.json").mkdir()
    assert check(tmp_path / "folder.mp4")[0] == 3


def test_several_films_are_counted(small, rotation, check):
    second = shutil.copytree(small.parent, small.parent.with_name("second")) / "vanishing.gif"
    third = shutil.copytree(small.parent, small.parent.with_name("third")) / "vanishing.png"
    code, out, _ = check(small, rotation / "rotation.mp4")
    assert code == 0
    assert len(re.findall(r"\.json: holds$", out, re.M)) == 2
    second.unlink()
    edit(third, put("seed", value=1))
    code, out, err = check(second, small, third)
    assert code == 1
    assert len(re.findall(r"\.json: holds$", out, re.M)) == 1
    assert len(re.findall(r"\.json: does not hold$", out, re.M)) == 2
    assert out.index("second") < out.index(str(small)) < out.index("third")
    assert err.startswith("render: 2 of the films are not what their manifests say")


def test_all_files_of_a_film_are_one_film(small, check):
    code, out, _ = check(*(small.with_suffix(e) for e in (".gif", ".png", ".json", ".gif")))
    assert code == 0
    assert out.count("vanishing.json: holds") == 1


def test_quiet_says_nothing_but_what_is_false(small, check):
    assert check("--quiet", small) == (0, "", "")
    edit(small, put("versions", "numpy", value="1.0"))
    assert check("-q", small) == (0, "", "")
    small.with_suffix(".png").write_bytes(b"")
    code, out, _ = check("-q", small)
    assert code == 1
    first, *others = out.splitlines()
    assert first.endswith("vanishing.json: does not hold")
    assert others
    assert all(line.startswith("  ✗ vanishing.png") for line in others)


def test_no_file_at_all_is_a_mistake_of_use(check):
    assert check()[0] == 2
    assert check("--nonsense")[0] == 2


def places(content, above=()):
    """Yield the place of every key of a manifest, at every level, and of the last entry of every list."""
    if isinstance(content, (dict, list)):
        for key in content if isinstance(content, dict) else range(len(content))[-1:]:
            yield (*above, key)
            yield from places(content[key], (*above, key))


MISSING = object()
JUNK = (MISSING, None, -1, "x", [], {})
# Another version is told, not refused; and parameters have a test of their own.
ASIDE = ("eigenreel", "versions", "parameters")


def damaged(content):
    """Yield a manifest's copies with one thing in it deleted or replaced, each kind of damage in its turn."""
    for count, place in enumerate(places(content)):
        changed = copy.deepcopy(content)
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        kind = next(v for v in (*JUNK[count % len(JUNK) :], *JUNK) if v is MISSING or v != inner[place[-1]])
        if kind is MISSING:
            del inner[place[-1]]
        else:
            inner[place[-1]] = kind
        yield place, "deleted" if kind is MISSING else repr(kind), changed


def test_whatever_is_missing_or_junk_in_a_manifest_is_found(small, check):
    content = manifest_of(small)
    passed, count = [], 0
    for place, what, changed in damaged(content):
        if place in [(name,) for name in ASIDE] or place[0] == "versions":
            continue
        small.write_text(json.dumps(changed), encoding="utf-8")
        code, out, _ = check(small)
        assert code in (1, 3), (place, what)
        if code == 1 and "✗" not in out:
            passed.append((place, what))
        count += 1
    assert passed == []
    assert count > 40


def test_junk_in_the_manifest_of_a_scene_file_never_fails_otherwise(own, check):
    content = manifest_of(own)
    for place, what, changed in damaged(content):
        # These are not read where nothing is rendered again.
        if place[0] in ("panels", "matrix", "versions") and len(place) > 1:
            continue
        own.write_text(json.dumps(changed), encoding="utf-8")
        assert check(own)[0] in (0, 1, 3), (place, what)
    assert not own.with_name("trace").exists()


@pytest.mark.parametrize(
    "change",
    [
        put("tracks", "log10_spectral_norm", 1, value=10**400),
        put("claims", 0, "value", value=10**400),
        put("job", "hold_first", value=10**400),
        put("job", "hold_last", value=3600),
    ],
)
def test_numbers_beyond_all_bounds_are_no_crash(small, check, change):
    edit(small, change)
    code, out, _ = check(small)
    assert code in (1, 3)
    assert ": holds" not in out


def test_what_cannot_be_opened_is_told(tmp_path, check):
    assert check("x" * 300)[0] == 3
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.json")
        code, _, err = check(tmp_path / "pipe.gif")
        assert code == 3
        assert "is no regular file" in err
