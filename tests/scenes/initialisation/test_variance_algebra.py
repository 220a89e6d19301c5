"""Variances of deep linear layers, of either shape, and with what would spoil them."""

import sys

import numpy as np
import pytest
from films import decided

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.initialisation.variance_algebra import variance_algebra

MODULE = sys.modules[variance_algebra.function.__module__]


@pytest.mark.parametrize("weights", ["normal", "uniform"])
def test_variances_are_powers_of_the_gain_and_layers_are_normal(weights):
    columns, verdicts = decided(variance_algebra, weights=weights, gain=1.2, steps=6, dim=400)
    assert all(verdict.holds for verdict in verdicts.values())
    series = columns[None].series
    assert 10 ** series["measured"][6] == pytest.approx(1.2**6, rel=0.2)
    # Bars of 12,800 numbers, the highest of a normal distribution being 0.4 / σ.
    assert np.abs(series["histogram"][1] - series["gaussian"][1]).max() < 0.05


def test_headline_is_false_for_another_gain_and_for_a_mean():
    parameters = variance_algebra.resolve()
    other = MODULE._network(15, 256, 0, 0.8, "uniform")
    true = variance_algebra.build()[None]
    shifted = MatrixSequence(true.factors, series=dict(true.series) | {"mean": true.series["mean"] + 0.5})
    for sequence in (other, shifted):
        assert not judge([variance_algebra.headline], {None: simulate(sequence)}, parameters)[0].holds
