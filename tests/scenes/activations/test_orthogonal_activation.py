"""An orthogonal recurrence with tanh, step by step."""

import numpy as np
import pytest

from scenes.activations.orthogonal_activation import driven_network, orthogonal_activation


def test_tanh_departs_from_the_orthogonal_recurrence():
    for seed in range(4):
        sequence = orthogonal_activation.build(seed=seed)[None]
        tracks = sequence.series
        assert tracks["linear"] == pytest.approx(np.ones(65), abs=1e-12)
        assert (np.diff(tracks["norm"]) < 1e-12).all()
        network, inputs, h = driven_network(64, 16, seed, 0.1)
        for x, factor in zip(inputs, sequence.factors, strict=True):
            after = np.tanh(network.recurrent @ h + network.inputs @ x)
            assert factor == pytest.approx((1 - after**2)[:, None] * network.recurrent, abs=1e-15)
            h = after


def test_without_inputs_and_near_zero_nothing_is_lost():
    network, inputs, start = driven_network(64, 16, 0, 0.0)
    run = network.run(inputs, 1e-6 * start)
    product = np.linalg.multi_dot(list(run.jacobians[::-1]))
    assert np.linalg.norm(product, 2) == pytest.approx(1, abs=1e-9)
