"""Recurrent networks: a chain of copies of one cell, its memory, and ReLU units in it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from zlib import crc32

import numpy as np

from scenes._activations import ACTIVATIONS
from scenes._growth import growth_claim
from scenes._matrices import gaussian_matrix, haar_orthogonal, with_spectral_radius
from scenes._networks import RNN, Numbers
from scenes._scene import Bounds, Choices, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_EPS = float(np.finfo(float).eps)
# A hero of cells of 8 pixels has so many columns, one of cells of 16 pixels half of them.
_COLUMNS = 64


# --- h(t) = W h(t − 1) -------------------------------------------------------------------------------------


def _chain(states: FloatArray) -> FloatArray:
    """Return for every step the states so far as tiles in reading order; where they are too many, the last ones."""
    count, n = len(states), states.shape[1] + 1
    across = min(int(np.ceil(np.sqrt(count))), _COLUMNS // n)
    down = min(-(-count // across), _COLUMNS // n)
    sheets = np.zeros((count, down * n - 1, across * n - 1))
    for step in range(count):
        first = max(0, step // across + 1 - down) * across
        for place, state in enumerate(states[first : step + 1]):
            row, column = place // across * n, place % across * n
            sheets[step, row : row + n - 1, column : column + n - 1] = state
    return sheets


def _other_than_powers(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how many states of the network are not, bit for bit, the product of as many factors."""
    states = trajectory.sequence.series["state"]
    return float(sum(not np.array_equal(state, trajectory.matrix(step)) for step, state in enumerate(states)))


@scene(
    show("heatmap", of="chain", limits=(-1, 1)),
    "norms",
    show("heatmap", of="state", heading="state h(t)", limits=(-1, 1)),
    "claims",
    title="A network without input",
    statement="h(t) = W h(t − 1) from h(0) = I: each cell of the chain holds the next power of W",
    claims=(
        Claim(
            "states other than Wᵗ", _other_than_powers, 0.0, 0.0, "Both multiply the same numbers in the same order."
        ),
        growth_claim("spectral_radius"),
    ),
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


# --- h(t) = φ(W h(t − 1) + V x(t) + b) ---------------------------------------------------------------------

_SYMBOLS = 7


def _symbols(steps: int, kinds: int, seed: int) -> FloatArray:
    """Return a random sequence, each symbol a row with a single 1, shape (steps, kinds)."""
    return np.asarray(np.eye(kinds)[np.random.default_rng([seed, 3]).integers(0, kinds, steps)])


def _untrained(dim: int, seed: int, activation: str) -> tuple[RNN, FloatArray]:
    """Return a network and the weights W_y of its output."""
    recurrent, inputs = 0.9 * haar_orthogonal(dim, [seed, 0]), gaussian_matrix((dim, _SYMBOLS), [seed, 1], scale=0.8)
    bias = np.random.default_rng([seed, 4]).uniform(-0.1, 0.1, dim)
    return RNN(recurrent, inputs, bias, ACTIVATIONS[activation]), gaussian_matrix((_SYMBOLS, dim), [seed, 2], scale=0.5)


def _softmax(scores: Numbers) -> Numbers:
    """Return ``exp(z) / Σ exp(z)`` along the last axis."""
    raised = np.exp(scores - np.real(scores).max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _tape(columns: FloatArray, width: int) -> FloatArray:
    """Return for every step the columns so far, filled from the left; where they are too many, the last ones."""
    steps = len(columns)
    width = max(1, min(steps, width))
    tapes = np.zeros((steps + 1, columns.shape[1], width))
    for step in range(1, steps + 1):
        seen = columns[max(0, step - width) : step]
        tapes[step, :, : len(seen)] = seen.T
    return tapes


def _by_loops(network: RNN, sequence: FloatArray) -> FloatArray:
    """Return h_1 … h_T number by number, with no matrix in sight."""
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


def _loop_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    network, _ = _untrained(parameters["dim"], parameters["seed"], parameters["activation"])
    sequence = _symbols(trajectory.steps, _SYMBOLS, parameters["seed"])
    away = np.abs(_by_loops(network, sequence) - trajectory.sequence.series["states"][1:])
    return float(away.max(initial=0.0))


def _product_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the product is from ``∂h(T) / ∂h(0)`` by complex step, relative to its largest entry."""
    network, _ = _untrained(parameters["dim"], parameters["seed"], parameters["activation"])
    sequence = _symbols(trajectory.steps, _SYMBOLS, parameters["seed"])
    # Squares of a step so small are lost in rounding, and yet it times a long product is no subnormal number.
    moved = 1e-12j * np.eye(trajectory.dim)
    many = np.broadcast_to(sequence[:, None], (trajectory.steps, trajectory.dim, _SYMBOLS))
    true = network.run(many, moved).states[-1].imag.T / 1e-12
    # Entries are divided before they are squared, since squares may be below float64. Silent ReLU units leave 0.
    size = float(np.abs(true).max()) or 1.0
    return float(np.linalg.norm((trajectory.matrix(trajectory.steps) - true) / size))


def _parameter_count(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    n = parameters["dim"]
    return float(n * n + n * _SYMBOLS + n + _SYMBOLS * n)


@scene(
    show("heatmap", of="tape", limits=(-1, 1)),
    show("series", of="log10_spectral_norm", heading="‖∂h(t) / ∂h(0)‖"),
    show("heatmap", of="weights", heading="W, the same at all t"),
    show("readout", of={"cells": "cells", "parameters": "parameters", "checksum of W": "checksum"}, heading="one cell"),
    title="A recurrent network unrolled",
    statement="input above, hidden state, output below: one cell and one W, copied along time",
    claims=(
        Claim("loops − matrices", _loop_error, 0.0, 1e-12, "Sums of some dozen numbers round by some eps each."),
        Claim(
            "checksums of W",
            lambda trajectory, parameters: float(len(np.unique(trajectory.sequence.series["checksum"]))),
            1.0,
            0.0,
            "Nothing but training may change a weight.",
        ),
        Claim(
            "parameters",
            lambda trajectory, parameters: float(trajectory.sequence.series["parameters"][-1]),
            _parameter_count,
            0.0,
            "They are counted; there is no T in it.",
        ),
        Claim(
            "∂h(T)/∂h(0) − complex step",
            _product_error,
            0.0,
            1e-9,
            "Some hundred products of Jacobians round by about 1e-14 of their largest entry.",
        ),
    ),
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
    network, output = _untrained(dim, seed, activation)
    sequence = _symbols(steps, _SYMBOLS, seed)
    checksum = np.empty(steps + 1)
    states = np.zeros((steps + 1, dim))
    factors = np.empty((steps, dim, dim))
    for step in range(steps + 1):
        checksum[step] = crc32(network.recurrent.tobytes())
        if step < steps:
            run = network.run(sequence[step : step + 1], states[step])
            states[step + 1], factors[step] = run.states[1], run.jacobians[0]
    gap = np.zeros((steps, 1))
    columns = np.hstack([sequence, gap, states[1:], gap, _softmax(states[1:] @ output.T)])
    count = network.recurrent.size + network.inputs.size + network.bias.size + output.size
    series = {
        "tape": _tape(columns, _COLUMNS // 2 if dim <= 16 else _COLUMNS),
        "states": states,
        "weights": np.broadcast_to(network.recurrent, (steps + 1, dim, dim)),
        "cells": np.arange(steps + 1.0),
        "parameters": np.full(steps + 1, float(count)),
        "checksum": checksum,
    }
    return MatrixSequence(factors, series=series)


# --- How long an input is felt -----------------------------------------------------------------------------

_PULSE = 3


def _resting(dim: int, seed: int, activation: str, retention: float) -> tuple[RNN, FloatArray]:
    """Return a network whose Jacobian at rest is ``retention · Q`` with Q orthogonal, and its state at rest."""
    kind = ACTIVATIONS[activation]
    recurrent = retention / kind.steepest * haar_orthogonal(dim, [seed, 0])
    rest = np.full(dim, float(kind.function(np.float64(0.0))))
    inputs = haar_orthogonal((dim, min(dim, _PULSE)), [seed, 1])
    return RNN(recurrent, inputs, -recurrent @ rest, kind), rest


def _window(steps: int) -> int:
    """Return the step from which the decay is measured: by then the pulse is mostly forgotten."""
    return steps // 2


def _half_life(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    first = trajectory.sequence.series["influence"]
    start = _window(trajectory.steps)
    rate = (first[-1] - first[start]) / (trajectory.steps - start)
    return float(-np.log10(2) / rate)


def _expected_half_life(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(-np.log(2) / np.log(parameters["retention"]))


def _half_life_room(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how much shorter the half-life can be for slopes that are less steep than at rest."""
    weakest = trajectory.sequence.series["weakest"][_window(trajectory.steps) + 1 :]
    shortest = -np.log(2) / (np.log(parameters["retention"]) + np.log(weakest).mean())
    return float(_expected_half_life(trajectory, parameters) * (1 + 1e-9) - shortest)


@scene(
    show("heatmap", of="map", limits=(-1, 1)),
    show(
        "series",
        of={"first input": "influence", "retentionᵗ": "power"},
        heading="‖∂h(t) / ∂x(1)‖",
    ),
    show("series", of="overlap", heading="cos(h(t), h(1))", scale="linear", limits=(-1, 1)),
    "claims",
    title="How long an input is felt",
    statement="row s, column t: ‖∂h(t) / ∂x(s)‖, what the input of step s still does at step t",
    claims=(
        Claim(
            "half-life in steps",
            _half_life,
            _expected_half_life,
            _half_life_room,
            "The singular values of each Jacobian lie between its least and its greatest slope, times the retention.",
        ),
    ),
    poster=1.0,
    fps="6.25",
    covers=(79, 96),
)
def influence(
    steps: Annotated[int, Bounds(32, 128)] = 64,
    dim: Annotated[int, Bounds(2, 64)] = 32,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("tanh", "sigmoid", "identity"))] = "tanh",
    retention: Annotated[float, Bounds(0.3, 0.95)] = 0.9,
) -> MatrixSequence:
    """Influence of every input on every later state of a network that hears one pulse, then silence.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    activation : str
        The function of the hidden units.
    retention : float
        Spectral radius of the Jacobian at rest: W is orthogonal, times retention / steepest slope.
    """
    network, rest = _resting(dim, seed, activation, retention)
    pulse = np.zeros((steps, network.inputs.shape[1]))
    pulse[:1] = 1.0
    run = network.run(pulse, rest)
    maps = np.zeros((steps + 1, max(steps, 1), max(steps, 1)))
    felt = np.empty((steps, *network.inputs.shape))
    for step, jacobian in enumerate(run.jacobians):
        felt[:step] = jacobian @ felt[:step]
        felt[step] = run.slopes[step][:, None] * network.inputs
        gram = np.swapaxes(felt[: step + 1], 1, 2) @ felt[: step + 1]
        maps[step + 1] = maps[step]
        maps[step + 1, : step + 1, step] = np.sqrt(np.linalg.eigvalsh(gram)[:, -1]) / network.activation.steepest
    since = np.arange(steps + 1.0)
    curve, weakest = np.full(steps + 1, np.nan), np.ones(steps + 1)
    curve[1:] = np.log10(maps[-1, 0, :steps])
    weakest[1:] = run.slopes.min(axis=1) / network.activation.steepest
    away = run.states - rest
    lengths = np.linalg.norm(away, axis=1)
    overlap = np.zeros(steps + 1)
    overlap[1:] = away[1:] @ away[min(1, steps)] / (lengths[1:] * lengths[min(1, steps)])
    power = np.where(since > 0, (since - 1) * np.log10(retention), np.nan)
    series = {"map": maps, "influence": curve, "power": power, "weakest": weakest, "overlap": overlap}
    return MatrixSequence(run.jacobians, series=series)


# --- ReLU units --------------------------------------------------------------------------------------------


# The largest eigenvalue of W is 1, the next one this, and each further one this part of that before it.
_SECOND, _FALL = 0.5, 0.9


def _relu_run(matrix: FloatArray, start: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return the directions of h_0 … h_T and log10 of their lengths; a dead state is zero, its length NaN."""
    units, sizes = np.zeros((steps + 1, len(start))), np.full(steps + 1, np.nan)
    units[0], sizes[0] = start / np.linalg.norm(start), 0.0
    for step in range(steps):
        after = np.maximum(matrix @ units[step], 0.0)
        length = np.linalg.norm(after)
        if length == 0:
            break
        units[step + 1], sizes[step + 1] = after / length, sizes[step] + np.log10(length)
    return units, sizes


def _last_growth(name: str) -> Callable[[Any, Mapping[str, Any]], float]:
    """Return the factor by which the last step has changed the length of a network's state."""

    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        before, after = trajectory.sequence.series[name][-2:]
        return float(10 ** (after - before))

    return measured


def _radius_asked(name: str) -> Callable[[Any, Mapping[str, Any]], float]:
    return lambda trajectory, parameters: float(parameters[name])


def _jacobian_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the Jacobians are from derivatives of max(0, W h) by complex step."""
    sequence = trajectory.sequence
    matrix, relu = sequence.series["slopes · W"][0], ACTIVATIONS["ReLU"].function
    worst = 0.0
    for step, factor in enumerate(sequence.factors):
        moved = sequence.series["units"][step] + 1e-30j * np.eye(trajectory.dim)
        worst = max(worst, float(np.abs(relu(moved @ matrix.T).imag.T / 1e-30 - factor).max()))
    return worst


@scene(
    show("heatmap", of="slopes · W"),
    show("series", of={"growing": "growing", "shrinking": "shrinking"}, heading="length of the state"),
    show("heatmap", of="tape", heading="direction of state", limits=(-1, 1)),
    show("series", of="active", heading="active units", scale="linear", limits=(0, 1)),
    title="A network of ReLU units",
    statement="silent units leave blank rows: the radius of the rest of W decides, {growing} or {shrinking}",
    claims=(
        *(
            Claim(
                text,
                _last_growth(name),
                _radius_asked(name),
                1e-6,
                "The units settle within a dozen steps, and what other eigenvalues of the active part add falls with "
                "the square of their share of its radius, 0.8 at most: 0.8 to the power of 40 is left.",
            )
            for text, name in (("growth at last", "growing"), ("shrinkage at last", "shrinking"))
        ),
        Claim("Jacobian − derivative", _jacobian_error, 0.0, 1e-12, "A slope of 0 or 1 times W rounds by eps."),
    ),
    poster=1.0,
    fps="6.25",
    covers=(56, 81),
)
def relu_rnn(
    steps: Annotated[int, Bounds(32, 400)] = 40,
    dim: Annotated[int, Bounds(2, 64)] = 32,
    seed: Seed = 0,
    growing: Annotated[float, Bounds(1.001, 1.5)] = 1.1,
    shrinking: Annotated[float, Bounds(0.5, 0.999)] = 0.9,
) -> MatrixSequence:
    """States of a recurrent network of ReLU units, and the sub-matrix of those that are active.

    ``max(0, c W h) = c max(0, W h)``: one network serves for both radii, since which units are active
    does not depend on the scale. W is symmetric and positive definite, so that the state never dies out
    (``hᵀ W h > 0`` keeps a unit active). One direction stands out among the rest, and the first state leans
    towards its positive half, so that the active units settle within a dozen steps.

    Parameters
    ----------
    dim : int
        Number of hidden units.
    growing, shrinking : float
        Two spectral radii of the active part of W.
    """
    axes = haar_orthogonal(dim, [seed, 0])
    half = max(np.maximum(axes[:, 0], 0.0), np.maximum(-axes[:, 0], 0.0), key=np.linalg.norm)
    matrix = (axes * np.append(1.0, _SECOND * _FALL ** np.arange(dim - 1))) @ axes.T
    start = half + np.abs(np.random.default_rng([seed, 1]).standard_normal(dim)) / np.sqrt(dim)
    units, sizes = _relu_run(matrix, start, steps)
    active = units > 0
    radius = float(np.linalg.eigvalsh(matrix[np.ix_(active[-1], active[-1])])[-1])
    matrix = matrix * (growing / radius)
    since = np.arange(steps + 1)
    # The Jacobian of a step has a zero row for every unit that the step has silenced.
    factors = active[1:, :, None] * matrix
    series = {
        "slopes · W": np.concatenate([matrix[None], factors]),
        "growing": sizes + since * np.log10(growing / radius),
        "shrinking": sizes + since * np.log10(shrinking / radius),
        "units": units,
        "tape": _tape(units[1:] / np.maximum(units[1:].max(axis=1, keepdims=True), 1e-300), 32),
        "active": active.mean(axis=1),
    }
    return MatrixSequence(factors, series=series)
