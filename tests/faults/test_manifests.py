"""Manifests that were made elsewhere, that lie, or that never end: rows F65 and F68 to F71."""

import json
import os
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from films import edit, manifest_of, run
from place import PATIENCE, SENTENCE

import render
from render.check import frames, limits
from render.pipeline.run import run as render_run
from render.video import decoder

TINY = {"steps": 1, "dim": 2, "formats": "gif", "layout": "square", "pace": "even"}


@pytest.fixture(scope="module")
def vanishing(tmp_path_factory):
    """A folder with a GIF of two frames, never to be changed."""
    folder = tmp_path_factory.mktemp("vanishing")
    render.film("vanishing", **TINY, output=folder)
    return folder


def elsewhere(content):
    """Let a manifest be one that another NumPy made, whose linear algebra rounds otherwise."""
    content["versions"]["numpy"] = "1.0"
    content["matrix"] = (np.array(content["matrix"]) * (1 + 2e-16)).tolist()
    content["matrix_sha256"] = "0" * 64
    track = content["tracks"]["log10_spectral_norm"]
    content["tracks"]["log10_spectral_norm"] = [value * (1 + 1e-15) for value in track]


def test_f65_films_of_another_numpy_hold(small, call):
    edit(small, elsewhere)
    code, out, said = call("verify", small)
    assert (code, said) == (0, ""), out
    assert "made by another version (numpy 1.0, here " in out
    assert "its matrices have other last digits than here" in out


@pytest.mark.parametrize("key", ["matrix", "tracks"])
def test_f65_another_numpy_does_not_excuse_other_numbers(small, call, key):
    def change(content):
        elsewhere(content)
        if key == "matrix":
            content["matrix"][0][0] += 1e-6
        else:
            content["tracks"]["log10_spectral_norm"][1] += 1e-6

    edit(small, change)
    code, out, _ = call("verify", small)
    assert code == 1
    assert f"{key}" in out.split("✗ the manifest was edited")[1]


def test_f65_the_same_numpy_gives_the_same_digits(small, call):
    edit(small, lambda content: content.update(matrix_sha256="0" * 64))
    code, out, _ = call("verify", small)
    assert code == 1
    assert "matrix_sha256" in out


@pytest.mark.parametrize(
    "moment", ["hangs at the start", "hangs while decoding", "hangs while timing", "hangs while showing"]
)
def test_f68_ffmpeg_that_hangs_while_films_are_verified(small, call, place, moment, monkeypatch):
    monkeypatch.setattr("render.video.decoder._SECONDS", 1.0)
    monkeypatch.setattr("render.check.verify._SECONDS", 1.0)
    for function in (decoder.times_of, decoder.frames_of):
        monkeypatch.setattr(function, "__defaults__", (1.0,))
    # The film is made again with the usual timeout, which a test has no time for.
    monkeypatch.setattr(frames, "run", lambda job: render_run(replace(job, timeout=1.0)))
    before = {p.name: p.read_bytes() for p in small.parent.iterdir()}
    code, out, said = call("verify", small, env=place.fake(moment))
    assert (code, out) == (4, "")
    assert re.fullmatch(SENTENCE, said)
    assert "no progress for 1 seconds" in said
    assert place.processes() == []
    assert {p.name: p.read_bytes() for p in small.parent.iterdir()} == before


@pytest.mark.parametrize("kind", ["pipe", "endless", "sparse", "no rights"])
def test_f69_manifests_that_are_no_files(small, call, kind, monkeypatch):
    path = small.with_name("other.json")
    path.with_suffix(".gif").touch()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "sparse":
        path.touch()
        os.truncate(path, 2**33)
    else:
        shutil.copy(small, path)

        def refused(*_, **__):
            raise PermissionError(13, "Permission denied")

        # Root may read everything, so it is injected where files are opened.
        monkeypatch.setattr("render.files.os.open", refused)
    said = {"sparse": "has more than 256 MiB", "no rights": "Permission denied"}.get(kind, "is no regular file")
    for words in (["verify", path], ["embed", path.with_suffix(".gif")], ["captions", path]):
        code, _, err = call(*words)
        assert code == 3
        assert said in err
    if kind != "no rights":
        # In a folder it is passed over: it does not say that it is of this program.
        small.with_name("other.gif").unlink()
        assert call("verify", "--quiet", small.parent)[0] == 0


def test_f69_files_that_never_end_are_not_read(small, tmp_path):
    second, third = (shutil.copytree(small.parent, tmp_path / name) / "vanishing.json" for name in ("second", "third"))
    own = render.film("own_matrix", **TINY, output=tmp_path).files["json"]
    for path in (small, second, third):
        path.with_suffix(".gif").unlink()
    os.mkfifo(small.with_suffix(".gif"))
    second.with_suffix(".gif").symlink_to("/dev/zero")
    third.with_suffix(".gif").touch()
    os.truncate(third.with_suffix(".gif"), 2**35)
    content = own.read_text(encoding="utf-8").replace("--file ''", "--file /dev/zero")
    own.write_text(content.replace('"file": ""', '"file": "/dev/zero"'), encoding="utf-8")
    # In a process of its own, which can be ended.
    done = run("verify", small, second, third, own, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stdout.count("✗ vanishing.gif cannot be read (it is no regular file)") == 2
    assert "✗ vanishing.gif was changed: " in done.stdout
    assert "✗ the film cannot be rendered again: there is no file /dev/zero" in done.stdout


HUGE = 10**400


@pytest.mark.parametrize(
    "place_of",
    [
        ("steps",),
        ("seed",),
        ("frames", "width"),
        ("job", "hold_first"),
        ("job", "max_frames"),
        ("job", "size"),
        ("job", "parameters", "steps"),
        ("parameters", "steps"),
        ("tracks", "log10_spectral_norm", 1),
        ("claims", 0, "value"),
        ("files", 0, "bytes"),
    ],
    ids=lambda keys: ".".join(map(str, keys)),
)
def test_f70_integers_of_four_hundred_digits(small, call, place_of):
    def change(content):
        *path, last = place_of
        for key in path:
            content = content[key]
        content[last] = HUGE

    edit(small, change)
    for words in (["verify", small], ["embed", small.with_suffix(".gif")]):
        code, out, said = call(*words)
        assert (code, out) == (3, "")
        assert "is not a manifest of eigenreel, so render the film again" in said


def of_the_job(**options):
    return lambda content: content["job"].update(options)


def long_name_of_a_file(content):
    content["scene"] = content["job"]["scene"] = "a.py"
    content["files"][0]["name"] = "a" * 300 + ".gif"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (of_the_job(speed=2), "✗ the film cannot be rendered again: the manifest's job cannot be read"),
        (of_the_job(fps="1" * 5_000), "✗ the film cannot be rendered again: fps must be"),
        (of_the_job(title="\ud800"), "✗ vanishing.gif: 2 frames (0, 1) differ from those rendered again"),
        (of_the_job(steps=1e400), "✗ the film cannot be rendered again"),
        (long_name_of_a_file, "aaaa.gif cannot be read (File name too long)"),
    ],
    ids=["unknown option", "many digits", "half a character", "endless", "long name"],
)
def test_f70_manifests_that_no_program_wrote(small, call, change, said):
    edit(small, change)
    code, out, _ = call("verify", small)
    assert code == 1
    assert said in out


def ask_for(steps, dim, frames=2):
    def change(content):
        for parameters in (content["parameters"], content["job"]["parameters"]):
            parameters.update(steps=steps, dim=dim)
        content["job"]["max_frames"] = 10**9
        content["frames"]["steps"] = [0] * frames

    return change


def test_f71_a_million_steps_of_a_thousand_rows(small, call, monkeypatch):
    edit(small, ask_for(1_000_000, 1_024))
    # Nothing of it is built.
    monkeypatch.setattr("render.check.verify.run_of", None)
    code, out, said = call("verify", small)
    assert (code, out) == (3, "")
    assert "vanishing.json was not verified, since its products would have 1,048,576,000,000 entries" in said
    assert "where 1,000,000,000 are allowed, so raise --max-numbers if you trust it" in said


def test_f71_more_frames_than_anybody_waits_for(small, call):
    edit(small, ask_for(200_000, 2, 200_001))
    code, out, said = call("verify", small)
    assert (code, out) == (3, "")
    assert "it has 200,001 frames where 100,000 are allowed, so raise --max-frames if you trust it" in said


def test_f71_the_limits_are_options(small, call):
    assert call("verify", "--quiet", "--max-numbers", "8", "--max-frames", "2", small)[0] == 0
    code, _, said = call("verify", "--max-numbers", "7", small)
    assert (code, "8 entries where 7" in said) == (3, True)
    code, _, said = call("verify", "--max-frames", "1", small)
    assert (code, "2 frames where 1 are" in said) == (3, True)


def test_f71_matrices_of_a_manifest_count(tmp_path, call):
    film = render.film(np.eye(2), steps=1, formats="gif", pace="even", output=tmp_path)
    path = film.files["json"]
    edit(path, lambda content: content["job"]["parameters"].update(steps=limits.MOST_NUMBERS))
    code, _, said = call("verify", path)
    assert (code, "--max-numbers" in said) == (3, True)
    assert json.loads(path.read_text(encoding="utf-8")) == manifest_of(path)


@pytest.mark.parametrize("over", [5, {}, {"parameter": 1, "values": [1]}, {"parameter": "x", "values": []},
                                  {"parameter": "x", "values": [[1]]}])  # fmt: skip
def test_f65_a_manifest_with_a_strange_range_is_none(small, call, over):
    edit(small, lambda content: content.update(over=over))
    code, out, said = call("embed", small)
    assert (code, out) == (3, "") and re.fullmatch(SENTENCE, said)


@pytest.mark.parametrize("matrices", [5, [], {"": []}, {"": [[]]}, {"": 3}, {"a": [[[1]]]}])
def test_f65_strange_matrices_of_a_film_that_stands_still_make_no_traceback(small, call, matrices):
    def change(content):
        content["job"]["matrices"] = matrices
        content["frames"]["steps"] = [0] + [1] * 1000 + [0]
        content["frames"]["parts"] = content["frames"]["entries"] = None

    edit(small, change)
    code, _, said = call("embed", small)
    assert code == 0 and "nothing has changed for a second" in said
