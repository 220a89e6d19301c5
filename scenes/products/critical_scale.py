"""The scale of random entries at which products neither grow nor shrink."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Record, Seed, scene, show
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
SCALES = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7])


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
    theory = lyapunov_exponent(dim) / LN10
    return {
        "above": (level + shift)[:, :WALKERS],
        "level": level[:, :WALKERS],
        "below": (level - shift)[:, :WALKERS],
        "slopes": np.where(t[:, None] > 0, mean[:, None] + np.log10(SCALES * critical), 0.0),
        "true slopes": np.broadcast_to(theory + np.log10(SCALES * critical), (steps + 1, len(SCALES))),
        "critical so far": np.where(t > 0, 10.0**-mean, np.nan),
        "critical": np.full(steps + 1, critical),
        "spread": lengths.std(axis=1, ddof=1),
    }


@scene(
    show("series", of={"above": "above", "critical": "level", "below": "below"}, heading="length of vectors"),
    show(
        "bars",
        of="slopes",
        heading="decades per step, by scale / critical",
        reference="true slopes",
        labels=[f"{s:.1f}" for s in SCALES],
        limits=(-0.5, 0.5),
    ),
    show(
        "readout",
        of={"critical scale so far": "critical so far", "exp(−μ₁)": "critical", "spread, decades": "spread"},
        heading="measured",
    ),
    "claims",
    title="Critical scale",
    statement="the scale of the entries decides: at exp(−μ₁) products neither grow nor shrink, but wander",
    poster=0.75,
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
