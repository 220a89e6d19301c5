"""Linear and softmax regression from equal weights, against finite differences and least squares."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.initialisation.softmax_equal import clusters, linear_gradient, linear_task, softmax_equal, softmax_gradient


@pytest.mark.parametrize(
    ("function", "task"), [(softmax_gradient, clusters(4, 2)), (linear_gradient, linear_task(4, 2))]
)
def test_gradient_and_hessian_are_differences(function, task):
    weights = np.random.default_rng(1).standard_normal((4, 2))
    _, gradient, hessian = function(weights, *task)
    step = 1e-5
    for index in range(8):
        ends = []
        for sign in (1, -1):
            moved = weights.copy().ravel()
            moved[index] += sign * step
            ends.append(function(moved.reshape(4, 2), *task)[:2])
        (up, slope_up), (down, slope_down) = ends
        assert (up - down) / (2 * step) == pytest.approx(gradient.ravel()[index], abs=1e-9)
        assert (slope_up - slope_down).ravel() / (2 * step) == pytest.approx(hessian[index], abs=1e-9)


@pytest.mark.parametrize("label", ["linear", "softmax"])
def test_product_is_the_derivative_of_the_weights_by_the_first(label):
    steps, nudge = 12, 1e-5
    sequence = softmax_equal.build(steps=steps)[label]
    derivative = simulate(sequence).matrix(steps)
    # All weights moved alike is what the parameter does.
    ends = [softmax_equal.build(steps=steps, start=0.5 + sign * nudge)[label].series["rows"][-1] for sign in (1, -1)]
    assert (ends[0] - ends[1]).ravel() / (2 * nudge) == pytest.approx(derivative.sum(axis=1), abs=1e-8)


@pytest.mark.parametrize("label", ["linear", "softmax"])
def test_rows_part_at_the_first_step_and_learn(label):
    series = softmax_equal.build()[label].series
    assert series["distance"][0] == 0
    assert (series["distance"][1:] > 0.1).all()
    assert (np.diff(series["loss"]) < 0).all()


def test_linear_rows_end_at_least_squares_from_any_start():
    x, y = linear_task(3, 0)
    best = np.linalg.inv(x.T @ x) @ x.T @ y
    for start in (-2.0, 0.5, 2.0):
        rows = softmax_equal.build(steps=300, start=start)["linear"].series["rows"]
        assert rows[-1] == pytest.approx(best.T, abs=1e-10)


MUTATIONS = {
    "linear_gradient": lambda loss, gradient, hessian: (loss, 1.01 * gradient, hessian),
    "softmax_gradient": lambda loss, gradient, hessian: (loss, np.roll(gradient, 1, axis=0) * [1, -1], hessian),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_headline_is_false_of_other_gradients(name, monkeypatch):
    true = softmax_equal.function.__globals__[name]

    def holds():
        return judge([softmax_equal.headline], softmax_equal.build(), softmax_equal.resolve())[0].holds

    assert holds()
    monkeypatch.setitem(softmax_equal.function.__globals__, name, lambda *a: MUTATIONS[name](*true(*a)))
    assert not holds()
