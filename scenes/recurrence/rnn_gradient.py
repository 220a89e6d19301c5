"""The gradient of recurrent weights, step by step back in time: errors come from two sides, in two halves."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes import Bounds, Claimed, FloatArray, Reached, Record, Seed, scene, show
from scenes.recurrence._output import Weights, answers, cost, first_weights, lesson

_GROUPS = (
    "error of own output",
    "+ error back through Wₕ",
    "× slope of tanh",
    "= error of this step",
    "state before",
)
# So many hidden units that matrices have room for numbers.
_DIM = 3
# Of this size, errors of outputs are about as large as those that come back.
_OUTPUT = 0.6


def network(seed: int) -> tuple[Weights, FloatArray]:
    """Return the weights, and the state before the first place; where that is 0, an error times it is nothing."""
    return first_weights(_DIM, seed, _OUTPUT), np.random.default_rng([seed, 4]).uniform(-0.8, 0.8, _DIM)


def _passed_back(steps: int, seed: int, later: float = 1.0) -> Record:
    """Return errors, slopes and states of all places as far as they are known, and both halves of the gradient so far.

    Parameters
    ----------
    steps, seed
        The number of places, and what is drawn.
    later : float
        How much of the error of later steps is taken: all of it is right.
    """
    (weights, start), (inputs, targets) = network(seed), lesson(seed, steps)
    states, found = answers(weights, inputs, "softmax", start)
    own, slopes = (found - targets) @ weights["W2"].T, 1 - states[1:] ** 2
    carried, inside = np.zeros((steps, _DIM)), np.zeros((steps, _DIM))
    halves = np.zeros((2, steps + 1, _DIM, _DIM))
    pictures = [_picture(own, carried, slopes, inside, states[:-1])]
    for step, place in enumerate(reversed(range(steps)), 1):
        if step > 1:
            carried[place] = later * inside[place + 1] @ weights["W1h"].T
        inside[place] = (own[place] + carried[place]) * slopes[place]
        for half, errors in zip(halves, (own, carried), strict=True):
            half[step] = half[step - 1] + np.outer(states[place], errors[place] * slopes[place])
        pictures.append(_picture(own, carried, slopes, inside, states[:-1]))
    series = {"pictures": np.array(pictures), "own": halves[0], "later": halves[1], "gradient": halves[0] + halves[1]}
    standing = {"states": states, "slopes": slopes}
    return Record(series | {name: np.broadcast_to(part, (steps + 1, *part.shape)) for name, part in standing.items()})


def _picture(*groups: FloatArray) -> FloatArray:
    """Return matrices below each other, a column a place, with a row of nothing between them."""
    return np.vstack([np.vstack([group.T, np.zeros(len(group))]) for group in groups])[:-1]


@scene(
    show(
        "heatmap",
        of="pictures",
        heading="errors go back in time",
        footer="column: step, row: unit",
        rows=tuple(label for group in _GROUPS for label in (group, *[""] * _DIM))[:-1],
        limits=(-2, 2),
    ),
    show(
        "equation",
        of={"own outputs": "own", "later steps": "later", "gradient of Wₕ": "gradient"},
        signs=("+", "="),
        outlined="gradient of Wₕ",
        heading="gradient so far",
        note="each step adds states × errors",
    ),
    title="An RNN’s gradient in two halves",
    statement="each step back adds hₚᵀ × (error of its own output + error of later steps, through Wₕ) × slope 1 − h²: "
    "the two halves of ∂L/∂Wₕ by the product rule",
    opening="How does the loss depend on Wₕ, the weights from state to state? We go back step by step.",
    running="Going back, a change passes tanh times its slope, and Wₕ times the state that Wₕ multiplied.",
    counter="steps back",
    fps="1.25",
    covers=(88, 89),
)
def rnn_gradient(steps: Annotated[int, Bounds(1, 24)] = 8, seed: Seed = 0) -> Record:
    """Gradient of the loss by the recurrent weights of a small untrained network, both halves of the product rule.

    States are rows here: ``h = tanh(x Wₓ + hₚ Wₕ)``, where hₚ is the state before. With the loss L, a sum over all
    places, and ``δ = ∂L/∂(x Wₓ + hₚ Wₕ)`` at each,

    - ``δ = (∂L/∂h of the own output + δ of the next step · Wₕᵀ) ∘ (1 − h²)``,
    - ``∂L/∂Wₕ = Σ hₚᵀ δ = Hₚᵀ (… ∘ (1 − H²))``.

    The product hₚ Wₕ holds Wₕ twice, since hₚ was made with it: errors of own outputs give the half for which hₚ is
    held, errors of later steps the half through hₚ.

    Parameters
    ----------
    steps : int
        Number of places, and of steps back: a column of the picture each.
    """
    return _passed_back(steps, seed)


def _half_of_the_rule(steps: int, seed: int) -> Record:
    """Return a pass back that forgets that hₚ depends on Wₕ, too."""
    return _passed_back(steps, seed, later=0.0)


@rnn_gradient.moment("The last step: own error × slope is its error; times the state before, its part of the gradient.")
def _(steps: int) -> Reached | None:
    return Reached(1) if steps > 1 else None


@rnn_gradient.moment("Wₕ also made the states before: errors of later steps come back through it, a second half.")
def _(steps: int) -> Reached | None:
    return Reached(2) if steps > 2 else None


@rnn_gradient.moment("Together: the gradient, how the loss depends on Wₕ. Own outputs alone would be {off:%} off.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, off=float(np.linalg.norm(series["later"][-1]) / np.linalg.norm(series["gradient"][-1])))


def _off(found: FloatArray, moved: NDArray[Any], targets: FloatArray, direction: FloatArray) -> float:
    """Return how far a gradient is from a derivative, as a share of their lengths.

    Parameters
    ----------
    found : ndarray
        The gradient.
    moved : ndarray
        Probabilities for weights that have moved by ``i h`` times the direction, h = 1e-30.
    targets, direction : ndarray
        What is right, and the direction.
    """
    # By complex step, L′ = Im L(W + i h d) / h; the loss is a sum over places.
    slope = len(targets) * cost(moved, targets, "softmax").imag / 1e-30
    return float(abs(np.sum(found * direction) - slope) / (np.linalg.norm(found) * np.linalg.norm(direction)))


@rnn_gradient.claim("∂L/∂Wₕ − derivative", headline=True, counterexample=_half_of_the_rule)
def _(series: Mapping[str, FloatArray], steps: int, seed: int) -> Claimed:
    (weights, start), (inputs, targets), worst = network(seed), lesson(seed, steps), 0.0
    for direction in np.random.default_rng([seed, 6]).standard_normal((3, _DIM, _DIM)):
        _, moved = answers(weights | {"W1h": weights["W1h"] + 1e-30j * direction}, inputs, "softmax", start)
        worst = max(worst, _off(series["gradient"][-1], moved, targets, direction))
    return Claimed(worst, 0.0, 1e-10, "The complex step rounds, but forms no differences.")


@rnn_gradient.claim("half with hₚ held − derivative")
def _(series: Mapping[str, FloatArray], steps: int, seed: int) -> Claimed:
    (weights, _), (inputs, targets), worst = network(seed), lesson(seed, steps), 0.0
    before = series["states"][0, :-1]
    for direction in np.random.default_rng([seed, 7]).standard_normal((3, _DIM, _DIM)):
        sums = inputs @ weights["W1x"] + before @ (weights["W1h"] + 1e-30j * direction) + weights["b1"]
        scores = np.tanh(sums) @ weights["W2"] + weights["b2"]
        moved = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        worst = max(worst, _off(series["own"][-1], moved, targets, direction))
    return Claimed(worst, 0.0, 1e-10, "The complex step rounds, but forms no differences.")


@rnn_gradient.claim("1 − H² less tanh′")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # At the sums whose tanh is H; where that is 1 nearly, they have few digits, but the slope is 0 nearly, too.
    sums = np.arctanh(series["states"][0, 1:])
    away = np.abs(np.tanh(sums + 1e-30j).imag / 1e-30 - series["slopes"][0])
    return Claimed(float(away.max()), 0.0, 1e-12, "The area tangent rounds by eps, and the complex step does.")
