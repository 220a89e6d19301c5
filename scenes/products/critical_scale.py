"""The scale of random entries at which products neither grow nor shrink."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Reached, Record, Seed, last_change, scene, show
from scenes.products._common import (
    DRAWS,
    HEADLINE_SIGMAS,
    LN10,
    SIGMAS,
    WALKERS,
    growths,
    lyapunov_exponent,
    share,
    slope_error,
    trigamma,
)

# Scales that bars are drawn for, as multiples of the critical one.
SCALES = np.array([0.6, 0.8, 1.0, 1.25, 1.5])


def _series(logs: FloatArray, dim: int, factor: float) -> dict[str, FloatArray]:
    """Return what is drawn of vectors that grow by these natural logarithms, shape (T, draws), at unit scale."""
    steps, draws = logs.shape
    critical = float(np.exp(-lyapunov_exponent(dim)))
    lengths = np.zeros((steps + 1, draws))
    lengths[1:] = np.cumsum(logs, axis=0) / LN10
    t = np.arange(steps + 1)
    mean = np.concatenate([[0.0], lengths[1:].mean(axis=1) / t[1:]])
    level = lengths + t[:, None] * np.log10(critical)
    shift = t[:, None] * np.log10(factor)
    return {
        "mean above": (level + shift).mean(axis=1),
        "mean level": level.mean(axis=1),
        "mean below": (level - shift).mean(axis=1),
        "above": (level + shift)[:, :WALKERS],
        "level": level[:, :WALKERS],
        "below": (level - shift)[:, :WALKERS],
        "change": np.where(t[:, None] > 0, 10.0 ** mean[:, None] * SCALES * critical - 1, 0.0),
        "critical so far": np.where(t > 0, 10.0**-mean, np.nan),
        "spread": lengths.std(axis=1, ddof=1),
    }


@scene(
    show(
        "series",
        of={
            "σ too large": "mean above",
            "critical σ": "mean level",
            "σ too small": "mean below",
            "each of the large": "above",
            "each of the critical": "level",
            "each of the small": "below",
        },
        values=False,
        heading="length of a vector",
        note="× fresh random W, entries of size σ",
        roles={
            "σ too large": "explode",
            "critical σ": "data",
            "σ too small": "vanish",
            "each of the large": "explode",
            "each of the critical": "data",
            "each of the small": "vanish",
        },
    ),
    show(
        "bars",
        of="change",
        labels=[f"{s:g}" for s in SCALES],
        x="× critical σ",
        unit="%",
        limits=(-0.5, 0.5),
        heading="change per step",
        note="1: critical",
    ),
    title="Critical scale",
    statement="the scale of the entries decides: at one scale products neither grow nor shrink, but wander",
    opening="Each step multiplies by a fresh random matrix. How large may its entries, of size σ, be?",
    poster=1.0,
    covers=(52,),
)
def critical_scale(
    steps: Annotated[int, Bounds(0, 1_000)] = 100,
    dim: Annotated[int, Bounds(2, 16)] = 4,
    seed: Seed = 0,
    factor: Annotated[float, Bounds(1.01, 10)] = 1.25,
) -> Record:
    """Products of fresh Gaussian matrices below, at and above the scale at which they neither grow nor shrink.

    Parameters
    ----------
    factor : float
        How many times the critical scale is exceeded, and fallen short of.
    seed : int
        Seed of all matrices.
    """
    return Record(_series(growths(steps, dim, DRAWS, seed), dim, factor))


@critical_scale.claim("critical scale")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    critical = float(np.exp(-lyapunov_exponent(dim))) if steps else 1.0
    error = slope_error(dim, DRAWS * max(steps, 1))
    return Claimed(
        float(series["critical so far"][-1]) if steps else 1.0,
        critical,
        float(critical * np.expm1(error * LN10)),
        "4.5 standard errors of a mean of 200 T independent logarithms of χ² numbers.",
    )


def _true_spread(steps: int, dim: int) -> float:
    """Return the standard deviation of log10 of a length after so many steps."""
    return float(np.sqrt(steps * trigamma(dim) / 4) / LN10)


def _spread_error(steps: int, dim: int, sigmas: float) -> float:
    """Return by how much that of 200 lengths may be off."""
    # A logarithm of a χ² number of two degrees or more has an excess kurtosis of 2.4 at most.
    kurtosis = 2.4 / max(steps, 1)
    error = sigmas / 2 * np.sqrt((2 + kurtosis) / (DRAWS - 1))
    # The second order: variances scatter further above than below.
    return float(error * (1 + error) * _true_spread(steps, dim))


@critical_scale.claim("spread in decades")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return Claimed(
        float(series["spread"][-1]),
        _true_spread(steps, dim),
        _spread_error(steps, dim, SIGMAS),
        "4.5 standard errors of a standard deviation of 200 sums of independent numbers.",
    )


def _without_wandering(steps: int, dim: int, factor: float) -> Record:
    """Return the lengths behind orthogonal matrices whose entries have the same variance: all grow by √n a step."""
    return Record(_series(np.full((steps, DRAWS), np.log(dim) / 2), dim, factor))


@critical_scale.claim("scale: off / allowed", headline=True, counterexample=_without_wandering)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, factor: float) -> Claimed:
    wandered = steps * slope_error(dim, WALKERS * max(steps, 1), HEADLINE_SIGMAS)
    drifts = [
        share(series[name][-1].mean() - steps * np.log10(scale), wandered)
        for name, scale in (("above", factor), ("level", 1.0), ("below", 1 / factor))
    ]
    spread = share(series["spread"][-1] - _true_spread(steps, dim), _spread_error(steps, dim, HEADLINE_SIGMAS))
    return Claimed(
        max(*drifts, spread), 0.0, 1.0, "Allowed are 6 standard errors of 24 mean lengths and of 200 lengths' spread."
    )


@critical_scale.moment(
    "From step {step} on all vectors of the large σ <explode>have grown</>, all of the small <vanish>have shrunk</>."
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return last_change((series["above"] > 0).all(axis=1) & (series["below"] < 0).all(axis=1))


@critical_scale.moment(
    "At σ = {critical:3} lengths only wander: {more:%} more <explode>explodes</>, {less:%} less <vanish>vanishes</>."
)
def _(steps: int, dim: int, factor: float) -> Reached:
    return Reached(steps, critical=float(np.exp(-lyapunov_exponent(dim))), more=factor - 1, less=1 - 1 / factor)
