"""Activation functions and their slopes, against formulas and difference quotients."""

from math import exp

import numpy as np
import pytest
from films import decided

from scenes import ACTIVATIONS
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
    # A width of 16 in 160 parts has both of them.
    _, verdicts = decided(sigmoid_slope)
    assert [verdict.holds for verdict in verdicts.values()] == [True] * 4
    assert verdicts["steepest sigmoid"].value == pytest.approx(0.25, abs=3e-4)


def test_the_shaded_parts_are_where_the_slope_is_below_0018():
    x = np.array([-4.1, -3.9, 0.0, 3.9, 4.1])
    assert flat(x, x).tolist() == [1, 0, 0, 0, 1]
    assert ACTIVATIONS["sigmoid"].slope(4.0) < 0.018 < ACTIVATIONS["sigmoid"].slope(3.9)
