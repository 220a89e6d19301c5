"""Eigenvalues as they are drawn."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes import FloatArray


def points(values: NDArray[Any]) -> FloatArray:
    """Return complex numbers as points of the plane.

    Parameters
    ----------
    values : ndarray, shape (…)
        Complex numbers, or real ones where none has an imaginary part.

    Returns
    -------
    ndarray, shape (…, 2)
        Real and imaginary parts.
    """
    return np.stack([values.real, values.imag], axis=-1)
