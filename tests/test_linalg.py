"""Scaled products against plain multiplication, exact integers and 50-digit arithmetic."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from render.linalg import ScaledProduct, log10_norms, log10_singular_values
from render.simulator import simulate
from scenes import MatrixSequence, gaussian_matrix, haar_orthogonal, repeated, rotation_matrix

EPS = np.finfo(float).eps
TINY = np.finfo(float).tiny
entries = st.floats(-1e6, 1e6, allow_subnormal=False)


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
    trajectory = simulate(repeated([[0, 1], [1, 1]], 80))
    a, b = 0, 1
    for step in range(80):
        exact = [[b - a, a], [a, b]]
        if step <= 77:
            assert trajectory.matrix(step).tolist() == exact
        else:
            assert all(
                abs(f - t) <= 2 * step * EPS * t
                for row, line in zip(trajectory.matrix(step).tolist(), exact, strict=True)
                for f, t in zip(row, line, strict=True)
            )
        a, b = b, a + b


def test_power_of_dyadic_matrix_against_exact_integers():
    n, steps = 16, 64
    scaled = np.round(gaussian_matrix(n, 3) * 2**40).astype(np.int64)
    trajectory = simulate(repeated(scaled / 2.0**40, steps))
    exact = np.eye(n, dtype=int).astype(object)
    whole = scaled.astype(object)
    for _ in range(steps):
        exact = whole.dot(exact)
    found = trajectory.product(steps)
    # exact / 2^(40·64) against mantissa · 2^exponent, both as fractions.
    unit = Fraction(2) ** (-40 * steps)
    errors, norms = Fraction(0), Fraction(0)
    for f, e in zip(found.mantissa.flat, exact.flat, strict=True):
        true = Fraction(int(e)) * unit
        errors += (Fraction(float(f)) * Fraction(2) ** found.exponent - true) ** 2
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
@pytest.mark.parametrize(("scale", "count"), [(1e-3, 100_000), (1e3, 1_000_000)])
def test_million_steps_neither_overflow_nor_drift(scale, count):
    turn = rotation_matrix(2 * np.pi / 64) * scale
    trajectory = simulate(repeated(turn, count))
    steps = np.arange(count + 1)
    error = trajectory.log10_frobenius_norm - (np.log10(scale) * steps + np.log10(2) / 2)
    # A rounding a step in the norm, and one in the sum of exponent and mantissa.
    assert np.abs(error).max() <= 7 * count * EPS


def test_orthogonal_products_stay_orthogonal():
    n, steps = 64, 10_000
    product = simulate(repeated(haar_orthogonal(n, 0), steps)).matrix(steps)
    assert np.linalg.norm(product.T @ product - np.eye(n)) <= 2 * steps * math.sqrt(n) * EPS


def test_nilpotent_and_permutation_are_exact():
    shift = np.eye(5, k=1)
    assert not simulate(repeated(shift, 9)).matrix(5).any()
    cycle = np.roll(np.eye(5), 1, axis=0)
    assert np.array_equal(simulate(repeated(cycle, 1000)).matrix(1000), np.eye(5))
    assert simulate(repeated(shift, 9)).log10_spectral_norm[-1] == -np.inf


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


def test_singular_values_are_left_out_where_they_would_be_wrong():
    # Gaussian 8 × 8 factors: true logs of the last three at step 64 are −47.5, −63.1, −117.6.
    rng = np.random.default_rng(0)
    sequence = MatrixSequence(rng.standard_normal((64, 8, 8)) / np.sqrt(8))
    trajectory = simulate(sequence)
    assert trajectory.log10_singular_values(64) is None
    with mpmath.workdps(60):
        product = mpmath.eye(8)
        for step in range(65):
            found = trajectory.log10_singular_values(step)
            if found is not None:
                true = sorted((float(mpmath.log10(s)) for s in mpmath.svd_r(product, compute_uv=False)), reverse=True)
                assert found == pytest.approx(np.array(true), abs=1e-7)
            if step < 6:
                product = mpmath.matrix(sequence.factors[step].tolist()) * product
            else:
                break
    assert trajectory.log10_singular_values(2) is not None


def test_zero_matrix_has_no_singular_values():
    assert log10_singular_values(simulate(repeated(np.zeros((3, 3)), 2)).product(2)) is None


def test_step_never_overflows_inside():
    factors = np.full((400, 4, 4), 1e200)
    product = ScaledProduct(MatrixSequence(factors))
    state = simulate(MatrixSequence(factors)).product(0)
    with np.errstate(all="raise", under="ignore"):
        for step in range(1, 401):
            state = product.step(step, state)
            assert np.isfinite(state.mantissa).all()
