"""`render verify` and manifests that were edited, are damaged, or ask for what they must not have."""

import json
import re
from functools import partial

import pytest
from films import edit, listing, manifest_of
from verifying import ASIDE, box_of, command, damaged, drop, put, refilm, state_bytes

pytestmark = pytest.mark.slow


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
