"""Networks with and without gates that begin with the same weights and see the same noise."""

from collections.abc import Callable

import numpy as np

from scenes import ACTIVATIONS, RNN, FloatArray, gaussian_matrix, uniform_matrix, with_spectral_radius

# Draws a recurrent matrix, given its size and a seed.
Maker = Callable[[int, list[int]], FloatArray]

# Number of inputs m of every network.
INPUTS = 4

# Uniform entries within ±1 / sqrt(n) have the variance 1 / (3 n), and so this spectral radius as n grows.
UNIFORM_RADIUS = 3**-0.5


def scaled_uniform(dim: int, seed: list[int]) -> FloatArray:
    """Return a recurrent matrix as libraries begin with, scaled so that small ones are like large ones.

    Its spectral radius is `UNIFORM_RADIUS`, shape (dim, dim).
    """
    return with_spectral_radius(uniform_matrix(dim, seed), UNIFORM_RADIUS)


def plain_network(maker: Maker, dim: int, seed: int) -> RNN:
    """Return a tanh RNN whose recurrent matrix is the first of the gated cells'.

    Parameters
    ----------
    maker : callable
        Draws the recurrent matrix, as for `scenes.random_lstm`.
    dim : int
        Number of units n.
    seed : int
        Seed of the weights.
    """
    kernel = gaussian_matrix((dim, INPUTS), [seed, 11])
    return RNN(maker(dim, [seed, 10, 0]), kernel, np.zeros(dim), ACTIVATIONS["tanh"])


def noise(seed: int, steps: int) -> FloatArray:
    """Return inputs that are independent normal numbers, shape (steps, INPUTS)."""
    return np.random.default_rng([seed, 8]).standard_normal((steps, INPUTS))
