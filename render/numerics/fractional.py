"""Powers between whole ones: what a matrix is on its way to its next power."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenes import FloatArray

# Eigenvectors of a worse condition lose more digits than a picture shows.
_WORST_CONDITION = 1e6


def real_power(matrix: FloatArray) -> Callable[[float], FloatArray] | None:
    """Return the function ``p ↦ W^p`` for 0 ≤ p ≤ 1, where it is real; None where it is not.

    With ``W = V Λ V⁻¹`` it is ``V Λ^p V⁻¹`` of principal powers. A matrix with a negative eigenvalue, or with too few
    eigenvectors, has no such real power.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix W.
    """
    values, vectors = np.linalg.eig(matrix)
    scale = max(float(np.abs(values).max(initial=0.0)), 1e-300)
    negative = (values.real < 0) & (np.abs(values.imag) <= 1e-9 * scale)
    if negative.any() or np.linalg.cond(vectors) > _WORST_CONDITION:
        return None
    inverse = np.linalg.inv(vectors)

    def power(part: float) -> FloatArray:
        return np.asarray(((vectors * values.astype(complex) ** part) @ inverse).real)

    return power
