"""Records: what they hold, and what they refuse. Products are tested with the simulator."""

import numpy as np
import pytest

from scenes import Record, SequenceError


def test_a_record_has_one_entry_a_state():
    record = Record({"loss": [3.0, 2.0, 1.0, 0.5], "weights": np.zeros((4, 2, 3)), "counts": np.arange(4)})
    assert record.steps == 3
    assert {name: track.shape for name, track in record.series.items()} == {
        "loss": (4,),
        "weights": (4, 2, 3),
        "counts": (4,),
    }
    assert {track.dtype for track in record.series.values()} == {np.dtype(float)}
    assert Record({"alone": [[1.0, 2.0]]}).steps == 0


def test_series_are_copies_that_cannot_be_written_to():
    given = np.arange(3.0)
    record = Record({"a": given})
    given[0] = 7
    assert record.series["a"].tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        record.series["a"][0] = 7


def test_what_is_not_known_may_be_nan():
    track = Record({"a": [np.nan, np.inf, 1.0]}).series["a"]
    assert np.array_equal(track, [np.nan, np.inf, 1.0], equal_nan=True)


def test_what_is_no_record_is_refused():
    for series, said in (
        ({}, "needs one series at least, but it has none"),
        ({"a": []}, "needs one entry a state, but the first of the record has none"),
        ({"a": 1.0}, "needs one entry a state, but the first of the record has none"),
        ({"a": np.zeros((0, 3))}, "needs one entry a state, but the first of the record has none"),
        ({"a": range(4), "b": range(5)}, r"'b' needs one entry a state, 4 in all, but its shape is \(5,\)"),
        ({"a": range(4), "b": 1.0}, r"'b' needs one entry a state, 4 in all, but its shape is \(\)"),
        ({"a": [1j, 2j]}, "'a' must be real numbers, but their type is complex128"),
        ({"a": ["x", "y"]}, "'a' must be real numbers"),
        ({"a": [None, 1.0]}, "'a' must be real numbers, but their type is object"),
        ({"": [1.0]}, "needs a name that can be printed, but one is named ''"),
        ({"a\n": [1.0]}, "needs a name that can be printed"),
        ({1: [1.0]}, "needs a name that can be printed, but one is named 1"),
    ):
        with pytest.raises(SequenceError, match=said):
            Record(series)
