"""Trains the networks of the films of a long memory, learnt, and writes what they learnt to a file beside this one.

``python -m scenes.memory._long_memory_training`` takes some minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scenes import Adam, FloatArray, haar_orthogonal
from scenes.memory._long_memory import Addition, Copy, Gru, Linear, Lstm, Net, Task, gradient_of, scores_of, transposed

FILE = Path(__file__).with_name("long_memory.npz")
# What the file's bytes hash to; `write` says it.
CHECKSUM = "88a7fcec2a91bd6360e6ba831ce671dde383b3731890f77e404cf49be38f056e"

# Delays of the tasks, seeds of networks, updates, and how many there are between two tests.
DELAYS = (5, 10, 20, 40, 80)
SEEDS = 10
UPDATES, EVERY = 300, 10
# Examples of an update and of a test, and the length that a gradient is clipped to.
_BATCH, _TESTS, _LONGEST = 10, 100, 1.0
# Networks trained at once: so few stay in the processor's cache.
_AT_ONCE = 5

TASKS: dict[str, Task] = {"copy": Copy(), "addition": Addition()}
# First learning rates, which fall to zero: of some that were tried, from 0.003 to 0.03, those that serve networks with
# a linear transition, those whose matrix is kept orthogonal, and those with gates best. All starts have the same.
_RATES = {
    "copy": {"free": 0.007, "held": 0.01, "gates": 0.03},
    "addition": {"free": 0.003, "held": 0.003, "gates": 0.03},
}
# Size of the weights that inputs begin with, where there are no gates.
_INPUTS = 0.1

STARTS = ("orthogonal", "identity", "Gaussian", "uniform")
# What a network whose matrix is kept orthogonal begins with: the identity is orthogonal, too.
_HELD = {"copy": "orthogonal", "addition": "identity"}


@dataclass(frozen=True)
class Kind:
    """A kind of network.

    Parameters
    ----------
    start : str
        What its recurrent matrix begins with.
    clipped : bool
        Whether its gradients are clipped.
    held : bool
        Whether the matrix is kept orthogonal.
    net : Net
        How it computes.
    units, blocks : int, int
        Units n, and blocks of n columns that the weights have; recurrent weights are about as many for all kinds.
    """

    start: str
    clipped: bool = True
    held: bool = False
    net: Net = field(default_factory=Linear)
    units: int = 32
    blocks: int = 1


KINDS = {
    **{start: Kind(start) for start in STARTS},
    **{f"{start}, unclipped": Kind(start, clipped=False) for start in STARTS},
    "held": Kind("held", held=True),
    "LSTM": Kind("uniform", net=Lstm(), units=16, blocks=4),
    "GRU": Kind("uniform", net=Gru(), units=18, blocks=3),
}


def first_weights(kind: Kind, name: str, seed: int) -> list[FloatArray]:
    """Return recurrent weights, input weights, bias, readout and its bias of one network.

    Normal numbers have the deviation 1 / √n and uniform ones lie within ±1 / √n, as libraries begin with. The gates
    that keep a state begin with a bias of 1.
    """
    task, n, width = TASKS[name], kind.units, kind.units * kind.blocks
    random, others = (np.random.default_rng([seed, stream]) for stream in (30, 31))
    start = _HELD[name] if kind.held else kind.start
    if start == "orthogonal":
        recurrent = haar_orthogonal(n, [seed, 32])
    elif start == "identity":
        recurrent = np.eye(n)
    elif start == "Gaussian":
        recurrent = random.standard_normal((n, width)) / n**0.5
    else:
        recurrent = random.uniform(-1, 1, (n, width)) / n**0.5
    bias = np.zeros((1, width))
    if kind.blocks > 1:
        kernel = others.uniform(-1, 1, (task.inputs, width)) / n**0.5
        bias[:, :n] = 1.0
    else:
        kernel = _INPUTS * others.standard_normal((task.inputs, width))
    readout = others.uniform(-1, 1, (n, task.outputs)) / n**0.5
    return [recurrent, kernel, bias, readout, np.zeros((1, task.outputs))]


class Run(NamedTuple):
    """What networks trained side by side have learnt.

    Attributes
    ----------
    losses : ndarray, shape (nets, tests)
        The loss on examples not trained on, as a share of that of a network without memory.
    right : ndarray, shape (nets, tests)
        The share of letters recalled; zeros for the addition task.
    changes : ndarray, shape (nets, tests)
        How far the update before each test changed a weight, in learning rates: the root of the mean square over all
        weights. That of the first update stands at the first test.
    longest : ndarray, shape (nets, tests)
        The length of the longest gradient until then, before it was clipped.
    weights : list of ndarray
        The last weights.
    """

    losses: Any
    right: Any
    changes: Any
    longest: Any
    weights: list[Any]


def nearest_orthogonal(matrices: Any) -> Any:
    """Return orthogonal matrices near ones that are almost orthogonal, by Newton's iteration for the polar factor."""
    for _ in range(4):
        matrices = 1.5 * matrices - 0.5 * matrices @ transposed(matrices) @ matrices
    return matrices


def trained(kind: Kind, name: str, delay: int, seeds: Sequence[int], updates: int = UPDATES) -> Run:
    """Train networks by Adam, each on fresh examples of its own.

    Parameters
    ----------
    kind : Kind
        What they are.
    name : str
        The task.
    delay : int
        The task's length.
    seeds : sequence of int
        A seed for each network.
    updates : int
        Stop after so many; the learning rate falls as if there were `UPDATES`.

    Returns
    -------
    Run
        What they have learnt.
    """
    task = TASKS[name]
    columns = zip(*(first_weights(kind, name, seed) for seed in seeds), strict=True)
    weights: list[Any] = [np.stack(column) for column in columns]
    randoms = [np.random.default_rng([seed, 33, delay]) for seed in seeds]
    tests = _together([task.examples(np.random.default_rng([seed, 34, delay]), delay, _TESTS) for seed in seeds])
    adam, losses, right = Adam(weights), [], []
    changes: list[FloatArray] = []
    longest: list[FloatArray] = []
    count_of_weights = sum(weight[0].size for weight in weights)
    rate = _RATES[name]["gates" if kind.blocks > 1 else "held" if kind.held else "free"]
    # What diverges ends in infinities, which are shown as such.
    with np.errstate(over="ignore", invalid="ignore"):
        for count in range(updates + 1):
            if count % EVERY == 0:
                scores = scores_of(kind.net, weights, tests[0])
                losses.append(task.loss(scores, tests[1])[0] / task.baseline(delay))
                right.append(task.right(scores, tests[1]) if isinstance(task, Copy) else np.zeros(len(seeds)))
            inputs, targets = _together([task.examples(random, delay, _BATCH) for random in randoms])
            _, gradient = gradient_of(kind.net, task, weights, inputs, targets)
            lengths = np.sqrt(sum((part**2).sum(axis=(1, 2), keepdims=True) for part in gradient))
            longest.append(lengths.ravel())
            if kind.clipped:
                gradient = [part * np.minimum(1.0, _LONGEST / lengths) for part in gradient]
            if kind.held:
                # Only the part along which the matrix stays orthogonal.
                turning = transposed(weights[0]) @ gradient[0]
                gradient[0] = weights[0] @ (turning - transposed(turning)) / 2
            now = rate * (1 - count / UPDATES)
            steps = list(adam.steps(gradient, now))
            if now > 0:
                squares = sum((step**2).sum(axis=(1, 2)) for step in steps)
                changes.append(np.sqrt(squares / count_of_weights) / now)
            weights = [weight - step for weight, step in zip(weights, steps, strict=True)]
            if kind.held:
                weights[0] = nearest_orthogonal(weights[0])
    before = np.maximum(np.arange(0, updates + 1, EVERY) - 1, 0)
    highest = np.maximum.accumulate(longest)
    return Run(np.array(losses).T, np.array(right).T, np.array(changes)[before].T, highest[before].T, weights)


def _together(examples: Sequence[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Return examples of several networks as tracks."""
    inputs, targets = zip(*examples, strict=True)
    return np.stack(inputs, axis=1), np.stack(targets, axis=1)


# Losses are kept as whole thousandths of their decimal logarithm; what is not finite is the largest number.
_LOST = 32767


def packed(losses: FloatArray) -> Any:
    """Return losses, changes or lengths as whole numbers of 16 bits."""
    finite = np.isfinite(losses) & (losses < 1e30)
    thousandths = np.round(1000 * np.log10(np.where(finite, np.maximum(losses, 1e-30), 1.0)))
    return np.where(finite, thousandths, _LOST).astype(np.int16)


def unpacked(numbers: Any) -> FloatArray:
    """Return the decimal logarithms of what was packed; infinity for what diverged."""
    return np.where(numbers == _LOST, np.inf, numbers / 1000.0)


class Results(NamedTuple):
    """What networks of a kind have learnt, as the file holds it.

    Attributes
    ----------
    losses, right : ndarray, shape (delays, seeds, tests)
        Packed losses, and shares of letters in thousandths.
    changes : ndarray, shape (seeds, tests)
        Packed changes of a weight at the longest delay.
    longest : ndarray, shape (seeds, tests)
        Packed lengths of gradients at that delay.
    off : float
        ``max |WᵀW − I|`` of matrices kept orthogonal.
    """

    losses: Any
    right: Any
    changes: Any
    longest: Any
    off: float


def of_all_delays(kind: Kind, name: str) -> Results:
    """Train networks of a kind on a task of every length."""
    losses, right, off = [], [], 0.0
    for delay in DELAYS:
        runs = [trained(kind, name, delay, range(first, first + _AT_ONCE)) for first in range(0, SEEDS, _AT_ONCE)]
        losses.append(packed(np.concatenate([run.losses for run in runs])))
        right.append(np.round(1000 * np.concatenate([run.right for run in runs])).astype(np.int16))
        # Those of the last delay stay.
        changes = packed(np.concatenate([run.changes for run in runs]))
        longest = packed(np.concatenate([run.longest for run in runs]))
        if kind.held:
            squares = [transposed(run.weights[0]) @ run.weights[0] for run in runs]
            off = max(off, *(float(np.abs(square - np.eye(kind.units)).max()) for square in squares))
    return Results(np.array(losses), np.array(right), changes, longest, off)


def learnt() -> dict[str, Any]:
    """Return what the file holds.

    ``losses`` (tasks, kinds, delays, seeds, tests), ``right`` alike of the copy task, ``changes`` and ``longest``
    (tasks, kinds, seeds, tests), and ``off_orthogonal`` (tasks).

    Raises
    ------
    ValueError
        If the file is not the one that the training wrote.
    """
    content = FILE.read_bytes()
    if sha256(content).hexdigest() != CHECKSUM:
        raise ValueError(f"{FILE.name} is not the file that was written when the networks were trained; write it again")
    with np.load(BytesIO(content)) as arrays:
        return {name: arrays[name] for name in arrays.files}


def write(found: dict[tuple[str, str], Results]) -> str:
    """Write what all networks learnt, by task and kind, and return the file's SHA-256."""
    grid = [[found[name, kind] for kind in KINDS] for name in TASKS]
    np.savez_compressed(
        FILE,
        losses=np.array([[cell.losses for cell in row] for row in grid]),
        right=np.array([cell.right for cell in grid[0]]),
        changes=np.array([[cell.changes for cell in row] for row in grid]),
        longest=np.array([[cell.longest for cell in row] for row in grid]),
        off_orthogonal=np.array([row[list(KINDS).index("held")].off for row in grid]),
    )
    return sha256(FILE.read_bytes()).hexdigest()


if __name__ == "__main__":
    print(write({(name, kind): of_all_delays(KINDS[kind], name) for name in TASKS for kind in KINDS}))
