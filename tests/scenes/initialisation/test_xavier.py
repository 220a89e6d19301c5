"""Entries of Xavier's layers, against their two distributions."""

import math

import numpy as np
import pytest
from films import decided

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.initialisation.xavier import xavier


def test_uniform_entries_are_within_the_bound_and_both_shapes_fit():
    for sequence in xavier.build(dim=64, steps=64).values():
        density, last = sequence.series["weights"][[0, -1]]
        # 6,500 entries a bin.
        assert np.abs(last - density).max() < 0.07
    assert np.abs(xavier.build(dim=5, steps=40)["uniform"].factors).max() <= math.sqrt(6 / 10)


def test_typical_vector_dies_though_the_mean_square_stays():
    columns, verdicts = decided(xavier, dim=4, steps=64)
    assert all(verdict.holds for verdict in verdicts.values())
    # The mean of log ‖v‖ is 64 · (−0.1352), so its typical length 1.75 · 10⁻⁴.
    fall = verdicts["normal", "mean of log10 length"]
    assert 10**fall.expected == pytest.approx(1.75e-4, rel=0.01)
    squares = 10 ** (2 * np.diff(columns["normal"].series["lengths"], axis=0))
    assert squares.mean() == pytest.approx(1, abs=0.1)


def test_headline_is_false_of_orthogonal_layers_that_keep_every_length():
    parameters = xavier.resolve()
    columns = xavier.build(**parameters)
    normal = columns["normal"]
    lengths = {"lengths": np.zeros_like(normal.series["lengths"])}
    columns["normal"] = MatrixSequence(normal.factors, series=dict(normal.series) | lengths)
    numbers = {label: simulate(sequence) for label, sequence in columns.items()}
    assert not judge([xavier.headline], numbers, parameters)[0].holds
