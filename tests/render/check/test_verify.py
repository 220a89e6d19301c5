"""`render verify`: films that are what their manifests say pass, and whatever was done to one is named."""

import os
import re
import shutil

import pytest
from films import cell_centres, decode, edit, listing, manifest_of, panel_of
from verifying import TINY, box_of, put, refilm, state_bytes

import render

pytestmark = pytest.mark.slow


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
    assert re.search(r"✗ rotation.mp4: 1 frame \(3\) differs from those rendered again", out)


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


def test_what_cannot_be_opened_is_told(tmp_path, check):
    assert check("x" * 300)[0] == 3
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.json")
        code, _, err = check(tmp_path / "pipe.gif")
        assert code == 3
        assert "is no regular file" in err
