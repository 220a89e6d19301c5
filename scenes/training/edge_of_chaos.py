"""Gradients of deep tanh networks by gain of the weights."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    first_step,
    normal_quadrature,
    scene,
    show,
)
from scenes.training._mean_field import mean_field

_GAINS = np.geomspace(0.5, 2, 9)
# Indices of the gains whose curves are drawn.
_SHOWN = {"0.7": 2, "1": 4, "2": 8}
_ROLES = {"gain 0.7:": "vanish", "gain 1:": "keep", "gain 2:": "explode"}
# Cosine of the two inputs.
_COSINE = 0.9
_NETS = 64


def _carried(steps: int, dim: int, seed: int, activation: Callable[[FloatArray], FloatArray]) -> MatrixSequence:
    """Return what becomes of inputs and directions behind layers of tanh, or of none."""
    rng = np.random.default_rng([seed, 0])
    starts = np.linalg.qr(rng.standard_normal((_NETS, dim, 3)))[0]
    first, second = starts[:, :, 0], _COSINE * starts[:, :, 0] + np.sqrt(1 - _COSINE**2) * starts[:, :, 1]
    # Two states and a direction of every net and gain, shape (nets, n, gains, 3).
    carried = np.stack([first * np.sqrt(dim), second * np.sqrt(dim), starts[:, :, 2]], axis=2)
    carried = np.repeat(carried[:, :, None], len(_GAINS), axis=2)
    growth, cosines = np.zeros((steps + 1, len(_GAINS))), np.full((steps + 1, len(_GAINS)), _COSINE)
    factors = np.empty((steps, dim, dim))
    for step in range(steps):
        weights = rng.standard_normal((_NETS, dim, dim)) / np.sqrt(dim)
        carried = (weights @ carried.reshape(_NETS, dim, -1)).reshape(carried.shape) * _GAINS[:, None]
        carried[..., :2] = activation(carried[..., :2])
        slopes = 1 - carried[..., 0] ** 2 if activation is np.tanh else np.ones_like(carried[..., 0])
        carried[..., 2] *= slopes
        factors[step] = slopes[0, :, _SHOWN["1"], None] * weights[0]
        lengths = np.linalg.norm(carried, axis=1)
        growth[step + 1] = np.log10(lengths[..., 2]).mean(axis=0)
        products = (carried[..., 0] * carried[..., 1]).sum(axis=1)
        cosines[step + 1] = (products / lengths[..., 0] / lengths[..., 1]).mean(axis=0)
    series = {"growth": growth, "cosine 2": cosines[:, _SHOWN["2"]]}
    series |= {f"gradient {name}": growth[:, index] for name, index in _SHOWN.items()}
    # NaN before the first layer.
    factors_each = np.concatenate([np.full((1, len(_GAINS)), np.nan), 10 ** np.diff(growth, axis=0)])
    series |= {f"factor {name}": factors_each[:, index] for name, index in _SHOWN.items()}
    return MatrixSequence(factors, series=series)


@scene(
    show(
        "series",
        of={f"gain {name}:": f"gradient {name}" for name in _SHOWN},
        heading="gradient: lasts near gain 1",
        note="gain: size of W",
        roles=_ROLES,
    ),
    show(
        "series",
        of={f"gain {name}:": f"factor {name}" for name in _SHOWN},
        scale="linear",
        heading="why: factor a layer",
        note="gain × slope of tanh (up to 1)",
        roles=_ROLES,
    ),
    title="The gain of a deep net",
    statement="in deep tanh nets gradients last only at gains near 1: less makes them vanish, more explode",
    opening="Each layer multiplies by gain × random W, then by a slope of tanh. Does the gradient last?",
    counter="layer",
    arrange="row",
    fps="6.25",
    covers=(38,),
)
def edge_of_chaos(
    steps: Annotated[int, Bounds(0, 64)] = 50,
    dim: Annotated[int, Bounds(50, 100)] = 100,
    seed: Seed = 0,
) -> MatrixSequence:
    """Gradients of deep tanh nets for gains from 0.5 to 2.

    Weights have the variance ``g² / n``, and there is no bias. A gradient is what becomes of a random direction's
    length, as the mean of its logarithm over 64 nets. The factors are the first net's Jacobians at gain 1.

    A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", ICLR 2014, section 4.
    """
    return _carried(steps, dim, seed, np.tanh)


@edge_of_chaos.moment(
    "<vanish>Gain 0.7</>: after {step} layers less than 1 % of the gradient is left.",
    on="gradient 0.7",
    note="1 % left",
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["gradient 0.7"] < -2)


@edge_of_chaos.moment(
    "<explode>Gain 2</>: after {step} layers the gradient has grown more than 100 times.",
    on="gradient 2",
    note="100 times",
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["gradient 2"] > 2)


@edge_of_chaos.moment(
    "{steps} layers multiply a gradient by <vanish>{low:log10} at gain 0.7</>, <keep>{kept:log10} at 1</>, "
    "<explode>{high:log10} at 2</>.",
    otherwise="",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if not steps:
        return None
    low, kept, high = (float(series[f"gradient {name}"][-1]) for name in _SHOWN)
    return Reached(steps, low=low, kept=kept, high=high)


def _slope(series: Mapping[str, FloatArray], steps: int, dim: int, index: int) -> Claimed:
    """Return the decades that a gain's gradient gains per layer, beside what mean-field theory says."""
    gain = _GAINS[index]
    # A layer moves the log of a squared length with a variance of 2 / n as it is linear; its slopes, which vary with
    # the state, add at most g² times as much. By half the variance a mean of logarithms is below the logarithm of
    # the mean.
    variance = 2 * (1 + gain**2) * steps / dim
    return Claimed(
        float(series["growth"][-1, index] / max(steps, 1)),
        float(mean_field(gain, steps)[-1] / max(steps, 1)),
        float((5 * np.sqrt(variance / _NETS) + variance / 2) / 2 / np.log(10) / max(steps, 1)),
        "Five deviations of the mean of 64 nets with a variance of 2 (1 + g²) / n a layer, and half of that.",
    )


def mean_field_cosine(gain: float, steps: int) -> float:
    """Return the cosine of two inputs behind so many wide tanh layers, which began with the scene's.

    ``c ← E tanh(g √q z) tanh(g √q (c z + √(1 − c²) z′)) / E tanh²(g √q z)``, from the same source as `mean_field`.

    Parameters
    ----------
    gain : float
        g, √n times the standard deviation of a weight.
    steps : int
        Number of layers.
    """
    nodes, weights = normal_quadrature()
    variance, cosine = 1.0, _COSINE
    for _ in range(steps):
        summed = gain * np.sqrt(variance) * nodes
        other = cosine * summed[:, None] + np.sqrt(1 - cosine**2) * summed
        variance = float(weights @ np.tanh(summed) ** 2)
        cosine = float((weights * np.tanh(summed)) @ np.tanh(other) @ weights) / variance
    return cosine


def _likeness(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    """Return the cosine of the two inputs at gain 2, beside what mean-field theory says."""
    return Claimed(
        float(series["cosine 2"][-1]),
        mean_field_cosine(float(_GAINS[_SHOWN["2"]]), steps),
        float(5 * np.sqrt(2 / (dim * _NETS)) + 5 / dim),
        "Five deviations of the mean of 64 cosines of random vectors, and a shift by width of 5 / n.",
    )


def _without_tanh(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return the same of linear layers: gradients grow like powers of the gain, and inputs do not part."""
    return _carried(steps, dim, seed, np.positive)


@edge_of_chaos.claim("gradients, inputs: off / allowed", headline=True, counterexample=_without_tanh)
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    each = [*(_slope(series, steps, dim, index) for index in _SHOWN.values()), _likeness(series, steps, dim)]
    return Claimed(
        max(abs(one.value - one.expected) / max(one.tolerance, 1e-12) for one in each),
        0.0,
        1.0,
        "Allowed is what is allowed to the three gradients and the cosine each.",
    )


for _name, _index in _SHOWN.items():

    @edge_of_chaos.claim(f"decades/layer, g = {_name}")
    def _(series: Mapping[str, FloatArray], steps: int, dim: int, index: int = _index) -> Claimed:
        return _slope(series, steps, dim, index)


@edge_of_chaos.claim("cosine at last, g = 2")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return _likeness(series, steps, dim)
