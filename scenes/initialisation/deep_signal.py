"""Signals and gradients through the layers of a deep network."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

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
    normal_quadrature,
    scene,
    show,
)
from scenes.initialisation._deep_nets import LAYERS, DeepNet, decades_per_layer, deep_net, share_off

# Units and empty columns of the picture.
_UNITS, _GAP = 12, 3


def _sequence(net: DeepNet, kind: str, activation: str) -> MatrixSequence:
    steps, dim, _ = net.jacobians.shape
    # The variance of a weight as a multiple of 1 / inputs, and what the first activation multiplies the variance by.
    scale = dim * LAYERS[kind][1](dim)
    told = {"scale": np.full(steps + 1, scale), "left": np.full(steps + 1, _let_through(activation, scale))}
    return MatrixSequence(net.jacobians, series={"strip": net.strip(_UNITS, _GAP)} | told | net.series())


def _let_through(activation: str, scale: float) -> float:
    """Return what is left of a mean square `scale` behind an activation, as a part of it."""
    nodes, weights = normal_quadrature()
    values = ACTIVATIONS[activation].function(np.sqrt(scale) * nodes)
    return float(weights @ values**2 / scale)


@scene(
    show(
        "strip",
        of="strip",
        names={"signal ↓": 0, "gradient ↑": _UNITS + _GAP},
        ends=("input", "output"),
        limits=(-3, 3),
        heading="units by layer",
        note="row: 12 units",
        footer="weights: variance {scale:2}/inputs",
    ),
    show(
        "series",
        of={"signal": "signal", "gradient": "gradient"},
        roles={"gradient": "muted"},
        heading="variance",
        note="a layer: weights × {scale:2}, {activation} × {left:2}",
    ),
    title="Through a deep network",
    statement="a signal runs down the layers, a gradient back up, both as strong as the weights let them be",
    opening="A signal runs down the layers, a gradient back up: is anything left when they arrive?",
    counter="layer",
    poster=0.5,
    fps="4",
    covers=(47, 48, 50, 59, 60, 61, 62, 63, 65),
)
def deep_signal(
    steps: Annotated[int, Bounds(0, 48)] = 24,
    dim: Annotated[int, Bounds(48, 128)] = 128,
    seed: Seed = 0,
    kind: Annotated[str, Choices(tuple(LAYERS))] = "he_normal",
    activation: Annotated[str, Choices(("identity", "tanh", "ReLU"))] = "ReLU",
) -> MatrixSequence:
    """Signals and gradients through the layers of a deep network, against theory.

    The factors are the Jacobians of the layers, so the product is the derivative of a layer by the input.

    Parameters
    ----------
    kind : str
        How the weights are drawn.
    activation : str
        What is applied to every layer.
    """
    return _sequence(deep_net(kind, activation, steps, dim, seed), kind, activation)


@deep_signal.moment(
    "Weights of variance {scale:2}/inputs multiply a signal’s variance by {scale:2}, {activation} by {left:2}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if steps < 3:
        return None
    return Reached(1, **{name: float(series[name][1]) for name in ("scale", "left")})


@deep_signal.moment(
    "Half way, after {step} layers: variance {signal:log10} of the signal, {gradient:log10} of the gradient."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if steps < 4:
        return None
    half = steps // 2
    ends = {name: float(series[name][half]) for name in ("signal", "gradient")}
    return Reached(half, **ends)


@deep_signal.moment("{result}: variance {signal:log10} at the end for the signal, {gradient:log10} for the gradient.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    ends = {name: float(series[name][-1]) for name in ("signal", "gradient")}
    result = "They fare differently"
    for words, low, high in (
        ("Neither vanishes nor explodes", -3, 3),
        ("Both vanish", -400, -3),
        ("Both explode", 3, 400),
    ):
        if all(low <= end < high for end in ends.values()):
            result = words
    return Reached(steps, result=result, **ends)


def _half_the_variance(steps: int, dim: int, seed: int, kind: str, activation: str) -> MatrixSequence:
    """Return the network with weights of half the variance, as if He's factor of 2 had been forgotten."""
    return _sequence(deep_net(kind, activation, steps, dim, seed, 0.5**0.5), kind, activation)


@deep_signal.claim("both ways: off / allowed", headline=True, counterexample=_half_the_variance)
def _(product: Trajectory, dim: int, kind: str, activation: str) -> Claimed:
    off = [share_off(decades_per_layer(product, dim, name, kind, activation)) for name in ("signal", "gradient")]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "Either variance changes by what theory says a layer; allowed are five deviations of a mean of log χ².",
    )


@deep_signal.claim("signal, decades/layer")
def _(product: Trajectory, dim: int, kind: str, activation: str) -> Claimed:
    return decades_per_layer(product, dim, "signal", kind, activation)


@deep_signal.claim("gradient, dec./layer")
def _(product: Trajectory, dim: int, kind: str, activation: str) -> Claimed:
    return decades_per_layer(product, dim, "gradient", kind, activation)


@deep_signal.claim("∂h/∂x − complex step")
def _(product: Trajectory, steps: int, dim: int, seed: int, kind: str, activation: str) -> Claimed:
    # The Jacobian times a vector, against the derivative of the network in that direction.
    net = deep_net(kind, activation, steps, dim, seed)
    direction = np.random.default_rng([seed, 2]).standard_normal(dim)
    tiny = 1e-100
    moved: NDArray[np.complex128] = net.states[0] + 1j * tiny * direction
    for weights in net.layers:
        moved = net.activation.function(weights @ moved)
    true = moved.imag / tiny
    found = product.matrix(steps) @ direction
    return Claimed(
        float(np.linalg.norm(found - true) / np.linalg.norm(true)),
        0.0,
        1e-10,
        "Products of some dozen Jacobians round by about 1e-14 of their norm.",
    )
