"""Signals and gradients through the layers of a deep network."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import (
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    scene,
    show,
)
from scenes.initialisation._deep_nets import LAYERS, decades_per_layer, deep_net, predicted
from scenes.initialisation._kinds import NAMES

# Units and empty columns of the picture.
_UNITS, _GAP = 12, 3


@scene(
    show(
        "strip",
        of="strip",
        names={"signal ↓": 0, "gradient ↑": _UNITS + _GAP},
        ends=("input", "output"),
        limits=(-3, 3),
        heading="units by layer",
        note="a row: 12 units",
    ),
    show(
        "series",
        of={"signal": "signal", "gradient": "gradient", "theory": "predicted"},
        theory=("theory",),
        roles={"gradient": "muted"},
        heading="variance",
        note="mean square of a layer",
    ),
    show(
        "bars",
        of="spread",
        scale="log10",
        numbers=False,
        heading="stretches",
        note="of all layers so far, the 16 largest",
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
    net = deep_net(kind, activation, steps, dim, seed)
    product, spread = np.eye(dim), np.zeros((steps + 1, 16))
    for layer, jacobian in enumerate(net.jacobians):
        product = jacobian @ product
        size = np.linalg.norm(product)
        # Squares are faster to find; what is lost in their rounding has no bar.
        squares = np.linalg.eigvalsh(product @ product.T / size**2)[:-17:-1]
        known = squares > 1e-12
        spread[layer + 1] = np.where(known, np.log10(np.maximum(squares, 1e-12)) / 2 + np.log10(size), -np.inf)
    series = {"strip": net.strip(_UNITS, _GAP), "spread": spread} | net.series()
    series["predicted"] = series["signal"][0] + predicted(kind, activation, steps, dim)["signal"]
    return MatrixSequence(net.jacobians, series=series)


@deep_signal.moment("{weights} + {activation}: in theory a layer multiplies the variance by {factor:3}.")
def _(steps: int, dim: int, kind: str, activation: str) -> Reached | None:
    if steps < 3:
        return None
    signal = predicted(kind, activation, steps, dim)["signal"]
    return Reached(1, weights=NAMES[kind], factor=10 ** float(signal[1] - signal[0]))


@deep_signal.moment("They pass each other: both have {step} of {steps} layers behind them.")
def _(steps: int) -> int | None:
    return steps // 2 if steps > 3 else None


@deep_signal.moment(
    "{result} after {steps} layers: variance {signal:log10} for the signal, {gradient:log10} for the gradient."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    ends = {name: float(series[name][-1]) for name in ("signal", "gradient")}
    result = "One of them is gone"
    for words, low, high in (("Both arrive", -3, 3), ("Both are lost", -400, -3), ("Both explode", 3, 400)):
        if all(low <= end < high for end in ends.values()):
            result = words
    return Reached(steps, result=result, **ends)


@deep_signal.claim("signal, decades/layer")
def _(product: Trajectory, kind: str, activation: str) -> Claimed:
    return decades_per_layer(product, "signal", kind, activation)


@deep_signal.claim("gradient, dec./layer")
def _(product: Trajectory, kind: str, activation: str) -> Claimed:
    return decades_per_layer(product, "gradient", kind, activation)


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
