"""A recurrent network that reads a sequence: h(t) = φ(W h(t − 1) + V x(t) + b)."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
    softmax,
)
from scenes.recurrence._symbols import symbols

_KINDS = 7


def untrained(dim: int, seed: int, activation: str) -> tuple[RNN, FloatArray]:
    """Return a network of `dim` units that reads 7 symbols, and the weights U of its output, shape (7, dim)."""
    recurrent, inputs = 0.9 * haar_orthogonal(dim, [seed, 0]), gaussian_matrix((dim, _KINDS), [seed, 1], scale=0.4)
    bias = np.random.default_rng([seed, 4]).uniform(-0.1, 0.1, dim)
    return RNN(recurrent, inputs, bias, ACTIVATIONS[activation]), gaussian_matrix((_KINDS, dim), [seed, 2], scale=0.7)


@scene(
    show("network", heading="one cell, copied along time", note="φ = {activation}, taken of every entry"),
    title="A recurrent network unrolled",
    statement="input above, hidden state, output below: one cell and one W, copied along time",
    opening="A network reads one symbol a step. Unrolled, it is a chain: watch what its copies share.",
    counter="step",
    poster=1.0,
    fps="1.25",
    covers=(76, 77, 78, 79, 85, 86),
)
def rnn_forward(
    steps: Annotated[int, Bounds(0, 400)] = 8,
    dim: Annotated[int, Bounds(2, 48)] = 16,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("tanh", "sigmoid", "ReLU", "identity"))] = "tanh",
) -> MatrixSequence:
    """States and outputs of a recurrent network that reads a sequence, and its Jacobians.

    h(t) = φ(W h(t − 1) + V x(t) + b) and y(t) = softmax(U h(t)). In the convention of row vectors the
    same reads ``Z = X Vᵀ + H_p Wᵀ + b``: the weights of one are the transposes of the other.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    activation : str
        The function φ of the hidden units.
    """
    return _read(*untrained(dim, seed, activation), symbols(steps, _KINDS, seed), seed, fixed=True)


def _read(network: RNN, output: FloatArray, sequence: FloatArray, seed: int, *, fixed: bool) -> MatrixSequence:
    """Return what a network does with a sequence; if it is not `fixed`, W is another one at every step."""
    steps, dim = len(sequence), len(network.recurrent)
    states, factors = np.zeros((steps + 1, dim)), np.empty((steps, dim, dim))
    # The first step with the very bytes that W has at each step.
    first: dict[bytes, int] = {}
    since = np.empty(steps + 1)
    for step in range(steps + 1):
        since[step] = first.setdefault(network.recurrent.tobytes(), step)
        if step < steps:
            run = network.run(sequence[step : step + 1], states[step])
            states[step + 1], factors[step] = run.states[1], run.jacobians[0]
        if not fixed:
            another = 0.9 * haar_orthogonal(dim, [seed, 5, step])
            network = RNN(another, network.inputs, network.bias, network.activation)
    series = {
        "inputs": np.vstack([np.zeros(_KINDS), sequence]),
        "states": states,
        "outputs": np.vstack([np.zeros(_KINDS), softmax(states[1:] @ output.T)]),
        "W": np.broadcast_to(network.recurrent, (steps + 1, dim, dim)),
        "V": np.broadcast_to(network.inputs, (steps + 1, dim, _KINDS)),
        "b": np.broadcast_to(network.bias[:, None], (steps + 1, dim, 1)),
        "U": np.broadcast_to(output, (steps + 1, _KINDS, dim)),
        "W since": since,
    }
    return MatrixSequence(factors, series=series)


def _another_at_every_step(steps: int, dim: int, seed: int, activation: str) -> MatrixSequence:
    return _read(*untrained(dim, seed, activation), symbols(steps, _KINDS, seed), seed, fixed=False)


@rnn_forward.moment("One step: W carries the old state on, V lets the symbol in, U reads out probabilities.")
def _(steps: int) -> Reached | None:
    return Reached(1) if steps else None


@rnn_forward.moment("Then the same again: the next symbol, and the same W, V, b and U.")
def _(steps: int) -> Reached | None:
    return Reached(2) if steps > 1 else None


@rnn_forward.moment("At step {steps} it is still one cell: {count} weights, however long the text is.")
def _(steps: int, dim: int) -> Reached:
    return Reached(steps, count=dim * dim + dim * _KINDS + dim + _KINDS * dim)


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


@rnn_forward.claim("loops − matrices", headline=True, counterexample=_another_at_every_step)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, activation: str) -> Claimed:
    network, _ = untrained(dim, seed, activation)
    away = np.abs(_by_loops(network, symbols(steps, _KINDS, seed)) - series["states"][1:])
    return Claimed(float(away.max(initial=0.0)), 0.0, 1e-12, "Sums of some dozen numbers round by some eps each.")


@rnn_forward.claim("different W")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    different = len(np.unique(series["W since"]))
    return Claimed(float(different), 1.0, 0.0, "Nothing but training may change a weight.")


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
