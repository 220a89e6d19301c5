"""Signals and gradients through the layers of a deep network."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import Bounds, Choices, Claimed, MatrixSequence, Seed, Trajectory, scene, show
from scenes.initialisation._deep_nets import LAYERS, decades_per_layer, deep_net, predicted


@scene(
    show("heatmap", of="strip", limits=(-3, 3)),
    show(
        "series",
        of={"signal": "signal", "gradient": "gradient", "predicted": "predicted"},
        heading="variance",
    ),
    show("bars", of="spread", heading="16 singular values", scale="log10"),
    "claims",
    title="Through a deep network",
    statement="left the signal on its way down, right the gradient on its way back: {kind}, {activation}",
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
    series = {"strip": net.strip(15), "spread": spread} | net.series()
    series["predicted"] = series["signal"][0] + predicted(kind, activation, steps, dim)["signal"]
    return MatrixSequence(net.jacobians, series=series)


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
