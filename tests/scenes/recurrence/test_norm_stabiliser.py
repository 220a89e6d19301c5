"""Stabilised norms: gradients against differences, and norms beyond the trained length."""

import numpy as np
import pytest

from render.pipeline.claims import judge
from scenes import Record
from scenes.recurrence._predictors import Predictors, first_states, first_weights, random_waves
from scenes.recurrence.norm_stabiliser import norm_stabiliser


def test_networks_side_by_side_are_recurrent_networks():
    random = np.random.default_rng(1)
    weights = [w + 0.1 * random.standard_normal(w.shape) for w in first_weights(1)]
    waves, start = random_waves(random, 7), first_states(random)
    states = Predictors(*weights).states(waves, start)
    for net in (0, 5):
        recurrent, inputs, bias = (w[net] for w in weights[:3])
        h = start[net, 3]
        for x, after in zip(waves[:-1, net, 3], states[1:, net, 3], strict=True):
            h = np.maximum(recurrent @ h + inputs @ x + bias[0], 0)
            assert after == pytest.approx(h, abs=1e-13)


@pytest.mark.parametrize("beta", [0.0, 2.0])
def test_gradient_of_the_penalised_loss(beta):
    random = np.random.default_rng(3)
    weights = [w + 0.1 * random.standard_normal(w.shape) for w in first_weights(3)]
    waves, start = random_waves(random, 6), first_states(random)
    betas = np.full(len(weights[0]), beta)
    found = Predictors(*weights).gradient(waves, start, betas)
    for index, weight in enumerate(weights):
        direction = random.standard_normal(weight.shape)

        def loss(step, index=index, direction=direction):
            moved = [w + step * direction if k == index else w for k, w in enumerate(weights)]
            return Predictors(*moved).loss(waves, start, betas)

        along = (found[index] * direction).sum(axis=(1, 2))
        assert along == pytest.approx((loss(1e-6) - loss(-1e-6)) / 2e-6, abs=1e-7)


def test_penalty_is_that_of_the_paper():
    waves, start = random_waves(np.random.default_rng(2), 3), first_states(np.random.default_rng(4))
    nets = Predictors(*first_weights(2))
    norms = np.linalg.norm(nets.states(waves, start), axis=-1)
    # β / T Σ_t (‖h_t‖ − ‖h_{t−1}‖)², a mean over the waves of each.
    penalty = 2.5 / 3 * ((norms[1:] - norms[:-1]) ** 2).sum(axis=0).mean(axis=1)
    less = nets.loss(waves, start, np.full(8, 2.5)) - nets.loss(waves, start, np.zeros(8))
    assert less == pytest.approx(penalty, rel=1e-9)


@pytest.mark.parametrize("seed", [1, 103])
def test_penalised_norms_stay_beyond_the_training_horizon(seed):
    sequence = norm_stabiliser.build(seed=seed)[None]
    tracks, horizon = sequence.series, 15
    grown = {
        name: tracks[f"log10 norms {name}"][-1] - tracks[f"log10 norms {name}"][horizon] for name in ("with", "without")
    }
    assert grown["with"].shape == (8,)
    assert np.abs(grown["with"]).max() < 0.5
    assert grown["without"].mean() > 0.7
    # Bounded states go on predicting; the others do not.
    assert tracks["log10_error_with"][-1] < -1.5 < tracks["log10_error_without"][-1]
    assert sequence.factors.shape == (120, 16, 16)


def test_the_headline_notices_networks_that_are_not_held():
    parameters, series = norm_stabiliser.resolve(), dict(norm_stabiliser.build()[None].series)
    names = ("log10 norms with", "log10 norms without")
    swapped = series | {names[0]: series[names[1]], names[1]: series[names[0]]}
    doubling = series | {names[0]: series[names[0]] + 0.01 * np.arange(121.0)[:, None]}
    both_held = series | {names[1]: series[names[0]]}
    for changed, holds in ((series, True), (swapped, False), (doubling, False), (both_held, False)):
        assert judge([norm_stabiliser.headline], {None: Record(changed)}, parameters)[0].holds is holds
