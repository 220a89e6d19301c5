"""Saturation: how many units of a tanh network stand where its slope is nearly 0."""

from collections.abc import Mapping
from math import erf
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Reached, Record, Seed, first_step, gaussian_matrix, scene, show
from scenes.activations._common import NODES, normal_mean

_INPUT_VARIANCE = 0.25
# Steps until the states have forgotten where they began, and steps that are looked at.
_SETTLING, _WATCHED = 40, 20
_BINS = np.linspace(-1, 1, 33)
# Saturated is who stands in one of the two outer bars.
_SATURATED = _BINS[-2]


def _states(dim: int, seed: int, gains: FloatArray) -> FloatArray:
    """Return states of tanh networks of all gains, driven by the same noise, shape (watched, gains, dim)."""
    matrix = gaussian_matrix(dim, [seed, 0])
    rng = np.random.default_rng([seed, 1])
    states, watched = np.zeros((len(gains), dim)), []
    for step in range(_SETTLING + _WATCHED):
        noise = rng.standard_normal(dim) * np.sqrt(_INPUT_VARIANCE)
        states = np.tanh(gains[:, None] * (states @ matrix.T) + noise)
        if step >= _SETTLING:
            watched.append(states)
    return np.array(watched)


def preactivation_variance(gains: FloatArray) -> FloatArray:
    """Return the variance q of the pre-activations for n → ∞: ``q = g² E[tanh²(√q z)] + variance of the input``.

    H. Sompolinsky, A. Crisanti, H.-J. Sommers, "Chaos in random neural networks", Phys. Rev. Lett. 61, 1988. The
    input's variance is 1/4.

    Parameters
    ----------
    gains : ndarray, shape (k,)
        Gains g: the entries of W have the variance ``g² / n``.

    Returns
    -------
    ndarray, shape (k,)
    """
    q = gains**2 + _INPUT_VARIANCE
    for _ in range(100):
        q = gains**2 * normal_mean(np.tanh(np.sqrt(q)[:, None] * NODES) ** 2) + _INPUT_VARIANCE
    return np.asarray(q)


def share_below(bound: FloatArray, q: FloatArray) -> FloatArray:
    """Return the probability that tanh of a normal number of mean 0 and variance q lies below a bound.

    Parameters
    ----------
    bound : ndarray, shape (b,)
        Bounds from −1 to 1.
    q : ndarray, shape (k,)
        Variances.

    Returns
    -------
    ndarray, shape (b, k)
    """
    with np.errstate(divide="ignore"):
        deviations = np.arctanh(bound)[:, None] / np.sqrt(2 * q)
    return np.asarray((1 + np.vectorize(erf)(deviations)) / 2)


@scene(
    show(
        "bars",
        of="histogram",
        labels=[f"{middle:.2f}".replace("-", "−") for middle in (_BINS[1:] + _BINS[:-1]) / 2],
        x="= h",
        unit="%",
        heading="RNN unit states",
        note="h ← tanh({gain:.2} × W h + noise), flat at ±1",
    ),
    show(
        "series",
        of="slope",
        roles={"": "vanish"},
        heading="mean tanh slope",
        note="a factor of gradients",
        scale="linear",
        limits=(0, 1),
        x="gain",
        counts="gain",
    ),
    title="Saturated units",
    statement="the larger W, the more units of tanh stand near ±1, where the slope 1 − h² is nearly 0",
    opening="Tanh units, driven by noise. Their weights grow (the gain): watch where the states go.",
    counter="gain {gain:.2}",
    fps="10",
    covers=(83,),
)
def saturation(
    steps: Annotated[int, Bounds(8, 200)] = 80,
    dim: Annotated[int, Bounds(64, 512)] = 256,
    seed: Seed = 0,
    largest_gain: Annotated[float, Bounds(2, 10)] = 5.0,
) -> Record:
    """States of a tanh network driven by noise, as the gain of its Gaussian matrix grows from 0.

    Parameters
    ----------
    steps : int
        Number of gains.
    dim : int
        Number of units.
    largest_gain : float
        The last gain g: the entries of W have the variance ``g² / n``. Below 2 hardly any unit saturates.
    """
    gains = np.linspace(0, largest_gain, steps + 1)
    return _filmed(gains, _states(dim, seed, gains))


def _filmed(gains: FloatArray, states: FloatArray) -> Record:
    """Return states of networks of all gains, shape (watched, gains, dim), beside what theory says of them."""
    dim = states.shape[2]
    q = preactivation_variance(gains)
    slopes = 1 - np.tanh(np.sqrt(q)[:, None] * NODES) ** 2
    slope = normal_mean(slopes)
    share = 2 * share_below(np.array([-_SATURATED]), q)[0]
    counts = [np.histogram(states[:, gain], _BINS)[0] for gain in range(len(gains))]
    series = {
        "gain": gains,
        "slope": (1 - states**2).mean(axis=(0, 2)),
        "saturated": (np.abs(states) > _SATURATED).mean(axis=(0, 2)),
        "predicted slope": slope,
        "predicted saturated": share,
        "variance of slope": normal_mean(slopes**2) - slope**2,
        # Where saturation all but never happens, a variance of 1 / n lets one unit in n be off by one deviation.
        "variance of saturated": np.maximum(share * (1 - share), 1 / dim),
        "histogram": np.array(counts) / (states.shape[0] * dim),
    }
    return Record(series)


@saturation.moment(
    "At gain {gain:.2}, half of all units stand in the two outer bars: they are saturated.",
    otherwise="Up to gain {largest_gain} fewer than half of the units are saturated.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["saturated"] >= 0.5)
    return None if step is None else Reached(step, gain=float(series["gain"][step]))


@saturation.moment(
    "At gain {gain:.2}, {saturated:%} stand in the outer bars; the mean slope, a factor of gradients, is "
    "<vanish>{slope:2}</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    found = {name: float(series[name][-1]) for name in ("gain", "saturated", "slope")}
    return Reached(steps, **found)


def _deviations(series: Mapping[str, FloatArray], name: str, dim: int) -> float:
    """Return the largest departure of a share or mean from theory, in standard deviations of n units."""
    away = np.abs(series[name] - series[f"predicted {name}"])
    return float((away * np.sqrt(dim / series[f"variance of {name}"])).max())


def _not_growing(steps: int, dim: int, seed: int, largest_gain: float) -> Record:
    """Return the same with a W that stays as small as at gain 1/2, whatever the gain is called."""
    return _filmed(np.linspace(0, largest_gain, steps + 1), _states(dim, seed, np.full(steps + 1, 0.5)))


@saturation.claim("saturate, lose their slope: off / allowed", headline=True, counterexample=_not_growing)
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    slope, share = series["slope"], series["saturated"]
    off = [
        float(slope[-1] / slope[0]) / 0.65,
        0.1 / max(float(share[-1]), 1e-9),
        # Not only at the end: wherever theory loses a twentieth of the slope, so do the units.
        *(_falls(series, step) for step in range(0, len(slope) - 1, 4)),
        _deviations(series, "slope", dim) / 4.5,
        _deviations(series, "saturated", dim) / 4.5,
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "A third of the slope goes, a tenth of the units saturates; both as theory says, to 4.5 σ of n units.",
    )


def _falls(series: Mapping[str, FloatArray], step: int) -> float:
    """Return above 1 where the slope has not fallen after a step though theory has it fall by a twentieth."""
    later = first_step(series["predicted slope"] < series["predicted slope"][step] - 0.05)
    return 0.0 if later is None else float(series["slope"][later] / series["slope"][step])


@saturation.claim("slope off theory, in σ")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    reason = "4.5 standard deviations of the mean of n units."
    return Claimed(_deviations(series, "slope", dim), 0.0, 4.5, reason)


@saturation.claim("share off theory, in σ")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    reason = "4.5 standard deviations of the share of n units."
    return Claimed(_deviations(series, "saturated", dim), 0.0, 4.5, reason)
