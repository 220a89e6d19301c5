"""The valves of an LSTM at work."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    LSTM,
    Bounds,
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


def conveyor(steps: int, dim: int, seed: int) -> tuple[LSTM, FloatArray, FloatArray]:
    """Return an LSTM whose input gate opens when told to write, the output gate when told to read, and so on.

    Returns
    -------
    cell : LSTM
        The cell with n = `dim` units.
    start : ndarray, shape (2 n,)
        Its first state, zeros.
    inputs : ndarray, shape (T, n + 6)
        The values and commands of `signals`.
    """
    # The forget gate is open, the others are shut, unless a command of twice that strength says otherwise.
    rest = 5.0
    write, read, erase = command_weights(dim, 3, 2 * rest)
    values = np.zeros((dim, dim + 6))
    # A command lasts two steps, so that what is written is added twice.
    values[:, :dim] = 0.5 * np.eye(dim)
    kernel = np.vstack([np.hstack([np.zeros((dim, dim)), gate]) for gate in (-erase, write, read)] + [values])
    bias = np.repeat([rest, -rest, -rest, 0.0], dim)
    recurrent = 0.5 * stacked_blocks(4, dim, seed)
    return LSTM(recurrent, kernel, bias), np.zeros(2 * dim), signals(steps, 3, dim, seed)


@scene(
    show(
        "heatmap",
        of="valves",
        heading="cell",
        limits=(-1, 1),
        rows=("cell before", "forget f", "input i", "new c̃", "cell after", "output o", "hidden h"),
        numbers=True,
    ),
    show("series", of={"cell c": "cell", "hidden h": "hidden"}, heading="first unit", scale="linear"),
    show("series", of={"f": "f", "i": "i", "o": "o"}, heading="its gates", scale="linear", limits=(0, 1)),
    "claims",
    title="LSTM",
    statement="c = f · c + i · c̃: what is written stays until f closes, and h shows it when o opens",
    poster=0.23,
    fps="5",
    covers=(98, 109),
)
def lstm(
    steps: Annotated[int, Bounds(0, 300)] = 48,
    dim: Annotated[int, Bounds(2, 16)] = 6,
    seed: Seed = 0,
) -> MatrixSequence:
    """Valves of an LSTM: values are written into the cell, kept, read and erased, as its inputs command.

    S. Hochreiter and J. Schmidhuber made the cell in 1997; the forget gate is of F. Gers, J. Schmidhuber and
    F. Cummins, 2000. The product is that of the Jacobians of c and h together.
    """
    cell, start, inputs = conveyor(steps, dim, seed)
    states, jacobians = unroll(cell, start, inputs)
    valves = np.zeros((steps + 1, 7, dim))
    for step, x in enumerate(inputs):
        f, i, o, candidate = cell.gates(states[step], x)
        c, h = np.split(states[step + 1], 2)
        valves[step + 1] = states[step, :dim], f, i, candidate, c, o, h
    names = {"f": 1, "i": 2, "cell": 4, "o": 5, "hidden": 6}
    return MatrixSequence(jacobians, series={"valves": valves} | {n: valves[:, row, 0] for n, row in names.items()})


@lstm.claim("c from f, i and c̃")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # More digits than float64 has, so that only the film's own rounding is measured.
    rows = series["valves"][1:, :5].astype(np.longdouble)
    before, f, i, candidate, after = np.moveaxis(rows, 1, 0)
    return Claimed(
        float(np.abs(f * before + i * candidate - after).max(initial=0)),
        0.0,
        4 * _EPS * max(1.0, float(np.abs(series["valves"][:, 4]).max())),
        "Two products and a sum round by eps / 2 each.",
    )


@lstm.claim("c as a sum over time")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    _, f, i, candidate, *_ = series["valves"][1:, :, 0].T
    # All that was written into the first unit, each part times the forget gates after it.
    written = sum(i[t] * candidate[t] * np.prod(f[t + 1 :]) for t in range(steps))
    return Claimed(
        float(series["cell"][-1]),
        float(written),
        8 * _EPS * (steps + 1) * max(1.0, float(np.abs(series["cell"]).max())),
        "A part that was written T steps ago has been rounded T times.",
    )


@lstm.claim("log10 ‖∂s_T/∂s₀‖")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    return same_log10_norm(float(product.log10_spectral_norm[-1]), whole_jacobian(*conveyor(steps, dim, seed)))
