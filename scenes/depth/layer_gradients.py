"""Gradients of a plain deep network, layer by layer."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np

from scenes import (
    ACTIVATIONS,
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    complex_step_jacobian,
    first_step,
    glorot_normal,
    he_normal,
    scene,
    show,
)

# So many powers of ten below 1 is nothing.
_NOTHING = 300.0
# One network may be an exception, so that the film's statement is claimed of so many.
_NETWORKS = 16
# Decades that a layer back adds at most, on average over networks: slopes are at most 1/4 for the sigmoid and less
# than 1 for tanh. ReLU's are 1 or 0: it may keep a gradient, and what reaches the last layer is a little more.
_MOST = {"sigmoid": -0.3, "tanh": -0.005, "ReLU": 0.5}

# Gives the slopes of a layer at its sums.
Slope = Callable[[FloatArray], FloatArray]


def deep_weights(steps: int, dim: int, seed: int, activation: str) -> list[FloatArray]:
    """Return the weights of all layers, each of shape (dim, dim): He's for ReLU, Glorot's otherwise."""
    maker = he_normal if activation == "ReLU" else glorot_normal
    return [maker(dim, [seed, 8, layer]) for layer in range(steps)]


def input_and_target(dim: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the input and the target of the network, each of shape (dim,)."""
    random = np.random.default_rng([seed, 9])
    return random.standard_normal(dim), random.standard_normal(dim)


def _loss_gradients(steps: int, dim: int, seed: int, activation: str) -> list[FloatArray]:
    """Return the gradient of the loss ``‖h_L − y‖² / 2`` by the state of every layer, by complex steps."""
    function = ACTIVATIONS[activation].function
    weights = deep_weights(steps, dim, seed, activation)
    h, target = input_and_target(dim, seed)

    gradients = []
    for layer in range(steps + 1):

        def loss(state: Any, after: list[FloatArray] = weights[layer:]) -> Any:
            for matrix in after:
                state = function(matrix @ state)
            return np.array([((state - target) ** 2).sum() / 2])

        gradients.append(complex_step_jacobian(loss, h)[0])
        h = function(weights[layer] @ h) if layer < steps else h
    return gradients


@scene(
    show(
        "bars",
        of="bars",
        heading="gradient by layer",
        note="each layer × weights × slopes ≤ {steepest:3}",
        unit="%",
        x="= layer",
        role="vanish",
    ),
    show("series", of="sizes", heading="how much is left", x="layers back", roles={"": "vanish"}),
    show("scaled_matrix", heading="product", note="largest: ±1"),
    title="Gradients layer by layer",
    statement="backpropagation multiplies one Jacobian a layer: slopes below 1 leave the first layers (left) least",
    opening="Back from the loss (how wrong the net is): each layer multiplies the gradient by a matrix.",
    counter="layers back",
    fps="5",
    covers=(47, 48, 115),
)
def layer_gradients(
    steps: Annotated[int, Bounds(0, 64)] = 24,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    activation: Annotated[str, Choices(("sigmoid", "tanh", "ReLU"))] = "sigmoid",
) -> MatrixSequence:
    """Gradients of a deep network by the states of its layers, taken back from the last one to the input.

    Bars are relative to the last layer; layer 1 is the input. The product is ``J_lᵀ … J_Lᵀ``, by which the gradient at
    the end is multiplied.

    Parameters
    ----------
    steps : int
        Number of layers.
    activation : str
        What follows the weights: sigmoid or tanh with Glorot's initialisation, ReLU with He's.
    """
    return _taken_back(steps, dim, seed, activation, ACTIVATIONS[activation].slope)


def _back(steps: int, dim: int, seed: int, activation: str, slope: Slope) -> tuple[FloatArray, FloatArray]:
    """Return the transposed Jacobians, last layer first, and the gradients from the last layer back to the input."""
    h, target = input_and_target(dim, seed)
    factors = np.empty((steps, dim, dim))
    for layer, matrix in enumerate(deep_weights(steps, dim, seed, activation)):
        inside = matrix @ h
        factors[steps - 1 - layer] = (slope(inside)[:, None] * matrix).T
        h = ACTIVATIONS[activation].function(inside)
    gradients = [h - target]
    for factor in factors:
        gradients.append(factor @ gradients[-1])
    return factors, np.array(gradients)


def _taken_back(steps: int, dim: int, seed: int, activation: str, slope: Slope) -> MatrixSequence:
    """Return the film, with the slopes that are given."""
    factors, gradients = _back(steps, dim, seed, activation, slope)
    sizes = np.linalg.norm(gradients, axis=1) / np.linalg.norm(gradients[0])
    many = [_back(steps, dim, seed + index, activation, slope)[1] for index in range(_NETWORKS)]
    ratios = np.array([np.linalg.norm(found[-1]) / np.linalg.norm(found[0]) for found in many])
    reached = np.arange(steps + 1) <= np.arange(steps + 1)[:, None]
    with np.errstate(divide="ignore"):
        log10 = np.log10(sizes)
    series = {
        # From left to right the layers, from the first to the last; those not reached have no bar.
        "bars": np.where(reached, sizes, 0.0)[:, ::-1],
        "sizes": log10,
        "steepest": np.full(steps + 1, ACTIVATIONS[activation].steepest),
        "left, many networks": np.tile(np.log10(np.maximum(ratios, 10.0**-_NOTHING)), (steps + 1, 1)),
        "last gradient": np.tile(gradients[0], (steps + 1, 1)),
    }
    return MatrixSequence(factors, series=series)


@layer_gradients.moment(
    "<vanish>Less than 1 %</> is left {step} layers back from the loss.", on="sizes", note="less than 1 %"
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["sizes"] < -2)
    return None if step is None else Reached(step)


@layer_gradients.moment("Here all units of a layer are off: <vanish>no gradient</> gets further back.")
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(np.isneginf(series["sizes"]))


@layer_gradients.moment("The input gets {left:log10} times the gradient: a layer multiplies by about {factor:2}.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    left = float(series["sizes"][-1])
    return Reached(steps, left=left, factor=10 ** (left / max(steps, 1))) if np.isfinite(left) else None


def _without_slopes(steps: int, dim: int, seed: int, activation: str) -> MatrixSequence:
    """Return the film with gradients that are not multiplied by slopes, only by weights."""
    return _taken_back(steps, dim, seed, activation, np.ones_like)


@layer_gradients.claim("decades a layer, 16 networks", headline=True, counterexample=_without_slopes)
def _(series: Mapping[str, FloatArray], steps: int, activation: str) -> Claimed:
    least = -_NOTHING if activation == "ReLU" else -1.5
    return Claimed.between(
        float(series["left, many networks"][-1].mean()) / max(steps, 1),
        least,
        _MOST[activation] if steps else 0.0,
        "Slopes are at most 1/4 for the sigmoid, and below 1 for tanh; units of ReLU keep a gradient or are off.",
    )


@layer_gradients.claim("log10 of first / last")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, activation: str) -> Claimed:
    gradients = _loss_gradients(steps, dim, seed, activation)
    ratio = float(np.linalg.norm(gradients[0]) / np.linalg.norm(gradients[-1]))
    # Through units of ReLU that are all off nothing comes, which has no logarithm.
    return Claimed(
        max(float(series["sizes"][-1]), -_NOTHING),
        float(np.log10(max(ratio, 10.0**-_NOTHING))),
        1e-6,
        "A product of L Jacobians rounds by about n · eps each.",
    )


@layer_gradients.claim("gradient error")
def _(product: Trajectory, steps: int, dim: int, seed: int, activation: str) -> Claimed:
    true = _loss_gradients(steps, dim, seed, activation)[0]
    mantissa, exponent = product.product(steps)
    found = np.ldexp(mantissa @ product.series["last gradient"][0], exponent)
    return Claimed(
        float(np.linalg.norm(found - true) / max(float(np.linalg.norm(true)), 1e-300)),
        0.0,
        1e-6,
        "A product of L Jacobians rounds by about n · eps each, far less than what finite differences can tell.",
    )
