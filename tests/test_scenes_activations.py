"""Scenes of activation functions: slopes, their products, saturation."""

from fractions import Fraction
from math import erf, exp, log10

import numpy as np
import pytest

from render.claims import judge
from render.simulator import simulate
from scenes import activations

ACTIVATIONS = activations.ACTIVATIONS


def only(scene, **values):
    return scene.build(**values)[None]


def normal_mean(function, reach=12.0, parts=200_001):
    """The mean over a standard normal, by the trapezoid rule, which is exact here but for 1e-14."""
    z = np.linspace(-reach, reach, parts)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(function(z) * density) * (z[1] - z[0]))


def test_the_sigmoid_is_what_its_formula_says_and_stays_between_0_and_1():
    x, y = only(activations.sigmoid_slope).series["sigmoid"].T
    assert y == pytest.approx([1 / (1 + exp(-v)) for v in x], rel=1e-13)
    assert 0 < y.min() < y.max() < 1
    assert np.abs(only(activations.sigmoid_slope).series["tanh"][:, 1]).max() < 1
    assert only(activations.sigmoid_slope).series["ReLU"][:, 1].tolist() == np.maximum(x, 0).tolist()


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "ReLU"])
def test_slopes_are_difference_quotients(name):
    series = only(activations.sigmoid_slope).series
    x, slope = series[f"{name} slope"].T
    kind, away = ACTIVATIONS[name], np.abs(x) > 1e-3
    quotient = (kind.function(x + 1e-6) - kind.function(x - 1e-6)) / 2e-6
    assert slope[away] == pytest.approx(quotient[away], abs=1e-8)


def test_slopes_far_out():
    for x, known in ((4, 0.017662706213291118), (8, 0.00033523767075636815)):
        assert exp(-x) / (1 + exp(-x)) ** 2 == pytest.approx(known, rel=1e-14)
        assert activations._exact_slope(x) == pytest.approx(known, rel=1e-14)
    # A width of 16 in 160 parts has both of them.
    verdicts = judge(activations.sigmoid_slope.claims, {None: simulate(only(activations.sigmoid_slope))}, {})
    assert [v.holds for v in verdicts] == [True] * 4
    assert verdicts[2].value == pytest.approx(0.25, abs=3e-4)


def test_the_shaded_parts_are_where_the_slope_is_below_0018():
    x = np.array([-4.1, -3.9, 0.0, 3.9, 4.1])
    assert activations._outside(x, x).tolist() == [1, 0, 0, 0, 1]
    assert ACTIVATIONS["sigmoid"].slope(4.0) < 0.018 < ACTIVATIONS["sigmoid"].slope(3.9)


def test_products_of_quarters():
    best = only(activations.slopes_over_depth).series["best"]
    for layers in (10, 64):
        assert best[layers] == pytest.approx(log10(Fraction(1, 4) ** layers), abs=1e-12)
    assert 10 ** best[10] == pytest.approx(9.5367431640625e-07, rel=1e-12)
    assert 10 ** best[64] == pytest.approx(2.938735877055719e-39, rel=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_logarithms_of_slopes(name):
    z = np.linspace(-15, 15, 61)
    assert 10 ** activations._log_slope(name, z) == pytest.approx(ACTIVATIONS[name].slope(z), rel=1e-2, abs=1e-15)
    near = np.abs(z) < 5
    assert 10 ** activations._log_slope(name, z[near]) == pytest.approx(ACTIVATIONS[name].slope(z[near]), rel=1e-9)
    # At z = 400 the slope itself is below what a float can hold.
    assert activations._log_slope(name, np.array([400.0]))[0] < -170


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
@pytest.mark.parametrize("spread", [0.1, 1.0, 5.0])
def test_quadrature_of_the_mean_logarithm(name, spread):
    found = float(activations._normal_mean(activations._log_slope(name, spread * activations._NODES)))
    true = normal_mean(lambda z: activations._log_slope(name, spread * z))
    assert found == pytest.approx(true, rel=1e-9)


def test_few_draws_stay_within_the_sampling_error():
    # The mean of a few logarithms has an exponential tail where they are squares.
    trajectory = simulate(only(activations.slopes_over_depth, steps=1, dim=2))
    parameters = {"dim": 2, "spread": 0.1}
    for name in ("sigmoid", "tanh"):
        means = activations._log_slope(name, 0.1 * np.random.default_rng(0).standard_normal((50_000, 2))).mean(axis=1)
        away = np.abs(means - activations._expected_decades(name)(trajectory, parameters)).max()
        assert away < activations._sampling_error(name)(trajectory, parameters)


def test_the_product_of_the_film_is_that_of_the_paths():
    trajectory = simulate(only(activations.slopes_over_depth, steps=20, dim=4))
    log10_diagonal = np.log10(np.diagonal(trajectory.matrix(20)))
    assert log10_diagonal == pytest.approx(trajectory.sequence.series["sigmoid"][-1], abs=1e-11)


def test_relu_paths_die_and_stay_dead():
    alive = only(activations.slopes_over_depth, dim=64, steps=30).series["alive"]
    assert (np.diff(alive) <= 0).all()
    # Of 64 paths half are expected alive after a layer, with a deviation of 4.
    assert 64 * alive[1] == pytest.approx(32, abs=4.5 * 4)


def test_variance_of_the_theory_is_a_fixed_point():
    gains = np.array([0.0, 0.5, 1.0, 3.0, 10.0])
    q = activations._variance(gains)
    for gain, variance in zip(gains, q, strict=True):
        moment = normal_mean(lambda z, v=variance: np.tanh(np.sqrt(v) * z) ** 2)
        assert variance == pytest.approx(gain**2 * moment + 0.25, rel=1e-9)
    assert q[0] == pytest.approx(0.25, rel=1e-12)


def test_shares_of_the_theory_are_those_of_the_normal_distribution():
    q = np.array([0.5, 4.0])
    for place, variance in enumerate(q):
        below = (1 + erf(np.arctanh(0.4) / np.sqrt(2 * variance))) / 2
        assert activations._below(np.array([0.4]), q)[0][place] == pytest.approx(below, rel=1e-12)
    assert activations._below(np.array([-1.0, 1.0]), q).tolist() == [[0, 0], [1, 1]]
    series = only(activations.saturation, steps=4, dim=64).series
    assert series["predicted"].sum(axis=1) == pytest.approx(np.ones(5))
    assert series["histogram"].sum(axis=1) == pytest.approx(np.ones(5))


def test_saturation_grows_with_the_gain():
    series = only(activations.saturation, steps=8, dim=256).series
    assert (np.diff(series["slope"]) < 0).all()
    assert series["saturated"][0] < 0.001
    assert series["saturated"][-1] == pytest.approx(0.63, abs=0.05)
    assert series["slope"] == pytest.approx(series["predicted slope"], abs=0.05)
