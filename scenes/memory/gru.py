"""The gates of a GRU at work."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    GRU,
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Seed,
    Trajectory,
    scene,
    show,
    stacked_blocks,
    unroll,
)
from scenes.memory._commands import command_weights, signals
from scenes.memory._gradients import same_log10_norm, whole_jacobian

_EPS = float(np.finfo(float).eps)


def _blender(steps: int, dim: int, seed: int, convention: str) -> tuple[GRU, FloatArray, FloatArray]:
    """Return a GRU with its first state and inputs: they open its update gate, and shut its reset gate."""
    sign = 1.0 if convention == "update" else -1.0
    rest = 5.0
    # The first command updates with the reset gate open, the second forgets the state as it does so.
    update, renew = command_weights(dim, 2, 2 * rest)
    values = np.zeros((dim, dim + 4))
    values[:, :dim] = 2.0 * np.eye(dim)
    idle = np.zeros((dim, dim))
    kernel = np.vstack([sign * np.hstack([idle, update + renew]), np.hstack([idle, -renew]), values])
    bias = np.repeat([-sign * rest, rest, 0.0], dim)
    recurrent = 0.5 * stacked_blocks(3, dim, seed)
    recurrent[:dim] *= sign
    recurrent[2 * dim :] *= 3.0
    return GRU(recurrent, kernel, bias, convention), np.zeros(dim), signals(steps, 2, dim, seed)


@scene(
    show(
        "heatmap",
        of="blend",
        heading="cell",
        limits=(-1, 1),
        rows=("h before", "reset r", "new h̃", "gate", "old weight", "new weight", "h after"),
        numbers=True,
    ),
    show("series", of={"hidden h": "hidden", "new h̃": "candidate"}, heading="first unit", scale="linear"),
    show("series", of={"old": "old", "new": "new"}, heading="its weights", scale="linear", limits=(0, 1)),
    "claims",
    title="GRU",
    statement="h is a blend of old and new, by weights that add up to 1 (gate convention: {convention})",
    poster=0.2,
    fps="5",
    covers=(98, 112),
)
def gru(
    steps: Annotated[int, Bounds(0, 300)] = 48,
    dim: Annotated[int, Bounds(2, 16)] = 6,
    seed: Seed = 0,
    convention: Annotated[str, Choices(("update", "keep"))] = "update",
) -> MatrixSequence:
    """Blending in a GRU: it has no cell; its gates decide how much of h is old and how much is new.

    K. Cho et al., 2014. The network is the same in both conventions; only what is called the gate differs.

    Parameters
    ----------
    convention : str
        What the gate says: update (u weighs the new state, the old one is kept by 1 − u) or keep (z weighs the old
        state, as in PyTorch and Keras).
    """
    cell, start, inputs = _blender(steps, dim, seed, convention)
    states, jacobians = unroll(cell, start, inputs)
    blend = np.zeros((steps + 1, 7, dim))
    for step, x in enumerate(inputs):
        old, new, reset, candidate = cell.gates(states[step], x)
        gate = new if convention == "update" else old
        blend[step + 1] = states[step], reset, candidate, gate, old, new, states[step + 1]
    names = {"candidate": 2, "old": 4, "new": 5, "hidden": 6}
    return MatrixSequence(jacobians, series={"blend": blend} | {n: blend[:, row, 0] for n, row in names.items()})


@gru.claim("sum of weights less 1")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    rows = series["blend"][1:]
    return Claimed(
        float(np.abs(rows[:, 4] + rows[:, 5] - 1.0).max(initial=0)),
        0.0,
        2 * _EPS,
        "Each of the two weights rounds by eps / 2.",
    )


@gru.claim("h beyond old and new")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    rows = series["blend"][1:]
    before, candidate, after = rows[:, 0], rows[:, 2], rows[:, 6]
    low, high = np.minimum(before, candidate), np.maximum(before, candidate)
    return Claimed(
        float(np.count_nonzero((after < low - 4 * _EPS) | (after > high + 4 * _EPS))),
        0.0,
        0.0,
        "A blend lies between; 4 eps are allowed for its rounding.",
    )


@gru.claim("log10 ‖∂h_T/∂h₀‖")
def _(product: Trajectory, steps: int, dim: int, seed: int, convention: str) -> Claimed:
    jacobian = whole_jacobian(*_blender(steps, dim, seed, convention))
    return same_log10_norm(float(product.log10_spectral_norm[-1]), jacobian)
