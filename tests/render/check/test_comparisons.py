"""What `render verify` compares, piece by piece: cells, numbers and bytes within what is allowed, and just beyond."""

import copy
import hashlib

import numpy as np
import pytest
from films import cell_centres, colors, study_of

from render.check import verify
from render.check.frames import FilmAgain, _Playback
from render.check.numbers import check_claims, check_numbers
from render.check.report import Report
from render.drawing.raster import RasterCanvas
from render.pipeline.job import FilmOptions, Job
from render.pipeline.painter import Painter
from render.video.formats import kind_of

CONTENT = {
    "eigenreel": "1",
    "versions": {"numpy": "2"},
    "files": [{"name": "a.mp4", "bytes": 3, "sha256": "ab", "frames": 2}],
    "matrix_sha256": "cd",
    "tracks": {"norm": [1.0, 0.5, 0.0]},
    "claims": [],
}


@pytest.fixture(scope="module")
def turning():
    """A film of a rotation, the frame of its step 2, and what the manifest says of the panel of cells."""
    found = study_of("rotation", steps=3, angle=30.0)
    again = FilmAgain(Job("rotation"), found, None, {"frames": {"steps": [0, 1, 2, 3], "parts": None}})
    painter = Painter(found, FilmOptions(), RasterCanvas)
    return again, painter.paint(2).pixels[..., :3].copy(), next(p for p in painter.describe() if p["panel"] == "matrix")


def compared(turning, change):
    """Return what is found of a frame whose cells are changed."""
    again, frame, panel = turning
    frame, seen = frame.copy(), _Playback()
    change(frame, panel)
    again.check_cells(frame, (2, 0.0), kind_of("a.mp4"), seen)
    return seen


def moved(row, column, away):
    """Return what changes one channel of one cell's colour by so much."""

    def change(frame, panel):
        y, x = (panel[axis] + place * panel["cell"] for axis, place in (("y", row), ("x", column)))
        cell = frame[y : y + panel["cell"], x : x + panel["cell"]]
        middle = cell[panel["sample"], panel["sample"]].astype(int)
        channel = int(np.argmax(np.maximum(middle, 255 - middle)))
        cell[..., channel] = middle[channel] + (away if middle[channel] < 128 else -away)

    return change


def test_cells_have_the_colours_of_their_numbers(turning):
    """Those of matplotlib's linear norm in the picture, to which the frame is compared here."""
    again, frame, panel = turning
    turn = np.radians(60)
    powers = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    table = again._painter.canvas.theme.sign.colors
    expected = colors(powers, panel["limits"], [bytes(color).hex() for color in table])
    assert np.array_equal(cell_centres(frame, panel), expected)
    seen = compared(turning, lambda frame, panel: None)
    assert (seen.cells, seen.worst_cell, seen.wrong_cells) == (4, 0, [])


@pytest.mark.parametrize("row", [0, 1])
@pytest.mark.parametrize("column", [0, 1])
def test_one_cell_of_another_colour_is_named(turning, row, column):
    most = kind_of("a.mp4").cell_error
    seen = compared(turning, moved(row, column, most))
    assert (seen.worst_cell, seen.wrong_cells) == (most, [])
    seen = compared(turning, moved(row, column, most + 1))
    assert seen.worst_cell == most + 1
    assert seen.wrong_cells == [f"step 2, row {row + 1}, column {column + 1} of panel matrix"]


@pytest.mark.parametrize(
    ("exact", "stated", "holds"),
    [
        (True, 0.5, True),
        (True, np.nextafter(0.5, 1), False),
        (False, 0.5 * (1 + 5e-10), True),
        (False, 0.5 * (1 + 5e-9), False),
        (False, 0.5 * (1 - 5e-9), False),
    ],
)
def test_numbers_are_those_recomputed_but_for_what_rounding_does(tmp_path, exact, stated, holds):
    content, report = copy.deepcopy(CONTENT), Report(tmp_path / "a.json")
    content["tracks"]["norm"][1] = float(stated)
    check_numbers(content, CONTENT, report, exact=exact, same_versions=True)
    assert report.holds is holds
    assert holds or "tracks.norm[1] is" in report.faults[0]


@pytest.mark.parametrize("stated", [0, False, None, "0.0", [0.0]])
def test_a_number_of_another_type_is_another_number(tmp_path, stated):
    content, report = copy.deepcopy(CONTENT), Report(tmp_path / "a.json")
    content["tracks"]["norm"][2] = stated
    check_numbers(content, CONTENT, report, exact=True, same_versions=True)
    assert not report.holds


@pytest.mark.parametrize(("value", "stated", "honest"), [(1.5, True, True), (1.5625, True, False), (1.5, False, False)])
def test_a_verdict_follows_from_the_numbers_beside_it(tmp_path, value, stated, honest):
    """Binary fractions, so that value − expected is the tolerance exactly."""
    report = Report(tmp_path / "a.json")
    check_claims([{"claim": "c", "value": value, "expected": 1.0, "tolerance": 0.5, "holds": stated}], report)
    assert report.holds is honest


def test_a_file_of_as_many_but_other_bytes_is_found(tmp_path):
    def bytes_checked(file):
        (tmp_path / "a.mp4").write_bytes(file)
        digest = hashlib.sha256(b"film").hexdigest()
        report = Report(tmp_path / "a.json")
        same = verify._check_bytes({"files": [{"name": "a.mp4", "bytes": 4, "sha256": digest}]}, report, {})
        assert not same
        return report

    assert bytes_checked(b"film").holds
    for other in (b"filn", b"films", b""):
        assert bytes_checked(other).faults == ["a.mp4 has other bytes than the manifest states"]
