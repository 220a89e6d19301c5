"""Gradients of a GRU whose update gate closes."""

from collections.abc import Mapping
from itertools import pairwise
from math import inf, log
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

_UPDATES = {"u = 0.1": 0.1, "u = 0.01": 0.01, "u = 0": 0.0}
_ROLES = {"u = 0.1": "vanish", "u = 0.01": "data", "u = 0": "keep"}


def opened(update: float, steps: int, dim: int, seed: int) -> tuple[GRU, FloatArray, FloatArray]:
    """Return a GRU in noise whose update gate has one value, whatever it sees.

    Parameters
    ----------
    update : float
        Value of the gate u, from 0, shut, up to but not including 1.
    steps, dim : int
        Numbers of steps T and of units n.
    seed : int
        Seed of the weights and of the noise.

    Returns
    -------
    cell : GRU
        The cell.
    start : ndarray, shape (n,)
        Its first state.
    inputs : ndarray, shape (T, n)
        The noise.
    """
    # σ(−∞) is 0.
    cell = random_gru(dim, dim, seed, log(update / (1 - update)) if update else -inf)
    recurrent, kernel = cell.recurrent.copy(), cell.kernel.copy()
    recurrent[:dim] = kernel[:dim] = 0.0
    inputs = 0.3 * np.random.default_rng([seed, 5]).standard_normal((steps, dim))
    start = 0.3 * np.random.default_rng([seed, 6]).standard_normal(dim)
    return GRU(recurrent, kernel, cell.bias), start, inputs


@scene(
    show("matrix", limits=(-1, 1), numbers=False, heading="effect of h₀ on hₜ", roles=_ROLES),
    show(
        "series",
        of="left",
        heading="what is left of the first state h₀",
        note="u: share replaced at each step; what replaces it still holds some of h₀",
        scale="linear",
        unit="%",
        roles=_ROLES,
    ),
    title="The less a gate updates, the more stays",
    statement="h = (1 − u) · h + u · h̃: as u → 0 all is kept, ∂hₜ/∂h₀ → I (PyTorch: z = 1 − u)",
    opening="A GRU replaces the share u of its state at each step. With u = 0 its gate is shut.",
    fps="10",
    covers=(113,),
)
def update_gate(
    steps: Annotated[int, Bounds(0, 100)] = 64,
    dim: Annotated[int, Bounds(2, 24)] = 7,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Gradients of a GRU at three values of its update gate u: the smaller it is, the nearer ∂h_t/∂h₀ stays to I.

    Here the old state is kept by 1 − u. Where a network computes what is kept, as in PyTorch and Keras, the same
    happens as its gate z = 1 − u goes to 1. After more than a hundred steps a gate of 0.01 has lost as much as one of
    0.1.
    """
    return _compared(_UPDATES, steps, dim, seed)


def _compared(updates: Mapping[str, float], steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return Jacobians and states by label, of GRUs whose update gates have these values."""
    columns = {}
    for label, update in updates.items():
        states, jacobians = unroll(*opened(update, steps, dim, seed))
        series = {"left": 10.0 ** log10_norms(jacobians), "state": states}
        columns[label] = MatrixSequence(jacobians, series=series)
    return columns


def _half_open(steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return the same with every gate half open."""
    return _compared(dict.fromkeys(_UPDATES, 0.5), steps, dim, seed)


@update_gate.moment(
    "With u = 0.1 <vanish>half is gone</> after {step} steps; with u = 0.01 {slower:%} is left.",
    column="u = 0.1",
    note="half left",
    on="left",
    otherwise="Up to step {steps} not even u = 0.1 loses half.",
)
def _(series: Mapping[str, FloatArray], columns: Mapping[str, Trajectory]) -> Reached | None:
    step = first_step(series["left"] < 0.5)
    return None if step is None else Reached(step, slower=columns["u = 0.01"].series["left"][step])


@update_gate.moment(
    "After {steps} steps <vanish>{first:%}</> is left with u = 0.1, {second:%} with 0.01, and <keep>all with 0</>."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    first, second = (columns[label].series["left"][-1] for label in ("u = 0.1", "u = 0.01"))
    return Reached(steps, first=first, second=second) if steps else None


def _distance(matrix: FloatArray) -> float:
    return float(np.linalg.norm(matrix - np.eye(len(matrix)), 2))


@update_gate.claim("‖∂hₜ/∂h₀ − I‖, u less / more", headline=True, counterexample=_half_open)
def _(columns: Mapping[str, Trajectory], steps: int) -> Claimed:
    found = [[_distance(columns[label].matrix(step)) for label in _UPDATES] for step in range(1, steps + 1)]
    ratios = [less / more if more else inf for row in found for more, less in pairwise(row)]
    return Claimed.between(
        max(ratios, default=0.0),
        0.0,
        0.95,
        "Ten times less at first; the distance of what is all gone, 1, is neared but not reached in a hundred steps.",
    )


for _label, _update in _UPDATES.items():

    @update_gate.claim("‖∂h_T/∂h₀ − I‖", column=_label)
    def _(product: Trajectory, steps: int, dim: int, seed: int, update: float = _update) -> Claimed:
        return Claimed(
            _distance(product.matrix(steps)),
            _distance(whole_jacobian(*opened(update, steps, dim, seed))) if update else 0.0,
            1e-13 * (steps + 1) * dim if update else 0.0,
            "Both ways round every step by about n · eps; a shut gate multiplies by 1 and adds 0.",
        )


@update_gate.claim("state moved", column="u = 0")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(float(np.abs(series["state"] - series["state"][0]).max()), 0.0, 0.0, "Nothing new comes in.")
