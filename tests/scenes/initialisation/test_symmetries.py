"""Permuted and rescaled hidden units, against permutations counted in full and another activation."""

import itertools
import math

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from scenes.initialisation.hidden_permutation import hidden_permutation
from scenes.initialisation.scale_symmetry import scale_symmetry


@pytest.mark.parametrize("units", [2, 3, 4, 5])
def test_swaps_bring_up_every_order_and_come_back(units):
    count = math.factorial(units)
    sequence = hidden_permutation.build(units=units, steps=count)[None]
    trajectory = simulate(sequence)
    orders = {tuple(trajectory.matrix(step).argmax(axis=1)) for step in range(count)}
    assert orders == set(itertools.permutations(range(units)))
    assert np.array_equal(trajectory.matrix(count), np.eye(units))
    weights = sequence.series["weights"]
    for step in (1, count // 2, count):
        assert np.array_equal(weights[step], trajectory.matrix(step) @ weights[0])
    # Each factor swaps neighbours.
    assert all(np.abs(factor - np.eye(units)).sum() == 4 for factor in sequence.factors)


@pytest.mark.parametrize("label", ["ReLU net", "tanh, signs flipped"])
def test_factors_are_what_rows_are_multiplied_by(label):
    sequence = scale_symmetry.build(steps=20)[label]
    trajectory, weights = simulate(sequence), sequence.series["weights"]
    for step in (1, 7, 20):
        scale = np.diagonal(trajectory.matrix(step))
        assert weights[step, :, :-1] == pytest.approx(scale[:, None] * weights[0, :, :-1], rel=1e-12)
        assert weights[step, :, -1] * scale == pytest.approx(weights[0, :, -1], rel=1e-12)
        assert np.abs(weights[step] - weights[0]).max() > 0.1


def test_scaling_is_a_symmetry_of_relu_only():
    series = scale_symmetry.build(steps=8)["ReLU net"].series
    inputs = np.random.default_rng(0).standard_normal((8, 5))
    through = [w[:, -1] @ np.tanh(w[:, :-1] @ inputs) for w in series["weights"][[0, 4]]]
    assert np.abs(through[1] - through[0]).max() > 0.1
