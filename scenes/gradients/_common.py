"""What several scenes of gradients through time share."""

import numpy as np

from scenes import RNN, FloatArray, gaussian_matrix

# Reason of a tolerance: where a formula is compared with a derivative by complex step.
COMPLEX_STEP = "The derivative by complex step rounds, but takes no differences."


def noise(steps: int, width: int, seed: int, scale: float) -> FloatArray:
    """Return independent normal inputs of standard deviation `scale`, shape (steps, width)."""
    return np.random.default_rng([seed, 7]).standard_normal((steps, width)) * scale


def with_norm(dim: int, seed: int, norm: float) -> FloatArray:
    """Return a Gaussian matrix scaled to the largest singular value `norm`, shape (dim, dim)."""
    matrix = gaussian_matrix(dim, [seed, 0])
    return np.asarray(matrix * (norm / np.linalg.norm(matrix, 2)))


def complex_step(network: RNN, along: FloatArray) -> RNN:
    """Return the network with ``W + 1e−30 i A``: imaginary parts over 1e−30 are derivatives by W along A.

    Parameters
    ----------
    network : RNN
        The network with the recurrent matrix W.
    along : ndarray, shape (n, n)
        The direction A.
    """
    return RNN(network.recurrent + 1e-30j * along, network.inputs, network.bias, network.activation)
