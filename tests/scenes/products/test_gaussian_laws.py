"""What is known of products of Gaussian matrices, against mpmath and samples."""

import mpmath
import numpy as np
import pytest

from scenes.products._common import digamma, growths, lyapunov_exponent, slope_error, trigamma


def test_polygamma_functions():
    for halves in range(1, 40):
        half = mpmath.mpf(halves) / 2
        assert digamma(halves) == pytest.approx(float(mpmath.digamma(half)), rel=1e-13)
        assert trigamma(halves) == pytest.approx(float(mpmath.psi(1, half)), rel=1e-13)


def test_growth_of_gaussian_products():
    # (ln 2 + ψ(2)) / 2 and the scale that makes up for it, for 4 × 4 matrices.
    assert lyapunov_exponent(4) == pytest.approx(0.558, abs=5e-4)
    assert np.exp(-lyapunov_exponent(4)) == pytest.approx(0.572, abs=5e-4)
    logs = np.log(np.linalg.norm(np.random.default_rng(0).standard_normal((200_000, 4)), axis=1))
    error = 4.5 * np.sqrt(trigamma(4) / 4 / 200_000)
    assert logs.mean() == pytest.approx(lyapunov_exponent(4), abs=error)
    # For entries of variance 1/n a fresh product loses about 0.22/n decades a step, for small n a little more.
    for n, within in ((64, 0.02), (16, 0.05), (2, 0.2)):
        lost = (lyapunov_exponent(n) - np.log(n) / 2) / np.log(10)
        assert lost == pytest.approx(-0.22 / n, rel=within)


def test_vectors_grow_by_independent_chi_squares():
    logs = growths(40, 3, 500, 1)
    assert logs.mean() / np.log(10) == pytest.approx(lyapunov_exponent(3) / np.log(10), abs=slope_error(3, logs.size))
    assert logs.var() == pytest.approx(trigamma(3) / 4, rel=0.1)
    # Neighbouring steps of one vector have nothing to do with each other.
    centred = logs - logs.mean()
    assert abs((centred[1:] * centred[:-1]).mean()) < 4.5 * logs.var() / np.sqrt(centred[1:].size)


def test_the_error_of_slopes_is_exceeded_as_rarely_as_it_says():
    # Chernoff: by the exact cumulants of log χ, either side is exceeded with a probability of exp(−σ² / 2) at most.
    for n, samples, sigmas in ((1, 1, 6.0), (2, 1, 6.0), (2, 200, 4.5), (6, 3, 6.0), (32, 1000, 6.0)):
        x = mpmath.mpf(n) / 2
        allowed = slope_error(n, samples, sigmas) * np.log(10)
        for side in (-1, 1):
            grid = [mpmath.mpf(k) / 500 * (n if side < 0 else 20 * n) for k in range(1, 500)]
            rates = [
                s * allowed
                - (mpmath.loggamma(x + side * s / 2) - mpmath.loggamma(x) - side * s * mpmath.digamma(x) / 2)
                for s in grid
            ]
            assert max(rates) * samples > sigmas**2 / 2
