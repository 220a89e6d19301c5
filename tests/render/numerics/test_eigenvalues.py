"""Eigenvalues and their tracks against closed forms; departure from normality."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import gaussian_factors, many_digits, seeds

from render.numerics.eigenvalues import (
    departure_from_normality,
    eigenvalues_of_power,
    eigenvalues_with_errors,
    followed,
    known_eigenvalues,
    match_eigenvalues,
)
from render.numerics.scaled import orthogonality_drift
from render.numerics.trajectory import simulate
from scenes import (
    MatrixSequence,
    gaussian_matrix,
    haar_orthogonal,
    jordan_block,
    repeated,
    rotation_matrix,
)


@pytest.mark.parametrize(("dim", "draws", "tolerance"), [(64, 40, 0.2), (256, 2, 0.12)])
def test_spectral_radius_of_a_gaussian_matrix_is_near_one(dim, draws, tolerance):
    radii = [10 ** simulate(repeated(gaussian_matrix(dim, s), 1)).log10_spectral_radius[1] for s in range(draws)]
    assert radii == pytest.approx(np.ones(draws), abs=tolerance)


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


def test_measures_of_very_large_and_of_nearly_normal_matrices():
    assert orthogonality_drift(1e100 * np.eye(2)) == pytest.approx(math.sqrt(2) * 1e200, rel=1e-15)
    # The part above the diagonal is 1e-7, and ‖A‖_F is √5.
    assert departure_from_normality(np.array([[1.0, 1e-7], [0.0, 2.0]])) == pytest.approx(1e-7 / math.sqrt(5), rel=1e-6)


# Eigenvalues that are followed


def test_eigenvalues_are_followed_from_matrix_to_matrix():
    # Two turn past each other, one real one passes both: nearest in the plane, whatever order they are found in.
    times = np.linspace(0, 1, 21)
    true = np.stack([np.exp(1j * (0.5 + times)), np.exp(-1j * (0.5 + times)), 0.2 + 1.6 * times + 0j], axis=1)
    shuffled = np.array([row[np.random.default_rng(k).permutation(3)] for k, row in enumerate(true)])
    found = followed(shuffled)
    order = [int(np.abs(true[0] - value).argmin()) for value in found[0]]
    assert found == pytest.approx(true[:, order], abs=1e-15)


def test_each_eigenvalue_is_followed_once_and_unknown_ones_come_last():
    values = np.array([[1, 2, 3], [np.nan, 3.1, 1.1], [2.9, 2, 1]], complex)
    found = followed(values)
    assert np.array_equal(found[1], [1.1, np.nan, 3.1], equal_nan=True)
    assert np.array_equal(found[2], [1, 2, 2.9])


@pytest.mark.parametrize("seed", range(5))
def test_no_two_partners_would_be_nearer_the_other_way(seed):
    one, other = np.random.default_rng(seed).normal(size=(2, 40, 2)) @ [1, 1j]
    found = followed(np.array([one, other]))[1]
    assert sorted(found, key=lambda v: v.real) == sorted(other, key=lambda v: v.real)
    cost = np.abs(one[:, None] - found[None]) ** 2
    own = cost.diagonal()
    assert (own[:, None] + own[None] <= cost + cost.T + 1e-7).all()


def test_errors_of_eigenvalues_bound_what_rounding_does():
    # A Jordan block in another basis: its fourfold eigenvalue moves by some eps^(1/4), and that is known.
    basis = haar_orthogonal(4, 1)
    block = basis @ (0.5 * np.eye(4) + np.diag(np.ones(3), 1)) @ basis.T
    values, errors = eigenvalues_with_errors(block)
    assert np.abs(values - 0.5).max() > 1e-5
    assert (errors > 1e-3).all()
    normal = basis @ np.diag([2.0, 1, -1, 0.5]) @ basis.T
    values, errors = eigenvalues_with_errors(normal)
    assert np.abs(np.sort(values.real) - [-1, 0.5, 1, 2]).max() < 10 * errors.max() < 1e-12
    values, errors = eigenvalues_with_errors(np.triu(np.ones((3, 3))))
    assert np.array_equal(values, [1, 1, 1])
    assert not errors.any()
