"""Scenes of symmetries, against permutations counted in full, finite differences and closed forms."""

import itertools
import math

import numpy as np
import pytest

from render.simulator import simulate
from scenes.symmetry import (
    _clusters,
    equal_units,
    hidden_permutation,
    loss_and_gradients,
    scale_symmetry,
    softmax_equal,
    softmax_gradient,
)


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


@pytest.mark.parametrize("label", ["ReLU, scaled", "tanh, flipped"])
def test_factors_are_what_rows_are_multiplied_by(label):
    sequence = scale_symmetry.build(steps=20)[label]
    trajectory, weights = simulate(sequence), sequence.series["weights"]
    for step in (1, 7, 20):
        scale = np.diagonal(trajectory.matrix(step))
        assert weights[step, :, :-1] == pytest.approx(scale[:, None] * weights[0, :, :-1], rel=1e-12)
        assert weights[step, :, -1] * scale == pytest.approx(weights[0, :, -1], rel=1e-12)
        assert np.abs(weights[step] - weights[0]).max() > 0.1


def test_scaling_is_a_symmetry_of_relu_only():
    series = scale_symmetry.build(steps=8)["ReLU, scaled"].series
    inputs = np.random.default_rng(0).standard_normal((8, 5))
    through = [w[:, -1] @ np.tanh(w[:, :-1] @ inputs) for w in series["weights"][[0, 4]]]
    assert np.abs(through[1] - through[0]).max() > 0.1


def test_gradients_are_complex_steps():
    rng = np.random.default_rng(3)
    first, second = rng.standard_normal((4, 3)), rng.standard_normal(4)
    x, y = rng.standard_normal((7, 3)), rng.standard_normal(7)
    _, by_first, by_second = loss_and_gradients(first, second, x, y)

    def loss(w, v):
        return (((v @ np.tanh(w @ x.T)) - y) ** 2).mean() / 2

    step = 1e-30
    for place in np.ndindex(first.shape):
        moved = first.astype(complex)
        moved[place] += 1j * step
        assert loss(moved, second).imag / step == pytest.approx(by_first[place], rel=1e-12)
    for place in range(4):
        moved = second.astype(complex)
        moved[place] += 1j * step
        assert loss(first, moved).imag / step == pytest.approx(by_second[place], rel=1e-12)


@pytest.mark.parametrize("dim", [2, 3, 8, 16])
def test_equal_units_stay_equal_to_the_bit_while_others_learn(dim):
    columns = equal_units.build(dim=dim, steps=40, seed=dim)
    for label in ("zeros", "constant"):
        weights = columns[label].series["weights"]
        assert (weights == weights[:, :1]).all()
    assert not columns["zeros"].series["weights"].any()
    # The columns of equal units differ: one unit learns.
    assert np.ptp(columns["constant"].series["weights"][-1, 0]) > 1e-3
    assert columns["constant"].series["loss"][-1] < columns["constant"].series["loss"][0]
    assert columns["random"].series["loss"][-1] < columns["constant"].series["loss"][-1]


def test_softmax_gradient_and_hessian_are_differences():
    x, classes = _clusters(4, 2)
    weights = np.random.default_rng(1).standard_normal((4, 2))
    _, gradient, hessian = softmax_gradient(weights, x, classes)
    step = 1e-5
    for place in range(8):
        ends = []
        for sign in (1, -1):
            moved = weights.copy().ravel()
            moved[place] += sign * step
            ends.append(softmax_gradient(moved.reshape(4, 2), x, classes)[:2])
        (up, slope_up), (down, slope_down) = ends
        assert (up - down) / (2 * step) == pytest.approx(gradient.ravel()[place], abs=1e-9)
        assert (slope_up - slope_down).ravel() / (2 * step) == pytest.approx(hessian[place], abs=1e-9)


def test_product_is_the_derivative_of_the_weights_by_the_first():
    steps, nudge = 12, 1e-5
    sequence = softmax_equal.build(steps=steps)[None]
    derivative = simulate(sequence).matrix(steps)
    # All weights moved alike is what the parameter does.
    ends = [softmax_equal.build(steps=steps, start=0.5 + sign * nudge)[None].series["weights"][-1] for sign in (1, -1)]
    assert (ends[0] - ends[1]).ravel() / (2 * nudge) == pytest.approx(derivative.sum(axis=1), abs=1e-8)


def test_rows_of_softmax_part_at_the_first_step_and_learn():
    series = softmax_equal.build()[None].series
    assert series["distance"][0] == 0
    assert (series["distance"][1:] > 0.1).all()
    assert (np.diff(series["loss"]) < 0).all()
