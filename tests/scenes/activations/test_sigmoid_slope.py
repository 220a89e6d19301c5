"""Activation functions and their slopes, against formulas and difference quotients."""

from math import exp

import numpy as np
import pytest
from films import decided

from render.pipeline.claims import judge
from scenes import ACTIVATIONS, Record
from scenes.activations.sigmoid_slope import exact_slope, flat, sigmoid_slope


def test_functions_are_what_their_formulas_say_and_stay_in_their_ranges():
    series = sigmoid_slope.build()[None].series
    x, y = series["sigmoid"].T
    assert y == pytest.approx([1 / (1 + exp(-v)) for v in x], rel=1e-13)
    assert 0 < y.min() < y.max() < 1
    assert np.abs(series["tanh"][:, 1]).max() < 1
    assert series["ReLU"][:, 1].tolist() == np.maximum(x, 0).tolist()


def test_slopes_are_difference_quotients():
    series = sigmoid_slope.build()[None].series
    for name in ("sigmoid", "tanh", "ReLU"):
        x, slope = series[f"{name} slope"].T
        kind, away = ACTIVATIONS[name], np.abs(x) > 1e-3
        quotient = (kind.function(x + 1e-6) - kind.function(x - 1e-6)) / 2e-6
        assert slope[away] == pytest.approx(quotient[away], abs=1e-8), name


def test_slopes_far_out():
    for x, known in ((4, 0.017662706213291118), (8, 0.00033523767075636815)):
        assert exp(-x) / (1 + exp(-x)) ** 2 == pytest.approx(known, rel=1e-14)
        assert exact_slope(x) == pytest.approx(known, rel=1e-14)
    # Whatever the number of steps, the sweep comes by 0, ±4 and ±8.
    for steps in (4, 5, 7, 160, 161):
        _, verdicts = decided(sigmoid_slope, steps=steps)
        assert all(verdict.holds for verdict in verdicts.values()), steps
        x = sigmoid_slope.build(steps=steps)[None].series["x"]
        assert len(x) == steps + 1
        assert (np.diff(x) > 0).all()
        assert {-8.0, -4.0, 0.0, 4.0, 8.0} <= set(x.tolist())
    assert sigmoid_slope.build()[None].series["x"] == pytest.approx(np.linspace(-8, 8, 161), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        # Half as steep, and as steep as tanh.
        ("sigmoid", lambda slope: 0.5 * slope),
        ("sigmoid", lambda slope: 4 * slope),
        # Where it is flat, ReLU must not be, nor must it pass anything below 0.
        ("ReLU", lambda slope: 0.5 * slope),
        ("ReLU", lambda slope: slope[::-1]),
        ("tanh", lambda slope: np.maximum(slope, 0.05)),
    ],
)
def test_the_headline_notices_other_slopes(name, change):
    series = dict(sigmoid_slope.build()[None].series)
    slope = change(series[f"now {name}"])
    series[f"now {name}"] = slope
    series[f"{name} slope"] = np.column_stack([series["x"], slope])
    verdict = judge([sigmoid_slope.headline], {None: Record(series)}, sigmoid_slope.resolve())[0]
    assert not verdict.holds


def test_the_shaded_parts_are_where_the_slope_is_below_0018():
    x = np.array([-4.1, -3.9, 0.0, 3.9, 4.1])
    assert flat(x, x).tolist() == [1, 0, 0, 0, 1]
    assert ACTIVATIONS["sigmoid"].slope(4.0) < 0.018 < ACTIVATIONS["sigmoid"].slope(3.9)
