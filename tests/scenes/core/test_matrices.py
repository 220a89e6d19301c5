"""Makers of matrices: what each one promises, against closed forms."""

import math

import mpmath
import numpy as np
import pytest

from scenes import (
    block_rotation,
    gaussian_matrix,
    haar_orthogonal,
    jordan_block,
    nonnormal_matrix,
    permutation_matrix,
    random_unit_vector,
    reflection_matrix,
    rotation_matrix,
    scaled_identity,
    with_singular_values,
    with_spectral_radius,
)

EPS = np.finfo(float).eps
# Standard deviations that a sample may lie from what is expected; seeds are fixed, so nothing is flaky.
SIGMAS = 4.5


@pytest.mark.parametrize("radius", [1e-200, 0.0, 1.0, 1e200])
def test_spectral_radius_may_be_any_size(radius):
    # Of a pair of complex eigenvalues, found in closed form: λ² = −6.
    scaled = with_spectral_radius(np.array([[0.0, 2.0], [-3.0, 0.0]]), radius)
    expected = radius / math.sqrt(6)
    assert scaled == pytest.approx(np.array([[0, 2 * expected], [-3 * expected, 0]]), rel=1e-14)
    with pytest.raises(ValueError, match="eigenvalues are all zero, or too small"):
        with_spectral_radius(np.eye(4, k=1), radius)


def test_spectral_radius_of_a_nilpotent_matrix_cannot_be_set():
    # Its computed eigenvalues are 1e-16, not zero.
    with pytest.raises(ValueError, match="all zero"):
        with_spectral_radius(np.array([[1.0, -1.0], [1.0, -1.0]]), 1.0)


def test_sizes_at_the_ends_of_float64_can_be_scaled():
    assert with_spectral_radius(1e-310 * np.eye(2), 2.0) == pytest.approx(2 * np.eye(2), rel=1e-15)
    # λ² − λ − 1/50 = 0.
    root = (1 + math.sqrt(1.08)) / 2
    scaled = with_spectral_radius(np.array([[1e300, 1e299], [2e299, 0.0]]), 1.0)
    assert scaled[0, 0] == pytest.approx(1 / root, rel=1e-14)


@pytest.mark.parametrize("radius", [0.3, 0.999, 7.0])
def test_spectral_radius_is_what_was_asked_for(radius):
    scaled = with_spectral_radius(gaussian_matrix(12, 4), radius)
    assert np.abs(np.linalg.eigvals(scaled)).max() == pytest.approx(radius, rel=1e-12)
    with pytest.raises(ValueError, match="all zero"):
        with_spectral_radius(np.zeros((3, 3)), 1.0)


def test_unit_vectors_are_uniform_on_the_sphere():
    n, draws = 5, 2000
    vectors = np.array([random_unit_vector(n, [3, seed]) for seed in range(draws)])
    assert vectors.shape == (draws, n)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(draws), abs=4 * EPS)
    assert np.abs(vectors.mean(axis=0)).max() <= SIGMAS * math.sqrt(1 / n / draws)
    # Covariance I / n; a product of two coordinates has variance 1 / (n (n + 2)), a square twice that and a bit less.
    covariance = vectors.T @ vectors / draws
    assert np.abs(covariance - np.eye(n) / n).max() <= SIGMAS * math.sqrt(2 / (n * (n + 2)) / draws)
    assert abs(random_unit_vector(1, 4)[0]) == 1
    assert np.array_equal(random_unit_vector(8, 2), random_unit_vector(8, 2))


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 2, -2.0, 100.0])
def test_rotation_turns_from_the_first_axis_to_the_second(angle):
    turn = rotation_matrix(angle)
    with mpmath.workdps(40):
        cosine, sine = float(mpmath.cos(mpmath.mpf(angle))), float(mpmath.sin(mpmath.mpf(angle)))
    assert turn == pytest.approx(np.array([[cosine, -sine], [sine, cosine]]), abs=EPS)
    u, v = np.eye(5)[3], np.eye(5)[1]
    inside = rotation_matrix(angle, np.column_stack([u, v]))
    assert inside @ u == pytest.approx(cosine * u + sine * v, abs=2 * EPS)
    assert inside @ v == pytest.approx(cosine * v - sine * u, abs=2 * EPS)
    assert np.linalg.det(inside) == pytest.approx(1, abs=1e-14)


def test_block_rotation_turns_each_plane_by_its_own_angle():
    angles = [0.1, -2.0, math.pi]
    matrix = block_rotation(angles)
    expected = np.zeros((6, 6))
    for k, angle in enumerate(angles):
        expected[2 * k, 2 * k] = expected[2 * k + 1, 2 * k + 1] = math.cos(angle)
        expected[2 * k + 1, 2 * k], expected[2 * k, 2 * k + 1] = math.sin(angle), -math.sin(angle)
    assert matrix == pytest.approx(expected, abs=EPS)
    phases = np.sort(np.abs(np.angle(np.linalg.eigvals(matrix))))
    assert phases == pytest.approx([0.1, 0.1, 2.0, 2.0, math.pi, math.pi], abs=1e-14)


@pytest.mark.parametrize("dim", [4, 5, 9])
def test_block_rotation_leaves_further_axes_alone(dim):
    matrix = block_rotation([0.4, 1.2], dim)
    assert matrix.shape == (dim, dim)
    assert np.array_equal(matrix[4:], np.eye(dim)[4:])
    assert np.array_equal(matrix[:, 4:], np.eye(dim)[:, 4:])
    assert np.array_equal(matrix[:4, :4], block_rotation([0.4, 1.2]))
    with pytest.raises(ValueError):
        block_rotation([0.4, 1.2], 3)


def test_plane_rotation_leaves_the_rest_alone():
    plane = np.linalg.qr(gaussian_matrix(6, 1)[:, :2])[0]
    turn = rotation_matrix(0.7, plane)
    assert turn.T @ turn == pytest.approx(np.eye(6), abs=1e-14)
    assert plane.T @ turn @ plane == pytest.approx(rotation_matrix(0.7), abs=1e-14)
    away = np.linalg.qr(np.column_stack([plane, gaussian_matrix(6, 2)[:, :4]]))[0][:, 2:]
    assert turn @ away == pytest.approx(away, abs=1e-14)


def test_scaled_identity_multiplies_by_its_scale():
    x = random_unit_vector(6, 1)
    assert np.array_equal(scaled_identity(6, -1.75) @ x, -1.75 * x)
    assert scaled_identity(3, 0.5).tolist() == [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]


def test_permutation_takes_entry_order_i_to_index_i():
    order = [2, 0, 3, 1]
    x = np.array([10.0, 11.0, 12.0, 13.0])
    matrix = permutation_matrix(order)
    assert (matrix @ x).tolist() == [12, 10, 13, 11]
    assert np.array_equal(matrix.T @ matrix, np.eye(4))
    assert np.array_equal(permutation_matrix(np.array([0])), [[1.0]])
    # Applying one after the other composes the orders.
    other = [1, 3, 0, 2]
    assert np.array_equal(permutation_matrix(other) @ matrix, permutation_matrix([order[i] for i in other]))


def test_what_is_no_permutation_is_refused():
    for order in ([0, 0], [1, 2], [0, 1, 3], [-1, 0], [0.5, 1.0], [[0, 1], [1, 0]], [0.0, 1.0], [True, False], []):
        with pytest.raises(ValueError, match="from 0 to n − 1 once"):
            permutation_matrix(order)


@pytest.mark.parametrize("entries", [[1, 0, 0], [3.0, -4.0], [1e-5, 2e5, 7.0, -3.0], [2]])
def test_reflection_turns_its_normal_round_and_nothing_else(entries):
    normal = np.array(entries, float)
    n = len(normal)
    matrix = reflection_matrix(normal)
    assert np.array_equal(matrix, matrix.T)
    assert matrix @ matrix == pytest.approx(np.eye(n), abs=1e-14)
    assert matrix @ normal == pytest.approx(-normal, rel=1e-14, abs=1e-9)
    assert np.linalg.det(matrix) == pytest.approx(-1, abs=1e-14)
    across = np.linalg.svd(normal[None])[2][1:]
    assert matrix @ across.T == pytest.approx(across.T, abs=1e-14)
    assert reflection_matrix(-7 * normal) == pytest.approx(matrix, abs=1e-15)


def test_reflection_needs_a_normal():
    with pytest.raises(ValueError, match="must not be zero"):
        reflection_matrix([0, 0, 0])


def test_reflection_takes_normals_of_any_size():
    for size in (1e-200, 1e200, 5e-324):
        assert reflection_matrix([size, size]) == pytest.approx(np.array([[0, -1], [-1, 0]]), abs=1e-15)


def test_jordan_block_has_ones_above_the_diagonal():
    assert jordan_block(3, 0.5).tolist() == [[0.5, 1, 0], [0, 0.5, 1], [0, 0, 0.5]]
    assert jordan_block(2).tolist() == [[1, 1], [0, 1]]
    assert jordan_block(1, -2).tolist() == [[-2]]
    # (J − λ)ⁿ = 0, and no lower power is.
    nilpotent = jordan_block(5, 3.0) - 3 * np.eye(5)
    assert np.linalg.matrix_power(nilpotent, 4).any()
    assert not np.linalg.matrix_power(nilpotent, 5).any()


@pytest.mark.parametrize("departure", [0.0, 0.5, 20.0])
def test_nonnormal_matrix_has_its_spectrum_and_its_departure(departure):
    spectrum = np.array([0.9, -0.5, 0.3, 0.0])
    matrix = nonnormal_matrix(spectrum, departure, 4)
    # Henrici: ‖A‖_F² = Σ |λ|² + departure².
    assert (matrix**2).sum() == pytest.approx((spectrum**2).sum() + departure**2, rel=1e-13)
    # Traces of powers are sums of powers of the eigenvalues, whatever stands above the diagonal.
    for k in range(1, 5):
        trace = np.trace(np.linalg.matrix_power(matrix, k))
        assert trace == pytest.approx((spectrum**k).sum(), abs=1e-14 * max(1, departure) ** k)
    with mpmath.workdps(40):
        values = mpmath.eig(mpmath.matrix(matrix.tolist()), left=False, right=False)
        found = sorted(float(mpmath.re(v)) for v in values)
    assert found == pytest.approx(np.sort(spectrum), abs=1e-10)
    assert (departure == 0) == np.allclose(matrix, matrix.T, atol=1e-14)


def test_nonnormal_matrix_depends_on_its_seed_only():
    first, second = nonnormal_matrix([1.0, 0.5], 2.0, 1), nonnormal_matrix([1.0, 0.5], 2.0, 2)
    assert not np.allclose(first, second)
    assert np.array_equal(first, nonnormal_matrix([1.0, 0.5], 2.0, 1))
    assert abs(nonnormal_matrix([0.7], 5.0)[0, 0]) == pytest.approx(0.7, abs=EPS)


def test_a_spectrum_that_rounding_destroys_is_refused():
    with pytest.raises(ValueError, match="rounding alone moves the eigenvalues"):
        nonnormal_matrix(np.linspace(0.1, 1, 12), 1e4)


@pytest.mark.parametrize("values", [[3.0, 1.0, 0.25], [2.0], [1.0, 1.0, 1.0, 1.0], [1e6, 1.0, 1e-6], [5.0, 0.0]])
def test_singular_values_are_what_was_asked_for(values):
    matrix = with_singular_values(values, 9)
    found = np.linalg.svd(matrix, compute_uv=False)
    assert found == pytest.approx(values, abs=20 * len(values) * EPS * max(values))
    assert np.array_equal(matrix, with_singular_values(values, 9))


def test_singular_directions_are_drawn_apart():
    values = [4.0, 2.0, 1.0]
    left, _, right = np.linalg.svd(with_singular_values(values, 3))
    # Were U and V the same, the matrix would be symmetric.
    assert not np.allclose(np.abs(left), np.abs(right.T))
    assert not np.allclose(with_singular_values(values, 3), with_singular_values(values, 4))
    # The order of the values does not matter to them.
    found = np.linalg.svd(with_singular_values(values[::-1], 3), compute_uv=False)
    assert found == pytest.approx(values, rel=1e-14)


def test_streams_of_one_seed_differ():
    turned = with_singular_values([3.0, 2.0, 1.0], 5)
    u, _, vt = np.linalg.svd(turned)
    for other in (haar_orthogonal(3, 5), vt.T):
        assert np.abs(np.abs(u) - np.abs(other)).max() > 0.01
