"""Truncated backpropagation through time: where the gradient is cut, and how a long series is read."""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS
from scenes._matrices import gaussian_matrix, haar_orthogonal, random_unit_vector
from scenes._networks import RNN, Run
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_COMPLEX_STEP = "The derivative by complex step rounds, but takes no differences."


# --- Cuts --------------------------------------------------------------------------------------------------


def _student(steps: int, dim: int, seed: int, retention: float) -> tuple[Run, FloatArray, FloatArray]:
    """Return the run of a network on noise, the weights c of its output, and the targets y_1 … y_T."""
    recurrent = retention * haar_orthogonal(dim, [seed, 0])
    network = RNN(recurrent, haar_orthogonal((dim, 2), [seed, 1]), np.zeros(dim), ACTIVATIONS["tanh"])
    rng = np.random.default_rng([seed, 2])
    run = network.run(0.5 * rng.standard_normal((steps, 2)), 0.5 * random_unit_vector(dim, [seed, 3]))
    return run, random_unit_vector(dim, [seed, 4]), rng.standard_normal(steps)


def _direct(run: Run, weights: FloatArray, targets: FloatArray) -> FloatArray:
    """Return what the loss ``Σ (c · h(t) − y(t))² / 2`` says of every state directly."""
    direct = np.zeros_like(run.states)
    direct[1:] = (run.states[1:] @ weights - targets)[:, None] * weights
    return direct


def _reach(run: Run, direct: FloatArray) -> FloatArray:
    """Return how large the gradient of each step's loss (row) still is at each state (column), shape (T, T).

    Every loss has the size 1 at its own step.
    """
    steps = len(run.slopes)
    reach, waves = np.zeros((steps, steps)), np.zeros((steps, direct.shape[1]))
    for step in range(steps, 0, -1):
        waves[step - 1] = direct[step] / (np.linalg.norm(direct[step]) or 1.0)
        reach[:, step - 1] = np.linalg.norm(waves, axis=1)
        waves = (waves * run.slopes[step - 1]) @ run.network.recurrent
    return reach


def _block(steps: int, cut: int) -> FloatArray:
    """Return 1 where a step's loss and a state lie between the same two cuts, else 0."""
    part = np.arange(steps) // cut
    return np.asarray(part[:, None] == part, dtype=np.float64)


def _cut_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the relative error of a gradient cut every 10 steps along a random direction.

    For the derivative, the state at each cut is taken as a given number.
    """
    cut, (run, weights, targets) = 10, _student(**parameters)
    along = gaussian_matrix(parameters["dim"], [parameters["seed"], 5])
    network, true = run.network, 0.0
    moved = RNN(network.recurrent + 1e-30j * along, network.inputs, network.bias, network.activation)
    for start in range(0, len(targets), cut):
        part = slice(start, start + cut)
        states = moved.run(run.sequence[part], run.states[start]).states[1:]
        true += float(((states @ weights - targets[part]) ** 2 / 2).sum().imag / 1e-30)
    found = run.gradient(run.backward(_direct(run, weights, targets), cut)).recurrent
    return abs(float(np.sum(found * along)) - true) / (float(np.linalg.norm(found) * np.linalg.norm(along)) or 1.0)


def _last(name: str) -> Any:
    def value(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.sequence.series[name][-1])

    return value


def _full(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return 1: cut only after the last step, nothing is cut."""
    return 1.0 if trajectory.steps else 0.0


@scene(
    show("heatmap", of="reach", limits=(-1, 1)),
    show("series", of={"cosine": "cosine", "norm ratio": "ratio"}, heading="cut and full gradient", scale="linear"),
    show("heatmap", of="gradient", heading="∂L/∂W, cut"),
    "claims",
    title="Truncated gradients",
    statement="row: loss of a step, column: state it reaches back to, if cut every t steps",
    claims=(
        Claim("cosine, uncut", _last("cosine"), _full, 1e-12, "The same numbers are added in the same order."),
        Claim("norm ratio, uncut", _last("ratio"), _full, 1e-12, "The same numbers are added in the same order."),
        Claim("gradient − derivative", _cut_error, 0.0, 1e-12, _COMPLEX_STEP),
    ),
    poster=0.3,
    fps="4",
    covers=(92,),
)
def truncated_bptt(
    steps: Annotated[int, Bounds(0, 128)] = 32,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    retention: Annotated[float, Bounds(0.5, 1.2)] = 1.0,
) -> MatrixSequence:
    """Gradients of one sequence, cut every t steps, from every step for itself to no cut at all.

    The states run on to the end; only the gradient does not pass a cut.

    Parameters
    ----------
    steps : int
        Length of the sequence, and the longest part.
    dim : int
        Number of hidden units.
    retention : float
        Size of W: an orthogonal matrix, times this.
    """
    run, weights, targets = _student(steps, dim, seed, retention)
    direct = _direct(run, weights, targets)
    reach = _reach(run, direct)
    reaches = np.zeros((steps + 1, max(steps, 1), max(steps, 1)))
    gradients = np.zeros((steps + 1, dim, dim))
    for cut in range(1, steps + 1):
        reaches[cut] = reach * _block(steps, cut)
        gradients[cut] = run.gradient(run.backward(direct, cut)).recurrent
    full = run.gradient(run.backward(direct)).recurrent
    norms, whole = np.linalg.norm(gradients, axis=(1, 2)), float(np.linalg.norm(full)) or 1.0
    products = (gradients * full).sum(axis=(1, 2))
    series = {
        "reach": reaches,
        "gradient": gradients,
        "cosine": products / np.where(norms > 0, norms * whole, 1.0),
        "ratio": norms / whole,
    }
    return repeated(np.eye(1), steps, series)


# --- A long series in two rows -----------------------------------------------------------------------------

_UNITS = 8


def _windows(length: int, window: int, batch: int) -> Iterator[list[int]]:
    """Give for every step of an epoch where each row of the batch begins to read."""
    rows = [row * (length // batch) for row in range(batch)]
    while all(start + window <= (row + 1) * (length // batch) for row, start in enumerate(rows)):
        yield rows
        rows = [start + window for start in rows]


def _series(length: int, seed: int) -> FloatArray:
    """Return a series of two waves and some noise, between −1 and 1."""
    place, rng = np.arange(length), np.random.default_rng([seed, 6])
    waves = np.sin(2 * np.pi * (place / 25 + rng.random())) + np.sin(2 * np.pi * (place / 90 + rng.random()))
    return np.asarray(np.clip(0.4 * waves + 0.1 * rng.standard_normal(length), -1, 1))


def _reader(seed: int) -> RNN:
    recurrent, inputs = 0.95 * haar_orthogonal(_UNITS, [seed, 0]), gaussian_matrix((_UNITS, 1), [seed, 1], scale=0.7)
    return RNN(recurrent, inputs, np.zeros(_UNITS), ACTIVATIONS["tanh"])


def _pages(values: FloatArray, windows: list[list[int]], window: int, steps: int) -> FloatArray:
    """Return the series line by line for every step: faint where unread, the windows at work in full red."""
    side = int(np.ceil(np.sqrt(len(values))))
    lines = -(-len(values) // side)
    pages = np.zeros((steps + 1, lines * side))
    pages[:, : len(values)] = 0.12 * values
    for step in range(1, steps + 1):
        if (step - 1) % len(windows) == 0:
            seen = pages[0].copy()
        pages[step] = seen
        for start in windows[(step - 1) % len(windows)]:
            pages[step, start : start + window] = 1.0
            seen[start : start + window] = 0.6 * values[start : start + window]
    return pages.reshape(steps + 1, lines, side)


def _read(values: FloatArray, starts: list[int], window: int) -> FloatArray:
    """Return the inputs of one step of the batch, shape (window, batch, 1)."""
    return np.stack([values[start : start + window] for start in starts], axis=1)[:, :, None]


def _counted(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(sum(1 for _ in _windows(parameters["length"], parameters["window"], parameters["batch"])))


def _steps_an_epoch(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(parameters["length"] // parameters["batch"] // parameters["window"])


def _second_start(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(next(_windows(parameters["length"], parameters["window"], parameters["batch"]))[1])


def _carry_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the carried states are from those of one pass over each row without any windows."""
    values, network = _series(parameters["length"], parameters["seed"]), _reader(parameters["seed"])
    windows = list(_windows(parameters["length"], parameters["window"], parameters["batch"]))
    carried, worst = trajectory.sequence.series["states"], 0.0
    for row, start in enumerate(windows[0]):
        states = network.run(values[start : start + parameters["window"] * len(windows), None]).states
        for step in range(1, trajectory.steps + 1):
            at = ((step - 1) % len(windows) + 1) * parameters["window"]
            worst = max(worst, float(np.abs(carried[step, row] - states[at]).max()))
    return worst


@scene(
    show("heatmap", of="pages", limits=(-1, 1)),
    show("series", of={"state carried": "carried", "begun anew": "anew"}, heading="a hidden unit", scale="linear"),
    show("series", of="starts", heading="where each row is", scale="linear"),
    show("readout", of={"epoch": "epoch", "step of the epoch": "place", "values read": "read"}, heading="now"),
    title="A series read in batches",
    statement="{length} values in {batch} rows, {window} at a time: states are carried, gradients cut",
    claims=(
        Claim("steps an epoch", _counted, _steps_an_epoch, 0.0, "They are counted."),
        Claim(
            "second row starts at",
            _second_start,
            lambda trajectory, parameters: float(parameters["length"] // parameters["batch"]),
            0.0,
            "It is a whole number.",
        ),
        Claim("carried − one pass", _carry_error, 0.0, 1e-12, "Sums of a few numbers round, and the network forgets."),
    ),
    poster=0.6,
    fps="5",
    covers=(93,),
)
def tbptt_cursors(
    steps: Annotated[int, Bounds(0, 400)] = 50,
    seed: Seed = 0,
    length: Annotated[int, Bounds(512, 4_096)] = 1_000,
    window: Annotated[int, Bounds(1, 32)] = 10,
    batch: Annotated[int, Bounds(2, 16)] = 2,
) -> MatrixSequence:
    """Windows of a long series as a batch of rows reads it, with the hidden state carried from window to window.

    Parameters
    ----------
    steps : int
        Number of windows; after the last one of an epoch the rows begin again.
    length : int
        Number of values in the series.
    window : int
        Values read at a time, after which the gradient is cut.
    batch : int
        Number of rows: row b begins at b · length / batch.
    """
    values, network = _series(length, seed), _reader(seed)
    windows = list(_windows(length, window, batch))
    states, anew = np.zeros((steps + 1, batch, _UNITS)), np.zeros((steps + 1, _UNITS))
    starts, factors = np.full((steps + 1, batch), np.nan), np.empty((steps, _UNITS, _UNITS))
    for step in range(steps):
        rows = windows[step % len(windows)]
        inputs = _read(values, rows, window)
        run = network.run(inputs, states[step] if step % len(windows) else None)
        states[step + 1], starts[step + 1] = run.states[-1], rows
        anew[step + 1] = network.run(inputs[:, 0]).states[-1]
        factors[step] = reduce(lambda product, factor: factor @ product, run.jacobians[:, 0])
    since = np.arange(steps + 1)
    place = np.where(since > 0, (since - 1) % len(windows) + 1, 0)
    series: dict[str, FloatArray] = {
        "pages": _pages(values, windows, window, steps),
        "states": states,
        "carried": states[:, 0, 0],
        "anew": anew[:, 0],
        "starts": starts,
        "epoch": np.maximum(-(-since // len(windows)), 1.0),
        "place": np.asarray(place, dtype=np.float64),
        "read": np.asarray(place * window * batch, dtype=np.float64),
    }
    return MatrixSequence(factors, series=series)
