"""Products of slopes along paths through a deep network."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Activation,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    complex_step_jacobian,
    first_step,
    haar_orthogonal,
    scene,
    show,
    sigmoid,
)
from scenes.activations._common import NODES, normal_mean


def log10_slope(name: str, z: FloatArray) -> FloatArray:
    """Return log10 of the slope: ``σ′ = 1 / (4 cosh²(z / 2))`` and ``tanh′ = 1 / cosh² z``, without underflow.

    Parameters
    ----------
    name : str
        ``sigmoid`` or ``tanh``.
    z : ndarray
        Pre-activations, of any shape.
    """
    half = z / 2 if name == "sigmoid" else z
    # log cosh x = |x| + log((1 + exp(−2 |x|)) / 2)
    grown = np.abs(half) + np.log1p(np.exp(-2 * np.abs(half))) - np.log(2)
    return np.asarray((np.log(ACTIVATIONS[name].steepest) - 2 * grown) / np.log(10))


def _running(log10: FloatArray) -> FloatArray:
    """Return the running sums, from 0."""
    return np.vstack([np.zeros((1, log10.shape[1])), np.cumsum(log10, axis=0)])


def recurrent(activation: Activation, steps: int, dim: int, seed: int, spread: float) -> tuple[RNN, FloatArray]:
    """Return a network with an orthogonal W, by which nothing is lost, and inputs of deviation `spread`."""
    network = RNN(haar_orthogonal(dim, [seed, 1]), np.eye(dim), np.zeros(dim), activation)
    return network, spread * np.random.default_rng([seed, 2]).standard_normal((steps, dim))


def _left(jacobians: FloatArray) -> FloatArray:
    """Return log10 of the size of the products of Jacobians: the root mean square of what is left of unit vectors."""
    product, left = np.eye(jacobians.shape[1]), np.zeros(len(jacobians) + 1)
    for step, jacobian in enumerate(jacobians, 1):
        product = jacobian @ product
        size = np.linalg.norm(product) / len(product) ** 0.5
        product, left[step] = product / size, left[step - 1] + np.log10(size)
    return left


_ROLES = {"sigmoid": "vanish", "tanh": "data"}


@scene(
    show(
        "series",
        of={"sigmoid": "typical sigmoid", "tanh": "typical tanh", "1/4 at best": "best"},
        theory=("1/4 at best",),
        values=False,
        roles=_ROLES,
        heading="deep net: product of slopes",
        note="one a layer",
    ),
    show(
        "series",
        of={"sigmoid": "left sigmoid", "tanh": "left tanh", "1/4 at best": "best"},
        theory=("1/4 at best",),
        values=False,
        roles=_ROLES,
        heading="recurrent net: gradient",
        note="W only turns",
        x="steps back",
    ),
    title="Slopes along depth",
    statement="the chain rule multiplies slopes, and those of sigmoids are 1/4 at most: along depth as along time",
    opening="A gradient is multiplied by the slope of each unit it passes. A sigmoid's is 1/4 at most.",
    counter="layer",
    fps="6.25",
    covers=(55, 82),
)
def slopes_over_depth(
    steps: Annotated[int, Bounds(16, 1_000)] = 64,
    dim: Annotated[int, Bounds(4, 64)] = 16,
    seed: Seed = 0,
    spread: Annotated[float, Bounds(0.1, 1.5)] = 0.5,
) -> MatrixSequence:
    """Products of slopes along paths through a deep network, and gradients of a recurrent one, for sigmoid and tanh.

    In the deep network the pre-activations are independent and normal. The recurrent ones have an orthogonal W, which
    keeps the size of a gradient: all that is lost is lost by slopes. The product is that of the Jacobians of the
    recurrent network of sigmoids.

    Parameters
    ----------
    steps : int
        Number of layers, and of steps of time.
    dim : int
        Number of paths, and of units.
    spread : float
        Standard deviation of the pre-activations, and of the inputs. Above 1.5 units of tanh saturate, and their
        larger slopes at 0 decide nothing.
    """
    return _filmed(ACTIVATIONS["sigmoid"], steps, dim, seed, spread)


def _filmed(sigmoid: Activation, steps: int, dim: int, seed: int, spread: float) -> MatrixSequence:
    z = spread * np.random.default_rng([seed, 0]).standard_normal((steps, dim))
    used = {"sigmoid": sigmoid, "tanh": ACTIVATIONS["tanh"]}
    runs = {}
    for name, activation in used.items():
        network, inputs = recurrent(activation, steps, dim, seed, spread)
        runs[name] = network.run(inputs)
    series: dict[str, FloatArray] = {"best": np.arange(steps + 1) * np.log10(0.25)}
    for name, activation in used.items():
        # The known activations have slopes without underflow.
        known = ACTIVATIONS.get(activation.name) is activation
        series[name] = _running(log10_slope(name, z) if known else np.log10(activation.slope(z)))
        series[f"typical {name}"] = np.median(series[name], axis=1)
        series[f"left {name}"] = _left(runs[name].jacobians)
    return MatrixSequence(runs["sigmoid"].jacobians, series=series)


@slopes_over_depth.moment(
    "After {step} layers even the best sigmoids leave less than <vanish>a millionth</> of a gradient.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["best"] < -6)
    return None if step is None else Reached(step)


@slopes_over_depth.moment(
    "After {steps}, sigmoids leave <vanish>{sigmoid:log10}</> in depth, <vanish>{left:log10}</> in time; "
    "at best {best:log10}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    names = {"sigmoid": "typical sigmoid", "left": "left sigmoid", "best": "best"}
    return Reached(steps, **{name: float(series[track][-1]) for name, track in names.items()})


def _steeper(steps: int, dim: int, seed: int, spread: float) -> MatrixSequence:
    """Return the same with ``σ(4x)`` for a sigmoid, whose slopes go up to 1."""
    slope = ACTIVATIONS["sigmoid"].slope
    return _filmed(Activation("4", lambda x: sigmoid(4 * x), lambda x: 4 * slope(4 * x), 1.0), steps, dim, seed, spread)


@slopes_over_depth.claim("sigmoids: off / allowed by 0.25ᵗ", headline=True, counterexample=_steeper)
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    layers = np.arange(steps + 1.0)
    best, deep, recurrent = -2 * np.log10(2) * layers, series["sigmoid"], series["left sigmoid"]
    off = [
        float((deep - best[:, None]).max()) / 1e-9,
        float((recurrent - best).max()) / 1e-9,
        # tanh leaves more, by a tenth of a decade a layer at least.
        0.1 * steps / max(float(series["tanh"][-1].mean() - deep[-1].mean()), 1e-9),
        0.1 * steps / max(float(series["left tanh"][-1] - recurrent[-1]), 1e-9),
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "No path and no gradient is above 4⁻ᵗ, but for rounding; tanh leaves a tenth of a decade more a layer.",
    )


@slopes_over_depth.claim("gradient − derivative")
def _(series: Mapping[str, FloatArray], steps: int, dim: int, seed: int, spread: float) -> Claimed:
    # After so many steps as a complex step can follow.
    early = min(steps, 64)
    network, inputs = recurrent(ACTIVATIONS["sigmoid"], steps, dim, seed, spread)
    true = complex_step_jacobian(lambda h: network.run(inputs[:early], h).states[-1], np.zeros(dim))
    return Claimed(
        float(series["left sigmoid"][early]),
        float(np.log10(np.linalg.norm(true) / dim**0.5)),
        1e-9,
        "Both ways round every step by about n · eps, relative to the size of what is left.",
    )


@slopes_over_depth.claim("log10 at best, at last")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    return Claimed(
        float(series["best"][-1]),
        float(-steps * np.log10(4)),
        1e-15 * steps**2,
        "T sums of numbers up to T round by eps of their size.",
    )


def expected_decades(name: str, spread: float) -> float:
    """Return the mean of log10 of an activation's slope over normal pre-activations of deviation `spread`."""
    return float(normal_mean(log10_slope(name, spread * NODES)))


def sampling_error(name: str, spread: float, draws: int) -> float:
    """Return by how many decades the mean of so many logarithms of slopes may be off.

    4.5 standard deviations s, and for few draws more: where slopes are near their largest, logarithms are squares of
    normal numbers, whose tail is exponential, and a mean of N of them is off by √2 · (4.5² / 2) · s / N further.
    """
    values = log10_slope(name, spread * NODES)
    variance = normal_mean(values**2) - normal_mean(values) ** 2
    s = max(float(variance), 0.0) ** 0.5
    return float(s * (4.5 / draws**0.5 + 2**0.5 * 4.5**2 / 2 / draws) + 1e-9)


for _name in ("sigmoid", "tanh"):

    @slopes_over_depth.claim(f"decades, {_name}")
    def _(series: Mapping[str, FloatArray], steps: int, dim: int, spread: float, name: str = _name) -> Claimed:
        return Claimed(
            float(series[name][-1].mean() / steps),
            expected_decades(name, spread),
            sampling_error(name, spread, steps * dim),
            "4.5 standard deviations of the mean of T · n draws, with the tail of a square; moments by quadrature.",
        )
