"""Products of slopes: exact fractions, and means against another rule and against draws."""

from fractions import Fraction
from math import log10

import numpy as np
import pytest
from films import decided, squash

from render.pipeline.claims import judge
from scenes import ACTIVATIONS, Record
from scenes.activations.slopes_over_depth import (
    expected_decades,
    log10_slope,
    recurrent,
    sampling_error,
    slopes_over_depth,
)


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


def test_a_gradient_in_the_recurrent_net_is_that_of_its_jacobians():
    columns, verdicts = decided(slopes_over_depth, steps=20, dim=4)
    for name, slope in (("sigmoid", lambda h: h * (1 - h)), ("tanh", lambda h: 1 - h**2)):
        network, inputs = recurrent(ACTIVATIONS[name], 20, 4, 0, 0.5)
        assert network.recurrent @ network.recurrent.T == pytest.approx(np.eye(4), abs=1e-14)
        h, product = np.zeros(4), np.eye(4)
        for x in inputs:
            h = squash(network.recurrent @ h + x) if name == "sigmoid" else np.tanh(network.recurrent @ h + x)
            product = slope(h)[:, None] * network.recurrent @ product
        left = columns[None].series[f"left {name}"][-1]
        assert 10**left == pytest.approx(np.linalg.norm(product) / 2, rel=1e-10)
    assert 10 ** columns[None].log10_spectral_norm[-1] <= 0.25**20
    assert all(verdict.holds for verdict in verdicts.values())


@pytest.mark.parametrize("name", ["sigmoid", "left sigmoid", "tanh", "left tanh"])
def test_the_headline_notices_wrong_slopes(name):
    series = dict(slopes_over_depth.build()[None].series)
    # A slope dropped where it is small, or one small where it is not.
    layers = np.arange(65.0).reshape(-1, *[1] * (series[name].ndim - 1))
    series[name] = series[name] + layers * (0.05 if "sigmoid" in name else -1.0)
    verdict = judge([slopes_over_depth.headline], {None: Record(series)}, slopes_over_depth.resolve())[0]
    assert not verdict.holds


def test_the_typical_path_is_in_the_middle():
    series = slopes_over_depth.build(dim=5, steps=30)[None].series
    for name in ("sigmoid", "tanh"):
        assert series[f"typical {name}"].tolist() == np.sort(series[name], axis=1)[:, 2].tolist()
