"""Singular values of products, however far apart: right, or unknown."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from references import (
    EPS,
    assert_all_are_right,
    assert_known_ones_are_right,
    gaussian_factors,
    lengths,
    many_digits,
    seeds,
    sizes,
    symmetric,
    true_log10_singular_values,
)

from render.numerics.singular_values import log10_singular_values
from render.numerics.trajectory import simulate
from scenes import (
    MatrixSequence,
    gaussian_matrix,
    haar_orthogonal,
    jordan_block,
    nonnormal_matrix,
    repeated,
    rotation_matrix,
)


def test_singular_values_of_orthogonal_products_are_one():
    n, steps = 32, 300
    factors = np.stack([haar_orthogonal(n, seed) for seed in range(steps)])
    trajectory = simulate(MatrixSequence(factors))
    assert np.abs(trajectory.log10_singular_values).max() <= steps * n * EPS
    assert np.abs(trajectory.log10_condition).max() <= steps * n * EPS
    assert trajectory.log10_nuclear_norm == pytest.approx(np.full(steps + 1, np.log10(n)), abs=steps * n * EPS)


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
        assert np.array_equal(list(log10_singular_values(sequence, products)), found)
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
