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


def ring_error(product: Trajectory, step: int) -> float:
    """Return how far the ring drawn at a step is from what ``P_t`` makes of the first, as a share of its size."""
    points, moved = product.series["ring"][step], product.series["ring"][0] @ product.matrix(step).T
    size = np.abs(moved).max()
    return float(np.abs(points - moved).max() / size) if 0 < size < np.inf else 0.0
