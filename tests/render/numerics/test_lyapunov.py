"""Growth rates against closed forms."""

import math

import numpy as np
import pytest
from references import EPS, SIGMAS, gaussian_factors, growth_rates

from render.numerics.lyapunov import lyapunov_exponents
from render.numerics.trajectory import simulate
from scenes import (
    MatrixSequence,
    gaussian_matrix,
    random_unit_vector,
    repeated,
)


@pytest.mark.parametrize(("dim", "steps"), [(2, 20_000), (8, 6000), (32, 600)])
def test_one_vector_grows_by_the_law_of_gaussian_products(dim, steps):
    scale = 1 / math.sqrt(dim)
    trajectory = simulate(MatrixSequence(gaussian_factors(steps, dim, dim)))
    mantissa, exponent = trajectory.product(steps)
    vector = mantissa @ random_unit_vector(dim, 1)
    grown = math.log(np.linalg.norm(vector)) + exponent * math.log(2)
    rates, deviations = growth_rates(dim, scale)
    assert abs(grown - steps * rates[0]) <= SIGMAS * math.sqrt(steps) * deviations[0]


@pytest.mark.slow
@pytest.mark.parametrize(("dim", "steps"), [(2, 5000), (4, 20_000), (8, 3000), (32, 400)])
def test_axes_of_gaussian_products_grow_at_the_known_rates(dim, steps):
    scale = 0.7
    factors = gaussian_factors(steps, dim, 100 + dim, scale * math.sqrt(dim))
    found = simulate(MatrixSequence(factors)).lyapunov_exponents
    rates, deviations = growth_rates(dim, scale)
    assert (np.abs(found - rates) <= SIGMAS * deviations / math.sqrt(steps)).all()
    # Independent of each other, so the sum strays by the root of the sum of squares.
    assert abs((found - rates).sum()) <= SIGMAS * math.sqrt((deviations**2).sum() / steps)
    assert found.sum() == pytest.approx(np.linalg.slogdet(factors)[1].mean(), abs=1e-12 * dim)


def test_largest_rate_is_the_slope_of_the_norm():
    steps = 4000
    trajectory = simulate(MatrixSequence(gaussian_factors(steps, 6, 2)))
    slope = trajectory.log10_spectral_norm[-1] * math.log(10) / steps
    assert trajectory.lyapunov_exponents[0] == pytest.approx(slope, abs=10 / steps)


@pytest.mark.parametrize(("dim", "steps"), [(8, 4000), (24, 1000)])
def test_fresh_gaussian_factors_decay_where_powers_keep_their_size(dim, steps):
    rates, deviations = growth_rates(dim, 1 / math.sqrt(dim))
    # What is told of variance 1/n: the product loses 1/(2n) a step, up to terms of order 1/n².
    assert rates[0] == pytest.approx(-1 / (2 * dim), abs=1 / dim**2)
    fresh = simulate(MatrixSequence(np.stack([gaussian_matrix(dim, [7, t]) for t in range(steps)])))
    slope = fresh.log10_spectral_norm[-1] * math.log(10) / steps
    # The norm of the product is above that of one vector by a factor that does not grow.
    assert abs(slope - rates[0]) <= SIGMAS * deviations[0] / math.sqrt(steps) + math.log(dim) / steps
    powers = simulate(repeated(gaussian_matrix(dim, 7), steps))
    slope = powers.log10_spectral_norm[-1] * math.log(10) / steps
    radius = np.abs(np.linalg.eigvals(gaussian_matrix(dim, 7))).max()
    assert slope == pytest.approx(math.log(radius), abs=3 * math.log(dim) / steps)
    assert abs(slope) < 0.25


def test_rates_of_a_triangular_power_are_the_logarithms_of_its_diagonal():
    diagonal = np.array([3.0, 0.2, -1.5, 0.9])
    factor = np.triu(gaussian_matrix(4, 3), 1) + np.diag(diagonal)
    found = lyapunov_exponents(repeated(factor, 50))
    assert found == pytest.approx(np.sort(np.log(np.abs(diagonal)))[::-1], abs=1e-13)


@pytest.mark.slow
def test_rates_of_extreme_factors_do_not_drift():
    # Plain addition of this many terms of size 700 loses two digits.
    steps = 20_000
    factors = np.broadcast_to(np.diag([1e300, 1.1, 1e-300]), (steps, 3, 3))
    found = lyapunov_exponents(MatrixSequence(factors))
    assert found == pytest.approx([np.log(1e300), np.log(1.1), np.log(1e-300)], rel=4 * EPS)


def test_rates_of_singular_factors_are_minus_infinity():
    found = lyapunov_exponents(MatrixSequence(np.stack([np.diag([2.0, 0.0]), np.diag([2.0, 5.0])])))
    assert found[0] == pytest.approx(np.log(2))
    assert found[1] == -np.inf
    assert np.isneginf(lyapunov_exponents(repeated(np.zeros((3, 3)), 4))).all()


def test_rates_need_a_factor():
    with pytest.raises(ValueError, match="one factor at least"):
        lyapunov_exponents(repeated(np.eye(2), 0))


def test_eigenvalues_that_grow_at_different_rates_keep_their_order():
    trajectory = simulate(MatrixSequence([np.diag([2.0, 3.0]) * c for c in (1, 2, 1, 2, 5, 1 / 7)]))
    log10, _ = trajectory.eigenvalue_tracks
    first = np.cumsum(np.log10([1, 2, 4, 2, 4, 10, 2 / 7]))
    second = np.cumsum(np.log10([1, 3, 6, 3, 6, 15, 3 / 7]))
    assert log10[1:] == pytest.approx(np.column_stack([first, second])[1:], abs=1e-12)


@pytest.mark.parametrize("exponent", [1022, 600, -600, -1060])
def test_rates_at_the_ends_of_float64(exponent):
    factor = np.ldexp([[0.75, 0.25], [0.5, -0.25]], exponent)
    # |det| is 5/16 times 4 to the exponent, all entries being exact.
    expected = math.log(5 / 16) + 2 * exponent * math.log(2)
    assert lyapunov_exponents(repeated(factor, 50)).sum() == pytest.approx(expected, rel=1e-14)
