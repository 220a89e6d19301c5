"""Films whose files may have so many bytes."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from films import edit, listing, run, worst_cell

from render.check.verify import verify
from render.errors import RenderError, UsageError
from render.pipeline.fit import make
from render.pipeline.job import Job
from render.pipeline.sizes import parse_bytes, size_of_file
from render.video.encoder import StreamInfo, encode_arguments
from render.video.formats import FORMATS, can_be_smaller, smaller


@pytest.mark.parametrize(
    ("size", "count"),
    [
        ("2MB", 2_000_000), ("500kB", 500_000), ("500 KB", 500_000), ("2_000_000", 2_000_000), ("1.5MiB", 1_572_864),
        ("1kib", 1024), ("0.5 GB", 500_000_000), ("12", 12), ("12b", 12), (3_000, 3_000), (" 1 mb ", 1_000_000),
        ("0.0015kB", 1),
    ],
)  # fmt: skip
def test_sizes_are_read_as_people_write_them(size, count):
    assert parse_bytes(size) == count
    assert Job("orthogonal", max_bytes=size).max_bytes == count


@pytest.mark.parametrize(
    "size",
    ["", "x", "MB", "-1", "0", 0, -5, "0kB", "0.1B", True, 1.5, None, "1e6", "2 MBs", "2,000", "1.MB", ".5MB", "_1",
     "1__0", "٢MB", "2mbit", "1bib", "9" * 41, 10**30, "9999999999GB", ["2MB"]],
)  # fmt: skip
def test_what_is_no_size_is_refused(size):
    with pytest.raises(UsageError, match=r"max_bytes must be a size, as 2MB, 500kB or 1\.5MiB, but it is"):
        parse_bytes(size)


@pytest.mark.parametrize(
    ("count", "written"),
    [(1, "1 bytes"), (999, "999 bytes"), (1_000, "1 kB"), (1_001, "1.1 kB"), (9_950, "10 kB"), (182_001, "183 kB"),
     (2_000_000, "2 MB"), (2_400_001, "2.5 MB"), (12_000_001, "13 MB")],
)  # fmt: skip
def test_sizes_are_never_said_to_be_less(count, written):
    assert size_of_file(count) == written


def h264(form, width=1280, height=720, cell_area=0):
    return encode_arguments(form, Path("film"), StreamInfo(width, height, 1, Fraction(25), cell_area=cell_area))


def test_only_quality_is_lowered():
    mp4 = FORMATS["mp4"]
    changed = [(a, b) for a, b in zip(h264(mp4), h264(smaller(mp4, 4)), strict=True) if a != b]
    assert changed == [("32", "36")]
    assert smaller(mp4) is mp4
    assert smaller(FORMATS["gif"], 4, thorough=True) is FORMATS["gif"]
    assert [name for name in ("x.mp4", "x.webp", "x.gif", "x.png", "x.html", "x") if can_be_smaller(name)] == ["x.mp4"]


# Table A-1 of H.264: 32,768 blocks for level 4, of which 1280 × 720 pixels have 3,600 and 1920 × 1080 some 8,160.
@pytest.mark.parametrize(("size", "kept"), [((1280, 720), 9), ((1920, 1080), 4), ((3840, 2160), 1)])
@pytest.mark.parametrize("thorough", [False, True])
def test_more_earlier_pictures_are_searched_than_phones_can_keep_at_no_size(size, kept, thorough):
    arguments = h264(smaller(FORMATS["mp4"], thorough=thorough), *size)
    assert arguments[arguments.index("-refs") + 1] == str(kept)
    assert arguments[arguments.index("-crf") + 1] == "32"


def references(form, rows):
    """In how many earlier pictures is looked for the cells of a matrix, each of them a block."""
    arguments = h264(form, cell_area=(16 * rows) ** 2)
    return int(arguments[arguments.index("-refs") + 1])


def test_the_more_cells_change_the_fewer_earlier_pictures_are_searched():
    mp4 = FORMATS["mp4"]
    assert [references(mp4, rows) for rows in (0, 8, 16, 24, 32, 40)] == [9, 9, 9, 4, 2, 1]
    assert {references(smaller(mp4, thorough=True), rows) for rows in (16, 40)} == {9}


@pytest.mark.parametrize(
    "savings",
    [
        {"thorough": 2},
        {"thorough": True},
        {"crf": 7},
        {"crf": 0},
        {"crf": True},
        {"crf": "2"},
        {"pictures": 0.5},
        {"pictures": 13},
        {"fps": 2},
        3,
    ],
)
def test_a_job_spares_nothing_else(savings):
    with pytest.raises(UsageError, match="savings are thorough"):
        Job("orthogonal", savings=savings)


def job(folder, *formats, **options):
    look = {"layout": "square"} | options
    return Job("vanishing", {"steps": 60, "dim": 16}, output=str(folder), formats=formats, **look)


def sizes(film):
    """The bytes of all files but the manifest, by ending."""
    return {ending: path.stat().st_size for ending, path in film.files.items() if ending != "json"}


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The film as it is where files may be of any size."""
    return make(job(tmp_path_factory.mktemp("usual"), "mp4", "gif"))


def test_a_film_that_fits_is_the_usual_one(tmp_path, usual):
    film = make(job(tmp_path, "mp4", "gif", max_bytes=max(sizes(usual).values())))
    assert {ending: film.files[ending].read_bytes() for ending in sizes(usual)} == {
        ending: usual.files[ending].read_bytes() for ending in sizes(usual)
    }
    assert film.remarks == usual.remarks
    assert film.manifest["job"]["savings"] == {}


@pytest.mark.parametrize("pace", ["even", "film"])
def test_an_mp4_is_encoded_with_more_time_first(tmp_path, pace):
    asked = Job("orthogonal", {"seed": 2}, output=str(tmp_path), formats=("mp4",), pace=pace)
    plain = make(asked)
    limit, frames = round(0.97 * sizes(plain)["mp4"]), plain.manifest["frames"]
    film = make(replace(asked, max_bytes=limit))
    assert sizes(film)["mp4"] <= limit
    assert film.manifest["job"]["savings"] == {"thorough": 1}
    assert film.remarks[-1].endswith("the MP4 was encoded with more time")
    assert film.manifest["frames"] == frames
    # No colour is lost.
    assert worst_cell(film.files["mp4"]) <= FORMATS["mp4"].cell_error
    report = verify(film.files["mp4"])
    assert report.holds, report.faults


@pytest.mark.slow
def test_an_mp4_is_made_coarser_and_verified_as_such(tmp_path, usual):
    limit = round(0.78 * sizes(usual)["mp4"])
    film = make(job(tmp_path, "mp4", max_bytes=limit))
    assert max(sizes(film).values()) <= limit
    assert [*film.manifest["job"]["savings"]] == ["thorough", "crf"]
    assert film.manifest["beats"] == usual.manifest["beats"]
    assert worst_cell(film.files["mp4"]) <= FORMATS["mp4"].cell_error
    assert "CRF" in film.remarks[-1] and size_of_file(limit) in film.remarks[-1]
    assert f"--max-bytes {limit}" in film.manifest["command"]
    report = verify(film.files["mp4"])
    assert report.holds, report.faults
    # Without what was spared, the film rendered again is another one.
    edit(film.files["mp4"], lambda content: content["job"].update(savings={}))
    assert not verify(film.files["mp4"]).holds


def test_where_more_is_needed_steps_run_by_with_fewer_pictures(tmp_path, usual):
    limit = round(0.85 * sizes(usual)["gif"])
    film = make(job(tmp_path, "gif", max_bytes=limit))
    assert max(sizes(film).values()) <= limit
    assert film.manifest["job"]["savings"] == {"pictures": 8.0}
    assert "8 pictures a second" in film.remarks[-1]
    first, second = (content["frames"] for content in (usual.manifest, film.manifest))
    # As long as before, at the same moments, and the last step is there; between them some are left out.
    assert len(first["steps"]) == len(second["steps"])
    assert usual.manifest["moments"] == film.manifest["moments"]
    assert set(second["steps"]) < set(first["steps"])
    assert second["steps"][-1] == 60
    assert {moment["step"] for moment in film.manifest["moments"]} <= {None, *second["steps"]}
    report = verify(film.files["gif"])
    assert report.holds, report.faults


@pytest.mark.slow
def test_what_cannot_fit_is_refused_with_what_would_and_old_files_stay(tmp_path, usual):
    make(job(tmp_path, "gif"))
    before = listing(tmp_path)
    limit = sizes(usual)["mp4"]
    with pytest.raises(RenderError) as refused:
        make(job(tmp_path, "gif", max_bytes=limit))
    said = str(refused.value)
    assert listing(tmp_path) == before
    assert said.startswith("vanishing.gif has ")
    assert f"where {size_of_file(limit)} are allowed" in said
    assert int(re.search(r"has (\d+) kB at least", said)[1]) * 1000 > limit
    assert int(re.search(r"--format mp4 has (\d+) kB", said)[1]) * 1000 <= limit
    assert "--format gif" not in said
    # What is said to fit does.
    assert max(sizes(make(job(tmp_path / "other", "mp4", max_bytes=limit))).values()) <= limit


@pytest.mark.slow
def test_a_poster_that_is_too_large_needs_a_smaller_film(tmp_path):
    done = run(
        "scene", "vanishing", "--steps", 20, "--dim", 4, "--format", "mp4", "--max-bytes", "90kB", "-o", tmp_path
    )
    assert done.returncode == 1
    assert done.stdout == ""
    said = r"render: vanishing.png has \d+ kB at least where 90 kB are allowed, but --layout square has [0-9.]+ kB "
    assert re.fullmatch(said + r"at most, so take that or raise --max-bytes\.\n", done.stderr), done.stderr
    assert listing(tmp_path) == {}
    # Where no layout has a small enough one, fewer steps would not help.
    with pytest.raises(RenderError, match=r"and fewer steps hardly make that smaller, so raise --max-bytes$"):
        make(job(tmp_path, "mp4", max_bytes=20_000))
    assert listing(tmp_path) == {}


@pytest.mark.slow
def test_a_film_with_other_colours_than_its_numbers_is_not_made(tmp_path, monkeypatch):
    plain = make(job(tmp_path / "plain", "mp4", pace="even"))
    # As if H.264 kept no colour well enough.
    monkeypatch.setitem(FORMATS, "mp4", replace(FORMATS["mp4"], cell_error=0))
    wanted = job(tmp_path / "films", "mp4", max_bytes=round(0.93 * sizes(plain)["mp4"]), pace="even")
    with pytest.raises(RenderError, match=r"vanishing\.mp4 would have other colours than its numbers"):
        make(wanted)
    assert listing(tmp_path / "films") == {}


def test_the_command_says_what_it_spared_and_refuses_nonsense(tmp_path, usual):
    small = ("vanishing", "--steps", 60, "--dim", 16, "--layout", "square", "--format", "mp4", "-o", tmp_path)
    done = run("scene", *small, "--max-bytes", f"{sizes(usual)['mp4'] * 0.93 / 1000:.1f}kB")
    assert done.returncode == 0
    assert "the MP4 was encoded with more time" in done.stderr
    assert len([line for line in done.stderr.splitlines() if "no file above" in line]) == 1
    before = listing(tmp_path)
    done = run("scene", *small, "--max-bytes", "two")
    assert done.returncode == 2
    assert done.stderr == "render: max_bytes must be a size, as 2MB, 500kB or 1.5MiB, but it is 'two'.\n"
    assert listing(tmp_path) == before
