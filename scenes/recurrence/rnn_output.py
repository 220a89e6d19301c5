"""The output of a recurrent network, and gradient descent on its weights."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Choices, Claimed, FloatArray, Reached, Record, Seed, scene, show, sigmoid
from scenes.recurrence._output import KINDS, LENGTH, Weights, cross_entropy, first_weights, lesson, norm, training

_PLACES = tuple(str(place) for place in range(1, LENGTH + 1))
# Units that are drawn.
_UNITS = 6
# Where matrices that stand in a line begin, with room for their names.
_CHANGE = {"errors": 0, "× states": LENGTH + 2, "= change": LENGTH + _UNITS + 7}


def _line(*matrices: FloatArray) -> FloatArray:
    """Return errors, states and their product side by side in one picture."""
    picture = np.zeros((LENGTH, _CHANGE["= change"] + _UNITS))
    for left, matrix in zip(_CHANGE.values(), matrices, strict=True):
        picture[: len(matrix), left : left + matrix.shape[1]] = matrix
    return picture


@scene(
    show(
        "heatmap",
        of="pictures",
        heading="RNN: which symbol two steps before?",
        limits=(-1, 1),
        rows=("answers", *[""] * KINDS, "truth"),
        columns=_PLACES,
        key=False,
        footer="symbol × place; colour: probability",
    ),
    show(
        "strip",
        of="by output",
        heading="weights change by errors × states",
        limits=(-1, 1),
        names=_CHANGE,
        footer="error = truth − answer",
    ),
    title="Learning an output",
    statement="errors, the truth less the answers, go back to every weight by the chain rule, and learning lessens "
    "them",
    opening="A network reads 16 symbols and learns to name, at each, the one two steps before.",
    counter="update",
    fps="10",
    covers=(84, 87, 90),
)
def rnn_output(
    steps: Annotated[int, Bounds(0, 400)] = 80,
    dim: Annotated[int, Bounds(4, 64)] = 16,
    seed: Seed = 0,
    output_layer: Annotated[str, Choices(("softmax", "sigmoid"))] = "softmax",
    learning_rate: Annotated[float, Bounds(0.001, 0.5)] = 0.2,
) -> Record:
    """Gradient descent on a small recurrent network that has to name the symbol of two steps before.

    Parameters
    ----------
    steps : int
        Number of updates.
    dim : int
        Number of hidden units.
    output_layer : str
        Probabilities of all symbols together (softmax) or of each by itself (sigmoid).
    learning_rate : float
        Size of an update as a multiple of the gradient.
    """
    return _learnt(steps, dim, seed, output_layer, learning_rate)


def _learnt(steps: int, dim: int, seed: int, output_layer: str, learning_rate: float, late: int = 0) -> Record:
    """Return a training; see `gradients_of` for the last parameter."""
    _, targets = lesson(seed)
    pictures = np.zeros((steps + 1, 2 * KINDS + 1, LENGTH))
    pictures[:, KINDS + 1 :] = targets.T
    found, loss = np.empty((steps + 1, LENGTH, KINDS)), np.empty(steps + 1)
    moves = np.full((2, steps + 1), np.nan)
    before, expected = None, np.nan
    by_output, by_weights = [], []
    updates = training(steps, dim, seed, output_layer, learning_rate, late)
    for step, (weights, back) in enumerate(updates):
        found[step], loss[step] = back.found, cross_entropy(weights, seed, output_layer).real
        if before is not None:
            moves[:, step] = norm({k: weights[k] - before[k] for k in weights}), expected
        before, expected = weights, learning_rate * norm(back.gradients)
        states = back.hidden[:, :_UNITS]
        change = (targets - back.found).T @ states
        by_output.append((targets.T - back.found.T, states, change))
        by_weights.append(back.gradients["W2"])
    pictures[:, :KINDS] = np.swapaxes(found, 1, 2)
    # Changes as shares of the largest of all updates, so that they are seen to fade.
    largest = max(float(np.abs(change).max()) for *_, change in by_output) or 1.0
    lines = [_line(errors, states, change / largest) for errors, states, change in by_output]
    series = {"pictures": pictures, "found": found, "loss": loss, "by output": np.array(lines)}
    series |= {"by W2": np.array(by_weights)}
    return Record(series | {"update": moves[0], "expected update": moves[1]})


def _with_later_states(steps: int, dim: int, seed: int, output_layer: str, learning_rate: float) -> Record:
    """Return a training that multiplies each error with the state of the next place."""
    return _learnt(steps, dim, seed, output_layer, learning_rate, late=1)


def _right(series: Mapping[str, FloatArray], seed: int) -> FloatArray:
    """Return at how many places the most likely symbol is the right one, by update."""
    _, targets = lesson(seed)
    return np.asarray((series["found"].argmax(axis=2) == targets.argmax(axis=1)).sum(axis=1), float)


@rnn_output.moment("An update adds errors × states to the output’s weights: what fell short × what units said.")
def _(steps: int) -> Reached | None:
    return Reached(1) if steps else None


@rnn_output.moment("Update {step}: {count} of {length} are right. Smaller errors change the weights less.")
def _(series: Mapping[str, FloatArray], seed: int, steps: int) -> Reached | None:
    step = steps * 2 // 5
    if step < 2 or series["loss"][step] >= series["loss"][0]:
        return None
    return Reached(step, count=int(_right(series, seed)[step]), length=LENGTH)


@rnn_output.moment("Update {steps}: {count} of {length} right, and the loss is {last:.2}, at the start {first:.2}.")
def _(series: Mapping[str, FloatArray], seed: int, steps: int) -> Reached:
    first, last = float(series["loss"][0]), float(series["loss"][-1])
    return Reached(steps, count=int(_right(series, seed)[-1]), length=LENGTH, first=first, last=last)


def _off(weights: Weights, name: str, found: FloatArray, seed: int, output_layer: str) -> float:
    """Return how far a gradient is from the derivative along a random direction, as a share of their lengths."""
    direction = np.random.default_rng([seed, 5, *name.encode()]).standard_normal(found.shape)
    # By complex step, L′ = Im L(θ + i h d) / h, which forms no differences.
    moved = weights | {name: weights[name] + 1e-30j * direction}
    slope = cross_entropy(moved, seed, output_layer).imag / 1e-30
    return float(abs(np.sum(found * direction) - slope) / (np.linalg.norm(found) * np.linalg.norm(direction)))


@rnn_output.claim("∂L/∂W₂ − derivative", headline=True, counterexample=_with_later_states)
def _(series: Mapping[str, FloatArray], dim: int, seed: int, output_layer: str) -> Claimed:
    away = _off(first_weights(dim, seed), "W2", series["by W2"][0], seed, output_layer)
    return Claimed(away, 0.0, 1e-10, "The complex step rounds, but forms no differences.")


@rnn_output.claim("all gradients − derivative")
def _(steps: int, dim: int, seed: int, output_layer: str, learning_rate: float) -> Claimed:
    # Before the first update and after the last.
    ends = list(training(steps, dim, seed, output_layer, learning_rate))
    worst = max(
        _off(weights, name, found, seed, output_layer)
        for weights, back in (ends[0], ends[-1])
        for name, found in back.gradients.items()
    )
    return Claimed(worst, 0.0, 1e-10, "The complex step rounds, but forms no differences.")


@rnn_output.claim("Σ probabilities − 1")
def _(series: Mapping[str, FloatArray], output_layer: str) -> Claimed:
    found = series["found"]
    if output_layer == "sigmoid":
        # Each symbol's probability and that of its absence add up to 1.
        scores = np.log(found) - np.log1p(-found)
        away = np.abs(found + sigmoid(-scores) - 1)
    else:
        away = np.abs(found.sum(axis=2) - 1)
    return Claimed(float(away.max()), 0.0, 1e-13, "Each of a few terms rounds by eps.")


@rnn_output.claim("|step| / (rate · |g|)")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # The ratio that is farthest from 1.
    ratios = (series["update"] / series["expected update"])[1:]
    worst = float(ratios[np.abs(ratios - 1).argmax()]) if ratios.size else 1.0
    return Claimed(worst, 1.0, 1e-9, "Weights of size 1 lose digits of steps that are smaller.")
