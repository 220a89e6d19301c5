"""LSTM and GRU at initialisation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenes.core.cells import GRU, LSTM
from scenes.core.initialisers import Seeds, gaussian_matrix
from scenes.core.sequence import FloatArray


def stacked_blocks(blocks: int, dim: int, seed: int, maker: Callable[..., FloatArray] = gaussian_matrix) -> FloatArray:
    """Return so many recurrent matrices one below the other, each drawn by itself, shape (blocks · dim, dim)."""
    return np.vstack([maker(dim, [seed, 10, block]) for block in range(blocks)])


def random_lstm(
    dim: int,
    inputs: int,
    seed: int,
    forget_bias: float = 1.0,
    maker: Callable[..., FloatArray] = gaussian_matrix,
) -> LSTM:
    """Return an LSTM at initialisation, its biases 0 but for the forget gate's.

    A forget bias of 1 opens the gate when training begins, as Gers, Schmidhuber and Cummins advised (R. Jozefowicz,
    W. Zaremba, I. Sutskever, "An empirical exploration of recurrent network architectures", ICML 2015).

    Parameters
    ----------
    dim, inputs : int
        Number of units n, and of inputs m.
    seed : int
        Seed of the weights.
    forget_bias : float
        Bias of f.
    maker : callable
        Draws each recurrent matrix, given n and a seed.
    """
    bias = np.zeros(4 * dim)
    bias[:dim] = forget_bias
    return LSTM(stacked_blocks(4, dim, seed, maker), _kernel(4 * dim, inputs, seed), bias)


def random_gru(
    dim: int,
    inputs: int,
    seed: int,
    update_bias: float = -1.0,
    convention: str = "update",
    maker: Callable[..., FloatArray] = gaussian_matrix,
) -> GRU:
    """Return a GRU at initialisation, its biases 0 but for the update gate's; see `random_lstm`.

    In both conventions it is the same network: the weights of z are those of u with the opposite sign.
    """
    sign = 1.0 if convention == "update" else -1.0
    recurrent, kernel, bias = stacked_blocks(3, dim, seed, maker), _kernel(3 * dim, inputs, seed), np.zeros(3 * dim)
    bias[:dim] = update_bias
    for weights in (recurrent, kernel, bias):
        weights[:dim] *= sign
    return GRU(recurrent, kernel, bias, convention)


def _kernel(rows: int, inputs: int, seed: Seeds) -> FloatArray:
    return gaussian_matrix((rows, inputs), [seed, 11] if isinstance(seed, int) else [*seed, 11])
