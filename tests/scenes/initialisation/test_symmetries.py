"""Permuted and rescaled hidden units, against permutations counted in full and another activation."""

import itertools
import math

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
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


def test_a_unit_that_turns_its_sign_in_but_not_out_is_found():
    columns = dict(scale_symmetry.build())
    sequence = columns["tanh, signs flipped"]
    weights = np.array(sequence.series["weights"])
    weights[9:, 4, -1] *= -1
    inputs = np.linspace(-2, 2, 49) * np.ones((8, 1))
    output = np.stack([w[:, -1] @ np.tanh(w[:, :-1] @ inputs) for w in weights])
    series = {"weights": weights, "output": output, "first output": np.broadcast_to(output[0], output.shape)}
    columns["tanh, signs flipped"] = MatrixSequence(sequence.factors, series=series)
    assert not judge([scale_symmetry.headline], columns, scale_symmetry.resolve())[0].holds
    # Nor may nothing be changed at all.
    still = {key: np.broadcast_to(value[0], value.shape) for key, value in sequence.series.items()}
    columns["tanh, signs flipped"] = MatrixSequence(sequence.factors, series=still)
    assert not judge([scale_symmetry.headline], columns, scale_symmetry.resolve())[0].holds


def test_orders_that_come_up_twice_are_found():
    values = hidden_permutation.resolve(steps=24)
    sequence = hidden_permutation.build(**values)[None]
    back = np.r_[np.arange(13), np.arange(11, -1, -1)]
    series = {key: value[back] for key, value in sequence.series.items()}
    spoiled = {None: MatrixSequence(sequence.factors, series=series)}
    assert judge([hidden_permutation.headline], {None: sequence}, values)[0].holds
    assert not judge([hidden_permutation.headline], spoiled, values)[0].holds
