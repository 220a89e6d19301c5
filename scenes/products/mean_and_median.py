"""Lengths of vectors behind fresh Xavier layers: the mean square stays, the typical vector dies."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    last_change,
    log_chi_square,
    polygamma,
    scene,
    show,
)
from scenes.products._common import HEADLINE_SIGMAS, share, slope_error

# Independent runs: enough for the median, few enough to be built while one waits. Of them some are drawn.
_RUNS, _DRAWN = 4000, 50
# Standard deviations that a claim allows a sample.
_SIGMAS = 5.0


def _sequence(steps: int, dim: int, seed: int, scale: float) -> MatrixSequence:
    """Return the first run's layers, of Xavier's size times `scale`, with the lengths of all runs' vectors."""
    rng = np.random.default_rng([seed, 0])
    vectors = np.tile(np.eye(dim)[0], (_RUNS, 1))
    first, logs, ratios = np.empty((steps, dim, dim)), np.zeros((steps + 1, _RUNS)), np.ones(steps + 1)
    total = 0.0
    for step in range(steps):
        layers = scale * rng.standard_normal((_RUNS, dim, dim)) / np.sqrt(dim)
        first[step] = layers[0]
        moved = np.einsum("rij,rj->ri", layers, vectors)
        length = np.linalg.norm(moved, axis=1)
        vectors = moved / length[:, None]
        logs[step + 1] = logs[step] + np.log10(length)
        total += float((length**2).mean())
        ratios[step + 1] = total / (step + 1)
    squares = np.sort(10 ** (2 * (logs - logs.max(axis=1, keepdims=True))), axis=1)
    series = {
        "runs": logs[:, :_DRAWN],
        "median": np.median(logs, axis=1),
        "mean log": logs.mean(axis=1),
        "expectation": np.zeros(steps + 1),
        "share": squares[:, -_RUNS // 100 :].sum(axis=1) / squares.sum(axis=1),
        "ratio": ratios,
    }
    return MatrixSequence(first, series=series)


@scene(
    show(
        "series",
        of={"typical": "median", "mean square": "expectation", "runs": "runs"},
        theory=("mean square",),
        heading="length, 50 of 4,000 runs",
        note="× fresh {dim} × {dim} Xavier layers",
        roles={"typical": "vanish", "runs": "data"},
    ),
    show(
        "series",
        of="share",
        scale="linear",
        limits=(0, 1),
        unit="%",
        heading="longest 1 % hold",
        note="of all squared lengths",
    ),
    title="Mean and median",
    statement="Xavier keeps the mean of squared lengths, and yet the typical vector dies",
    opening="A vector goes through fresh Xavier layers, made to keep the mean of squared lengths.",
    counter="layer",
    fps="10",
    poster=1.0,
    covers=(65,),
)
def mean_and_median(
    steps: Annotated[int, Bounds(0, 300)] = 64,
    dim: Annotated[int, Bounds(2, 16)] = 4,
    seed: Seed = 0,
) -> MatrixSequence:
    """Lengths of vectors behind fresh Xavier layers: the mean square stays, the median falls exponentially.

    The mean is kept by ever fewer, ever larger exceptions.
    """
    return _sequence(steps, dim, seed, 1.0)


def _typical(steps: int, dim: int) -> tuple[float, float, float]:
    """Return mean, variance and third cumulant of ``ln ‖v_T‖`` for fresh layers of variance 1 / n."""
    mean, variance = log_chi_square(dim)
    return steps * mean / 2, steps * variance / 4, steps * polygamma(2, dim / 2) / 8


def _log_median(steps: int, dim: int) -> float:
    """Return the median of ``ln ‖v_T‖``: its mean, corrected for skewness (Cornish and Fisher, 1938)."""
    mean, variance, third = _typical(steps, dim)
    return float(mean - (third / (6 * variance) if variance else 0.0))


def _median_error(steps: int, dim: int, sigmas: float) -> float:
    """Return how far the median over all runs may be from that."""
    _, variance, third = _typical(steps, dim)
    # The sample median strays by √(π / 2) σ / √N; the correction's own error falls with T.
    skew = abs(third) / (6 * variance) / max(steps, 1) if variance else 0.0
    return float(sigmas * np.sqrt(np.pi / 2 * variance / _RUNS) + skew)


@mean_and_median.claim("median norm at last")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    expected = float(np.exp(_log_median(steps, dim)))
    return Claimed(
        float(10 ** series["median"][-1]),
        expected,
        float(expected * np.expm1(_median_error(steps, dim, _SIGMAS))),
        "Five deviations of a sample median, and what is left of the skewness.",
    )


@mean_and_median.claim("mean of log10 ‖v‖")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    mean, variance, _ = _typical(steps, dim)
    return Claimed(
        float(series["mean log"][-1]),
        float(mean / np.log(10)),
        float(_SIGMAS * np.sqrt(variance / _RUNS) / np.log(10) + 1e-12),
        "Five deviations of the mean of so many sums of log χ².",
    )


@mean_and_median.claim("mean ‖Wv‖² / ‖v‖²")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    return Claimed(
        float(series["ratio"][-1]),
        1.0,
        float(_SIGMAS * np.sqrt(2 / dim / _RUNS / max(steps, 1))),
        "Five deviations of the mean of as many χ² as there are runs and layers.",
    )


@mean_and_median.claim("‖P e₁‖ − first run")
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Claimed:
    mantissa, exponent = product.product(steps)
    # Brought near 1, so that squares do not underflow.
    shift = int(np.frexp(np.abs(mantissa).max())[1])
    with np.errstate(divide="ignore"):
        length = np.log10(np.linalg.norm(np.ldexp(mantissa, -shift)[:, 0])) + (exponent + shift) * np.log10(2)
    return Claimed(
        float(abs(length - series["runs"][-1, 0])),
        0.0,
        1e-6,
        "A product's column loses what its norm exceeds it by.",
    )


def _typical_kept(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return layers so much larger that the typical vector keeps its length; the mean square then explodes."""
    return _sequence(steps, dim, seed, float(np.exp(-log_chi_square(dim)[0] / 2)))


@mean_and_median.claim("means: off / allowed", headline=True, counterexample=_typical_kept)
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    layers = _RUNS * max(steps, 1)
    # A mean of N squares of normal numbers: B. Laurent, P. Massart, Annals of Statistics 28, 2000, lemma 1.
    squares = dim * layers
    kept = HEADLINE_SIGMAS * np.sqrt(2 / squares) + HEADLINE_SIGMAS**2 / squares
    off = [
        share(series["ratio"][-1] - 1, kept),
        share(
            series["mean log"][-1] - _typical(steps, dim)[0] / np.log(10),
            steps * slope_error(dim, layers, HEADLINE_SIGMAS),
        ),
        share(
            series["median"][-1] - _log_median(steps, dim) / np.log(10),
            _median_error(steps, dim, HEADLINE_SIGMAS) / np.log(10),
        ),
    ]
    return Claimed(max(off), 0.0, 1.0, "Allowed are 6 deviations of each, and what is left of the median's skewness.")


@mean_and_median.moment(
    "After {step} layers the top 1 % of the runs hold <data>most of the mean square</>.",
    otherwise="Within {steps} layers the top 1 % of the runs do not come to hold most of the mean square.",
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return last_change(series["share"] > 0.5)


@mean_and_median.moment(
    "Mean square 1, and yet the typical vector <vanish>shrinks</> to {median:log10} in {steps} layers."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    return Reached(steps, median=series["median"][-1]) if steps else None
