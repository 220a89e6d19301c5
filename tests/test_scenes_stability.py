"""Scenes of stable recurrences: gradients against differences, and what must stay on the circle."""

import numpy as np
import pytest

from scenes import stability


@pytest.mark.parametrize("seed", range(4))
def test_tanh_departs_from_the_orthogonal_recurrence(seed):
    sequence = stability.orthogonal_activation.build(seed=seed)[None]
    tracks = sequence.series
    assert tracks["linear"] == pytest.approx(np.ones(65), abs=1e-12)
    assert tracks["norm of Qh"] == pytest.approx(np.full(65, tracks["norm of Qh"][0]), abs=1e-12)
    assert (np.diff(tracks["norm"]) < 1e-12).all()
    network, inputs, start = stability._driven({"dim": 16, "seed": seed, "input_scale": 0.1}, 64)
    h = start
    for x, factor in zip(inputs, sequence.factors, strict=True):
        after = np.tanh(network.recurrent @ h + network.inputs @ x)
        assert factor == pytest.approx((1 - after**2)[:, None] * network.recurrent, abs=1e-15)
        h = after
    assert np.linalg.norm(h) == pytest.approx(tracks["norm of h"][-1], rel=1e-12)


def test_without_inputs_and_near_zero_nothing_is_lost():
    network, inputs, start = stability._driven({"dim": 16, "seed": 0, "input_scale": 0.0}, 64)
    run = network.run(inputs, 1e-6 * start)
    product = np.linalg.multi_dot(list(run.jacobians[::-1]))
    assert np.linalg.norm(product, 2) == pytest.approx(1, abs=1e-9)


def test_networks_side_by_side_are_recurrent_networks():
    random = np.random.default_rng(1)
    weights = [w + 0.1 * random.standard_normal(w.shape) for w in stability._first_weights(1)]
    waves, start = stability._waves(random, 7), stability._first_states(random)
    states = stability._Predictors(*weights).states(waves, start)
    for net in (0, 5):
        recurrent, inputs, bias = (w[net] for w in weights[:3])
        h = start[net, 3]
        for x, after in zip(waves[:-1, net, 3], states[1:, net, 3], strict=True):
            h = np.maximum(recurrent @ h + inputs @ x + bias[0], 0)
            assert after == pytest.approx(h, abs=1e-13)


@pytest.mark.parametrize("beta", [0.0, 2.0])
def test_gradient_of_the_penalised_loss(beta):
    random = np.random.default_rng(3)
    weights = [w + 0.1 * random.standard_normal(w.shape) for w in stability._first_weights(3)]
    waves, start = stability._waves(random, 6), stability._first_states(random)
    betas = np.full(len(weights[0]), beta)
    found = stability._Predictors(*weights).gradient(waves, start, betas)
    for place, weight in enumerate(weights):
        direction = random.standard_normal(weight.shape)

        def loss(step, place=place, direction=direction):
            moved = [w + step * direction if k == place else w for k, w in enumerate(weights)]
            return stability._Predictors(*moved).loss(waves, start, betas)

        along = (found[place] * direction).sum(axis=(1, 2))
        assert along == pytest.approx((loss(1e-6) - loss(-1e-6)) / 2e-6, abs=1e-7)


def test_penalty_is_that_of_the_paper():
    weights, waves = stability._first_weights(2), stability._waves(np.random.default_rng(2), 3)
    start = stability._first_states(np.random.default_rng(4))
    nets = stability._Predictors(*weights)
    norms = np.linalg.norm(nets.states(waves, start), axis=-1)
    # β / T Σ_t (‖h_t‖ − ‖h_{t−1}‖)², a mean over the waves of each.
    penalty = 2.5 / 3 * ((norms[1:] - norms[:-1]) ** 2).sum(axis=0).mean(axis=1)
    less = nets.loss(waves, start, np.full(8, 2.5)) - nets.loss(waves, start, np.zeros(8))
    assert less == pytest.approx(penalty, rel=1e-9)


@pytest.mark.parametrize("seed", [1, 103])
def test_penalised_norms_stay_beyond_the_training_horizon(seed):
    sequence = stability.norm_stabiliser.build(seed=seed)[None]
    tracks, horizon = sequence.series, 15
    grown = {
        name: tracks[f"log10 norms {name}"][-1] - tracks[f"log10 norms {name}"][horizon] for name in ("with", "without")
    }
    assert grown["with"].shape == (8,)
    assert np.abs(grown["with"]).max() < 0.5
    assert grown["without"].mean() > 0.7
    # Bounded states go on predicting; the others do not.
    assert tracks["log10_error_with"][-1] < -1.5 < tracks["log10_error_without"][-1]
    assert (tracks["horizon"] == horizon).all()
    assert sequence.factors.shape == (120, 16, 16)


@pytest.mark.parametrize("dim", [2, 3, 8, 32])
def test_unitary_factors_are_unitary_and_their_gradient_is_right(dim):
    fixed, (phases, target) = stability._fixed_factors(dim, 5), stability._phase_start(dim, 5)
    for factor in fixed:
        assert factor.conj().T @ factor == pytest.approx(np.eye(dim), abs=1e-13)
    found = stability._phase_gradient(phases, fixed, target)
    direction = np.random.default_rng(1).standard_normal((3, dim))

    def loss(step):
        return np.sum(np.abs(stability._unitary(phases + step * direction, fixed) - target) ** 2) / 2

    assert np.sum(found * direction) == pytest.approx((loss(1e-5) - loss(-1e-5)) / 2e-5, abs=1e-6)


def test_real_factors_are_orthogonal_and_training_lowers_the_loss():
    sequence = stability.unitary.build(seed=2)[None]
    gram = np.swapaxes(sequence.factors, 1, 2) @ sequence.factors
    assert np.abs(gram - np.eye(24)).max() < 1e-13
    assert (np.diff(sequence.series["unitary loss"]) < 0).all()
    assert np.abs(np.hypot(*np.moveaxis(sequence.series["unitary"], -1, 0)) - 1).max() < 1e-13
    # The free one comes to the target, as W − A shrinks by 1 − rate a step.
    share = sequence.series["free loss"][-1] / sequence.series["free loss"][0]
    assert share == pytest.approx(0.95 ** (2 * 96), rel=1e-9)
    # The real matrix does to real and imaginary parts what the complex one does.
    fixed, (phases, _) = stability._fixed_factors(4, 1), stability._phase_start(4, 1)
    matrix, z = stability._unitary(phases, fixed), np.array([1 + 2j, 3, -1j, 0.5])
    together = stability._real(matrix) @ np.concatenate([z.real, z.imag])
    assert together[:4] + 1j * together[4:] == pytest.approx(matrix @ z, abs=1e-14)
