"""Scenes of training, against complex steps, exact dynamics and closed forms."""

import math

import numpy as np
import pytest

from render.claims import judge
from render.simulator import simulate
from scenes import MatrixSequence
from scenes.training import (
    _DEPTHS,
    _mean_field,
    _mean_field_cosine,
    chain_gradients,
    edge_of_chaos,
    layerwise_rates,
    learning_time,
    memory_gradient,
    two_trainings,
    weight_decay,
)


def product(layers):
    result = np.eye(layers.shape[1], dtype=layers.dtype)
    for weights in layers:
        result = weights @ result
    return result


def test_chain_gradients_are_complex_steps():
    rng = np.random.default_rng(0)
    layers, teacher = rng.standard_normal((5, 3, 3)), rng.standard_normal((3, 3))
    gradients = chain_gradients(layers, product(layers) - teacher)
    for place in np.ndindex(layers.shape):
        moved = layers.astype(complex)
        moved[place] += 1e-30j
        loss = ((product(moved) - teacher) ** 2).sum() / 2
        assert loss.imag / 1e-30 == pytest.approx(gradients[place], rel=1e-11, abs=1e-12)


def test_memory_gradients_are_complex_steps():
    rng = np.random.default_rng(1)
    weights, start, wanted = 0.4 * rng.standard_normal((4, 4)), rng.standard_normal((6, 4)), rng.standard_normal((6, 4))
    gradient = memory_gradient(weights, start, wanted)[1]
    for place in np.ndindex(weights.shape):
        moved = weights.astype(complex)
        moved[place] += 1e-30j
        assert memory_gradient(moved, start, wanted)[0].imag / 1e-30 == pytest.approx(gradient[place], rel=1e-9)


def test_orthogonal_nets_learn_in_a_time_that_depends_little_on_depth():
    series = learning_time.build()[None].series
    orthogonal, gaussian = series["orthogonal epochs"][-1], series["Gaussian epochs"][-1]
    assert (np.diff(orthogonal) <= 0).all()
    assert orthogonal[-1] / orthogonal[0] > 0.5
    # Deep Gaussian nets have not learnt when the film ends, and have no mark.
    assert not (gaussian[1:] <= 2 * orthogonal[1:]).any()
    assert np.isnan(gaussian[-3:]).all()
    # Nothing is known of a net before it has learnt.
    for step, counts in enumerate(series["orthogonal epochs"]):
        assert np.array_equal(np.isfinite(counts), orthogonal <= step)
    assert len(orthogonal) == len(_DEPTHS)


def test_modes_are_sigmoids_that_rise_one_after_the_other():
    modes = learning_time.build(rate=0.02, steps=300)[None].series
    assert np.abs(modes["modes"] - modes["exact modes"]).max() < 0.06
    # Half of s = 3 at t = ln(s / s₀ − 1) / (η s).
    half = math.log(3 / 0.01 - 1) / (0.02 * 3)
    assert np.interp(1.5, modes["modes"][:, 0], np.arange(301)) == pytest.approx(half, abs=3)


def test_edge_of_chaos_is_at_gain_one():
    sequence = edge_of_chaos.build(steps=30)[None]
    growth = sequence.series["growth"][-1]
    assert (np.diff(growth) > 0).all()
    assert growth[2] < -3
    assert growth[8] > 1
    # At the edge it falls like a power of the depth: q ≈ 1 / (2t), so ‖∂h_t/∂h_0‖² like 1 / t.
    field = _mean_field(1.0, 4000)
    assert (field[4000] - field[1000]) / math.log10(4) == pytest.approx(-0.5, abs=0.02)


def test_jacobians_at_the_edge_are_those_of_the_net():
    # Recomputed with the scene's random numbers: a first layer by complex step.
    dim = 50
    sequence = edge_of_chaos.build(dim=dim, steps=1, seed=3)[None]
    rng = np.random.default_rng([3, 0])
    first, second, direction = np.moveaxis(np.linalg.qr(rng.standard_normal((64, dim, 3)))[0], 2, 0)
    weights = rng.standard_normal((64, dim, dim)) / math.sqrt(dim)
    moved = np.tanh(weights[0] @ (math.sqrt(dim) * first[0][:, None] + 1e-30j * np.eye(dim)))
    assert moved.imag / 1e-30 == pytest.approx(sequence.factors[0], rel=1e-12)
    # What becomes of directions and of two inputs, in every net by itself.
    lengths, cosines = [], []
    for layer, one, other, along in zip(weights, first, second, direction, strict=True):
        moved = np.tanh(2 * layer @ (math.sqrt(dim) * one + 1e-30j * along))
        like = np.tanh(2 * layer @ (math.sqrt(dim) * (0.9 * one + math.sqrt(0.19) * other)))
        lengths.append(math.log10(np.linalg.norm(moved.imag / 1e-30)))
        cosines.append(moved.real @ like / np.linalg.norm(moved.real) / np.linalg.norm(like))
    assert sequence.series["gradient 2"][1] == pytest.approx(np.mean(lengths), abs=1e-12)
    assert sequence.series["cosine 2"][1] == pytest.approx(np.mean(cosines), abs=1e-12)


def test_mean_field_of_two_inputs_is_that_of_a_wide_layer():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 400_000))
    pair = np.tanh(2 * np.stack([one, 0.9 * one + math.sqrt(0.19) * other]))
    sample = np.mean(pair[0] * pair[1]) / np.mean(pair**2)
    assert _mean_field_cosine(2.0, 1) == pytest.approx(sample, abs=0.005)
    assert _mean_field_cosine(0.5, 0) == 0.9
    # Below the edge states shrink, where tanh is a line and keeps angles; above it inputs part.
    assert 0.85 < _mean_field_cosine(0.7, 100) < 0.9
    assert abs(_mean_field_cosine(2.0, 100)) < 0.01


def test_one_training_stands_still_one_learns_one_leaps():
    series = two_trainings.build(steps=60)[None].series
    assert series["vanishing"].max() < -5
    assert np.ptp(series["vanishing loss"]) < 1e-3
    assert series["orthogonal loss"][-1] < 0.6
    leaps, steps = (np.abs(np.diff(series[name][10:])) for name in ("exploding", "orthogonal"))
    assert np.median(leaps) > 10 * np.median(steps)


def test_claims_tell_one_training_from_another():
    parameters = two_trainings.resolve(steps=60)
    (sequence,) = two_trainings.build(**parameters).values()
    for other in ("orthogonal", "exploding"):
        tracks = dict(sequence.series)
        for end in ("", " loss"):
            tracks["vanishing" + end], tracks[other + end] = tracks[other + end], tracks["vanishing" + end]
        swapped = simulate(MatrixSequence(sequence.factors, series=tracks))
        verdicts = judge(two_trainings.claims, {None: swapped}, parameters)
        assert not all(verdict.holds for verdict in verdicts[:3]), other


@pytest.mark.parametrize("decay", [0.01, 0.3])
def test_weights_end_at_ridge_regression(decay):
    values = dict(steps=300, decay=decay, rate=0.2)
    series = weight_decay.build(**values)[None].series
    assert series["distance"][-1] < 1e-3
    assert series["data alone"][-1] == pytest.approx(1.2, abs=1e-3)
    assert series["data and decay"][-1] < series["data alone"][-1]


def test_decay_alone_is_the_product():
    sequence = weight_decay.build(steps=40)[None]
    final = simulate(sequence).matrix(40)
    assert final == pytest.approx(sequence.initial * (1 - 0.05 * 0.4) ** 40, rel=1e-12)
    assert np.abs(np.linalg.eigvals(final)).max() == pytest.approx(sequence.series["decay alone"][-1], rel=1e-10)


@pytest.mark.parametrize("spread", [1.0, 3.0, 10.0])
def test_trust_ratios_of_scaled_layers(spread):
    columns = layerwise_rates.build(spread=spread, steps=3)
    trust = columns["one rate"].series["trust"][0]
    # ‖w‖ / ‖g‖ grows like the square of a layer's scale.
    scales = spread ** np.linspace(-1, 1, 8)
    assert trust - trust[0] == pytest.approx(2 * np.log10(scales / scales[0]), abs=1e-11)
    shares = columns["LARS"].series["updates"]
    assert np.ptp(shares, axis=1).max() < 1e-14


def test_lars_learns_faster():
    columns = layerwise_rates.build()
    assert columns["LARS"].series["loss"][-1] < columns["one rate"].series["loss"][-1] - 2
