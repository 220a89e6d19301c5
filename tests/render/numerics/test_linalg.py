"""Products, norms and spectra against exact integers, fractions, closed forms and many-digit arithmetic."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from render.numerics.eigenvalues import (
    departure_from_normality,
    eigenvalues_of_power,
    known_eigenvalues,
    match_eigenvalues,
)
from render.numerics.lyapunov import lyapunov_exponents
from render.numerics.scaled import ScaledProduct, log10_norms, orthogonality_drift
from render.numerics.singular_values import log10_singular_values
from render.numerics.trajectory import simulate
from scenes import (
    MatrixSequence,
    gaussian_matrix,
    haar_orthogonal,
    jordan_block,
    nonnormal_matrix,
    random_unit_vector,
    repeated,
    rotation_matrix,
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


def test_singular_values_of_orthogonal_products_are_one():
    n, steps = 32, 300
    factors = np.stack([haar_orthogonal(n, seed) for seed in range(steps)])
    trajectory = simulate(MatrixSequence(factors))
    assert np.abs(trajectory.log10_singular_values).max() <= steps * n * EPS
    assert np.abs(trajectory.log10_condition).max() <= steps * n * EPS
    assert trajectory.log10_nuclear_norm == pytest.approx(np.full(steps + 1, np.log10(n)), abs=steps * n * EPS)


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


@pytest.mark.parametrize(("dim", "draws", "tolerance"), [(64, 40, 0.2), (256, 2, 0.12)])
def test_spectral_radius_of_a_gaussian_matrix_is_near_one(dim, draws, tolerance):
    radii = [10 ** simulate(repeated(gaussian_matrix(dim, s), 1)).log10_spectral_radius[1] for s in range(draws)]
    assert radii == pytest.approx(np.ones(draws), abs=tolerance)


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


def test_all_singular_values_of_a_long_gaussian_product():
    sequence = MatrixSequence(np.random.default_rng(0).standard_normal((64, 8, 8)) / np.sqrt(8))
    found = simulate(sequence).log10_singular_values
    assert found.shape == (65, 8)
    true = true_log10_singular_values(sequence, 64, 150)
    # In natural logarithms: the SVD of the product itself says −40.1, −41.3 and −42.7.
    assert true[5:] * math.log(10) == pytest.approx([-47.5, -63.1, -117.6], abs=0.05)
    assert found[64] * math.log(10) == pytest.approx(true * math.log(10), abs=5e-4)
    assert_all_are_right(found[64], true, 1e-10)
    for step in (1, 5, 12, 32):
        assert_all_are_right(found[step], true_log10_singular_values(sequence, step, 120), 1e-9)


@pytest.mark.parametrize("dim", [2, 3, 5, 8, 12])
@pytest.mark.parametrize("seed", range(3))
def test_all_singular_values_of_a_short_product(dim, seed):
    sequence = MatrixSequence(gaussian_factors(12, dim, [seed, dim]))
    found = simulate(sequence).log10_singular_values[12]
    assert_all_are_right(found, true_log10_singular_values(sequence, 12, 120))


@pytest.mark.slow
def test_all_singular_values_of_256_factors_of_size_16():
    sequence = MatrixSequence(gaussian_factors(256, 16, 4))
    found = simulate(sequence).log10_singular_values[256]
    true = true_log10_singular_values(sequence, 256, 300)
    assert true[0] - true[-1] > 150
    assert_all_are_right(found, true, 1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    "factor",
    [
        gaussian_matrix(5, 6),
        gaussian_matrix(5, 6) * 30,
        [[0.9, 10], [0, 0.9]],
        [[0.9, 1000], [0, 0.9]],
        jordan_block(2),
        jordan_block(4),
        jordan_block(3, 0.5),
        jordan_block(6, 1.2),
        np.diag([1e3, 1.0, 1e-3]),
        np.diag([1.0, 1e-3, 1e3]) @ rotation_matrix(0.3, np.eye(3)[:, [0, 2]]),
        nonnormal_matrix([0.9, 0.7, 0.5, 0.3], 8.0, 1),
        np.triu(np.ones((5, 5))),
        haar_orthogonal(5, 3) * 0.8,
    ],
)
def test_singular_values_of_powers(factor):
    sequence = repeated(factor, 64)
    found = simulate(sequence).log10_singular_values
    for step in (2, 9, 64):
        assert_all_are_right(found[step], true_log10_singular_values(sequence, step, 500), 1e-7)


@pytest.mark.slow
def test_singular_values_of_a_two_by_two_power_in_closed_form():
    # σ₁σ₂ = |det| and σ₁² + σ₂² = ‖P‖_F², and P = λᵗ⁻¹ [[λ, 10 t], [0, λ]].
    found = simulate(repeated([[0.9, 10], [0, 0.9]], 3000)).log10_singular_values
    with mpmath.workdps(60):
        value = mpmath.mpf(0.9)
        for step in (1, 9, 63, 500, 3000):
            square = 2 * value**2 + (10 * step) ** 2
            large = mpmath.sqrt((square + mpmath.sqrt(square**2 - 4 * value**4)) / 2)
            power = (step - 1) * mpmath.log10(value)
            true = [float(mpmath.log10(large) + power), float(mpmath.log10(value**2 / large) + power)]
            assert found[step] == pytest.approx(true, abs=1e-9)


@pytest.mark.parametrize("sizes", [[10, 10, 1, 1, 0.1, 0.1], [50, 1, 1, 1, 1], [1, 1, 1, 1e-3], [2, 2, 2, 2]])
def test_equal_singular_values_stay_together(sizes):
    steps, n = 30, len(sizes)
    turns = [haar_orthogonal(n, [5, t]) for t in range(steps + 1)]
    # Each factor takes up the axes that the one before left: the values are powers of the sizes.
    factors = np.stack([(turns[t + 1] * sizes) @ turns[t].T for t in range(steps)])
    found = simulate(MatrixSequence(factors)).log10_singular_values[steps]
    assert_all_are_right(found, steps * np.log10(sizes), 1e-9)
    assert_all_are_right(found, true_log10_singular_values(MatrixSequence(factors), steps, 300), 1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_singular_values_close_up_when_the_product_is_undone(seed):
    factor = gaussian_matrix(4, seed)
    # κ(A¹⁰) stays below 1e8, so rounding the inverse moves the values by less than 1e-7.
    factor = factor + 2 * np.sign(np.linalg.det(factor)) * np.eye(4)
    assert np.linalg.cond(np.linalg.matrix_power(factor, 10)) < 1e8
    sequence = MatrixSequence(np.stack([factor] * 10 + [np.linalg.inv(factor)] * 10))
    found = simulate(sequence).log10_singular_values
    for step in (10, 15, 20):
        assert_all_are_right(found[step], true_log10_singular_values(sequence, step, 120))
    assert np.abs(found[20]).max() < 1e-6
    # On the way there and on the way back it is the same power.
    assert found[11:20][::-1] == pytest.approx(found[1:10], abs=1e-6)


@pytest.mark.parametrize("dim", [2, 4, 5])
@pytest.mark.parametrize("seed", range(4))
def test_a_singular_factor_leaves_no_wrong_number(dim, seed):
    factors = gaussian_factors(9, dim, [seed, dim])
    factors[4, :, -1] = 0.0
    sequence = MatrixSequence(factors)
    found = simulate(sequence).log10_singular_values
    for step in (4, 5, 9):
        true = true_log10_singular_values(sequence, step, 120)
        assert np.isneginf(true).sum() == (step > 4)
        assert_known_ones_are_right(found[step], true)
        # One direction is gone, the others are told.
        assert np.isfinite(found[step]).sum() == dim - (step > 4)


@pytest.mark.parametrize(
    ("factors", "initial"),
    [
        ([np.diag([1.0, 0.0])] * 2, None),
        ([np.diag([1.0, 0.0]), [[0, 1], [1, 0]], [[1, 2], [3, 4]]], None),
        ([np.diag([2.0, 1.0, 0.0]), np.ones((3, 3)), np.diag([1.0, 2.0, 3.0])], None),
        ([np.outer([1, 2, 3, 4], [4, 3, 2, 1]), gaussian_matrix(4, 1), np.eye(4)], None),
        ([gaussian_matrix(3, 1), gaussian_matrix(3, 2)], np.diag([1.0, 0.5, 0.0])),
        ([gaussian_matrix(3, 1), gaussian_matrix(3, 2)], gaussian_matrix(3, 3)),
        ([np.diag([1.0, 1e-300])] * 3, None),
        ([np.diag([1.0, 0.0]), np.diag([0.0, 1.0]), np.eye(2)], None),
    ],
)
def test_singular_products_leave_no_wrong_number(factors, initial):
    sequence = MatrixSequence(np.array(factors, float), initial)
    trajectory = simulate(sequence)
    found = trajectory.log10_singular_values
    for step in range(sequence.steps + 1):
        if not trajectory.matrix(step).any():
            assert np.isneginf(found[step]).all()
            continue
        true = true_log10_singular_values(sequence, step, 1200)
        assert_known_ones_are_right(found[step], true, 1e-9)
        assert np.isfinite(found[step, 0])


@pytest.mark.parametrize("least", [1e-5, 1e-7, 1e-9, 1e-11, 1e-13, 1e-15])
def test_factors_near_to_singular_leave_no_wrong_number(least):
    for seed in range(5):
        left, right = (np.stack([haar_orthogonal(3, [seed, side, t]) for t in range(4)]) for side in (1, 2))
        sequence = MatrixSequence((left * [1.0, math.sqrt(least), least]) @ right)
        found = simulate(sequence).log10_singular_values
        for step in (1, 2, 4):
            assert_known_ones_are_right(found[step], true_log10_singular_values(sequence, step, 150))
            assert np.isfinite(found[step, 0])
        assert np.isfinite(found).all() or least < 1e-6


def test_what_grew_from_unknown_is_unknown_or_right():
    # The direction given up at the start is 1e8 times larger in the end, and no longer the smallest.
    sequence = MatrixSequence(np.stack([np.diag([0.1, 1.0, 10.0])] * 8), np.diag([1.0, 1.0, 1e-12]))
    for step, found in enumerate(simulate(sequence).log10_singular_values):
        assert_known_ones_are_right(found, np.sort([-step, 0, step - 12])[::-1], 1e-9)


def test_singular_values_of_zero_products_are_zero():
    for factors, first in ((np.zeros((2, 3, 3)), 1), (np.stack([np.eye(3), np.zeros((3, 3)), np.eye(3)]), 2)):
        sequence = MatrixSequence(factors)
        trajectory = simulate(sequence)
        found = trajectory.log10_singular_values
        assert not found[:first].any()
        assert np.isneginf(found[first:]).all()
        products = [trajectory.product(step) for step in range(sequence.steps + 1)]
        assert np.array_equal(log10_singular_values(sequence, products), found)
    assert np.isneginf(simulate(MatrixSequence(np.ones((2, 2, 2)), np.zeros((2, 2)))).log10_singular_values).all()


@pytest.mark.parametrize("exponent", [-140, -35, 35, 140])
def test_singular_values_may_leave_float64(exponent):
    factors = gaussian_factors(12, 5, 9)
    inside = MatrixSequence(factors)
    beyond = MatrixSequence(factors * 10.0**exponent)
    found = simulate(beyond).log10_singular_values[12]
    assert np.abs(found).min() > 400
    assert_all_are_right(found, true_log10_singular_values(beyond, 12, 120), 1e-9)
    assert found == pytest.approx(true_log10_singular_values(inside, 12, 120) + 12 * exponent, abs=1e-9)


def test_singular_values_on_both_sides_of_float64():
    steps, sizes = 210, np.array([1e2, 1.0, 1e-2])
    turns = [haar_orthogonal(3, [6, t]) for t in range(steps + 1)]
    factors = np.stack([(turns[t + 1] * sizes) @ turns[t].T for t in range(steps)])
    trajectory = simulate(MatrixSequence(factors))
    found = trajectory.log10_singular_values[steps]
    assert_all_are_right(found, true_log10_singular_values(trajectory.sequence, steps, 1100), 1e-8)
    assert found == pytest.approx([420, 0, -420], abs=1e-8)
    assert trajectory.log10_condition[steps] == pytest.approx(840, abs=1e-8)


sizes = st.integers(1, 4)
lengths = st.integers(1, 8)
seeds = st.integers(0, 2**32)


@settings(max_examples=60)
@given(sizes, lengths, seeds, st.floats(0, 3))
def test_singular_values_of_random_factors(dim, steps, seed, spread):
    rng = np.random.default_rng(seed)
    grades = 10.0 ** rng.uniform(-spread, spread, (steps, 1, dim))
    factors = rng.standard_normal((steps, dim, dim)) * grades
    sequence = MatrixSequence(factors)
    found = simulate(sequence).log10_singular_values[steps]
    assert_known_ones_are_right(found, true_log10_singular_values(sequence, steps, 200))
    # Factors that are far from singular leave nothing unknown.
    if np.linalg.cond(factors).max() < 1e5:
        assert np.isfinite(found).all()
    if np.isnan(found).any():
        return
    with mpmath.workdps(100):
        volume = sum(mpmath.log10(abs(mpmath.det(mpmath.matrix(factor.tolist())))) for factor in factors)
    assert found.sum() == pytest.approx(float(volume), abs=1e-9)


@settings(max_examples=60)
@given(sizes.flatmap(lambda n: lengths.flatmap(lambda t: hnp.arrays(np.int8, (t, n, n), elements=st.integers(-3, 3)))))
def test_singular_values_of_small_integers(factors):
    # Many of these are singular, have equal values, or multiply to zero.
    sequence = MatrixSequence(factors)
    found = simulate(sequence).log10_singular_values[-1]
    exact = np.eye(factors.shape[1], dtype=int).astype(object)
    for factor in factors.astype(int).astype(object):
        exact = factor.dot(exact)
    if not exact.any():
        assert np.isneginf(found).all()
        return
    assert_known_ones_are_right(found, true_log10_singular_values(sequence, len(factors), 80))
    assert np.isfinite(found[0])


def test_condition_and_nuclear_norm_come_from_all_singular_values():
    sequence = MatrixSequence(gaussian_factors(40, 5, 12))
    trajectory = simulate(sequence)
    for step in (0, 3, 40):
        with mpmath.workdps(100):
            values = sorted(mpmath.svd_r(many_digits(sequence, step), compute_uv=False))
            condition, nuclear = mpmath.log10(values[-1] / values[0]), mpmath.log10(mpmath.fsum(values))
        assert trajectory.log10_condition[step] == pytest.approx(float(condition), abs=1e-9)
        assert trajectory.log10_nuclear_norm[step] == pytest.approx(float(nuclear), abs=1e-9)


def test_condition_and_nuclear_norm_of_growing_diagonals():
    trajectory = simulate(repeated(np.diag([1000.0, 1000.0, 10.0]), 300))
    steps = np.arange(301)
    assert trajectory.log10_condition == pytest.approx(2.0 * steps, abs=1e-9)
    # At step 0 there are three ones; later the third does not count.
    expected = 3 * steps + np.log10(2 + 10.0 ** (-2.0 * steps))
    assert trajectory.log10_nuclear_norm == pytest.approx(expected, abs=1e-9)


def test_condition_of_a_singular_product_is_not_finite():
    trajectory = simulate(MatrixSequence(np.stack([np.eye(2), np.diag([1.0, 0.0]), np.diag([2.0, 0.0])])))
    assert not np.isfinite(trajectory.log10_condition[2:]).any()
    assert trajectory.log10_nuclear_norm == pytest.approx([np.log10(2), np.log10(2), 0, np.log10(2)], abs=1e-14)


@pytest.mark.parametrize("dim", [2, 4, 7])
def test_spectral_radius_of_different_factors(dim):
    sequence = MatrixSequence(gaussian_factors(10, dim, [3, dim]))
    trajectory = simulate(sequence)
    found = trajectory.log10_spectral_radius
    assert found[0] == 0
    for step in (1, 5, 10):
        with mpmath.workdps(60):
            values = mpmath.eig(many_digits(sequence, step), left=False, right=False)
            true = float(mpmath.log10(max(abs(v) for v in values)))
        assert found[step] == pytest.approx(true, abs=1e-9)


def test_spectral_radius_is_known_where_other_eigenvalues_are_not():
    sequence = MatrixSequence(gaussian_factors(80, 4, 5))
    trajectory = simulate(sequence)
    assert np.isnan(trajectory.eigenvalue_tracks[0][80]).any()
    with mpmath.workdps(150):
        true = max(abs(v) for v in mpmath.eig(many_digits(sequence, 80), left=False, right=False))
    assert trajectory.log10_spectral_radius[80] == pytest.approx(float(mpmath.log10(true)), abs=1e-9)


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


def test_normal_matrices_do_not_depart_from_normality():
    half = gaussian_matrix(20, 1)
    shift = np.roll(np.eye(7), 1, axis=0)
    circulant = sum(c * np.linalg.matrix_power(shift, k) for k, c in enumerate([1.0, -2.0, 0.5, 3.0]))
    for matrix in (np.eye(3), half + half.T, half - half.T, haar_orthogonal(30, 2), circulant, np.array([[-2.0]])):
        for scale in (1e-100, 1.0, 1e100):
            assert departure_from_normality(matrix * scale) == 0


def test_departure_of_triangular_matrices_is_what_stands_above_the_diagonal():
    assert departure_from_normality(np.eye(6, k=1)) == 1
    assert departure_from_normality(jordan_block(2)) == pytest.approx(math.sqrt(1 / 3), rel=1e-14)
    matrix = np.triu(gaussian_matrix(9, 5))
    above = np.linalg.norm(np.triu(matrix, 1)) / np.linalg.norm(matrix)
    assert departure_from_normality(matrix) == pytest.approx(above, rel=1e-12)
    turn = haar_orthogonal(9, 6)
    assert departure_from_normality(turn @ matrix @ turn.T) == pytest.approx(above, rel=1e-6)


def test_departure_of_a_product_has_no_scale():
    trajectory = simulate(repeated(jordan_block(2, 1e5), 400))
    # Pᵗ = λᵗ [[1, t/λ], [0, 1]] leaves float64, and its departure does not care.
    for step in (0, 1, 30, 400):
        rise = step / 1e5
        expected = rise / math.sqrt(2 + rise**2)
        assert trajectory.departure_from_normality(step) == pytest.approx(expected, abs=1e-6)


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


@settings(max_examples=100)
@given(st.integers(1, 9), seeds)
def test_a_permuted_spectrum_is_put_back(dim, seed):
    rng = np.random.default_rng(seed)
    before = rng.uniform(-5, 5, dim) + 1j * rng.uniform(-np.pi, np.pi, dim)
    order = rng.permutation(dim)
    assert np.array_equal(before[order][match_eigenvalues(before, before[order])], before)


def test_angles_are_matched_around_the_circle():
    # From 3.1 to −3.1 is a short way.
    assert match_eigenvalues(np.array([3.1j, 2.0j]), np.array([2.3j, -3.1j])).tolist() == [1, 0]
    assert match_eigenvalues(np.array([-3.1j, 1.0j]), np.array([1.1j, 3.1j])).tolist() == [1, 0]


def test_unknown_eigenvalues_are_matched_last():
    nan = complex(np.nan, 0)
    assert match_eigenvalues(np.array([nan, 1.0, 2.0]), np.array([2.0, nan, 1.0])).tolist() == [1, 2, 0]
    assert match_eigenvalues(np.array([1.0, 2.0, 3.0]), np.array([nan, 2.0, nan])).tolist() == [0, 1, 2]


def test_matches_follow_eigenvalues_through_a_crossing():
    # Two moduli cross at step 20 while their angles stay apart; a third eigenvalue goes round the circle.
    steps = np.arange(41)
    turning = 5 + 1j * ((0.2 * steps + np.pi) % (2 * np.pi) - np.pi)
    true = np.stack([0.05 * steps + 0.4j, 2 - 0.05 * steps - 0.4j, turning])
    rng = np.random.default_rng(0)
    followed = true[:, 0]
    for step in steps[1:]:
        now = true[rng.permutation(3), step]
        followed = now[match_eigenvalues(followed, now)]
        assert np.array_equal(followed, true[:, step])


def test_eigenvalue_tracks_follow_through_a_crossing():
    # A pair that turns by 0.1 a step and grows in the end, and a real eigenvalue that shrinks in the end.
    steps = 30
    pair, single = np.linspace(0.9, 1.3, steps), np.linspace(1.2, 0.7, steps)
    # In this basis LAPACK gives the three in changing order.
    basis = haar_orthogonal(3, 1)
    factors = np.zeros((steps, 3, 3))
    factors[:, :2, :2] = pair[:, None, None] * rotation_matrix(0.1)
    factors[:, 2, 2] = single
    log10, angle = simulate(MatrixSequence(basis @ factors @ basis.T)).eigenvalue_tracks
    sizes = np.vstack([np.zeros(3), np.cumsum(np.log10(np.stack([pair, single, pair], axis=1)), axis=0)])
    angles = np.arange(steps + 1)[:, None] * [-0.1, 0.0, 0.1]
    assert np.ptp(np.sign(sizes[1:, 0] - sizes[1:, 1])) == 2
    place = np.argsort(angle[1])
    assert log10[:, place] == pytest.approx(sizes, abs=1e-12)
    assert angle[:, place] == pytest.approx(angles, abs=1e-11)


def test_eigenvalues_of_powers_are_powers():
    spectrum = np.array([0.5, -2.0, 1j, 0.0, np.exp(0.1j)])
    log10, angle = eigenvalues_of_power(spectrum, 0)
    assert not log10.any()
    assert not angle.any()
    log10, angle = eigenvalues_of_power(spectrum, 5001)
    assert log10 == pytest.approx([5001 * np.log10(0.5), 5001 * np.log10(2), 0, -np.inf, 0], abs=1e-11)
    turned = (500.1 + np.pi) % (2 * np.pi) - np.pi
    assert angle[[0, 2, 4]] == pytest.approx([0, np.pi / 2, turned], abs=1e-11)
    assert abs(angle[1]) == pytest.approx(np.pi, abs=1e-11)
    assert (np.abs(angle) <= np.pi).all()


def test_step_never_overflows_inside():
    factors = np.full((400, 4, 4), 1e200)
    product = ScaledProduct(MatrixSequence(factors))
    state = simulate(MatrixSequence(factors)).product(0)
    with np.errstate(all="raise", under="ignore"):
        for step in range(1, 401):
            state = product.step(step, state)
            assert np.isfinite(state.mantissa).all()


@pytest.mark.parametrize(
    "factor",
    [
        # A row that is parallel to the first one turns up in the middle.
        [[-0.3, 0, -2], [-0.1, 0, -3], [-0.3, 0, 1]],
        [[2, -3e-9, -3], [2, -2e-9, 3], [-1, 1e-9, 3]],
        [[2e-9, 0, 0], [0, 0, 1e-3], [-1e-9, -0.2, 0]],
        [[-3e-4, -3e-9, 0], [2e-4, 0, 1e-2], [-1e-4, 0, 1e-2]],
    ],
)
def test_singular_values_of_one_factor(factor):
    sequence = MatrixSequence(np.array([factor], float))
    found = simulate(sequence).log10_singular_values[1]
    assert_known_ones_are_right(found, true_log10_singular_values(sequence, 1, 150))
    assert found[0] == pytest.approx(np.log10(np.linalg.norm(factor, 2)), abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("column", [0, 1, -1])
@pytest.mark.parametrize("dim", [3, 5])
def test_a_zero_column_leaves_no_wrong_number(dim, column):
    for seed in range(300):
        factors = gaussian_factors(1, dim, [seed, dim])
        factors[0, :, column] = 0.0
        found = simulate(MatrixSequence(factors)).log10_singular_values[1]
        true = np.linalg.svd(factors[0], compute_uv=False)[:-1]
        assert found[:-1] == pytest.approx(np.log10(true), abs=1e-9)


def test_what_is_given_up_still_turns_what_is_kept():
    # W sends e₁ to zero, and what is left of the others is 1e-6 √5.
    factor = [[0.0, -2.0, -2.0], [0.0, 0.0, 2.0], [0.0, -1.0, 2.0]]
    sequence = MatrixSequence([factor], np.diag([1.0, 1e-6, 1e-10]))
    found = simulate(sequence).log10_singular_values[1]
    assert_known_ones_are_right(found, true_log10_singular_values(sequence, 1, 100))


def test_singular_values_of_factors_beyond_the_root_of_float64():
    found = simulate(MatrixSequence([np.diag([1e200, 1.0])] * 2)).log10_singular_values
    assert found[1, 0] == pytest.approx(200)
    assert found[2, 0] == pytest.approx(400)


def test_largest_singular_value_and_nuclear_norm_are_always_known():
    # κ(W) is 1e10, and only σ₁ is known in the end.
    trajectory = simulate(MatrixSequence([[[0.9, 1e5], [0.0, 0.9]]] * 6))
    assert (trajectory.log10_nuclear_norm >= trajectory.log10_spectral_norm - 1e-9).all()
    assert trajectory.log10_singular_values[:, 0] == pytest.approx(trajectory.log10_spectral_norm, abs=1e-9)


def test_nuclear_norm_is_right_where_some_singular_values_are_unknown():
    # σ₂ = 0.0022 σ₁ is not small enough to be left out.
    rng = np.random.default_rng(0)
    n = rng.integers(2, 6)
    factors = rng.standard_normal((rng.integers(2, 12), n, n)) / np.sqrt(n)
    turn = np.linalg.qr(rng.standard_normal((n, n)))[0]
    sequence = MatrixSequence(factors, turn * 10.0 ** rng.uniform(-12, 0, n))
    true = np.log10((10 ** true_log10_singular_values(sequence, 8, 100)).sum())
    found = simulate(sequence).log10_nuclear_norm[8]
    assert np.isnan(found) or found == pytest.approx(true, abs=1e-6)


@pytest.mark.parametrize("count", [10, 12, 14])
def test_a_product_undone_tells_no_wrong_singular_values(count):
    # κ(A) = 138 and κ(A¹²) = 1.6e16: rounding in the middle is multiplied by that on the way back.
    factor = np.array([[-1.4, 1.5], [-0.6, 0.67]])
    sequence = MatrixSequence([factor] * count + [np.linalg.inv(factor)] * count)
    found = simulate(sequence).log10_singular_values[-1]
    assert_known_ones_are_right(found, true_log10_singular_values(sequence, 2 * count, 150))


def symmetric(spectrum, seed):
    turn = haar_orthogonal(len(spectrum), seed)
    half = (turn * np.array(spectrum)) @ turn.T
    return (half + half.T) / 2


@pytest.mark.parametrize(
    "factor",
    [
        haar_orthogonal(6, 3),
        symmetric([2.0, -1.5, 1.0, 0.3], 1),
        symmetric([1.0, 1e-5, -1e-9], 2),
        np.diag([3.0, 0.0, 1.0]),
        rotation_matrix(0.3) * 0.7,
        # Almost normal: the powers' norms are another matter.
        np.array([[0.9, 1e-6], [0.0, 0.9]]),
    ],
)
def test_singular_values_of_powers_of_normal_and_almost_normal_matrices(factor):
    sequence = repeated(factor, 60)
    found = simulate(sequence).log10_singular_values
    for step in (1, 7, 60):
        assert_known_ones_are_right(found[step], true_log10_singular_values(sequence, step, 700), 1e-9)
    assert np.isfinite(found[60, 0])


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


@pytest.mark.parametrize("seed", range(40))
def test_what_inverses_bring_to_light_is_unknown(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.standard_normal((2, 3, 3))
    spread = 10 ** rng.uniform(1, 5)
    factor = first @ np.diag([spread, 1, 1 / spread]) @ second
    count = int(rng.integers(1, 5))
    sequence = MatrixSequence([factor] * count + [np.linalg.inv(factor)] * count)
    track = simulate(sequence).log10_singular_values
    for step in range(2 * count + 1):
        assert_known_ones_are_right(track[step], true_log10_singular_values(sequence, step, 80))


@pytest.mark.parametrize(
    ("factor", "steps"),
    [
        (np.array([[1, 0, 0], [0, 1e-6, 3e-8], [0, 0, 1e-6]]), 14),
        (np.array([[1.0, 3e-8], [0.0, 1.0]]), 64),
        (np.array([[1.0, 3e-8], [0.0, 1.0]]), 10_000),
        (np.array([[2.0, 1.0], [1.0, 3.0]]), 30),
        (np.array([[0.0, -3.0], [3.0, 0.0]]), 30),
        (np.diag([1e-200, 3e-200]), 5),
    ],
)
def test_powers_of_nearly_normal_matrices_have_their_own_singular_values(factor, steps):
    sequence = repeated(factor, steps)
    found = simulate(sequence).log10_singular_values[steps]
    with mpmath.workdps(200):
        power = mpmath.matrix(factor.tolist()) ** steps
        true = sorted((float(mpmath.log10(s)) for s in mpmath.svd_r(power, compute_uv=False)), reverse=True)
    assert found == pytest.approx(true, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 1], [-1, -1]],
        [[5, -3, 2], [15, -9, 6], [10, -6, 4]],
        haar_orthogonal(12, 1) @ np.eye(12, k=1) @ haar_orthogonal(12, 1).T,
    ],
)
def test_eigenvalues_of_nilpotent_matrices_are_not_known(matrix):
    trajectory = simulate(repeated(matrix, 8))
    assert np.isnan(trajectory.eigenvalues(3)[0]).all()
    assert np.isnan(trajectory.log10_spectral_radius[1:]).all()
    # Of the identity they are.
    assert trajectory.log10_spectral_radius[0] == 0


def test_known_eigenvalues():
    assert np.array_equal(known_eigenvalues(np.eye(4, k=1)), np.zeros(4))
    assert np.array_equal(known_eigenvalues(np.array([[1e-9, 0.0], [1e9, 2e-9]])), [1e-9, 2e-9])
    found = known_eigenvalues(np.ones((5, 5)))
    assert np.isnan(found).sum() == 4
    assert np.nanmax(found.real) == pytest.approx(5, rel=1e-14)
    for seed in range(5):
        # Repeated eigenvalues of an orthogonal matrix may have any vectors.
        turn = haar_orthogonal(16, seed)
        mirror = turn @ np.diag([1.0] * 9 + [-1.0] * 7) @ turn.T
        assert np.sort(known_eigenvalues(mirror).real) == pytest.approx([-1] * 7 + [1] * 9, abs=1e-13)
        assert np.abs(known_eigenvalues(turn)) == pytest.approx(np.ones(16), abs=1e-13)


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


def test_measures_of_very_large_and_of_nearly_normal_matrices():
    assert orthogonality_drift(1e100 * np.eye(2)) == pytest.approx(math.sqrt(2) * 1e200, rel=1e-15)
    # The part above the diagonal is 1e-7, and ‖A‖_F is √5.
    assert departure_from_normality(np.array([[1.0, 1e-7], [0.0, 2.0]])) == pytest.approx(1e-7 / math.sqrt(5), rel=1e-6)
