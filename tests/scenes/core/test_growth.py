"""What eigenvectors add to the norm of a power, against 60 digits."""

import math

import mpmath
import numpy as np
import pytest

from scenes import gaussian_matrix, haar_orthogonal, log10_norm_of_power, transient

TENT = np.array([1 / 3, 2 / 3, 1, 2 / 3, 1 / 3])
MATRICES = {
    "gaussian": np.random.default_rng(4).standard_normal((5, 5)),
    "rotation": haar_orthogonal(5, 1),
    "symmetric": np.outer(TENT, TENT),
    "zero": np.zeros((5, 5)),
}


def norm_of_power(matrix, steps):
    """Return the spectral norm of a power of a matrix of mpmath."""
    return float(max(mpmath.svd_r(matrix**steps, compute_uv=False)))


@pytest.mark.parametrize("name", MATRICES)
def test_transient_is_what_a_norm_has_besides_the_radius(name):
    factor = MATRICES[name]
    radius = max(np.abs(np.linalg.eigvals(factor)).max(), 1e-300)
    for steps in (1, 3, 40):
        with mpmath.workdps(60):
            norm = norm_of_power(mpmath.matrix(factor.tolist()) / mpmath.mpf(float(radius)), steps)
        assert transient(factor, steps) == pytest.approx(math.log10(norm) if norm else 0.0, abs=1e-12)


def test_norms_of_powers_are_those_of_60_digits():
    for seed in range(4):
        factor = 1.3 * gaussian_matrix(4, seed)
        assert log10_norm_of_power(factor, 0) == 0
        for steps in (1, 2, 17):
            with mpmath.workdps(60):
                norm = norm_of_power(mpmath.matrix(factor.tolist()), steps)
            assert log10_norm_of_power(factor, steps) == pytest.approx(math.log10(norm), abs=1e-12)
