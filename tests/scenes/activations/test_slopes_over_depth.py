"""Products of slopes: exact fractions, and means against another rule and against draws."""

from fractions import Fraction
from math import log10

import numpy as np
import pytest
from films import decided

from scenes import ACTIVATIONS
from scenes.activations.slopes_over_depth import expected_decades, log10_slope, sampling_error, slopes_over_depth


def test_products_of_quarters():
    best = slopes_over_depth.build()[None].series["best"]
    for layers in (10, 64):
        assert best[layers] == pytest.approx(log10(Fraction(1, 4) ** layers), abs=1e-12)
    assert 10 ** best[10] == pytest.approx(9.5367431640625e-07, rel=1e-12)
    assert 10 ** best[64] == pytest.approx(2.938735877055719e-39, rel=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_logarithms_of_slopes(name):
    z = np.linspace(-15, 15, 61)
    assert 10 ** log10_slope(name, z) == pytest.approx(ACTIVATIONS[name].slope(z), rel=1e-2, abs=1e-15)
    near = np.abs(z) < 5
    assert 10 ** log10_slope(name, z[near]) == pytest.approx(ACTIVATIONS[name].slope(z[near]), rel=1e-9)
    # At z = 400 the slope itself is below what a float can hold.
    assert log10_slope(name, np.array([400.0]))[0] < -170


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_quadrature_of_the_mean_logarithm(name):
    z = np.linspace(-12, 12, 200_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    for spread in (0.1, 1.0, 5.0):
        true = float(np.sum(log10_slope(name, spread * z) * density) * (z[1] - z[0]))
        assert expected_decades(name, spread) == pytest.approx(true, rel=1e-9)


def test_few_draws_stay_within_the_sampling_error():
    # The mean of a few logarithms has an exponential tail where they are squares.
    for name in ("sigmoid", "tanh"):
        means = log10_slope(name, 0.1 * np.random.default_rng(0).standard_normal((50_000, 2))).mean(axis=1)
        away = np.abs(means - expected_decades(name, 0.1)).max()
        assert away < sampling_error(name, 0.1, 2)


def test_the_product_of_the_film_is_that_of_the_paths():
    numbers = decided(slopes_over_depth, steps=20, dim=4)[0][None]
    log10_diagonal = np.log10(np.diagonal(numbers.matrix(20)))
    assert log10_diagonal == pytest.approx(numbers.series["sigmoid"][-1], abs=1e-11)


def test_the_typical_path_is_in_the_middle():
    series = slopes_over_depth.build(dim=5, steps=30)[None].series
    for name in ("sigmoid", "tanh"):
        assert series[f"typical {name}"].tolist() == np.sort(series[name], axis=1)[:, 2].tolist()
