"""What gradients say of near, far and missing dependencies."""

import numpy as np
import pytest
from films import decided

from scenes.gradients.lost_dependency import (
    listening,
    lost_dependency,
    pull_by_step,
    reader,
    sign_sequences,
    uncorrelated_signs,
)


def test_signs_are_not_correlated():
    signs = uncorrelated_signs(40)
    assert len(signs) == 64
    assert np.array_equal(signs.T @ signs, 64 * np.eye(64))
    inputs, targets = sign_sequences(40)
    read = np.sign(inputs[:, :, 0])
    assert np.abs(inputs) == pytest.approx(0.3)
    assert (read @ targets["none"]).tolist() == [0] * 40
    assert (read @ targets["far"]).tolist() == [64, *39 * [0]]
    assert np.flatnonzero(read @ targets["near"]).tolist() == [36]


def test_pulls_are_derivatives_by_complex_step():
    inputs, targets = sign_sequences(12)
    network = reader(8, 0, 0.6)
    weights = listening(network, 12)["near"]
    found = pull_by_step(network.run(inputs), weights, targets["near"])
    for step in range(12):
        grown = inputs.astype(complex)
        grown[step] *= 1 + 1e-30j
        errors = network.run(grown).states[-1] @ weights - targets["near"]
        true = -(errors**2 / 2).mean().imag / 1e-30 / np.linalg.norm(weights)
        assert found[11 - step] == pytest.approx(true, rel=1e-11, abs=1e-16)


def test_outputs_listen_where_their_answers_arrive():
    inputs, _ = sign_sequences(12)
    network = reader(8, 0, 0.6)
    # What is left of an input is the mean of the last states that it has made.
    ends = network.run(inputs).states[-1]
    for name, at in (("near", 8), ("far", 0)):
        left = np.sign(inputs[at, :, 0]) @ ends
        weights = listening(network, 12)[name]
        assert np.linalg.norm(weights) == pytest.approx(0.2)
        assert weights @ left > 0.95 * 0.2 * np.linalg.norm(left)


def test_what_is_far_looks_like_what_is_not_there():
    series = decided(lost_dependency)[0][None].series
    near, far, none = (series[name][-1] for name in ("near", "far", "none"))
    assert near[3] > 0.02
    assert near[3] > 3 * np.abs(np.delete(near, 3)).max()
    assert abs(far[-1]) < 1e-6
    assert abs(none[-1]) < 1e-6
    assert far == pytest.approx(none, abs=2e-3)
