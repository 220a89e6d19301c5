"""Random matrices as networks are initialised with, against the variances and laws of their papers."""

import math

import numpy as np
import pytest

from scenes import (
    gaussian_matrix,
    glorot_normal,
    glorot_uniform,
    haar_orthogonal,
    he_normal,
    lecun_normal,
    uniform_matrix,
)

EPS = np.finfo(float).eps
# Standard deviations that a sample may lie from what is expected; seeds are fixed, so nothing is flaky.
SIGMAS = 4.5
SHAPES = [(400, 400), (1000, 150), (150, 1000)]
RANDOM = [gaussian_matrix, uniform_matrix, glorot_normal, glorot_uniform, he_normal, lecun_normal, haar_orthogonal]
METHODS = ["qr", "svd"]
DRAWS = 400


def assert_variance(sample, variance):
    """Within five deviations of the variance of a normal sample (a uniform one strays less)."""
    count = sample.size
    assert abs(sample.mean()) <= SIGMAS * math.sqrt(variance / count)
    assert abs((sample**2).mean() - variance) <= 5 * variance * math.sqrt(2 / count)


def haar_draws(dim, method):
    return np.array([haar_orthogonal(dim, [seed, dim], method) for seed in range(DRAWS)])


def test_the_seed_decides_alone():
    for maker in RANDOM:
        assert np.array_equal(maker((6, 4), 5), maker((6, 4), 5))
        assert np.array_equal(maker((6, 4), [5, 1]), maker((6, 4), [5, 1]))
        draws = [maker((6, 4), seed) for seed in (0, 1, [0, 1], [1, 1])]
        assert not any(np.allclose(a, b) for i, a in enumerate(draws) for b in draws[:i]), maker
        assert np.array_equal(maker((6, 4)), maker((6, 4), 0))


def test_shapes_are_rows_and_columns():
    for maker in RANDOM:
        for shape, expected in ((7, (7, 7)), ((7, 3), (7, 3)), ((3, 7), (3, 7)), (1, (1, 1)), ((1, 5), (1, 5))):
            matrix = maker(shape)
            assert matrix.shape == expected, maker
            assert matrix.dtype == np.float64
        assert np.array_equal(maker(5, 2), maker((5, 5), 2))


def test_normal_initialisations_have_the_variance_of_their_papers():
    for shape in SHAPES:
        fan_out, fan_in = shape
        assert_variance(gaussian_matrix(shape, 1), 1 / fan_in)
        assert_variance(gaussian_matrix(shape, 2, scale=3.0), 9.0)
        assert_variance(glorot_normal(shape, 3), 2 / (fan_in + fan_out))
        assert_variance(he_normal(shape, 4), 2 / fan_in)
        assert_variance(lecun_normal(shape, 5), 1 / fan_in)


def test_uniform_initialisations_stay_within_their_bounds():
    for shape in SHAPES:
        for sample, bound in (
            (uniform_matrix(shape, 1), 0.07),
            (uniform_matrix(shape, 2, bound=2.5), 2.5),
            (glorot_uniform(shape, 3), math.sqrt(6 / sum(shape))),
        ):
            assert_variance(sample, bound**2 / 3)
            assert -bound <= sample.min() < -bound * (1 - 50 / sample.size)
            assert bound * (1 - 50 / sample.size) < sample.max() < bound


def test_normal_entries_have_normal_tails():
    sample = gaussian_matrix(500, 6, scale=1.0)
    for deviations, share in ((1, 0.682689), (2, 0.954500), (3, 0.997300)):
        deviation = math.sqrt(share * (1 - share) / sample.size)
        assert abs((np.abs(sample) < deviations).mean() - share) <= SIGMAS * deviation


def test_scale_multiplies_the_same_draw():
    assert gaussian_matrix(9, 3, scale=2.5) == pytest.approx(2.5 * gaussian_matrix(9, 3, scale=1.0), rel=1e-15)
    assert not gaussian_matrix(9, 3, scale=0.0).any()
    # LeCun's is the default scale, and He's twice that variance.
    assert lecun_normal((5, 8), 1) == pytest.approx(gaussian_matrix((5, 8), 1), rel=1e-15)
    assert he_normal((5, 8), 1) == pytest.approx(math.sqrt(2) * lecun_normal((5, 8), 1), rel=1e-15)


@pytest.mark.parametrize("method", METHODS)
def test_orthogonal_draws_have_orthonormal_columns(method):
    for dim in (1, 2, 5, 64):
        for seed in range(5):
            matrix = haar_orthogonal(dim, seed, method)
            assert np.linalg.norm(matrix.T @ matrix - np.eye(dim)) <= 20 * dim * EPS
            assert np.linalg.norm(matrix @ matrix.T - np.eye(dim)) <= 20 * dim * EPS


@pytest.mark.parametrize("method", METHODS)
def test_rectangles_are_semi_orthogonal(method):
    for rows, columns in ((7, 3), (40, 39), (5, 1)):
        tall, wide = haar_orthogonal((rows, columns), 3, method), haar_orthogonal((columns, rows), 3, method)
        assert np.linalg.norm(tall.T @ tall - np.eye(columns)) <= 20 * rows * EPS
        assert np.linalg.norm(wide @ wide.T - np.eye(columns)) <= 20 * rows * EPS
        assert np.linalg.svd(wide, compute_uv=False) == pytest.approx(np.ones(columns), abs=20 * rows * EPS)


@pytest.mark.parametrize("shape", [(6, 6), (9, 4)])
def test_methods_factorise_the_same_gaussian_matrix(shape):
    random = gaussian_matrix(shape, 8, scale=1.0)
    upper = haar_orthogonal(shape, 8, "qr").T @ random
    assert np.abs(np.tril(upper, -1)).max() < 1e-14
    assert (upper.diagonal() > 0).all()
    assert haar_orthogonal(shape, 8, "qr") @ upper == pytest.approx(random, abs=1e-14)
    # The polar factor leaves a symmetric positive definite rest.
    rest = haar_orthogonal(shape, 8, "svd").T @ random
    assert rest == pytest.approx(rest.T, abs=1e-14)
    assert np.linalg.eigvalsh((rest + rest.T) / 2).min() > 0
    assert haar_orthogonal(shape, 8, "svd") @ rest == pytest.approx(random, abs=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_entries_of_orthogonal_draws_are_uniform_on_the_sphere(method):
    n = 5
    draws = haar_draws(n, method)
    # Each entry has mean 0, variance 1/n and fourth moment 3 / (n (n + 2)).
    assert np.abs(draws.mean(axis=0)).max() <= SIGMAS * math.sqrt(1 / n / DRAWS)
    spread = 3 / (n * (n + 2)) - 1 / n**2
    assert np.abs((draws**2).mean(axis=0) - 1 / n).max() <= SIGMAS * math.sqrt(spread / DRAWS)
    # Rotations and reflections are equally likely.
    determinants = np.linalg.det(draws)
    assert np.abs(determinants) == pytest.approx(np.ones(DRAWS), abs=1e-13)
    assert abs((determinants > 0).mean() - 0.5) <= SIGMAS * 0.5 / math.sqrt(DRAWS)


def test_signs_of_the_qr_factorisation_are_corrected():
    # Without the correction the mean of the first entry is −0.43; its own deviation is 0.5.
    draws = np.array([haar_orthogonal(4, seed) for seed in range(400)])
    assert np.abs(draws[:, 0, 0].mean()) < 4.5 * 0.5 / 20
    gram = np.swapaxes(draws, 1, 2) @ draws
    assert np.abs(gram - np.eye(4)).max() < 20 * 4 * EPS
    assert np.mean(np.linalg.det(draws) > 0) == pytest.approx(0.5, abs=4.5 * 0.5 / 20)


@pytest.mark.parametrize("method", METHODS)
def test_eigenvalues_of_orthogonal_draws_are_spread_like_haar(method):
    # P. Diaconis and M. Shahshahani (1994): Tr Qᵏ has mean 1 for even k, 0 for odd k, and variance k (2k ≤ n).
    n = 12
    phases = np.angle(np.linalg.eigvals(haar_draws(n, method)))
    for k in range(1, 6):
        trace = np.exp(1j * k * phases).sum(axis=1)
        assert np.abs(trace.imag).max() < 1e-10
        assert abs(trace.real.mean() - (k % 2 == 0)) <= SIGMAS * math.sqrt(k / DRAWS)
        # A normal law, whose sample variance strays by k √(2 / draws).
        assert abs(trace.real.var() - k) <= SIGMAS * k * math.sqrt(2 / DRAWS)


@pytest.mark.parametrize("method", METHODS)
def test_orthogonal_draws_stay_haar_under_any_rotation(method):
    # The law of U Q is that of Q: seen in Q₀₀, whose mean a wrong sign convention shifts, and in a mixed moment.
    turn = haar_orthogonal(4, 77)
    turned = turn @ haar_draws(4, method)
    assert np.abs(turned.mean(axis=0)).max() <= SIGMAS * 0.5 / math.sqrt(DRAWS)
    # E Q₀₀ Q₁₁ = 0 and E (Q₀₀ Q₁₁)² < 1/8 for n = 4.
    assert abs((turned[:, 0, 0] * turned[:, 1, 1]).mean()) <= SIGMAS * math.sqrt(1 / 8 / DRAWS)


def test_unknown_methods_are_refused():
    for shape in (4, (3, 5)):
        with pytest.raises(ValueError, match="no method 'lq', choose qr or svd"):
            haar_orthogonal(shape, 0, "lq")
