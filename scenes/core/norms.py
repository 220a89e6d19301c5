"""Sizes of matrices as logarithms."""

from __future__ import annotations

from math import log10

import numpy as np

from scenes.core.sequence import FloatArray


def log10_norm(matrix: FloatArray) -> float:
    """Return ``log10 ‖A‖₂``, the largest singular value in decades; −inf for a matrix of zeros.

    Parameters
    ----------
    matrix : ndarray, shape (k, n)
        The matrix A.
    """
    size = float(np.linalg.norm(matrix, 2))
    return log10(size) if size else -np.inf
