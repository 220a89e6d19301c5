"""A picture in the state of an RNN, and in the cell of an LSTM."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    haar_orthogonal,
    random_lstm,
    scene,
    show,
    unroll,
)
from scenes.memory._networks import INPUTS, noise, plain_network

_ROLES = {"RNN, overwritten": "vanish", "LSTM cell, kept": "keep"}


def ring(side: int) -> FloatArray:
    """Return a picture of a ring, ±0.8, shape (side²,)."""
    row, column = np.indices((side, side)) - (side - 1) / 2
    distance = np.hypot(row, column) / side
    return np.where((distance > 0.2) & (distance < 0.42), 0.8, -0.8).ravel()


def cosines(states: FloatArray) -> FloatArray:
    """Return the cosine of each state with the first, shape (T + 1,).

    Parameters
    ----------
    states : ndarray, shape (T + 1, n)
        The states ``h_0 … h_T``.
    """
    return np.asarray(states @ states[0] / np.linalg.norm(states, axis=1) / np.linalg.norm(states[0]))


@scene(
    show("heatmap", of="picture", limits=(-1, 1), heading="each square a unit", roles=_ROLES),
    show(
        "series",
        of="cosine",
        heading="likeness to the ring (1: same)",
        note="LSTM: forget gate open, input gate shut; around 0: no likeness",
        scale="linear",
        limits=(-0.5, 1),
        roles=_ROLES,
    ),
    title="Rewritten or kept",
    statement="an RNN overwrites its whole state at every step; the cell of an LSTM has a memory apart",
    opening="Two networks hold a picture of a ring, one unit a square. Then both are given noise.",
    poster=0.5,
    fps="2.5",
    covers=(108,),
)
def rewriting(
    steps: Annotated[int, Bounds(0, 50)] = 24,
    side: Annotated[int, Bounds(6, 8)] = 8,
    seed: Seed = 0,
    forget_bias: Annotated[float, Bounds(5, 10)] = 5.0,
) -> dict[str, MatrixSequence]:
    """Pictures as the state of an RNN and as the cell of an LSTM, while both are given noise.

    Gates of 0.993 still hold it after fifty steps.

    Parameters
    ----------
    side : int
        Rows and columns of the picture; both networks have side² units.
    forget_bias : float
        Bias of the LSTM's forget gate; its input gate has the opposite one.
    """
    dim, start = side**2, ring(side)
    inputs = noise(seed, steps)
    plain = plain_network(haar_orthogonal, dim, seed).run(inputs, start)
    cell = random_lstm(dim, INPUTS, seed, forget_bias)
    cell.bias[dim : 2 * dim] = -forget_bias
    states, jacobians = unroll(cell, np.concatenate([start, np.zeros(dim)]), inputs)
    gates = np.zeros((steps + 1, 3, dim))
    for step, x in enumerate(inputs):
        f, i, _, candidate = cell.gates(states[step], x)
        gates[step + 1] = f, i, candidate

    def pictures(vectors: FloatArray) -> dict[str, FloatArray]:
        return {"picture": vectors.reshape(-1, side, side), "cosine": cosines(vectors)}

    return {
        "RNN, overwritten": MatrixSequence(plain.jacobians, series=pictures(plain.states)),
        "LSTM cell, kept": MatrixSequence(jacobians, series=pictures(states[:, :dim]) | {"gates": gates}),
    }


@rewriting.moment(
    "After step 1 the RNN has <vanish>overwritten everything</>: likeness {left:.2}.",
    column="RNN, overwritten",
    otherwise="Without a step nothing is written over.",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    return Reached(1, left=series["cosine"][1]) if steps else None


@rewriting.moment(
    "After {steps} steps the LSTM <keep>still holds the ring</> ({left:.2}): its gates let hardly anything in.",
    column="LSTM cell, kept",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    return Reached(steps, left=series["cosine"][-1]) if steps > 1 else None


def mean_cosine(values: FloatArray) -> float:
    """Return the mean over all states but the first, which is the picture itself; 0 where there are no others.

    Parameters
    ----------
    values : ndarray, shape (T + 1,)
        The cosine of each state with the first, as `cosines` returns them.
    """
    return float(values[1:].mean()) if len(values) > 1 else 0.0


def _chance(steps: int, side: int) -> float:
    """Return 5 deviations of the mean of T cosines between unrelated vectors with n = side² entries."""
    return float(5 / side / np.sqrt(max(steps, 1)))


@rewriting.claim("overwritten, kept: off / allowed", headline=True, counterexample={"forget_bias": -5.0})
def _(columns: Mapping[str, Trajectory], steps: int, side: int) -> Claimed:
    rewritten, kept = (mean_cosine(columns[label].series["cosine"]) for label in _ROLES)
    off = abs(rewritten) / _chance(steps, side), (1 - kept) / (0.05 + steps / 400)
    return Claimed(
        max(off) if steps else 0.0,
        0.0,
        1.0,
        "The RNN's mean cosine: 5 deviations of unrelated vectors with n entries, 1 / sqrt(n T); the LSTM's is short "
        "of 1 by what gates of 0.99 or more let go.",
    )


@rewriting.claim("cosine at the end", column="LSTM cell, kept")
def _(series: Mapping[str, FloatArray], steps: int, side: int) -> Claimed:
    f, i, candidate = np.moveaxis(series["gates"][1:], 1, 0)
    start = series["picture"][0].ravel()
    # What is left of c_0, and of all that was written since.
    cell = start * np.prod(f, axis=0)
    for t in range(steps):
        cell = cell + np.prod(f[t + 1 :], axis=0) * i[t] * candidate[t]
    return Claimed(
        float(series["cosine"][-1]),
        float(cell @ start / np.linalg.norm(cell) / np.linalg.norm(start)),
        float(4 * np.finfo(float).eps * (steps + side**2)),
        "Sums of T parts and of n products round by eps each.",
    )
