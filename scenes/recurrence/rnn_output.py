"""The output of a recurrent network, and gradient descent on its weights."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Seed,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
    sigmoid,
    softmax,
)
from scenes.recurrence._symbols import symbols

_KINDS, _LENGTH, _DELAY = 7, 16, 2
_SYMBOLS = tuple("abcdefg")
_PLACES = ("place 1", *(str(place) for place in range(2, _LENGTH + 1)))

# Weights in the convention of row vectors: Z1 = X W1x + H_p W1h + b1, Z2 = H W2 + b2. Complex for a derivative by
# complex step.
Weights = dict[str, NDArray[Any]]


def first_weights(dim: int, seed: int) -> Weights:
    """Return the weights by name before training, for `dim` hidden units and 7 symbols."""
    return {
        "W1h": 0.9 * haar_orthogonal(dim, [seed, 0]),
        "W1x": gaussian_matrix((_KINDS, dim), [seed, 1], scale=0.5),
        "b1": np.zeros(dim),
        "W2": gaussian_matrix((dim, _KINDS), [seed, 2], scale=0.1),
        "b2": np.zeros(_KINDS),
    }


def lesson(seed: int) -> tuple[FloatArray, FloatArray]:
    """Return inputs X and targets Y, rows with a single 1: the target is the symbol of two steps before."""
    sequence = symbols(_LENGTH + _DELAY, _KINDS, seed)
    return sequence[_DELAY:], sequence[:_LENGTH]


def _network(weights: Weights) -> RNN:
    return RNN(weights["W1h"].T, weights["W1x"].T, weights["b1"], ACTIVATIONS["tanh"])


def _probabilities(scores: NDArray[Any], output_layer: str) -> NDArray[Any]:
    return softmax(scores) if output_layer == "softmax" else np.asarray(sigmoid(scores))


def cross_entropy(weights: Weights, seed: int, output_layer: str) -> Any:
    """Return the mean cross-entropy over the sequence; real, or complex for a derivative by complex step."""
    inputs, targets = lesson(seed)
    found = _probabilities(_network(weights).run(inputs).states[1:] @ weights["W2"] + weights["b2"], output_layer)
    costs = -targets * np.log(found)
    if output_layer == "sigmoid":
        costs = costs - (1 - targets) * np.log(1 - found)
    return costs.sum() / _LENGTH


def gradients_of(weights: Weights, seed: int, output_layer: str) -> tuple[Weights, FloatArray]:
    """Return the gradients by the chain rule, and the probabilities A2, shape (16, 7)."""
    inputs, targets = lesson(seed)
    run = _network(weights).run(inputs)
    hidden = run.states[1:]
    found = _probabilities(hidden @ weights["W2"] + weights["b2"], output_layer)
    # For softmax and sigmoid alike, each with its cross-entropy: ∂L/∂Z2 = −(Y − A2).
    error = -(targets - found) / _LENGTH
    direct = np.vstack([np.zeros(hidden.shape[1]), error @ weights["W2"].T])
    inner = run.gradient(run.backward(direct))
    gradients = {
        "W1h": inner.recurrent.T,
        "W1x": inner.inputs.T,
        "b1": inner.bias,
        "W2": hidden.T @ error,
        "b2": error.sum(axis=0),
    }
    return gradients, found


def _training(
    steps: int, dim: int, seed: int, output_layer: str, learning_rate: float
) -> Iterator[tuple[Weights, Weights, FloatArray]]:
    """Give the weights after 0, 1, … updates by gradient descent, with gradients and probabilities."""
    weights = first_weights(dim, seed)
    for _ in range(steps + 1):
        gradients, found = gradients_of(weights, seed, output_layer)
        yield weights, gradients, found
        weights = {name: part - learning_rate * gradients[name] for name, part in weights.items()}


def _norm(weights: Weights) -> float:
    return float(np.sqrt(sum(float(np.sum(part * part)) for part in weights.values())))


@scene(
    show(
        "heatmap",
        of="pictures",
        heading="chance of each symbol",
        limits=(-1, 1),
        rows=("answers", *[""] * _KINDS, "truth"),
        columns=_PLACES,
    ),
    show("series", of="loss", heading="loss", note="how wrong the net is", scale="linear"),
    show(
        "heatmap",
        of="error",
        heading="answers − truth",
        note="column: place",
        limits=(-1, 1),
        rows=_SYMBOLS,
    ),
    title="Learning an output",
    statement="above: probabilities over time, below: what they should be, the symbol of two steps before",
    opening="A network reads 16 symbols and learns to name, at each, the one two steps before.",
    counter="update",
    poster=0.45,
    fps="10",
    covers=(84, 87, 88, 90),
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
    _, targets = lesson(seed)
    pictures = np.zeros((steps + 1, 2 * _KINDS + 1, _LENGTH))
    pictures[:, _KINDS + 1 :] = targets.T
    found, loss = np.empty((steps + 1, _LENGTH, _KINDS)), np.empty(steps + 1)
    moves = np.full((2, steps + 1), np.nan)
    before, expected = None, np.nan
    training = _training(steps, dim, seed, output_layer, learning_rate)
    for step, (weights, gradients, probabilities) in enumerate(training):
        found[step], loss[step] = probabilities, cross_entropy(weights, seed, output_layer).real
        if before is not None:
            moves[:, step] = _norm({k: weights[k] - before[k] for k in weights}), expected
        before, expected = weights, learning_rate * _norm(gradients)
    pictures[:, :_KINDS] = np.swapaxes(found, 1, 2)
    error = np.swapaxes(found - targets, 1, 2)
    series = {"pictures": pictures, "error": error, "found": found, "loss": loss}
    return Record(series | {"update": moves[0], "expected update": moves[1]})


def _right(series: Mapping[str, FloatArray], seed: int) -> FloatArray:
    """Return at how many places the most likely symbol is the right one, by update."""
    _, targets = lesson(seed)
    return np.asarray((series["found"].argmax(axis=2) == targets.argmax(axis=1)).sum(axis=1), float)


@rnn_output.moment("Update {step}: the likeliest symbol is the right one at {count} of {length} places.")
def _(series: Mapping[str, FloatArray], seed: int, steps: int) -> Reached:
    # The first update after which half are right.
    right = _right(series, seed)
    step = int((right >= _LENGTH / 2).argmax()) if right.max() >= _LENGTH / 2 else steps
    return Reached(step, count=int(right[step]), length=_LENGTH)


@rnn_output.moment("Update {step}: now {count} of {length} answers are right.", on="loss", note="{count} right")
def _(series: Mapping[str, FloatArray], seed: int) -> Reached:
    right = _right(series, seed)
    return Reached(int(right.argmax()), count=int(right.max()), length=_LENGTH)


@rnn_output.moment("Update {steps}: {count} of {length} right, and the loss is {last:.2}, at the start {first:.2}.")
def _(series: Mapping[str, FloatArray], seed: int, steps: int) -> Reached:
    first, last = float(series["loss"][0]), float(series["loss"][-1])
    return Reached(steps, count=int(_right(series, seed)[-1]), length=_LENGTH, first=first, last=last)


@rnn_output.claim("gradient − derivative")
def _(steps: int, dim: int, seed: int, output_layer: str, learning_rate: float) -> Claimed:
    # Derivatives along random directions d by complex step, L′ = Im L(θ + i h d) / h: without a difference that would
    # lose digits, h may be 1e-30.
    training = list(_training(steps, dim, seed, output_layer, learning_rate))
    rng, worst = np.random.default_rng([seed, 5]), 0.0
    for weights, gradients, _ in (training[0], training[-1]):
        for name, part in weights.items():
            direction = rng.standard_normal(part.shape)
            moved = weights | {name: part + 1e-30j * direction}
            slope = cross_entropy(moved, seed, output_layer).imag / 1e-30
            size = np.linalg.norm(gradients[name]) * np.linalg.norm(direction)
            worst = max(worst, float(abs(np.sum(gradients[name] * direction) - slope) / size))
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
