"""The largest singular value of large matrices, whatever their spectrum."""

import numpy as np
import pytest

from render.numerics.products import Products, block_means
from render.numerics.scaled import log10_norms
from scenes import gaussian_matrix, haar_orthogonal, jordan_block, repeated, with_singular_values

N = 260


def spectra(seed):
    """Matrices of every kind of upper end of the spectrum."""
    rng = np.random.default_rng(seed)
    yield haar_orthogonal(N, seed)
    yield gaussian_matrix(N, seed)
    yield np.linalg.matrix_power(gaussian_matrix(N, seed), 8)
    yield with_singular_values(np.concatenate([[1.0, 1 - 1e-9, 1 - 1e-6], np.linspace(0, 0.999, N - 3)]), seed)
    yield with_singular_values(np.linspace(0.99, 1, N), seed)
    yield with_singular_values(np.geomspace(1e-12, 1, N), seed)
    yield np.outer(rng.normal(size=N), rng.normal(size=N))
    yield np.diag(rng.normal(size=N))
    yield jordan_block(N, 1.0)
    yield np.eye(N)[rng.permutation(N)]
    yield np.where(np.arange(N * N).reshape(N, N) == 7 * N + 3, 2.5, 0.0)
    yield np.tril(np.ones((N, N)))


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_singular_value_is_that_of_the_svd(seed):
    for index, matrix in enumerate(spectra(seed)):
        for scale in (1.0, 1e-200, 1e180):
            spectral, frobenius = log10_norms((matrix * scale)[None], np.zeros(1))
            largest = np.linalg.svd(matrix, compute_uv=False)[0]
            assert spectral[0] == pytest.approx(np.log10(largest) + np.log10(scale), abs=3e-12), index
            assert frobenius[0] == pytest.approx(np.log10(np.linalg.norm(matrix)) + np.log10(scale), abs=3e-12)


def test_a_large_zero_matrix_has_no_logarithm():
    assert np.isneginf(log10_norms(np.zeros((2, N, N)), np.zeros(2))).all()


def test_what_is_kept_of_large_products_is_what_they_have():
    sequence = repeated(gaussian_matrix(100, 3), 12)
    kept, again = Products(sequence), Products(sequence)
    spectral, frobenius = kept.log10_norms()
    for step in (12, 3, 0, 7):
        product = again[step]
        expected = log10_norms(product.mantissa[None], np.array([product.exponent]))
        assert (spectral[step], frobenius[step]) == (expected[0][0], expected[1][0])
        for block in (1, 2, 4, 7):
            means = kept.block_means(step, block)
            assert np.array_equal(means.mantissa, block_means(product.mantissa, block))
            assert means.exponent == product.exponent


def test_what_is_kept_stays_small(monkeypatch):
    monkeypatch.setattr("render.numerics.products._CHECKPOINT_BYTES", 100_000)
    sequence = repeated(haar_orthogonal(80, 0), 60)
    products = Products(sequence)
    products.log10_norms()
    kept = sum(means.mantissa.nbytes for by_step in products._means.values() for means in by_step.values())
    assert kept <= 100_000
    assert np.array_equal(products.block_means(59, 2).mantissa, block_means(products[59].mantissa, 2))
