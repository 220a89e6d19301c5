"""Histograms of a deep linear network's layers, against the normal distribution that theory predicts."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Choices,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    gaussian_matrix,
    scene,
    show,
    uniform_matrix,
)
from scenes.initialisation._deviations import SIGMAS, log10_deviation

_INPUTS = 32
_BINS = 48
# Bins reach this many deviations of the widest distribution.
_REACH = 3.5


def _density(values: FloatArray, edges: FloatArray) -> FloatArray:
    return np.asarray(np.histogram(values, edges)[0] / values.size / np.diff(edges))


def _network(
    steps: int, dim: int, seed: int, gain: float, weights: str, uniform_bound: float = 3**0.5
) -> MatrixSequence:
    """Return the layers and their histograms; uniform weights reach to so many σ."""
    sigma = float(np.sqrt(gain / dim))
    makers: dict[str, Callable[[list[int]], FloatArray]] = {
        "normal": lambda key: gaussian_matrix(dim, key, sigma),
        "uniform": lambda key: uniform_matrix(dim, key, sigma * uniform_bound),
    }
    layers = np.empty((steps, dim, dim))
    states = np.empty((steps + 1, dim, _INPUTS))
    states[0] = np.random.default_rng([seed, 1]).uniform(-(3**0.5), 3**0.5, (dim, _INPUTS))
    for layer in range(steps):
        layers[layer] = makers[weights]([seed, 0, layer])
        states[layer + 1] = layers[layer] @ states[layer]
    variances = gain ** np.arange(steps + 1.0)
    edges = np.linspace(-1, 1, _BINS + 1) * _REACH * np.sqrt(min(variances.max(), 4.0))
    middle = (edges[1:] + edges[:-1]) / 2
    reference = np.exp(-(middle**2) / (2 * variances[:, None])) / np.sqrt(2 * np.pi * variances[:, None])
    reference[0] = np.where(np.abs(middle) < 3**0.5, 3**-0.5 / 2, 0.0)
    series = {
        "histogram": np.stack([_density(state, edges) for state in states]),
        "gaussian": reference,
        "measured": np.log10((states**2).mean(axis=(1, 2))),
        "mean": states.mean(axis=(1, 2)),
        "predicted": np.log10(variances),
        "ends": np.broadcast_to(edges[[0, -1]], (steps + 1, 2)),
    }
    return MatrixSequence(layers, series=series)


@scene(
    show(
        "histogram",
        of="histogram",
        theory="gaussian",
        ends="ends",
        x="(value of h)",
        heading="outputs h",
        note="sums of n = {dim} inputs × weights of variance σ²",
    ),
    show(
        "series",
        of={"measured": "measured", "theory": "predicted"},
        theory=("theory",),
        heading="variance of h",
        note="× n σ² = {gain} a layer",
    ),
    title="The variance of a layer",
    statement="h = W x multiplies the variance by n σ² = {gain}, whatever the shape of the weights",
    opening="Each h is a sum of n = {dim} inputs times weights of variance σ², and n σ² = {gain}.",
    counter="layer",
    poster=1.0,
    fps="4",
    covers=(61, 62),
)
def variance_algebra(
    steps: Annotated[int, Bounds(0, 64)] = 15,
    dim: Annotated[int, Bounds(64, 400)] = 256,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.5, 2)] = 0.85,
    weights: Annotated[str, Choices(("normal", "uniform"))] = "uniform",
) -> MatrixSequence:
    """Histograms of a deep linear network's layers, against the normal distribution that theory predicts.

    Inputs are uniform with variance 1; after one layer the sums are all but normal.

    Parameters
    ----------
    gain : float
        The variance that a layer multiplies with, n σ².
    weights : str
        Shape of the distribution of weights.
    """
    return _network(steps, dim, seed, gain, weights)


@variance_algebra.moment("One layer makes a bell of the box: a sum of {dim} numbers is close to normal.")
def _(steps: int) -> int | None:
    return 1 if steps > 2 else None


@variance_algebra.moment("Every layer multiplies the variance by {gain}: after {step} it is {measured:log10}.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    step = first_step(np.abs(series["predicted"]) > np.log10(2))
    if step is None or not 1 < step < steps:
        return None
    return Reached(step, measured=float(series["measured"][step]))


@variance_algebra.moment(
    "After {steps} layers: {gain}{steps:^} = {predicted:log10} in theory, {measured:log10} measured."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, predicted=float(series["predicted"][-1]), measured=float(series["measured"][-1]))


def _bound_for_deviation(steps: int, dim: int, seed: int, gain: float) -> MatrixSequence:
    """Return the same with uniform weights within ±σ, as if the bound were the deviation."""
    return _network(steps, dim, seed, gain, "uniform", 1.0)


@variance_algebra.claim("mean, variance: off / allowed", headline=True, counterexample=_bound_for_deviation)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, gain: float) -> Claimed:
    layers = np.arange(steps + 1)
    allowed = np.array([log10_deviation([dim] * (layer + 1), _INPUTS) for layer in layers])
    # The mean over a layer's units of sums with independent signs: no more than that of units that are all alike.
    size = np.sqrt(gain**layers / dim)
    off = [
        np.abs(series["measured"] - layers * np.log10(gain)) / allowed,
        np.abs(series["mean"]) / (SIGMAS * size * 10 ** (allowed / 2)),
    ]
    return Claimed(
        float(np.max(off)),
        0.0,
        1.0,
        "In every layer: five deviations by the exact second moments of Gaussian layers, which stray most.",
    )


@variance_algebra.claim("n σ² of the weights")
def _(product: Trajectory, dim: int, gain: float) -> Claimed:
    factors = product.sequence.factors
    return Claimed(
        float(dim * np.mean(factors**2)) if len(factors) else float(gain),
        float(gain),
        float(gain * SIGMAS * np.sqrt(2 / max(factors.size, 1))),
        "Five deviations of the mean of squares of so many numbers, normal or uniform.",
    )
