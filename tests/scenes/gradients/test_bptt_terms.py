"""Terms of a gradient through time."""

import numpy as np
import pytest
from films import decided

from scenes import RNN
from scenes.gradients.bptt_terms import bptt_terms, gradient_terms, listener


def with_recurrent(network, recurrent):
    return RNN(recurrent, network.inputs, network.bias, network.activation)


def test_terms_add_up_to_difference_quotients():
    run, weights = listener(9, 4, 0, 0.9)
    found = gradient_terms(run, weights).sum(axis=0)
    for entry in np.ndindex(4, 4):
        ends = []
        for sign in (1, -1):
            recurrent = run.network.recurrent.copy()
            recurrent[entry] += sign * 1e-6
            moved = with_recurrent(run.network, recurrent).run(run.sequence, run.states[0])
            ends.append(moved.states[-1] @ weights)
        assert found[entry] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


def test_each_term_is_what_one_use_of_the_matrix_does():
    run, weights = listener(6, 4, 1, 0.9)
    terms, along = gradient_terms(run, weights), np.random.default_rng(0).normal(size=(4, 4))
    for distance in range(6):
        use, state = 5 - distance, run.states[0]
        for step in range(6):
            network = with_recurrent(run.network, run.network.recurrent + 1e-30j * along * (step == use))
            state = network.run(run.sequence[step : step + 1], state).states[1]
        true = (state @ weights).imag / 1e-30
        assert np.sum(terms[distance] * along) == pytest.approx(true, rel=1e-12)


def test_shares_and_the_wave():
    columns, _ = decided(bptt_terms, retention=0.8)
    small, large = columns["small W"], columns["large W"]
    for numbers in (small, large):
        assert numbers.series["share"][-1].sum() == pytest.approx(1)
        assert (numbers.series["share"][5, 5:] == 0).all()
    assert small.series["share"][-1, :10].sum() > 0.9 > 0.1 > large.series["share"][-1, :10].sum()
    run, weights = listener(48, 32, 0, 0.8)
    assert small.matrix(2) == pytest.approx((run.jacobians[47] @ run.jacobians[46]).T, abs=1e-14)
    sizes = np.linalg.norm(gradient_terms(run, weights), axis=(1, 2))
    assert 10 ** small.series["term"][1:] == pytest.approx(sizes)
    # Slopes below 1 make it vanish a little faster than the retention does.
    rate = small.log10_spectral_norm[-1] / 48
    assert -0.2 < rate < np.log10(0.8)
    assert large.series["term"][-1] > large.series["term"][1] + 1
