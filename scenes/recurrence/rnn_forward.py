"""A recurrent network that reads a sequence: h(t) = φ(W h(t − 1) + V x(t) + b)."""

from collections.abc import Mapping
from typing import Annotated
from zlib import crc32

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Seed,
    Trajectory,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
    softmax,
)
from scenes.recurrence._layout import COLUMNS, tape
from scenes.recurrence._symbols import symbols

_KINDS = 7


def untrained(dim: int, seed: int, activation: str) -> tuple[RNN, FloatArray]:
    """Return a network of `dim` units that reads 7 symbols, and the weights W_y of its output, shape (7, dim)."""
    recurrent, inputs = 0.9 * haar_orthogonal(dim, [seed, 0]), gaussian_matrix((dim, _KINDS), [seed, 1], scale=0.8)
    bias = np.random.default_rng([seed, 4]).uniform(-0.1, 0.1, dim)
    return RNN(recurrent, inputs, bias, ACTIVATIONS[activation]), gaussian_matrix((_KINDS, dim), [seed, 2], scale=0.5)


@scene(
    show("heatmap", of="tape", limits=(-1, 1)),
    show("series", of="log10_spectral_norm", heading="‖∂h(t) / ∂h(0)‖"),
    show("heatmap", of="weights", heading="W, the same at all t"),
    show("readout", of={"cells": "cells", "parameters": "parameters", "checksum of W": "checksum"}, heading="one cell"),
    title="A recurrent network unrolled",
    statement="input above, hidden state, output below: one cell and one W, copied along time",
    poster=1.0,
    fps="5",
    covers=(76, 77, 78, 79, 85, 86),
)
def rnn_forward(
    steps: Annotated[int, Bounds(0, 400)] = 32,
    dim: Annotated[int, Bounds(2, 48)] = 16,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("tanh", "sigmoid", "ReLU", "identity"))] = "tanh",
) -> MatrixSequence:
    """States and outputs of a recurrent network that reads a sequence, and its Jacobians.

    h(t) = φ(W h(t − 1) + V x(t) + b) and y(t) = softmax(W_y h(t)). In the convention of row vectors the
    same reads ``Z = X Vᵀ + H_p Wᵀ + b``: the weights of one are the transposes of the other.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    activation : str
        The function φ of the hidden units.
    """
    network, output = untrained(dim, seed, activation)
    sequence = symbols(steps, _KINDS, seed)
    checksum = np.empty(steps + 1)
    states = np.zeros((steps + 1, dim))
    factors = np.empty((steps, dim, dim))
    for step in range(steps + 1):
        checksum[step] = crc32(network.recurrent.tobytes())
        if step < steps:
            run = network.run(sequence[step : step + 1], states[step])
            states[step + 1], factors[step] = run.states[1], run.jacobians[0]
    gap = np.zeros((steps, 1))
    columns = np.hstack([sequence, gap, states[1:], gap, softmax(states[1:] @ output.T)])
    count = network.recurrent.size + network.inputs.size + network.bias.size + output.size
    series = {
        "tape": tape(columns, COLUMNS // 2 if dim <= 16 else COLUMNS),
        "states": states,
        "weights": np.broadcast_to(network.recurrent, (steps + 1, dim, dim)),
        "cells": np.arange(steps + 1.0),
        "parameters": np.full(steps + 1, float(count)),
        "checksum": checksum,
    }
    return MatrixSequence(factors, series=series)


def _by_loops(network: RNN, sequence: FloatArray) -> FloatArray:
    """Return h_1 … h_T number by number, without any multiplication of matrices."""
    w, v, b = network.recurrent.tolist(), network.inputs.tolist(), network.bias.tolist()
    states, h = [], [0.0] * len(b)
    for x in sequence.tolist():
        z = [
            sum(w[i][j] * h[j] for j in range(len(h))) + sum(v[i][k] * x[k] for k in range(len(x))) + b[i]
            for i in range(len(b))
        ]
        h = [float(network.activation.function(np.float64(z_i))) for z_i in z]
        states.append(h)
    return np.array(states).reshape(len(sequence), len(b))


@rnn_forward.claim("loops − matrices")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, activation: str) -> Claimed:
    network, _ = untrained(dim, seed, activation)
    away = np.abs(_by_loops(network, symbols(steps, _KINDS, seed)) - series["states"][1:])
    return Claimed(float(away.max(initial=0.0)), 0.0, 1e-12, "Sums of some dozen numbers round by some eps each.")


@rnn_forward.claim("checksums of W")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    different = len(np.unique(series["checksum"]))
    return Claimed(float(different), 1.0, 0.0, "Nothing but training may change a weight.")


@rnn_forward.claim("parameters")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    expected = float(dim * dim + dim * _KINDS + dim + _KINDS * dim)
    return Claimed(float(series["parameters"][-1]), expected, 0.0, "They are counted; there is no T in it.")


@rnn_forward.claim("∂h(T)/∂h(0) − complex step")
def _(product: Trajectory, steps: int, dim: int, seed: int, activation: str) -> Claimed:
    network, _ = untrained(dim, seed, activation)
    # The square of 1e-12 is lost in rounding; a smaller step, times a long product, would be a subnormal number.
    moved = 1e-12j * np.eye(dim)
    many = np.broadcast_to(symbols(steps, _KINDS, seed)[:, None], (steps, dim, _KINDS))
    true = network.run(many, moved).states[-1].imag.T / 1e-12
    # Entries are divided before they are squared, since squares may be below float64. Silent ReLU units leave 0.
    size = float(np.abs(true).max()) or 1.0
    return Claimed(
        float(np.linalg.norm((product.matrix(steps) - true) / size)),
        0.0,
        1e-9,
        "Some hundred products of Jacobians round by about 1e-14 of their largest entry.",
    )
