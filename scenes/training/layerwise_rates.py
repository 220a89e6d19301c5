"""One learning rate for all layers of a deep linear network, and one for each."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Record, Seed, gaussian_matrix, haar_orthogonal, scene, show
from scenes.training._deep_linear import chain_gradients, product_of

_LAYERS = 8
_RULES = ("one rate", "LARS")


def _layer_scales(spread: float) -> FloatArray:
    """Return the scales of the layers, whose product is 1."""
    return np.asarray(spread ** np.linspace(-1, 1, _LAYERS))


def _scaled_layers(dim: int, seed: int, spread: float) -> FloatArray:
    layers = np.stack([haar_orthogonal(dim, [seed, 0, layer]) for layer in range(_LAYERS)])
    return layers * _layer_scales(spread)[:, None, None]


def _teacher(dim: int, seed: int) -> FloatArray:
    """Return what is to be learnt: near to what the net is at first, so that neither rule has to go through zero."""
    noise = gaussian_matrix(dim, [seed, 1])
    return product_of(_scaled_layers(dim, seed, 1.0)) @ (np.eye(dim) + 0.5 * noise)


def _sizes(layers: FloatArray) -> FloatArray:
    """Return the Frobenius norm of every layer, shape (L,)."""
    return np.asarray(np.linalg.norm(layers, axis=(1, 2)))


def _schedule(steps: int, rate: float) -> FloatArray:
    """Return the rates of LARS by step, falling like a square towards zero."""
    return np.asarray(rate * (1 - np.arange(steps + 1) / (steps + 1)) ** 2)


@scene(
    show("bars", of="updates", heading="", labels=tuple(map(str, range(1, _LAYERS + 1)))),
    show("series", of="loss", heading="loss"),
    title="A rate for every layer",
    statement="‖update‖ / ‖weights‖ by layer: one rate starves the last layers, LARS moves all alike",
    poster=0.5,
    fps="10",
    covers=(74,),
)
def layerwise_rates(
    steps: Annotated[int, Bounds(0, 300)] = 60,
    dim: Annotated[int, Bounds(2, 32)] = 12,
    seed: Seed = 0,
    spread: Annotated[float, Bounds(1, 10)] = 3.0,
    rate: Annotated[float, Bounds(0.001, 0.1)] = 0.01,
) -> dict[str, Record]:
    """Training of a deep linear net whose layers differ in scale, with one rate and with layer-wise ones.

    LARS moves each layer by a share of its norm: ``Δw = −η ‖w‖ / ‖g‖ · g``, with η falling like a square (Y. You,
    I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv:1708.03888, 2017; without
    momentum and weight decay). The one rate is such that its most mobile layer begins with that share.

    Parameters
    ----------
    spread : float
        The last layer's scale; that of the first is its inverse.
    rate : float
        Share of its norm that a layer is moved by.
    """
    teacher = _teacher(dim, seed)
    columns = {}
    for rule in _RULES:
        layers, single = _scaled_layers(dim, seed, spread), 0.0
        series = {"updates": np.empty((steps + 1, _LAYERS)), "trust": np.empty((steps + 1, _LAYERS))}
        losses = np.empty(steps + 1)
        for step, share in enumerate(_schedule(steps, rate)):
            error = product_of(layers) - teacher
            gradients = chain_gradients(layers, error)
            trust = _sizes(layers) / _sizes(gradients)
            single = single or rate * float(trust.min())
            rates = share * trust if rule == "LARS" else np.full(_LAYERS, single)
            losses[step] = np.log10((error**2).sum() / 2)
            series["trust"][step] = np.log10(trust)
            series["updates"][step] = rates / trust
            layers = layers - rates[:, None, None] * gradients
        columns[rule] = Record(series | {"loss": losses})
    return columns


@layerwise_rates.claim("largest / smallest", column="one rate")
def _(series: Mapping[str, FloatArray], spread: float) -> Claimed:
    updates = series["updates"][0]
    return Claimed(
        float(updates.max() / updates.min()),
        float(spread**4),
        1e-11 * float(spread**4),
        "Products of eight scaled orthogonal matrices round by about 1e-14.",
    )


@layerwise_rates.claim("relative departure", column="LARS")
def _(series: Mapping[str, FloatArray], steps: int, rate: float) -> Claimed:
    return Claimed(
        float(np.abs(series["updates"] / _schedule(steps, rate)[:, None] - 1).max()),
        0.0,
        1e-12,
        "A norm and a quotient round by a few eps.",
    )


@layerwise_rates.claim("trust ratio, layer 1", column="LARS")
def _(series: Mapping[str, FloatArray], dim: int, seed: int, spread: float) -> Claimed:
    # The error of an orthogonal net Q whose teacher is Q (I + N / 2).
    error = 0.5 * np.linalg.norm(gaussian_matrix(dim, [seed, 1]))
    # ‖w‖ / ‖g‖ = (g₁ √n) / (‖E‖ / g₁) of the first layer, as the product of all scales g is 1.
    expected = float(_layer_scales(spread)[0] ** 2 * np.sqrt(dim) / error)
    return Claimed(
        float(10 ** series["trust"][0, 0]),
        expected,
        1e-11 * expected,
        "Products of eight scaled orthogonal matrices round by about 1e-14.",
    )
