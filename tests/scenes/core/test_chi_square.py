"""Logarithms of χ² variables, against mpmath and samples."""

import math

import mpmath
import numpy as np
import pytest

from scenes import log_chi_square, polygamma
from scenes.initialisation._deep_nets import log_half_chi_square


@pytest.mark.parametrize("order", [0, 1, 2])
def test_polygamma(order):
    for x in (0.5, 1.0, 2.0, 2.5, 7.0, 30.0, 128.0):
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
