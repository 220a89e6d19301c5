"""A linear recurrent network without input: h(t) = W h(t − 1)."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Seed,
    Trajectory,
    gaussian_matrix,
    growth,
    repeated,
    scene,
    show,
    with_spectral_radius,
)
from scenes.recurrence._layout import COLUMNS


def _chain(states: FloatArray) -> FloatArray:
    """Return for every step the states so far as tiles in reading order; where they are too many, the last ones."""
    count, n = len(states), states.shape[1] + 1
    across = min(int(np.ceil(np.sqrt(count))), COLUMNS // n)
    down = min(-(-count // across), COLUMNS // n)
    sheets = np.zeros((count, down * n - 1, across * n - 1))
    for step in range(count):
        first = max(0, step // across + 1 - down) * across
        for index, state in enumerate(states[first : step + 1]):
            row, column = index // across * n, index % across * n
            sheets[step, row : row + n - 1, column : column + n - 1] = state
    return sheets


@scene(
    show("heatmap", of="chain", limits=(-1, 1)),
    "norms",
    show("heatmap", of="state", heading="state h(t)", limits=(-1, 1)),
    "claims",
    title="A network without input",
    statement="h(t) = W h(t − 1) from h(0) = I: each cell of the chain holds the next power of W",
    poster=1.0,
    fps="6.25",
    covers=(1, 23, 24, 25),
)
def linear_rnn(
    steps: Annotated[int, Bounds(0, 1_000)] = 64,
    dim: Annotated[int, Bounds(2, 15)] = 6,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(0.6, 1.7)] = 0.98,
) -> MatrixSequence:
    """States of a linear recurrent network without input: powers of its matrix, 64 steps in 65 states.

    Parameters
    ----------
    spectral_radius : float
        Largest eigenvalue modulus of W.
    """
    matrix = with_spectral_radius(gaussian_matrix(dim, seed), spectral_radius)
    states = np.empty((steps + 1, dim, dim))
    states[0] = np.eye(dim)
    for step in range(steps):
        states[step + 1] = matrix @ states[step]
    return repeated(matrix, steps, {"chain": _chain(states), "state": states})


@linear_rnn.claim("states other than Wᵗ")
def _(product: Trajectory, series: Mapping[str, FloatArray]) -> Claimed:
    other = sum(not np.array_equal(state, product.matrix(step)) for step, state in enumerate(series["state"]))
    return Claimed(float(other), 0.0, 0.0, "Both multiply the same numbers in the same order.")


@linear_rnn.claim("decades per step")
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)
