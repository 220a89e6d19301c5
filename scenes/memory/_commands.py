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
    half = (np.arange(dim) >= (dim + 1) // 2).astype(int)
    matrix = np.zeros((commands, dim, 2 * commands))
    for command in range(commands):
        matrix[command, np.arange(dim), half * commands + command] = push
    return matrix
