"""Inputs that tell a cell's gates what to do; LSTM and GRU are shown at work with them."""

import numpy as np

from scenes import FloatArray


def signals(steps: int, commands: int, dim: int, seed: int) -> FloatArray:
    """Return the inputs of a cell that is told what to do: values, and commands to each half of the units.

    The values change every six steps; a command is 1 in the steps in which it is given. The second half of the units
    is told everything a quarter of a round later.

    Parameters
    ----------
    steps, commands, dim : int
        Numbers of steps T, of commands k and of units n.
    seed : int
        Seed of the values.

    Returns
    -------
    ndarray, shape (T, n + 2 k)
        Values, commands to the first half, and commands to the second half.
    """
    inputs = np.zeros((steps, dim + 2 * commands))
    values = np.random.default_rng([seed, 1]).uniform(0.4, 0.8, (steps // 6 + 1, dim))
    values *= np.random.default_rng([seed, 2]).choice([-1.0, 1.0], values.shape)
    for step in range(steps):
        inputs[step, :dim] = values[step // 6]
        for half in range(2):
            # In a round of 24 steps every command has two steps, eight steps after the one before it.
            phase = (step - 2 - 6 * half) % 24
            if phase % 8 < 2 and phase // 8 < commands and step >= 2 + 6 * half:
                inputs[step, dim + half * commands + phase // 8] = 1.0
    return inputs


def carried_out(steps: int, command: int, half: int) -> list[int]:
    """Return after which steps a command to one half of the units has been carried out, of those within T steps.

    It lasts two steps, so that the state before it is that of two steps earlier.

    Parameters
    ----------
    steps, command, half : int
        Number of steps T; which command and which half, from 0 on.
    """
    return list(range(4 + 6 * half + 8 * command, steps + 1, 24))


def units_of(half: int, dim: int) -> slice:
    """Return the units of the first or the second half, 0 or 1, of n units."""
    middle = (dim + 1) // 2
    return slice(middle, dim) if half else slice(0, middle)


def product_over(factors: FloatArray, first: int, last: int) -> FloatArray:
    """Return the derivative of the state after step `last` by the one after step `first`.

    Parameters
    ----------
    factors : ndarray, shape (T, n, n)
        The Jacobians ``J_1 … J_T``.
    first, last : int
        Steps, one after the other.
    """
    product = np.eye(factors.shape[1])
    for factor in factors[first:last]:
        product = factor @ product
    return product


def command_weights(dim: int, commands: int, push: float) -> FloatArray:
    """Return the weights from commands to units, `push` from those to a unit's own half.

    Parameters
    ----------
    dim, commands : int
        Numbers of units n and of commands k.
    push : float
        What a command adds to a gate's sum.

    Returns
    -------
    ndarray, shape (k, n, 2 k)
        For each command the matrix that listens to it alone, in the order in which commands are given.
    """
    matrix = np.zeros((commands, dim, 2 * commands))
    for command in range(commands):
        for half in range(2):
            matrix[command, units_of(half, dim), half * commands + command] = push
    return matrix
