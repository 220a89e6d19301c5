"""Gradients of a GRU whose update gate closes."""

from math import log
from typing import Annotated

import numpy as np

from scenes import GRU, Bounds, Claimed, FloatArray, MatrixSequence, Seed, Trajectory, random_gru, scene, show, unroll
from scenes.memory._gradients import whole_jacobian

_UPDATES = (0.1, 0.01, 0.001)


def opened(update: float, steps: int, dim: int, seed: int) -> tuple[GRU, FloatArray, FloatArray]:
    """Return a GRU in noise whose update gate has one value, whatever it sees.

    Parameters
    ----------
    update : float
        Value of the gate u, between 0 and 1.
    steps, dim : int
        Numbers of steps T and of units n.
    seed : int
        Seed of the weights and of the noise.

    Returns
    -------
    cell : GRU
        The cell.
    start : ndarray, shape (n,)
        Its first state, zeros.
    inputs : ndarray, shape (T, n)
        The noise.
    """
    cell = random_gru(dim, dim, seed, log(update / (1 - update)))
    recurrent, kernel = cell.recurrent.copy(), cell.kernel.copy()
    recurrent[:dim] = kernel[:dim] = 0.0
    inputs = 0.3 * np.random.default_rng([seed, 5]).standard_normal((steps, dim))
    return GRU(recurrent, kernel, cell.bias), np.zeros(dim), inputs


@scene(
    show("matrix", limits=(-1, 1)),
    show("series", of="log10_spectral_norm", heading="norm"),
    title="An update gate swept to 0",
    statement="h = (1 − u) · h + u · h̃: as u → 0 all is kept, ∂h_t/∂h₀ → I (PyTorch: z = 1 − u)",
    poster=1.0,
    fps="10",
    covers=(113,),
)
def update_gate(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 24)] = 7,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Gradients of a GRU at three values of its update gate u: the smaller it is, the nearer ∂h_t/∂h₀ stays to I.

    Here the old state is kept by 1 − u. Where a network computes what is kept, as in PyTorch and Keras, the same
    happens as its gate z = 1 − u goes to 1.
    """
    return {f"u = {update:g}": MatrixSequence(unroll(*opened(update, steps, dim, seed))[1]) for update in _UPDATES}


def _distance(matrix: FloatArray) -> float:
    return float(np.linalg.norm(matrix - np.eye(len(matrix)), 2))


for _update in _UPDATES:

    @update_gate.claim("‖∂h_T/∂h₀ − I‖", column=f"u = {_update:g}")
    def _(product: Trajectory, steps: int, dim: int, seed: int, update: float = _update) -> Claimed:
        return Claimed(
            _distance(product.matrix(steps)),
            _distance(whole_jacobian(*opened(update, steps, dim, seed))),
            1e-13 * (steps + 1) * dim,
            "Both ways round every step by about n · eps.",
        )
