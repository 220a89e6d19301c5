"""Products and their norms against exact integers, fractions, closed forms and many-digit arithmetic."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from references import EPS, TINY, assert_all_are_right, entries, gaussian_factors, many_digits, seeds

from render.numerics.scaled import ScaledProduct, log10_norms, orthogonality_drift
from render.numerics.trajectory import simulate
from scenes import (
    MatrixSequence,
    gaussian_matrix,
    haar_orthogonal,
    jordan_block,
    repeated,
    rotation_matrix,
)


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 5).flatmap(lambda n: hnp.arrays(float, (12, n, n), elements=entries)))
def test_equals_plain_multiplication_bit_for_bit_until_that_leaves_float64(factors):
    trajectory = simulate(MatrixSequence(factors))
    plain = np.eye(factors.shape[1])
    for step, factor in enumerate(factors, 1):
        with np.errstate(all="ignore"):
            parts = np.abs(factor[:, :, None] * plain[None])
            lost = (parts < TINY) & (factor[:, :, None] != 0) & (plain[None] != 0)
            plain = factor @ plain
        # From here on plain multiplication has lost digits or its size.
        if lost.any() or not np.isfinite(plain).all():
            return
        assert np.array_equal(trajectory.matrix(step), plain)


@settings(deadline=None, max_examples=60)
@given(st.integers(-300, 300), st.integers(0, 2**31))
def test_any_scale_gives_the_scaled_product_exactly(exponent, seed):
    # Powers of two commute with rounding, so scaling the factor scales the product and nothing else.
    factor = gaussian_matrix(4, seed)
    small = simulate(repeated(factor, 40))
    large = simulate(repeated(np.ldexp(factor, exponent), 40))
    a, b = small.product(40).normalized(), large.product(40).normalized()
    assert np.array_equal(a.mantissa, b.mantissa)
    assert b.exponent - a.exponent == 40 * exponent


@pytest.mark.parametrize("steps", [64, 1000, 10_000])
def test_rotation_follows_cosine_and_sine(steps):
    angle = 0.1
    found = simulate(repeated(rotation_matrix(angle), steps)).matrix(steps)
    with mpmath.workdps(50):
        turned = mpmath.mpf(angle) * steps
        true = np.array([[mpmath.cos(turned), -mpmath.sin(turned)], [mpmath.sin(turned), mpmath.cos(turned)]])
        error = max(abs(mpmath.mpf(f) - t) for f, t in zip(found.flat, true.flat, strict=True))
    assert error <= steps * EPS


def test_fibonacci_is_exact_to_step_78():
    trajectory = simulate(repeated([[0, 1], [1, 1]], 300))
    a, b = 0, 1
    for step in range(301):
        exact = [[b - a, a], [a, b]]
        found = trajectory.matrix(step).tolist()
        # The largest entry is Fibonacci number step + 1, and number 78 is the last below 2⁵³.
        if step <= 77:
            assert found == exact
        for row, line in zip(found, exact, strict=True):
            for f, t in zip(row, line, strict=True):
                assert abs(Fraction(f) - t) <= 2 * step * Fraction(EPS) * t
        a, b = b, a + b


def test_power_of_dyadic_matrix_against_exact_integers():
    n, steps = 16, 64
    whole = np.rint(gaussian_matrix(n, 3) * 2.0**60).astype(np.int64)
    found = simulate(repeated(whole / 2.0**60, steps)).product(steps)
    exact = whole.astype(object)
    largest = np.abs(exact)
    power, bound = exact, largest
    for _ in range(steps - 1):
        power, bound = exact.dot(power), largest.dot(bound)
    unit = Fraction(1, 2 ** (60 * steps))
    gamma = Fraction(n, 2**53) / (1 - Fraction(n, 2**53))
    share = (1 + gamma) ** (steps - 1) - 1
    errors, norms = Fraction(0), Fraction(0)
    for f, e, limit in zip(found.mantissa.flat, power.flat, bound.flat, strict=True):
        true = int(e) * unit
        error = abs(Fraction(float(f)) * Fraction(2) ** found.exponent - true)
        assert error <= share * int(limit) * unit
        errors += error**2
        norms += true**2
    assert math.sqrt(errors / norms) <= 5e-15


def test_non_dyadic_power_against_fifty_digits():
    factor, steps = gaussian_matrix(6, 1), 64
    found = simulate(repeated(factor, steps)).matrix(steps)
    with mpmath.workdps(50):
        true = mpmath.matrix(factor.tolist()) ** steps
        bound = mpmath.matrix(np.abs(factor).tolist()) ** steps
        gamma = mpmath.mpf(6) * EPS / 2 / (1 - mpmath.mpf(6) * EPS / 2)
        for i in range(6):
            for j in range(6):
                limit = ((1 + gamma) ** (steps - 1) - 1) * bound[i, j]
                assert abs(mpmath.mpf(found[i, j]) - true[i, j]) <= limit


@pytest.mark.slow
def test_very_many_steps_neither_overflow_nor_drift():
    # More than there are checkpoints for.
    count = 530_000
    trajectory = simulate(repeated(rotation_matrix(2 * np.pi / 64) * 1e3, count))
    steps = np.append(np.arange(0, count, 997), count)
    products = [trajectory.product(int(step)) for step in steps]
    _, found = log10_norms(np.stack([p.mantissa for p in products]), np.array([p.exponent for p in products]))
    # A rounding a step in the norm, and one in the sum of exponent and mantissa.
    assert np.abs(found - (3 * steps + np.log10(2) / 2)).max() <= 7 * count * EPS


@pytest.mark.slow
def test_norms_of_a_hundred_thousand_shrinking_steps():
    count = 100_000
    trajectory = simulate(repeated(rotation_matrix(2 * np.pi / 64) * 1e-3, count))
    expected = np.log10(2) / 2 - 3 * np.arange(count + 1)
    assert np.abs(trajectory.log10_frobenius_norm - expected).max() <= 7 * count * EPS


def test_orthogonal_products_stay_orthogonal():
    n, steps = 64, 10_000
    trajectory = simulate(repeated(haar_orthogonal(n, 0), steps))
    product = trajectory.matrix(steps)
    limit = steps * math.sqrt(n) * EPS
    drift = np.linalg.norm(product.T @ product - np.eye(n))
    assert drift <= 2 * limit
    assert trajectory.orthogonality_drift(steps) == pytest.approx(drift, abs=n * EPS)
    _, frobenius = log10_norms(product[None], np.zeros(1, int))
    assert abs(10 ** frobenius[0] - math.sqrt(n)) <= limit
    assert np.abs(np.linalg.svd(product, compute_uv=False) - 1).max() <= limit
    assert abs(abs(np.linalg.det(product)) - 1) <= n * limit


@pytest.mark.parametrize("steps", [1, 17, 4000])
def test_signed_permutations_are_exact_for_any_power(steps):
    n = 9
    rng = np.random.default_rng(steps)
    order, signs = rng.permutation(n), rng.choice([-1, 1], n)
    factor = np.zeros((n, n))
    factor[np.arange(n), order] = signs
    # Row i of the power holds ±1 at the place that i is sent to.
    exact = np.zeros((n, n), int)
    for i in range(n):
        place, sign = i, 1
        for _ in range(steps):
            place, sign = order[place], sign * signs[place]
        exact[i, place] = sign
    assert np.array_equal(simulate(repeated(factor, steps)).matrix(steps), exact)


@pytest.mark.parametrize("steps", [1, 30, 500])
def test_powers_of_a_diagonal_matrix_against_fractions(steps):
    values = [0.3, -0.7, 1.1, -1.3, 1.0, 1e-3]
    found = simulate(repeated(np.diag(values), steps)).product(steps)
    for i in range(len(values)):
        for j in range(len(values)):
            entry = Fraction(float(found.mantissa[i, j])) * Fraction(2) ** found.exponent
            true = Fraction(values[i]) ** steps if i == j else 0
            # Far below the largest entry nothing is kept: 1e-3⁵⁰⁰ besides 1.3⁵⁰⁰ is flushed to zero.
            if i == j and abs(true) < Fraction(2) ** (found.exponent - 1000):
                assert entry == 0
            else:
                assert abs(entry - true) <= 4 * steps * Fraction(EPS) * abs(true)


@pytest.mark.parametrize("eigenvalue", [0.9, 1.0, -1.1])
@pytest.mark.parametrize("steps", [3, 64, 200])
def test_powers_of_a_jordan_block_against_fractions(eigenvalue, steps):
    n = 5
    found = simulate(repeated(jordan_block(n, eigenvalue), steps)).matrix(steps)
    for i in range(n):
        for j in range(n):
            true = Fraction(0)
            if 0 <= j - i <= steps:
                true = math.comb(steps, j - i) * Fraction(eigenvalue) ** (steps - j + i)
            assert abs(Fraction(found[i, j]) - true) <= 4 * steps * Fraction(EPS) * abs(true)


@pytest.mark.parametrize("dim", [2, 5, 12])
def test_powers_of_a_nilpotent_matrix_end_in_zero(dim):
    for factor in (np.eye(dim, k=1), np.triu(gaussian_matrix(dim, dim), 1), np.tril(gaussian_matrix(dim, dim), -1)):
        trajectory = simulate(repeated(factor, dim + 3))
        assert trajectory.matrix(dim - 1).any()
        assert not trajectory.matrix(dim).any()
        assert np.array_equal(np.isneginf(trajectory.log10_spectral_norm), np.arange(dim + 4) >= dim)
        assert np.array_equal(np.isneginf(trajectory.log10_frobenius_norm), np.arange(dim + 4) >= dim)
        assert np.isneginf(trajectory.log10_singular_values[dim:]).all()
        assert np.isneginf(trajectory.log10_nuclear_norm[dim:]).all()
        assert math.isnan(trajectory.departure_from_normality(dim))


@pytest.mark.parametrize("steps", [10, 200])
def test_power_of_a_symmetric_matrix_is_that_of_its_eigenvalues(steps):
    n = 12
    half = gaussian_matrix(n, 8)
    factor = (half + half.T) / 2
    trajectory = simulate(repeated(factor, steps))
    values, vectors = np.linalg.eigh(factor)
    # Both paths may stray, the powers of the eigenvalues just as much as the product.
    limit = steps * n * EPS * np.abs(values).max() ** steps
    assert np.abs((vectors * values**steps) @ vectors.T - trajectory.matrix(steps)).max() <= limit
    log10, angle = trajectory.eigenvalues(steps)
    assert np.sort(10**log10 * np.cos(angle)) == pytest.approx(np.sort(values**steps), abs=limit)
    # Singular values of a symmetric matrix are the moduli of its eigenvalues.
    expected = steps * np.log10(np.sort(np.abs(values))[::-1])
    assert_all_are_right(trajectory.log10_singular_values[steps], expected, 1e-9)


@pytest.mark.parametrize("dim", [2, 4, 6])
def test_norms_of_powers_follow_the_spectral_radius(dim):
    factor = gaussian_matrix(dim, 40 + dim)
    with mpmath.workdps(40):
        values, vectors = mpmath.eig(mpmath.matrix(factor.tolist()))
        radius = float(mpmath.log10(max(abs(v) for v in values)))
        singular = mpmath.svd_c(vectors, compute_uv=False)
        condition = float(mpmath.log10(max(singular) / min(singular)))
    steps = np.arange(1, 401)
    trajectory = simulate(repeated(factor, 400))
    rate = trajectory.log10_spectral_norm[1:] / steps
    # Never below the radius, and above it by κ(V) at most.
    assert (rate >= radius - 1e-14).all()
    assert (rate - radius <= condition / steps + 1e-14).all()
    assert trajectory.log10_spectral_radius == pytest.approx(np.arange(401) * radius, abs=1e-11)


def test_hundred_gaussian_factors_of_size_four_reach_twenty_five_decades():
    # The first matrix and a hundred more, as in the lecture that shows this.
    reached = []
    for seed in range(400):
        factors = gaussian_factors(101, 4, seed, 2.0)
        reached.append(simulate(MatrixSequence(factors[1:], factors[0])).log10_frobenius_norm[-1])
    low, median, high = np.percentile(reached, [5, 50, 95])
    # A median of 400 strays by 0.1 and these quantiles by 0.17.
    assert median == pytest.approx(25.0, abs=0.45)
    assert low == pytest.approx(22.4, abs=0.77)
    assert high == pytest.approx(27.7, abs=0.77)


def test_norm_of_a_non_normal_power_rises_before_it_falls():
    norm = 10 ** simulate(repeated([[0.9, 10], [0, 0.9]], 100)).log10_spectral_norm
    assert norm.argmax() == 9
    assert norm[9] == pytest.approx(38.7, abs=0.05)
    assert np.flatnonzero(norm[1:] < 1)[0] + 1 == 63


def test_norm_of_a_jordan_block_grows_with_the_step():
    norm = 10 ** simulate(repeated(jordan_block(2), 64)).log10_spectral_norm
    steps = np.arange(65)
    # Of [[1, t], [0, 1]]: σ − 1/σ = t.
    assert norm == pytest.approx((steps + np.sqrt(steps**2 + 4)) / 2, rel=1e-13)
    assert norm[64] == pytest.approx(64.0, abs=0.02)


def test_factors_at_the_ends_of_float64():
    for factor in (np.full((3, 3), 1.7e308), np.full((3, 3), 1e-307)):
        trajectory = simulate(repeated(factor, 50))
        expected = 50 * np.log10(factor[0, 0]) + 50 * np.log10(3)
        assert trajectory.log10_spectral_norm[-1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dim", [3, 40, 100])
def test_norms_of_scaled_stacks(dim):
    stack = np.stack([gaussian_matrix(dim, seed) for seed in range(4)])
    exponents = np.array([0, 5000, -7000, 1])
    spectral, frobenius = log10_norms(stack, exponents)
    shift = exponents * np.log10(2)
    singular = np.linalg.svd(stack, compute_uv=False)
    assert spectral == pytest.approx(np.log10(singular[:, 0]) + shift, rel=1e-13)
    assert frobenius == pytest.approx(np.log10(np.sqrt((stack**2).sum((1, 2)))) + shift, rel=1e-13)


def test_drift_from_orthogonality():
    assert orthogonality_drift(np.eye(5)) == 0
    assert orthogonality_drift(3 * np.eye(5)) == pytest.approx(8 * math.sqrt(5), rel=1e-15)
    assert orthogonality_drift(np.array([[1.0, 1.0], [0.0, 1.0]])) == pytest.approx(math.sqrt(3), rel=1e-15)
    grown = simulate(repeated(2 * np.eye(2), 1000))
    assert grown.orthogonality_drift(3) == pytest.approx(63 * math.sqrt(2), rel=1e-15)
    assert grown.orthogonality_drift(1000) == np.inf
    # Here infinity times zero is among the sums.
    assert simulate(repeated(2 * np.eye(2), 2000)).orthogonality_drift(2000) == np.inf
    assert simulate(repeated(np.eye(2) / 2, 2000)).orthogonality_drift(2000) == pytest.approx(math.sqrt(2), rel=1e-15)


def test_step_never_overflows_inside():
    factors = np.full((400, 4, 4), 1e200)
    product = ScaledProduct(MatrixSequence(factors))
    state = simulate(MatrixSequence(factors)).product(0)
    with np.errstate(all="raise", under="ignore"):
        for step in range(1, 401):
            state = product.step(step, state)
            assert np.isfinite(state.mantissa).all()


# What neither overflows nor underflows in plain arithmetic is the same here, however far apart entries lie.


@pytest.mark.parametrize(
    "factors",
    [
        [np.diag([1e110, 1e-110]), np.diag([1e110, 1e-110]), np.diag([1e-300, 1e300])],
        [np.diag([1e110, 1e-110]), np.diag([1e110, 1e-110]), np.array([[0.0, 1.0], [0.0, 0.0]])],
        [np.diag([1e300, 1e-300]), np.diag([1e-300, 1e300])],
        [np.diag([1e-150, 1.0]), np.diag([1e-150, 1e300])],
    ],
)
def test_products_of_far_apart_entries_are_plain(factors):
    plain = np.eye(2)
    trajectory = simulate(MatrixSequence(factors))
    for step, factor in enumerate(factors, 1):
        plain = factor @ plain
        assert np.array_equal(trajectory.matrix(step), plain)
    assert trajectory.log10_spectral_norm[-1] == pytest.approx(np.log10(np.abs(plain).max()), abs=1e-12)


@settings(max_examples=300)
@given(st.integers(1, 4), st.integers(1, 6), seeds)
def test_products_of_any_size_are_those_of_many_digits(dim, steps, seed):
    rng = np.random.default_rng(seed)
    factors = rng.standard_normal((steps, dim, dim))
    # Each as large or as small as float64 has numbers with all their digits.
    factors = np.ldexp(factors, rng.integers(-1000, 1000, steps)[:, None, None])
    sequence = MatrixSequence(factors)
    found = simulate(sequence).product(steps).normalized()
    with mpmath.workdps(60):
        true = many_digits(sequence, steps) / mpmath.mpf(2) ** found.exponent
        bound = mpmath.eye(dim)
        for factor in factors:
            bound = mpmath.matrix(np.abs(factor).tolist()) * bound
        bound = bound / mpmath.mpf(2) ** found.exponent
        for i in range(dim):
            for j in range(dim):
                assert abs(found.mantissa[i, j] - true[i, j]) <= steps * (dim + 1) * EPS * bound[i, j]


def test_the_smallest_numbers_multiply():
    least = 5e-324
    track = simulate(repeated(least * np.eye(2), 3)).log10_spectral_norm
    assert track == pytest.approx(np.arange(4) * (-1074 * np.log10(2)), rel=1e-14)
    track = simulate(MatrixSequence([0.01 * np.eye(2), least * np.eye(2)])).log10_singular_values
    assert track[2] == pytest.approx(-2 - 1074 * np.log10(2), rel=1e-14)
