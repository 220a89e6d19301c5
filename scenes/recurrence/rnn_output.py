"""The output of a recurrent network, and gradient descent on its weights."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes import Bounds, Choices, Claimed, FloatArray, Reached, Record, Seed, scene, show, sigmoid
from scenes.recurrence._output import (
    KINDS,
    LENGTH,
    cost,
    cross_entropy,
    first_weights,
    lesson,
    norm,
    probabilities,
    training,
)

_PLACES = ("place 1", *(str(place) for place in range(2, LENGTH + 1)))
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
        heading="answers approach the truth",
        limits=(-1, 1),
        rows=("answers", *[""] * KINDS, "truth"),
        columns=_PLACES,
    ),
    show(
        "strip",
        of="by output",
        heading="why: errors change the weights",
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
    covers=(84, 85, 86, 87, 88, 89, 90),
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


def _learnt(steps: int, dim: int, seed: int, output_layer: str, learning_rate: float, through: float = 1.0) -> Record:
    """Return a training; see `gradients_of` for the last parameter."""
    _, targets = lesson(seed)
    pictures = np.zeros((steps + 1, 2 * KINDS + 1, LENGTH))
    pictures[:, KINDS + 1 :] = targets.T
    found, loss = np.empty((steps + 1, LENGTH, KINDS)), np.empty(steps + 1)
    moves = np.full((2, steps + 1), np.nan)
    before, expected = None, np.nan
    by_output, hidden, slopes, own, whole = [], [], [], [], []
    updates = training(steps, dim, seed, output_layer, learning_rate, through)
    for step, (weights, back) in enumerate(updates):
        found[step], loss[step] = back.found, cross_entropy(weights, seed, output_layer).real
        if before is not None:
            moves[:, step] = norm({k: weights[k] - before[k] for k in weights}), expected
        before, expected = weights, learning_rate * norm(back.gradients)
        slopes.append(1 - back.hidden**2)
        states = back.hidden[:, :_UNITS]
        change = (targets - back.found).T @ states
        by_output.append((targets.T - back.found.T, states, change))
        hidden.append(back.hidden)
        own.append(back.own)
        whole.append(back.gradients["W1h"])
    pictures[:, :KINDS] = np.swapaxes(found, 1, 2)
    # Changes as shares of the largest of all updates, so that they are seen to fade.
    largest = max(float(np.abs(change).max()) for *_, change in by_output) or 1.0
    lines = [_line(errors, states, change / largest) for errors, states, change in by_output]
    series = {"pictures": pictures, "found": found, "loss": loss, "by output": np.array(lines)}
    series |= {"hidden": np.array(hidden), "slopes": np.array(slopes), "own": np.array(own), "whole": np.array(whole)}
    return Record(series | {"update": moves[0], "expected update": moves[1]})


def _half_of_the_rule(steps: int, dim: int, seed: int, output_layer: str, learning_rate: float) -> Record:
    """Return a training whose gradient forgets that H_p depends on W1h, too."""
    return _learnt(steps, dim, seed, output_layer, learning_rate, through=0.0)


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


def _slope(loss: Callable[[NDArray[Any]], Any], weight: FloatArray, direction: FloatArray) -> float:
    """Return the derivative of a loss along a direction by complex step, L′ = Im L(θ + i h d) / h with h = 1e-30."""
    return float(loss(weight + 1e-30j * direction).imag / 1e-30)


@rnn_output.claim("∂L/∂W₁ₕ − derivative", headline=True, counterexample=_half_of_the_rule)
def _(series: Mapping[str, FloatArray], dim: int, seed: int, output_layer: str) -> Claimed:
    weights, random, worst = first_weights(dim, seed), np.random.default_rng([seed, 6]), 0.0
    found = series["whole"][0]
    for _ in range(3):
        direction = random.standard_normal(found.shape)
        true = _slope(lambda w: cross_entropy(weights | {"W1h": w}, seed, output_layer), weights["W1h"], direction)
        size = np.linalg.norm(found) * np.linalg.norm(direction)
        worst = max(worst, float(abs(np.sum(found * direction) - true) / size))
    return Claimed(worst, 0.0, 1e-10, "The complex step rounds, but forms no differences.")


@rnn_output.claim("half with Hₚ held − derivative")
def _(series: Mapping[str, FloatArray], dim: int, seed: int, output_layer: str) -> Claimed:
    weights, (inputs, targets) = first_weights(dim, seed), lesson(seed)
    before = np.vstack([np.zeros(dim), series["hidden"][0][:-1]])

    def loss(recurrent: NDArray[Any]) -> Any:
        hidden = np.tanh(inputs @ weights["W1x"] + before @ recurrent + weights["b1"])
        return cost(probabilities(hidden @ weights["W2"] + weights["b2"], output_layer), targets, output_layer)

    direction, own = np.random.default_rng([seed, 7]).standard_normal((dim, dim)), series["own"][0]
    size = np.linalg.norm(own) * np.linalg.norm(direction)
    away = abs(np.sum(own * direction) - _slope(loss, weights["W1h"], direction)) / size
    return Claimed(float(away), 0.0, 1e-10, "The complex step rounds, but forms no differences.")


@rnn_output.claim("1 − H² less tanh′")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # At the sums whose tanh is H; where that is 1 nearly, they have few digits, but the slope is 0 nearly, too.
    sums = np.arctanh(series["hidden"])
    away = np.abs(np.tanh(sums + 1e-30j).imag / 1e-30 - series["slopes"])
    return Claimed(float(away.max()), 0.0, 1e-12, "The area tangent rounds by eps, and the complex step does.")


@rnn_output.claim("all gradients − derivative")
def _(steps: int, dim: int, seed: int, output_layer: str, learning_rate: float) -> Claimed:
    # By complex step along random directions, before the first update and after the last.
    ends = list(training(steps, dim, seed, output_layer, learning_rate))
    rng, worst = np.random.default_rng([seed, 5]), 0.0
    for weights, back in (ends[0], ends[-1]):
        for name, part in weights.items():
            direction, found = rng.standard_normal(part.shape), back.gradients[name]
            moved = weights | {name: part + 1e-30j * direction}
            slope = cross_entropy(moved, seed, output_layer).imag / 1e-30
            size = np.linalg.norm(found) * np.linalg.norm(direction)
            worst = max(worst, float(abs(np.sum(found * direction) - slope) / size))
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
