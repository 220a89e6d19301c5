"""What several scenes of this chapter share: paths of points round a circle, and the rounding of a product."""

import numpy as np

from scenes import FloatArray, Trajectory


def ring(matrix: FloatArray, steps: int, count: int = 16) -> FloatArray:
    """Return the paths of points that start evenly spaced on the unit circle, shape (T + 1, count, 2).

    Parameters
    ----------
    matrix : ndarray, shape (2, 2)
        What every point is multiplied by at every step.
    steps : int
        Number of multiplications T.
    count : int
        Number of points.
    """
    angles = 2 * np.pi * np.arange(count) / count
    paths = np.empty((steps + 1, count, 2))
    paths[0] = np.column_stack([np.cos(angles), np.sin(angles)])
    for step in range(steps):
        paths[step + 1] = paths[step] @ matrix.T
    return paths


def rounding(product: Trajectory) -> float:
    """Return what T multiplications by an orthogonal matrix of size n may add to ``‖P‖_F``, twice over."""
    return float(8 * (product.steps + 1) * product.dim * np.finfo(float).eps)
