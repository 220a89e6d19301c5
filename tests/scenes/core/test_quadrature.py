"""Means over a normal distribution, against moments and closed forms."""

import math

import numpy as np
import pytest

from scenes import normal_quadrature


def test_means_are_those_of_a_standard_normal_variable():
    nodes, weights = normal_quadrature()
    assert weights.sum() == pytest.approx(1, rel=1e-14)
    assert nodes == pytest.approx(-nodes[::-1], abs=1e-13)
    # E z²ᵏ = (2k − 1)!! and E cos(z) = exp(−½).
    for k in range(1, 8):
        assert weights @ nodes ** (2 * k) == pytest.approx(math.prod(range(1, 2 * k, 2)), rel=1e-11)
    assert weights @ np.cos(nodes) == pytest.approx(math.exp(-0.5), rel=1e-13)
