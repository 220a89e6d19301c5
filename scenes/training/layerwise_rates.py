"""One learning rate for all layers of a deep linear network, and one for each."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    Numbers,
    Reached,
    Record,
    Seed,
    first_step,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)
from scenes.training._deep_linear import chain_gradients, product_of

_LAYERS = 8
_SINGLE, _EACH = "one rate", "one each (LARS)"
# Which columns have a rate for every layer.
_RULES = {_SINGLE: False, _EACH: True}
_ROLES = {_SINGLE: "data", _EACH: "keep"}


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


def _train(rules: Mapping[str, bool], steps: int, dim: int, seed: int, spread: float, rate: float) -> dict[str, Record]:
    """Return trainings by label, with a rate for every layer or with one."""
    teacher = _teacher(dim, seed)
    columns = {}
    for label, layerwise in rules.items():
        layers, single = _scaled_layers(dim, seed, spread), 0.0
        series = {"updates": np.empty((steps + 1, _LAYERS)), "trust": np.empty((steps + 1, _LAYERS))}
        losses = np.empty(steps + 1)
        for step, share in enumerate(_schedule(steps, rate)):
            error = product_of(layers) - teacher
            gradients = chain_gradients(layers, error)
            trust = _sizes(layers) / _sizes(gradients)
            single = single or rate * float(trust.min())
            rates = share * trust if layerwise else np.full(_LAYERS, single)
            losses[step] = np.log10((error**2).sum() / 2)
            series["trust"][step] = np.log10(trust)
            series["updates"][step] = rates / trust
            layers = layers - rates[:, None, None] * gradients
        moved = np.cumsum(series["updates"], axis=0) - series["updates"]
        columns[label] = Record(series | {"moved": moved, "loss": losses})
    return columns


@scene(
    show(
        "bars",
        of="moved",
        heading="moved so far",
        note="of its weights",
        labels=tuple(map(str, range(1, _LAYERS + 1))),
        x="layers",
        unit="%",
        roles=_ROLES,
    ),
    show(
        "series",
        of="loss",
        heading="loss",
        note="error; small weights get large gradients",
        roles=_ROLES,
    ),
    title="A rate for every layer",
    statement="‖update‖ / ‖weights‖ by layer: one rate starves the last layers, LARS moves all alike",
    opening="Layer 1 has weights of size 1/{spread}, layer 8 of size {spread}: one learning rate, or one each?",
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
    return _train(_RULES, steps, dim, seed, spread, rate)


@layerwise_rates.moment("After {step} steps <keep>LARS</> has less than 1 % of the first loss left, one rate {left:%}.")
def _(columns: Mapping[str, Numbers]) -> Reached | None:
    single, each = (columns[label].series["loss"] for label in _RULES)
    step = first_step(each < each[0] - 2)
    return None if step is None else Reached(step, left=10 ** float(single[step] - single[0]))


@layerwise_rates.moment(
    "One rate moved layer 8 by {last:%} only: loss {single:log10}. <keep>LARS</> moved all by {each:%}: {loss:log10}."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached:
    single, each = (columns[label].series for label in _RULES)
    last, alike = float(single["moved"][-1, -1]), float(each["moved"][-1, 0])
    return Reached(steps, last=last, single=float(single["loss"][-1]), each=alike, loss=float(each["loss"][-1]))


def _swapped(steps: int, dim: int, seed: int, spread: float, rate: float) -> dict[str, Record]:
    """Return the same with the two rules exchanged."""
    return _train({label: not layerwise for label, layerwise in _RULES.items()}, steps, dim, seed, spread, rate)


def _unevenness(series: Mapping[str, FloatArray], spread: float) -> Claimed:
    """Return by how much more the first layer is moved than the last one, at first."""
    updates = series["updates"][0]
    return Claimed(
        float(updates.max() / updates.min()),
        float(spread**4),
        1e-11 * float(spread**4),
        "Products of eight scaled orthogonal matrices round by about 1e-14.",
    )


def _departure(series: Mapping[str, FloatArray], steps: int, rate: float) -> Claimed:
    """Return how far a layer's share of movement is at most from the one that all should have."""
    return Claimed(
        float(np.abs(series["updates"] / _schedule(steps, rate)[:, None] - 1).max()),
        0.0,
        1e-12,
        "A norm and a quotient round by a few eps.",
    )


@layerwise_rates.claim("uneven, even: off / allowed", headline=True, counterexample=_swapped)
def _(columns: Mapping[str, Numbers], steps: int, spread: float, rate: float) -> Claimed:
    single, each = (columns[label].series for label in _RULES)
    both = _unevenness(single, spread), _departure(each, steps, rate)
    off = max(abs(one.value - one.expected) / one.tolerance for one in both)
    return Claimed(off, 0.0, 1.0, "Allowed is what is allowed to one rate's unevenness and to LARS' departure.")


@layerwise_rates.claim("largest / smallest", column=_SINGLE)
def _(series: Mapping[str, FloatArray], spread: float) -> Claimed:
    return _unevenness(series, spread)


@layerwise_rates.claim("relative departure", column=_EACH)
def _(series: Mapping[str, FloatArray], steps: int, rate: float) -> Claimed:
    return _departure(series, steps, rate)


@layerwise_rates.claim("trust ratio, layer 1", column=_EACH)
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
