"""Independent references for products of matrices: many digits, closed forms, and what must hold of what is found."""

import math

import mpmath
import numpy as np
from hypothesis import strategies as st

from scenes import (
    haar_orthogonal,
)

EPS = np.finfo(float).eps
TINY = np.finfo(float).tiny
# Standard deviations that a sample may lie from what is expected; seeds are fixed, so nothing is flaky.
SIGMAS = 4.5
entries = st.floats(-1e6, 1e6, allow_subnormal=False)


def many_digits(sequence, step):
    """P_t of the very same float64 factors, at mpmath's working precision."""
    product = mpmath.matrix(sequence.initial.tolist())
    for factor in sequence.factors[:step]:
        product = mpmath.matrix(factor.tolist()) * product
    return product


def true_log10_singular_values(sequence, step, digits):
    """What the singular values are, descending; those 0.8 · digits decades below the largest count as zero."""
    with mpmath.workdps(digits):
        values = sorted((abs(s) for s in mpmath.svd_r(many_digits(sequence, step), compute_uv=False)), reverse=True)
        least = values[0] * mpmath.mpf(10) ** (-0.8 * digits)
        return np.array([float(mpmath.log10(s)) if s > least else -np.inf for s in values])


def assert_known_ones_are_right(found, true, tolerance=1e-6):
    """NaN says that a value is unknown; whatever else is said must be so."""
    for f, t in zip(found, true, strict=True):
        assert math.isnan(f) or f == t or abs(f - t) <= tolerance, (found, true)


def assert_all_are_right(found, true, tolerance=1e-6):
    assert not np.isnan(found).any()
    assert_known_ones_are_right(found, true, tolerance)


def gaussian_factors(steps, dim, seed, scale=1.0):
    return np.random.default_rng(seed).standard_normal((steps, dim, dim)) * (scale / math.sqrt(dim))


def growth_rates(dim, scale):
    """Rates of the singular values of Gaussian products and the deviation of one step (Newman 1986)."""
    halves = [mpmath.mpf(dim - k) / 2 for k in range(dim)]
    rates = [float((mpmath.log(2) + mpmath.psi(0, half)) / 2 + mpmath.log(scale)) for half in halves]
    deviations = [float(mpmath.sqrt(mpmath.psi(1, half)) / 2) for half in halves]
    return np.array(rates), np.array(deviations)


sizes = st.integers(1, 4)

lengths = st.integers(1, 8)

seeds = st.integers(0, 2**32)


def symmetric(spectrum, seed):
    turn = haar_orthogonal(len(spectrum), seed)
    half = (turn * np.array(spectrum)) @ turn.T
    return (half + half.T) / 2
