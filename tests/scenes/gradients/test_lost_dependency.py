"""What gradients say of near, far and missing dependencies."""

import numpy as np
import pytest
from films import decided

from scenes.gradients.lost_dependency import (
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
    assert (inputs[:, :, 0] @ targets["none"]).tolist() == [0] * 40
    assert (inputs[:, :, 0] @ targets["far"]).tolist() == [64, *39 * [0]]
    assert np.flatnonzero(inputs[:, :, 0] @ targets["near"]).tolist() == [36]


def test_pulls_are_derivatives_by_complex_step():
    inputs, targets = sign_sequences(12)
    network, weights = reader(8, 0, 0.6)
    found = pull_by_step(network.run(inputs), weights, targets["near"])
    for step in range(12):
        grown = inputs.astype(complex)
        grown[step] *= 1 + 1e-30j
        errors = network.run(grown).states[-1] @ weights - targets["near"]
        true = -(errors**2 / 2).mean().imag / 1e-30 / np.linalg.norm(weights)
        assert found[11 - step] == pytest.approx(true, rel=1e-11, abs=1e-16)


def test_what_is_far_looks_like_what_is_not_there():
    series = decided(lost_dependency)[0][None].series
    near, far, none = (series[name][-1] for name in ("near", "far", "none"))
    assert near[3] > 0.02
    assert near[3] > 3 * np.abs(np.delete(near, 3)).max()
    assert abs(far[-1]) < 1e-6
    assert abs(none[-1]) < 1e-6
    assert far == pytest.approx(none, abs=2e-3)
