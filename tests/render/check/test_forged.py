"""Films that are not what they say: found, told in a sentence, never believed."""

import hashlib
import re
import shutil
import sys

import pytest
from films import edit, ffmpeg

import render
from render.cli import commands as cli
from render.cli import terminal

pytestmark = pytest.mark.slow

SENTENCE = r"render: [^\x00-\x1f\x7f]+[.?]\n"
TINY = {"steps": 1, "dim": 2, "formats": "gif", "layout": "square", "pace": "even"}
LOSSLESS = ("-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p")
EYE = "repeated(np.eye(2), steps)"
FALSE = "@own.claim('norm')\ndef _(): return Claimed(2.0, 1.0, 0.5)\n"


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


def test_what_was_not_compared_does_not_hold(small, call):
    edit(small, lambda content: content.update(scene="a.py", job=content["job"] | {"scene": "a.py"}))
    code, out, said = call("verify", small)
    assert code == 1
    assert out.startswith("small/vanishing.json: not verified\n")
    assert "✗" not in out
    assert call("verify", "--quiet", small) == (1, "", said)


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
