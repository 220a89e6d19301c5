"""A random matrix whose stretches are to be 1, and whether what was made of it is orthogonal."""

import numpy as np

from scenes import FloatArray, gaussian_matrix


def drawn(dim: int, extra: int, seed: int) -> FloatArray:
    """Return a random matrix of so many columns and more rows, with entries such that a column is about 1 long."""
    rows = dim + extra
    return gaussian_matrix((rows, dim), seed, float(1 / np.sqrt(rows)))


def rounding(weights: FloatArray) -> float:
    """Return what a factorisation of a matrix with entries of about 1/√m may be off by."""
    return float(16 * max(weights.shape[-2:]) * np.finfo(float).eps)


def not_orthonormal(weights: FloatArray) -> float:
    """Return how far the columns of a matrix are from being 1 long and at right angles."""
    return float(np.abs(weights.T @ weights - np.eye(weights.shape[1])).max())


def asymmetry(weights: FloatArray, start: FloatArray) -> float:
    """Return how far Qᵀ A is from a symmetric matrix without negative eigenvalues, which it is for Q = U Vᵀ alone."""
    form = weights.T @ start
    lowest = float(np.linalg.eigvalsh((form + form.T) / 2)[0])
    return max(float(np.abs(form - form.T).max()), -lowest)
