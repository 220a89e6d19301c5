"""The output of a recurrent network, and gradient descent on its weights."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np

from scenes._activations import ACTIVATIONS, sigmoid
from scenes._matrices import gaussian_matrix, haar_orthogonal
from scenes._networks import RNN, Numbers
from scenes._scene import Bounds, Choices, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_KINDS, _LENGTH, _DELAY = 7, 16, 2

# Weights in the convention of row vectors: Z1 = X W1x + H_p W1h + b1, Z2 = H W2 + b2.
Weights = dict[str, Numbers]


def _symbols(steps: int, kinds: int, seed: int) -> FloatArray:
    """Return a random sequence, each symbol a row with a single 1, shape (steps, kinds)."""
    return np.asarray(np.eye(kinds)[np.random.default_rng([seed, 3]).integers(0, kinds, steps)])


def _softmax(scores: Numbers) -> Numbers:
    """Return ``exp(z) / Σ exp(z)`` along the last axis."""
    raised = np.exp(scores - np.real(scores).max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _first_weights(dim: int, seed: int) -> Weights:
    return {
        "W1h": 0.9 * haar_orthogonal(dim, [seed, 0]),
        "W1x": gaussian_matrix((_KINDS, dim), [seed, 1], scale=0.5),
        "b1": np.zeros(dim),
        "W2": gaussian_matrix((dim, _KINDS), [seed, 2], scale=0.1),
        "b2": np.zeros(_KINDS),
    }


def _network(weights: Weights) -> RNN:
    return RNN(weights["W1h"].T, weights["W1x"].T, weights["b1"], ACTIVATIONS["tanh"])


def _lesson(seed: int) -> tuple[FloatArray, FloatArray]:
    """Return inputs X and targets Y, rows with a single 1: the target is the symbol of two steps before."""
    symbols = _symbols(_LENGTH + _DELAY, _KINDS, seed)
    return symbols[_DELAY:], symbols[:_LENGTH]


def _probabilities(scores: Numbers, output: str) -> Numbers:
    return _softmax(scores) if output == "softmax" else np.asarray(sigmoid(scores))


def _loss(weights: Weights, seed: int, output: str) -> Any:
    """Return the mean cross-entropy over the sequence; real, or complex for a derivative by complex step."""
    inputs, targets = _lesson(seed)
    found = _probabilities(_network(weights).run(inputs).states[1:] @ weights["W2"] + weights["b2"], output)
    costs = -targets * np.log(found)
    if output == "sigmoid":
        costs = costs - (1 - targets) * np.log(1 - found)
    return costs.sum() / _LENGTH


def _gradients(weights: Weights, seed: int, output: str) -> tuple[Weights, FloatArray]:
    """Return the gradients by the chain rule, and the probabilities A2."""
    inputs, targets = _lesson(seed)
    run = _network(weights).run(inputs)
    hidden = run.states[1:]
    found = _probabilities(hidden @ weights["W2"] + weights["b2"], output)
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


def _norm(weights: Weights) -> float:
    return float(np.sqrt(sum(float(np.sum(part * part)) for part in weights.values())))


def _training(
    steps: int, dim: int, seed: int, output_layer: str, learning_rate: float
) -> Iterator[tuple[Weights, Weights, FloatArray]]:
    """Give the weights after 0, 1, … updates by gradient descent, with gradients and probabilities."""
    weights = _first_weights(dim, seed)
    for _ in range(steps + 1):
        gradients, found = _gradients(weights, seed, output_layer)
        yield weights, gradients, found
        weights = {name: part - learning_rate * gradients[name] for name, part in weights.items()}


def _gradient_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest relative error of a gradient along random directions, by complex step.

    ``L′ = Im L(θ + i h d) / h`` has no difference in it to lose digits by: h may be 1e-30.
    """
    training = list(_training(**parameters))
    rng, worst = np.random.default_rng([parameters["seed"], 5]), 0.0
    for weights, gradients, _ in (training[0], training[-1]):
        for name, part in weights.items():
            direction = rng.standard_normal(part.shape)
            moved = weights | {name: part + 1e-30j * direction}
            slope = _loss(moved, parameters["seed"], parameters["output_layer"]).imag / 1e-30
            size = np.linalg.norm(gradients[name]) * np.linalg.norm(direction)
            worst = max(worst, float(abs(np.sum(gradients[name] * direction) - slope) / size))
    return worst


def _sum_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far from 1 the probabilities add up: of all symbols, or of each symbol and its absence."""
    found = trajectory.sequence.series["found"]
    if parameters["output_layer"] == "sigmoid":
        scores = np.log(found) - np.log1p(-found)
        return float(np.abs(found + sigmoid(-scores) - 1).max())
    return float(np.abs(found.sum(axis=2) - 1).max())


def _step_ratio(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return that ratio of a step to what it should be which is farthest from 1."""
    series = trajectory.sequence.series
    ratios = (series["update"] / series["expected update"])[1:]
    return float(ratios[np.abs(ratios - 1).argmax()]) if ratios.size else 1.0


@scene(
    show("heatmap", of="pictures", limits=(-1, 1)),
    show("bars", of="right", reference="one", heading="probability of the right symbol", limits=(0, 1)),
    show("series", of="loss", heading="loss", scale="linear"),
    show("readout", of={"|step|": "update", "rate · |gradient|": "expected update"}, heading="an update"),
    title="Learning an output",
    statement="above: probabilities over time, below: what they should be, the symbol of two steps before",
    claims=(
        Claim(
            "gradient − derivative", _gradient_error, 0.0, 1e-10, "The complex step rounds, but takes no differences."
        ),
        Claim("Σ probabilities − 1", _sum_error, 0.0, 1e-13, "Each of a few terms rounds by eps."),
        Claim(
            "|step| / (rate · |g|)",
            _step_ratio,
            1.0,
            1e-9,
            "Weights of size 1 lose digits of steps that are smaller.",
        ),
    ),
    poster=0.6,
    fps="10",
    covers=(84, 87, 88, 90),
)
def rnn_output(
    steps: Annotated[int, Bounds(0, 400)] = 80,
    dim: Annotated[int, Bounds(4, 64)] = 16,
    seed: Seed = 0,
    output_layer: Annotated[str, Choices(("softmax", "sigmoid"))] = "softmax",
    learning_rate: Annotated[float, Bounds(0.001, 0.5)] = 0.2,
) -> MatrixSequence:
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
    _, targets = _lesson(seed)
    pictures = np.zeros((steps + 1, 2 * _KINDS + 1, _LENGTH))
    pictures[:, _KINDS + 1 :] = targets.T
    found, loss = np.empty((steps + 1, _LENGTH, _KINDS)), np.empty(steps + 1)
    moves = np.full((2, steps + 1), np.nan)
    before, expected = None, np.nan
    for step, (weights, gradients, probabilities) in enumerate(
        _training(steps, dim, seed, output_layer, learning_rate)
    ):
        found[step], loss[step] = probabilities, _loss(weights, seed, output_layer).real
        if before is not None:
            moves[:, step] = _norm({k: weights[k] - before[k] for k in weights}), expected
        before, expected = weights, learning_rate * _norm(gradients)
    pictures[:, :_KINDS] = np.swapaxes(found, 1, 2)
    right = (found * targets).sum(axis=2)
    series = {"pictures": pictures, "found": found, "loss": loss, "right": right, "one": np.ones_like(right)}
    return repeated(np.eye(1), steps, series | {"update": moves[0], "expected update": moves[1]})
