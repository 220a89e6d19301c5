"""What another version of NumPy rounds otherwise is told from what is another film."""

import copy

import numpy as np
import pytest
from films import edit

import render
from render.check.frames import _furthest
from render.check.numbers import check_numbers
from render.check.report import Report
from render.check.verify import verify
from render.panels._labels import EndLabel, moved_apart
from render.pipeline import beats
from render.pipeline.comparison import comparison
from render.video.formats import FORMATS

CONTENT = {
    "files": [],
    "versions": {"numpy": "2.1.0"},
    "matrix_sha256": None,
    "tracks": {"size": [1.0, 2.0]},
    "claims": [{"claim": "off / allowed", "value": 0.03, "expected": 0.0, "tolerance": 1.0, "holds": True}],
}


@pytest.fixture(scope="module")
def sensitive(tmp_path_factory):
    """The manifest of a film that shows rounding errors."""
    folder = tmp_path_factory.mktemp("sensitive")
    render.film("drift", steps=10, dim=4, formats="gif", layout="square", pace="even", output=folder)
    return folder / "drift.json"


def test_a_film_of_rounding_errors_is_compared_under_its_own_version_alone(sensitive):
    assert verify(sensitive).holds
    edit(sensitive, lambda content: content["versions"].update(numpy="1.0"))
    report = verify(sensitive)
    assert not (report.holds or report.complete or report.faults)
    assert report.remarks == [
        "numbers, cells and frames were not compared, since rounding errors are what it shows; "
        f"NumPy here is {np.__version__}, so verify it with 1.0"
    ]
    assert any(line.endswith("claims hold") for line in report.checked)
    with (sensitive.with_suffix(".gif")).open("ab") as film:
        film.write(b"\0")
    assert verify(sensitive).faults == ["drift.gif has other bytes than the manifest states"]


def test_runs_side_by_side_are_as_sensitive_as_one_of_them():
    def of(*names):
        runs = [
            {"label": f"{n} {seed}", "scene": n, "parameters": {"steps": 10, "seed": seed}}
            for seed, n in enumerate(names)
        ]
        return comparison({"of": runs})

    assert of("orthogonal", "drift").sensitive == "rounding errors are what it shows"
    assert of("orthogonal", "vanishing").sensitive == ""


def faults_of(change, **how):
    then, report = copy.deepcopy(CONTENT), Report(None)
    change(then)
    check_numbers(then, copy.deepcopy(CONTENT), report, **how)
    return report.faults


@pytest.mark.parametrize(("value", "right"), [(0.05, True), (0.13, True), (0.14, False), (None, False), ("x", False)])
def test_the_number_of_a_claim_may_be_off_by_a_tenth_of_its_tolerance(value, right):
    def change(content):
        content["claims"][0]["value"] = value

    assert (faults_of(change, exact=False, same_versions=False) == []) is right
    assert faults_of(change, exact=True, same_versions=True)


@pytest.mark.parametrize("claims", [[], [1], [{}], [CONTENT["claims"][0]] * 2])
def test_claims_that_are_none_are_faults_too(claims):
    (fault,) = faults_of(lambda content: content.update(claims=claims), exact=False, same_versions=False)
    assert fault.startswith(
        "the manifest was edited, or the scene is another one now, or these versions round otherwise: "
    )


def test_single_pixels_of_a_gif_may_be_further_off():
    frame = np.full((8, 8, 3), 100, np.uint8)
    twin = frame.copy()
    stray = FORMATS["gif"].stray
    twin.reshape(-1, 3)[:stray] = 200
    twin[-1, -1] = 103
    assert (_furthest(frame, twin, stray), _furthest(frame, twin, 0)) == (3, 100)
    twin[-1, -1] = 0
    assert _furthest(frame, twin, stray) == 100
    # The smallest frame has fewer pixels than that.
    assert _furthest(frame[:1, :1], twin[:1, :1], stray) == 100
    # A cell of a heat-map has more.
    assert stray < 8 * 8


def test_rounding_does_not_decide_which_of_two_labels_is_above():
    for by in (-1e-12, 0.0, 1e-12):
        labels = [EndLabel(0.0, 50.0 + by, "one", "000000"), EndLabel(0.0, 50.0, "other", "000000")]
        assert [label.text for label in moved_apart(labels, 0, 100, 10)] == ["one", "other"]


def test_the_length_of_a_film_does_not_depend_on_how_python_adds(monkeypatch):
    def other(numbers):
        return sum(numbers) * (1 + 1e-15)

    usual = [beats.beats_of(steps, [2, steps]) for steps in range(1, 40)]
    monkeypatch.setattr(beats, "sum", other, raising=False)
    assert [beats.beats_of(steps, [2, steps]) for steps in range(1, 40)] == usual
