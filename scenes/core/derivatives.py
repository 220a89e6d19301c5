"""Derivatives without a formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scenes.core.sequence import FloatArray


def complex_step_jacobian(function: Callable[[Any], Any], place: FloatArray) -> FloatArray:
    """Return the derivatives of an analytic function, exact to rounding: ``Im f(x + i h e_j) / h``.

    No difference is taken, so h can be tiny (W. Squire, G. Trapp, "Using complex variables to estimate derivatives of
    real functions", SIAM Review 40, 1998).

    Parameters
    ----------
    function : callable
        Takes a complex vector and returns one, shape (k,).
    place : ndarray, shape (n,)
        Where.

    Returns
    -------
    ndarray, shape (k, n)
    """
    tiny = 1e-30
    columns = []
    for axis in np.eye(len(place)):
        columns.append(np.imag(function(place + 1j * tiny * axis)) / tiny)
    return np.stack(columns, axis=-1)
