"""Gradients of a GRU whose update gate closes."""

from collections.abc import Mapping
from math import log
from typing import Annotated

import numpy as np

from scenes import (
    GRU,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    random_gru,
    scene,
    show,
    unroll,
)
from scenes.memory._gradients import log10_norms, whole_jacobian

_UPDATES = (0.1, 0.01, 0.001)
_ROLES = {"u = 0.1": "vanish", "u = 0.01": "data", "u = 0.001": "keep"}


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
    show("matrix", limits=(-1, 1), numbers=False, heading="effect of h₀ on hₜ", roles=_ROLES),
    show(
        "series",
        of="left",
        heading="what is left of the first state h₀",
        note="u: share of the state replaced at each step",
        scale="linear",
        unit="%",
        roles=_ROLES,
    ),
    title="The less a gate updates, the more stays",
    statement="h = (1 − u) · h + u · h̃: as u → 0 all is kept, ∂hₜ/∂h₀ → I (PyTorch: z = 1 − u)",
    opening="A GRU replaces the share u of its state at each step. Small u: the gate is nearly shut.",
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
    columns = {}
    for update in _UPDATES:
        jacobians = unroll(*opened(update, steps, dim, seed))[1]
        columns[f"u = {update:g}"] = MatrixSequence(jacobians, series={"left": 10.0 ** log10_norms(jacobians)})
    return columns


@update_gate.moment(
    "With u = 0.1 <vanish>half is gone</> after {step} steps; with u = 0.001 <keep>{kept:%} is left</>.",
    column="u = 0.1",
    note="half left",
    on="left",
    otherwise="Up to step {steps} not even u = 0.1 loses half.",
)
def _(series: Mapping[str, FloatArray], columns: Mapping[str, Trajectory]) -> Reached | None:
    step = first_step(series["left"] < 0.5)
    return None if step is None else Reached(step, kept=columns["u = 0.001"].series["left"][step])


@update_gate.moment(
    "After {steps} steps: <vanish>{first:%}</> left with u = 0.1, {second:%} with 0.01, "
    "<keep>{third:%}</> with 0.001, nearly shut."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    first, second, third = (columns[f"u = {update:g}"].series["left"][-1] for update in _UPDATES)
    return Reached(steps, first=first, second=second, third=third) if steps else None


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
