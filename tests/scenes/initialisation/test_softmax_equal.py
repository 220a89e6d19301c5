"""Softmax regression from equal weights, against finite differences."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from scenes.initialisation.softmax_equal import clusters, softmax_equal, softmax_gradient


def test_gradient_and_hessian_are_differences():
    x, classes = clusters(4, 2)
    weights = np.random.default_rng(1).standard_normal((4, 2))
    _, gradient, hessian = softmax_gradient(weights, x, classes)
    step = 1e-5
    for index in range(8):
        ends = []
        for sign in (1, -1):
            moved = weights.copy().ravel()
            moved[index] += sign * step
            ends.append(softmax_gradient(moved.reshape(4, 2), x, classes)[:2])
        (up, slope_up), (down, slope_down) = ends
        assert (up - down) / (2 * step) == pytest.approx(gradient.ravel()[index], abs=1e-9)
        assert (slope_up - slope_down).ravel() / (2 * step) == pytest.approx(hessian[index], abs=1e-9)


def test_product_is_the_derivative_of_the_weights_by_the_first():
    steps, nudge = 12, 1e-5
    sequence = softmax_equal.build(steps=steps)[None]
    derivative = simulate(sequence).matrix(steps)
    # All weights moved alike is what the parameter does.
    ends = [softmax_equal.build(steps=steps, start=0.5 + sign * nudge)[None].series["rows"][-1] for sign in (1, -1)]
    assert (ends[0] - ends[1]).ravel() / (2 * nudge) == pytest.approx(derivative.sum(axis=1), abs=1e-8)


def test_rows_part_at_the_first_step_and_learn():
    series = softmax_equal.build()[None].series
    assert series["distance"][0] == 0
    assert (series["distance"][1:] > 0.1).all()
    assert (np.diff(series["loss"]) < 0).all()
