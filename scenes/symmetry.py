"""Symmetries of a network's weights: what leaves its output alone, and what keeps units equal."""

from collections.abc import Mapping
from math import factorial
from typing import Annotated, Any

import numpy as np

from scenes._activations import relu
from scenes._matrices import permutation_matrix
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence

# Inputs at which outputs are compared.
_PLACES = 24


def _outputs(weights: FloatArray, inputs: FloatArray, activation: Any) -> dict[str, FloatArray]:
    """Return the outputs ``w₂ᵀ φ(W₁ x)`` of networks at every step, and the first of them for comparison.

    Parameters
    ----------
    weights : ndarray, shape (T + 1, units, inputs + 1)
        A row for every hidden unit: its row of W₁, and last its entry of w₂.
    inputs : ndarray, shape (inputs, places)
        Where to compare.
    activation : callable
        The function φ.
    """
    output = np.stack([w[:, -1] @ activation(w[:, :-1] @ inputs) for w in weights])
    return {"weights": weights, "output": output, "first output": np.broadcast_to(output[0], output.shape)}


def _largest_difference(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    series = trajectory.sequence.series
    return float(np.abs(series["output"] - series["first output"]).max())


def _sum_rounding(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the bound of a sum's rounding, n eps Σ|terms|, where no input is larger than 4."""
    weights = np.abs(trajectory.sequence.series["weights"])
    sizes = weights[:, :, -1] * 4 * weights[:, :, :-1].sum(axis=2)
    return float(2 * weights.shape[1] * np.finfo(float).eps * sizes.sum(axis=1).max())


def _transpositions(count: int, steps: int) -> list[int]:
    """Return places i at which i and i + 1 are swapped, so that all orders of `count` things come up in turn.

    The rule of Steinhaus, Johnson and Trotter ("Algorithm 115: Perm", Communications of the ACM 5, 1962); after
    all of them one more swap leads back to the first.
    """
    values, directions = list(range(count)), [-1] * count
    swaps: list[int] = []
    while len(swaps) < min(steps, factorial(count) - 1):
        mobile = [
            value
            for place, value in enumerate(values)
            if 0 <= place + directions[value] < count and values[place + directions[value]] < value
        ]
        chosen = max(mobile)
        place = values.index(chosen)
        other = place + directions[chosen]
        values[place], values[other] = values[other], values[place]
        swaps.append(min(place, other))
        for value in range(chosen + 1, count):
            directions[value] *= -1
    while len(swaps) < steps:
        whole = factorial(count)
        swaps.append(0 if len(swaps) % whole == whole - 1 else swaps[len(swaps) - whole * (len(swaps) // whole)])
    return swaps


def _visited(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(len({weights.tobytes() for weights in trajectory.sequence.series["weights"]}))


def _possible(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(min(trajectory.steps + 1, factorial(parameters["units"])))


@scene(
    show("heatmap", of="weights", limits=(-2, 2), numbers=True),
    show("bars", of="output", reference="first output", heading="output at 24 inputs"),
    show("heatmap", of="products", heading="product of swaps", limits=(-1, 1)),
    "claims",
    title="Hidden units change places",
    statement="a row is a unit: weight, bias, output weight; all {units}! orders give one function",
    claims=(
        Claim(
            "largest |f − f′|",
            _largest_difference,
            0.0,
            _sum_rounding,
            "The same numbers are added in another order: n · eps of the sum of their sizes.",
        ),
        Claim("networks seen", _visited, _possible, 0.0, "All n! orders, one new at every step."),
    ),
    poster=0.3,
    fps="2",
    covers=(57,),
)
def hidden_permutation(
    steps: Annotated[int, Bounds(0, 300)] = 24,
    seed: Seed = 0,
    units: Annotated[int, Bounds(2, 7)] = 4,
) -> MatrixSequence:
    """Hidden units that change places, rows of W₁ and columns of W₂ together: the output stays.

    The factors are the permutation matrices, which bring up all orders of the units one after the other.

    Parameters
    ----------
    units : int
        Hidden units.
    """
    weights, factors = np.empty((steps + 1, units, 3)), np.empty((steps, units, units))
    weights[0] = np.random.default_rng([seed, 0]).standard_normal((units, 3)) * [1.5, 1.0, 1.0]
    products = np.broadcast_to(np.eye(units), (steps + 1, units, units)).copy()
    for step, place in enumerate(_transpositions(units, steps)):
        order = np.arange(units)
        order[[place, place + 1]] = order[[place + 1, place]]
        factors[step] = permutation_matrix(order)
        weights[step + 1] = weights[step][order]
        products[step + 1] = products[step][order]
    # The second input is 1: its weight is the bias.
    inputs = np.stack([np.linspace(-2, 2, _PLACES), np.ones(_PLACES)])
    return MatrixSequence(factors, series=_outputs(weights, inputs, np.tanh) | {"products": products})


@scene(
    show("heatmap", of="weights", limits=(-3, 3)),
    show("bars", of="output", reference="first output", heading="output"),
    title="More symmetries",
    statement="a row is a unit, output weight last: scaled back or flipped twice, it does the same",
    claims=tuple(
        Claim(
            "largest |f − f′|",
            _largest_difference,
            0.0,
            _sum_rounding,
            "A scaled product rounds by eps, a sum of n by n · eps of the sum of their sizes; signs are exact.",
            column,
        )
        for column in ("ReLU, scaled", "tanh, flipped")
    ),
    poster=0.25,
    fps="4",
    covers=(71,),
)
def scale_symmetry(
    steps: Annotated[int, Bounds(0, 300)] = 32,
    seed: Seed = 0,
    units: Annotated[int, Bounds(2, 16)] = 9,
) -> dict[str, MatrixSequence]:
    """Hidden units scaled behind ReLU, or flipped behind tanh, with outputs that do not change.

    The factors are the diagonal matrices that multiply the rows of W₁; the columns of W₂ are divided by them.

    Parameters
    ----------
    units : int
        Hidden units.
    """
    rng = np.random.default_rng([seed, 0])
    weights = rng.standard_normal((units, units))
    inputs = np.clip(rng.standard_normal((units - 1, _PLACES)) / units, -4, 4)
    # Each unit grows and shrinks in its own time, from 1.
    phase = rng.uniform(0, 2 * np.pi, units)
    t = np.arange(steps + 1)[:, None]
    scales = np.exp(np.sin(t * 2 * np.pi / 16 + phase) - np.sin(phase))
    flipped = np.ones((steps + 1, units))
    for step in range(1, steps + 1):
        flipped[step:, step % units] *= -1
    columns = {"ReLU, scaled": (scales, relu), "tanh, flipped": (flipped, np.tanh)}
    return {
        label: MatrixSequence(_diagonals(factors), series=_sorted(_rescaled(weights, factors), inputs, activation))
        for label, (factors, activation) in columns.items()
    }


def _sorted(weights: FloatArray, inputs: FloatArray, activation: Any) -> dict[str, FloatArray]:
    """Return outputs in the order of the first ones, so that a curve is seen."""
    series = _outputs(weights, inputs, activation)
    order = np.argsort(series["output"][0])
    return series | {name: series[name][:, order] for name in ("output", "first output")}


def _diagonals(scales: FloatArray) -> FloatArray:
    """Return the diagonal matrices that lead from one row of scales to the next, shape (T, units, units)."""
    return np.asarray(np.eye(scales.shape[1]) * (scales[1:] / scales[:-1])[:, None, :])


def _rescaled(weights: FloatArray, scales: FloatArray) -> FloatArray:
    """Return weights with rows of W₁ multiplied and entries of w₂ divided by scales, at every step."""
    return np.concatenate([weights[:, :-1] * scales[:, :, None], (weights[:, -1] / scales)[:, :, None]], axis=2)


_STARTS = ("zeros", "constant", "random")
_UPDATES = 10
_SAMPLES = 32


def loss_and_gradients(
    first: FloatArray, second: FloatArray, x: FloatArray, y: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return ``mean (w₂ᵀ tanh(W₁ x) − y)² / 2`` and its gradients by both layers; x has the shape (samples, inputs).

    Sums are written out so that every unit's are taken in the same order: rows that are equal stay so to the bit.
    """
    hidden = np.tanh((first[:, None, :] * x).sum(axis=2))
    error = (second[:, None] * hidden).sum(axis=0) - y
    back = second[:, None] * (1 - hidden**2) * error / len(y)
    return float((error**2).mean() / 2), (back[:, :, None] * x).sum(axis=1), (hidden * error).sum(axis=1) / len(y)


def _row_distance(weights: FloatArray) -> FloatArray:
    """Return the largest distance of two rows, shape (T + 1,)."""
    apart = np.linalg.norm(weights[:, :, None] - weights[:, None], axis=3)
    return np.asarray(apart.max(axis=(1, 2)))


def _apart(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["distance"].max())


def _rank(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.linalg.matrix_rank(trajectory.sequence.series["weights"][-1]))


def _full_rank(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(min(trajectory.sequence.series["weights"].shape[1:]))


@scene(
    show("heatmap", of="weights", limits=(-1, 1)),
    show("series", of={"distance": "distance", "loss": "loss"}, heading="", scale="linear"),
    title="Units that begin equal",
    statement="rows of W₁ in training: equal units get equal gradients and stay one unit for ever",
    claims=(
        Claim("row distance", _apart, 0.0, 0.0, "Equal rows go through the same operations.", "zeros"),
        Claim("row distance", _apart, 0.0, 0.0, "Equal rows go through the same operations.", "constant"),
        Claim("rank of W₁", _rank, _full_rank, 0.0, "A rank is a whole number.", "random"),
        Claim("rank of W₁", _rank, 0.0, 0.0, "A rank is a whole number.", "zeros"),
        Claim("rank of W₁", _rank, 1.0, 0.0, "A rank is a whole number.", "constant"),
    ),
    poster=1.0,
    fps="10",
    covers=(58, 69),
)
def equal_units(
    steps: Annotated[int, Bounds(0, 300)] = 60,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Training of a hidden layer from zeros, from equal and from random weights.

    Regression on the output of another network of that shape, by gradient descent on both layers; ten updates a
    step. Identities stand for the factors, since an update is no matrix product.

    Parameters
    ----------
    dim : int
        Hidden units, and inputs.
    """
    rng = np.random.default_rng([seed, 0])
    x = rng.standard_normal((_SAMPLES, dim))
    teacher = rng.standard_normal((dim, dim)), rng.standard_normal(dim) / np.sqrt(dim)
    y = np.tanh(x @ teacher[0].T) @ teacher[1]
    random = rng.standard_normal((dim, dim)) / np.sqrt(dim), rng.standard_normal(dim) / np.sqrt(dim)
    starts = dict(
        zip(
            _STARTS,
            (
                (np.zeros((dim, dim)), np.zeros(dim)),
                (np.full((dim, dim), 0.8 / np.sqrt(dim)), np.full(dim, 0.8 / np.sqrt(dim))),
                random,
            ),
            strict=True,
        )
    )
    return {label: _trained(*weights, x, y, steps) for label, weights in starts.items()}


def _trained(first: FloatArray, second: FloatArray, x: FloatArray, y: FloatArray, steps: int) -> MatrixSequence:
    weights, losses = np.empty((steps + 1, *first.shape)), np.empty(steps + 1)
    # Less than 2 over the curvature, which for equal units is nearly their number.
    rate = 1 / len(second)
    for step in range(steps + 1):
        weights[step], losses[step] = first, loss_and_gradients(first, second, x, y)[0]
        for _ in range(_UPDATES if step < steps else 0):
            _, by_first, by_second = loss_and_gradients(first, second, x, y)
            first, second = first - rate * by_first, second - rate * by_second
    identity = np.broadcast_to(np.eye(len(second)), (steps, len(second), len(second)))
    return MatrixSequence(identity, series={"weights": weights, "distance": _row_distance(weights), "loss": losses})


def softmax_gradient(weights: FloatArray, x: FloatArray, classes: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Return cross-entropy, its gradient and its Hessian for softmax regression.

    Parameters
    ----------
    weights : ndarray, shape (classes, inputs)
        A row for every class.
    x : ndarray, shape (samples, inputs)
        The inputs.
    classes : ndarray of int, shape (samples,)
        The class of each.
    """
    scores = x @ weights.T
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances = odds / odds.sum(axis=1, keepdims=True)
    count, kinds = chances.shape
    loss = -np.log(chances[np.arange(count), classes]).mean()
    gradient = (chances - np.eye(kinds)[classes]).T @ x / count
    curvature = chances[:, :, None] * np.eye(kinds) - chances[:, :, None] * chances[:, None, :]
    hessian = np.einsum("sjk,sa,sb->jakb", curvature, x, x) / count
    return float(loss), gradient, hessian.reshape(weights.size, weights.size)


def _clusters(kinds: int, seed: int) -> tuple[FloatArray, Any]:
    """Return inputs in clusters around a circle, shape (samples, 2), and the class of each."""
    classes = np.arange(20 * kinds) % kinds
    angle = 2 * np.pi * classes / kinds + 0.4
    noise = np.random.default_rng([seed, 0]).standard_normal((len(classes), 2))
    return 1.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.5 * noise, classes


def _first_distance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["distance"][:2][-1])


def _class_distance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return what equal chances give: the rate times the largest distance of the classes' sums of inputs."""
    x, classes = _clusters(parameters["classes"], parameters["seed"])
    sums = np.stack([x[classes == kind].sum(axis=0) for kind in range(parameters["classes"])])
    apart = np.linalg.norm(sums[:, None] - sums, axis=2).max() / len(x)
    return float(_SOFTMAX_RATE * apart) if trajectory.steps else 0.0


def _start(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.sequence.series["loss"][0])


def _entropy(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(np.log(parameters["classes"]))


_SOFTMAX_RATE = 0.5


@scene(
    show("points", of={"rows of W": "rows", "classes": "means"}, heading="weights", trail=True),
    show("series", of={"row distance": "distance", "loss": "loss"}, heading="", scale="linear"),
    show("heatmap", of="weights", heading="W, a row a class", numbers=True),
    "claims",
    title="Equal weights in softmax",
    statement="rows that begin equal part at the first step, for each class has a gradient of its own",
    claims=(
        Claim(
            "distance after step 1",
            _first_distance,
            _class_distance,
            1e-13,
            "Both are sums of a few dozen numbers of size 1.",
        ),
        Claim(
            "loss at the start", _start, _entropy, 1e-13, "Equal rows give equal chances; a logarithm rounds by eps."
        ),
    ),
    poster=0.5,
    fps="6.25",
    covers=(72,),
)
def softmax_equal(
    steps: Annotated[int, Bounds(0, 300)] = 40,
    seed: Seed = 0,
    classes: Annotated[int, Bounds(2, 8)] = 3,
    start: Annotated[float, Bounds(-2, 2)] = 0.5,
) -> MatrixSequence:
    """Softmax regression from equal weights, which needs no random start.

    The factors are the derivatives of an update, ``I − η H`` with the Hessian H, so the product is the derivative
    of the weights by those at first.

    Parameters
    ----------
    classes : int
        Number of classes.
    start : float
        The number that every weight is at first.
    """
    x, labels = _clusters(classes, seed)
    weights = np.empty((steps + 1, classes, 2))
    weights[0] = start
    losses, factors = np.empty(steps + 1), np.empty((steps, 2 * classes, 2 * classes))
    for step in range(steps + 1):
        losses[step], gradient, hessian = softmax_gradient(weights[step], x, labels)
        if step < steps:
            weights[step + 1] = weights[step] - _SOFTMAX_RATE * gradient
            factors[step] = np.eye(2 * classes) - _SOFTMAX_RATE * hessian
    means = np.stack([x[labels == kind].mean(axis=0) for kind in range(classes)])
    series = {
        "rows": weights,
        "weights": weights,
        "means": np.broadcast_to(means, weights.shape),
        "distance": _row_distance(weights),
        "loss": losses,
    }
    return MatrixSequence(factors, series=series)
