"""Means over a normal distribution as weighted sums."""

from __future__ import annotations

import numpy as np

from scenes.core.sequence import FloatArray


def normal_quadrature() -> tuple[FloatArray, FloatArray]:
    """Return nodes x and weights w of Gauss–Hermite quadrature: ``E f(z) = Σ w f(x)`` for a standard normal z.

    Returns
    -------
    nodes, weights : ndarray, shape (101,)
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    return np.asarray(nodes), np.asarray(weights / weights.sum())
