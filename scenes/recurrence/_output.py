"""A network that learns to name the symbol of two steps before: its forward pass, and the chain rule in matrices."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes import ACTIVATIONS, RNN, FloatArray, gaussian_matrix, haar_orthogonal, sigmoid, softmax
from scenes.recurrence._symbols import symbols

# Symbols, places of the lesson, and how far back the answer is.
KINDS, LENGTH, _DELAY = 7, 16, 2

# Weights in the convention of row vectors: Z1 = X W1x + H_p W1h + b1, Z2 = H W2 + b2. Complex for a derivative by
# complex step.
Weights = dict[str, NDArray[Any]]


def first_weights(dim: int, seed: int, output: float = 0.1) -> Weights:
    """Return the weights by name before training, for `dim` hidden units and 7 symbols; `output` is the scale of W2."""
    return {
        "W1h": 0.9 * haar_orthogonal(dim, [seed, 0]),
        "W1x": gaussian_matrix((KINDS, dim), [seed, 1], scale=0.5),
        "b1": np.zeros(dim),
        "W2": gaussian_matrix((dim, KINDS), [seed, 2], scale=output),
        "b2": np.zeros(KINDS),
    }


def lesson(seed: int, length: int = LENGTH) -> tuple[FloatArray, FloatArray]:
    """Return inputs X and targets Y, rows with a single 1: the target is the symbol of two steps before."""
    sequence = symbols(length + _DELAY, KINDS, seed)
    return sequence[_DELAY:], sequence[:length]


def _network(weights: Weights) -> RNN:
    return RNN(weights["W1h"].T, weights["W1x"].T, weights["b1"], ACTIVATIONS["tanh"])


def answers(
    weights: Weights, inputs: FloatArray, output_layer: str, start: FloatArray | None = None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the states, that before the first place on top, and A2, a row a place."""
    states = _network(weights).run(inputs, start).states
    return states, probabilities(states[1:] @ weights["W2"] + weights["b2"], output_layer)


def probabilities(scores: NDArray[Any], output_layer: str) -> NDArray[Any]:
    """Return A2 for Z2."""
    return softmax(scores) if output_layer == "softmax" else np.asarray(sigmoid(scores))


def cross_entropy(weights: Weights, seed: int, output_layer: str) -> Any:
    """Return the mean cross-entropy over the sequence; real, or complex for a derivative by complex step."""
    inputs, targets = lesson(seed)
    return cost(answers(weights, inputs, output_layer)[1], targets, output_layer)


def cost(found: NDArray[Any], targets: FloatArray, output_layer: str) -> Any:
    """Return the mean cross-entropy of probabilities found."""
    costs = -targets * np.log(found)
    if output_layer == "sigmoid":
        costs = costs - (1 - targets) * np.log(1 - found)
    return costs.sum() / len(targets)


@dataclass(frozen=True)
class Backward:
    """What one pass back gives: gradients by name, named as the weights are, and A₂ and H, a row a place."""

    gradients: Weights
    found: FloatArray
    hidden: FloatArray


def gradients_of(weights: Weights, seed: int, output_layer: str, late: int = 0) -> Backward:
    """Return the gradients by the chain rule.

    Parameters
    ----------
    weights, seed, output_layer
        The network, its lesson, and what makes probabilities.
    late : int
        By how many places the states that W2 is blamed with are too late: by none is right.
    """
    inputs, targets = lesson(seed)
    run = _network(weights).run(inputs)
    hidden = run.states[1:]
    found = probabilities(hidden @ weights["W2"] + weights["b2"], output_layer)
    # For softmax and sigmoid alike, each with its cross-entropy: ∂L/∂Z2 = −(Y − A2).
    error = -(targets - found) / LENGTH
    direct = np.vstack([np.zeros(hidden.shape[1]), error @ weights["W2"].T])
    inner = run.gradient(run.backward(direct))
    gradients = {
        "W1h": inner.recurrent.T,
        "W1x": inner.inputs.T,
        "b1": inner.bias,
        "W2": np.roll(hidden, -late, axis=0).T @ error,
        "b2": error.sum(axis=0),
    }
    return Backward(gradients, found, hidden)


def training(
    steps: int, dim: int, seed: int, output_layer: str, learning_rate: float, late: int = 0
) -> Iterator[tuple[Weights, Backward]]:
    """Give the weights after 0, 1, … updates by gradient descent, with what the pass back from there gives."""
    weights = first_weights(dim, seed)
    for _ in range(steps + 1):
        back = gradients_of(weights, seed, output_layer, late)
        yield weights, back
        weights = {name: part - learning_rate * back.gradients[name] for name, part in weights.items()}


def norm(weights: Weights) -> float:
    """Return the length of all weights together."""
    return float(np.sqrt(sum(float(np.sum(part * part)) for part in weights.values())))
