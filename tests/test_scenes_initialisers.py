"""Scenes of initialisation, of variances and of ensembles, against theory, closed forms and complex steps."""

import itertools
import math

import mpmath
import numpy as np
import pytest

from render.claims import judge
from render.simulator import simulate
from scenes import MatrixSequence, haar_orthogonal
from scenes._growth import transient
from scenes.ensemble import chance_of_growth, ensemble
from scenes.initialisers import _KINDS, _tent, identity_initialisation, initialiser, nearest_orthogonal, xavier
from scenes.recurrent import linear_rnn, relu_rnn, rnn_forward
from scenes.variance import (
    _log10_deviation,
    default_initialisers,
    fan_dilemma,
    log_chi_square,
    log_half_chi_square,
    mean_and_median,
    polygamma,
)
from scenes.variance import _network as network


def column(scene, label=None, **values):
    return scene.build(**values)[label]


@pytest.mark.parametrize("kind", list(_KINDS))
@pytest.mark.parametrize("dim", [2, 5, 6, 33])
def test_claims_hold_for_every_kind(kind, dim):
    parameters = initialiser.resolve(kind=kind, dim=dim, seed=dim)
    columns = {label: simulate(s) for label, s in initialiser.build(**parameters).items()}
    for verdict in judge(initialiser.claims, columns, parameters):
        assert verdict.holds, verdict


@pytest.mark.parametrize("kind", ["bilinear", "orthogonal_qr", "constant", "glorot_normal"])
def test_gain_multiplies_every_entry(kind):
    one, three = (column(initialiser, kind=kind, gain=gain).factor for gain in (1.0, 3.0))
    assert np.array_equal(three, 3 * one)


def test_sum_of_the_bilinear_kernel_is_the_square_of_its_factor():
    parameters = initialiser.resolve(kind="bilinear", dim=9)
    verdict = judge(initialiser.claims, {None: simulate(column(initialiser, **parameters))}, parameters)[-1]
    assert verdict.claim == "sum of Wᵢⱼ"
    assert verdict.value == pytest.approx(25.0, rel=1e-14)
    assert verdict.tolerance < 1e-9


@pytest.mark.parametrize("matrix", ["gaussian", "rotation", "symmetric", "zero"])
@pytest.mark.parametrize("steps", [1, 3, 40])
def test_transient_is_what_a_norm_has_besides_the_radius(matrix, steps):
    factor = {
        "gaussian": np.random.default_rng(4).standard_normal((5, 5)),
        "rotation": haar_orthogonal(5, 1),
        "symmetric": np.outer(_tent(5), _tent(5)),
        "zero": np.zeros((5, 5)),
    }[matrix]
    radius = max(np.abs(np.linalg.eigvals(factor)).max(), 1e-300)
    with mpmath.workdps(60):
        power = (mpmath.matrix(factor.tolist()) / mpmath.mpf(float(radius))) ** steps
        norm = float(max(mpmath.svd_r(power, compute_uv=False)))
    assert transient(factor, steps) == pytest.approx(math.log10(norm) if norm else 0.0, abs=1e-12)


def spoiled(scene, label, place, **values):
    """Return the claims that are false when one factor of a column is multiplied by 1.5."""
    parameters = scene.resolve(**values)
    columns = scene.build(**parameters)
    factors = np.array(columns[label].factors)
    factors[place] *= 1.5
    columns[label] = MatrixSequence(factors, columns[label].initial, columns[label].series)
    verdicts = judge(scene.claims, {name: simulate(s) for name, s in columns.items()}, parameters)
    return [verdict.claim for verdict in verdicts if not verdict.holds and verdict.column == label]


@pytest.mark.parametrize("place", [0, 7, -1])
@pytest.mark.parametrize(
    ("scene", "label", "claim"),
    [
        (initialiser, None, "growth per step"),
        (xavier, "normal", "log10 norm at last"),
        (xavier, "uniform", "log10 norm at last"),
        (identity_initialisation, "I", "drift of log10 norm"),
        (identity_initialisation, "I + noise", "log10 norm at last"),
        (identity_initialisation, "I, ReLU", "units alive"),
        (nearest_orthogonal, None, "‖A − Q‖"),
        (mean_and_median, None, "‖P e₁‖ − first run"),
        (linear_rnn, None, "decades per step"),
        (rnn_forward, None, "∂h(T)/∂h(0) − complex step"),
        (relu_rnn, None, "Jacobian − derivative"),
    ],
)
def test_one_factor_among_many_makes_a_claim_false(scene, label, claim, place):
    assert claim in spoiled(scene, label, place)


@pytest.mark.parametrize("kind", list(_KINDS))
def test_a_spoiled_factor_is_found_for_every_kind(kind):
    # Nothing is left of zeros, whatever they are multiplied by.
    assert spoiled(initialiser, None, 5, kind=kind) == ([] if kind == "zeros" else ["growth per step"])


@pytest.mark.parametrize("kind", list(_KINDS))
def test_variances_are_those_of_large_samples(kind):
    entries = _KINDS[kind].make(400, 7)
    assert np.mean(entries**2) == pytest.approx(_KINDS[kind].square(400), rel=5 * math.sqrt(2) / 400 + 1e-12)


@pytest.mark.parametrize("size", [4, 5, 7, 8])
def test_bilinear_kernel_interpolates_linearly(size):
    factor = (size + 1) // 2
    assert _KINDS["bilinear"].make(size, 0).sum() == pytest.approx(factor**2, rel=1e-14)
    # Transposed convolution with that stride makes a line of a line.
    enlarged = np.zeros(12 * factor + size)
    for place in range(12):
        enlarged[place * factor : place * factor + size] += place * _tent(size)
    assert np.diff(enlarged[size : 11 * factor]) == pytest.approx(1 / factor, abs=1e-12)


def test_sparse_units_have_fifteen_connections():
    matrix = _KINDS["sparse"].make(40, 3)
    assert (np.count_nonzero(matrix, axis=1) == 15).all()
    assert len(np.unique(np.nonzero(matrix[0])[0])) == 15


def test_uniform_xavier_is_within_its_bound_and_both_shapes_fit():
    for label in ("normal", "uniform"):
        sequence = column(xavier, label, dim=64, steps=64)
        last, density = sequence.series["histogram"][-1], sequence.series["density"][-1]
        # 6,500 entries a bin.
        assert np.abs(last - density).max() < 0.07
    assert np.abs(column(xavier, "uniform", dim=5, steps=40).factors).max() <= math.sqrt(6 / 10)


@pytest.mark.parametrize("dim", [2, 5, 12])
def test_nearest_orthogonal_is_that_of_the_svd_and_none_is_nearer(dim):
    sequence = column(nearest_orthogonal, dim=dim, seed=4)
    start, end = sequence.initial, simulate(sequence).matrix(sequence.steps)
    u, _, vt = np.linalg.svd(start)
    assert end == pytest.approx(u @ vt, abs=1e-10)
    others = [haar_orthogonal(dim, seed) for seed in range(200)]
    assert min(np.linalg.norm(start - q) for q in others) >= np.linalg.norm(start - end)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("x", [0.5, 1.0, 2.0, 2.5, 7.0, 30.0, 128.0])
def test_polygamma(order, x):
    assert polygamma(order, x) == pytest.approx(float(mpmath.polygamma(order, x)), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("count", [4, 16, 64])
def test_logarithms_of_chi_squares(count):
    normal = np.random.default_rng(count).standard_normal((20_000, count))
    for law, sample in ((log_chi_square, normal), (log_half_chi_square, np.maximum(normal, 0))):
        squares = (sample**2).sum(axis=1)
        logs = np.log(squares[squares > 0] / count)
        mean, variance = law(count)
        assert logs.mean() == pytest.approx(mean, abs=4.5 * math.sqrt(variance / len(logs)))
        assert logs.var() == pytest.approx(variance, rel=0.1)


@pytest.mark.parametrize("activation", ["identity", "tanh", "ReLU"])
def test_gradients_are_complex_steps_through_the_net(activation):
    net = network("he_normal", activation, 6, 48, 1)
    step = 1e-30
    for entry in (0, 17):
        moved = net.states[0].astype(complex)
        moved[entry] += 1j * step
        for weights in net.layers:
            moved = net.activation.function(weights @ moved)
        assert net.gradients[-1] @ moved.imag / step == pytest.approx(net.gradients[0, entry], rel=1e-12)


def test_defaults_starve_at_the_rate_of_their_variance():
    # (n · 10⁻⁴)^L and (n · 0.07² / 3)^L.
    for label, variance in (("σ = 0.01", 1e-4), ("±0.07", 0.07**2 / 3)):
        series = column(default_initialisers, label, dim=128, steps=10).series
        change = series["signal"][-1] - series["signal"][0]
        assert change == pytest.approx(10 * math.log10(128 * variance), abs=0.7)


def test_xavier_shares_the_ratio_of_the_fans():
    gains = {}
    for label in ("n_in σ² = 1", "Xavier", "n_out σ² = 1"):
        series = column(fan_dilemma, label).series
        gains[label] = [series[name][-1] - series[name][0] for name in ("signal", "gradient")]
    # The random numbers are the same, so the rules differ by exact factors: 16 from one end to the other.
    low, middle, high = gains.values()
    assert high[0] - low[0] == pytest.approx(math.log10(16), abs=1e-12)
    assert high[1] - low[1] == pytest.approx(math.log10(16), abs=1e-12)
    # Each way Xavier is within the root of that, and somewhat less because of its mean's convexity.
    assert middle[0] - low[0] == pytest.approx(math.log10(4), abs=0.05)
    assert high[1] - middle[1] == pytest.approx(math.log10(4), abs=0.05)


def test_claims_tell_one_rule_from_another():
    parameters = fan_dilemma.resolve()
    columns = {label: simulate(s) for label, s in fan_dilemma.build(**parameters).items()}
    labels = list(columns)
    for first, second in itertools.combinations(labels, 2):
        swapped = columns | {first: columns[second], second: columns[first]}
        false = {v.column for v in judge(fan_dilemma.claims, swapped, parameters) if not v.holds}
        assert false == {first, second}


def test_means_over_networks_stray_by_a_fifth_of_their_tolerance():
    changes = []
    for seed in range(24):
        series = column(fan_dilemma, "n_in σ² = 1", seed=seed, dim=192).series
        changes.append(series["signal"][-1] - series["signal"][0])
    widths = [round(192 * 16 ** (-layer / 10)) for layer in range(11)]
    # The tolerance is five deviations and a fifth more.
    assert np.std(changes) == pytest.approx(_log10_deviation(widths, 16, 32) / 6, rel=0.5)


def test_typical_vector_of_four_dimensional_layers_dies():
    series = column(mean_and_median).series
    # exp(64 (ψ(2) + ln ½) / 2), which is 1.75e-4.
    typical = math.exp(64 * float(mpmath.digamma(2) + mpmath.log(0.5)) / 2)
    assert typical == pytest.approx(1.75e-4, rel=0.01)
    assert 10 ** series["mean log"][-1] == pytest.approx(typical, rel=0.2)
    # Few runs hold nearly all of the mean.
    assert series["share"][-1] > 0.5


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.7])
def test_chance_of_growth_of_one_number_is_that_of_a_normal_one(radius):
    assert chance_of_growth(1, radius) == pytest.approx(math.erfc(radius / math.sqrt(2)), abs=1e-12)


def test_chance_of_growth_of_large_matrices():
    for dim, chance in ((5, 0.518), (64, 0.883), (256, 0.983)):
        assert chance_of_growth(dim) == pytest.approx(chance, abs=5e-4)


@pytest.mark.parametrize(("dim", "draws"), [(2, 20_000), (5, 20_000), (8, 10_000), (17, 3000)])
def test_chance_of_growth_is_what_is_counted(dim, draws):
    random = np.random.default_rng(dim).standard_normal((draws, dim, dim)) / math.sqrt(dim)
    share = (np.abs(np.linalg.eigvals(random)).max(axis=1) > 1).mean()
    chance = chance_of_growth(dim)
    assert share == pytest.approx(chance, abs=4.5 * math.sqrt(chance * (1 - chance) / draws))


def test_cloud_shows_ever_more_draws():
    sequence = column(ensemble, dim=4, steps=10)
    cloud = sequence.series["cloud"]
    counts = [len(np.unique(points.round(12), axis=0)) for points in cloud]
    assert counts[0] == 4
    assert counts == sorted(counts)
    assert counts[-1] == 160
