"""Ratios of consecutive Fibonacci numbers."""

from collections.abc import Mapping
from fractions import Fraction
from math import log10
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Trajectory,
    first_step,
    repeated,
    scene,
    show,
)
from scenes.fibonacci._common import EPS, GOLDEN, MATRIX, fibonacci_numbers, first_wrong

# F(7) = 13, from which the guesses begin.
_SEVENTH = 7


@scene(
    show(
        "series",
        of={"ratio": "ratio", "φ = 1.618": "φ"},
        theory=("φ = 1.618",),
        heading="F(t + 1) / F(t)",
        note="each Fibonacci number divided by the one before",
        scale="linear",
        limits=(1, 2),
        x="= t",
        values=False,
    ),
    show(
        "series",
        of={"ratio": "error", "÷ 2.618 a step": "envelope"},
        theory=("÷ 2.618 a step",),
        heading="distance from φ",
        note="φ: the largest eigenvalue of the matrix with rows 0 1 and 1 1",
        x="= t",
    ),
    title="Golden ratio",
    statement="the ratio of consecutive Fibonacci numbers closes in on the largest eigenvalue, φ",
    opening="Powers of the matrix with rows 0 1 and 1 1 hold F(t). Divide each by the one before.",
    running="{next} / {now} = {ratio}: the ratio swings about φ, each time closer.",
    counter="t = {step}",
    arrange="stacked",
    fps="5",
    covers=(13, 14),
)
def golden_ratio(steps: Annotated[int, Bounds(0, 70)] = 24) -> MatrixSequence:
    """Ratios of consecutive Fibonacci numbers close in on φ; 13 · 1.618ᵗ gives the next ones, for a while."""
    numbers = np.array(fibonacci_numbers(steps + _SEVENTH + 1), float)
    with np.errstate(divide="ignore"):
        ratio = numbers[1 : steps + 2] / numbers[: steps + 1]
        error = np.log10(np.abs(ratio - GOLDEN))
    t = np.arange(steps + 1)
    guess = np.round(13 * 1.618**t)
    series = {
        "now": numbers[: steps + 1],
        "next": numbers[1 : steps + 2],
        "ratio": np.where(np.isfinite(ratio), ratio, np.nan),
        "φ": np.full(steps + 1, GOLDEN),
        "error": np.where(np.isfinite(error), error, np.nan),
        "envelope": np.log10(5) / 2 - 2 * t * np.log10(GOLDEN),
        "guess": guess,
        "exact": numbers[_SEVENTH:],
        "miss": guess - numbers[_SEVENTH:],
    }
    return repeated(MATRIX, steps, series)


@golden_ratio.moment(
    "After {step} steps {next} / {now} is within 0.01 of <theory>φ = {golden:4}</>, the largest eigenvalue.",
    on="error",
    note="within 0.01",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["error"] < -2)
    if step is None:
        return None
    return Reached(step, now=int(series["now"][step]), next=int(series["next"][step]), golden=GOLDEN)


@golden_ratio.moment("Step {step}: with φ cut to 1.618, 13 · 1.618{step:^} gives {guess}, the number is {exact}.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["miss"] != 0)
    if step is None:
        return None
    return Reached(step, guess=int(series["guess"][step]), exact=int(series["exact"][step]))


@golden_ratio.moment(
    "F({after}) / F({steps}) misses φ by {distance:log10}: each step is about {factor:4} times nearer.",
    otherwise="F(1) / F(0) is 1 / 0: there is no ratio yet.",
)
def _(steps: int) -> Reached | None:
    if not steps:
        return None
    # F(t + 1) / F(t) − φ is (−1/φ)ᵗ / F(t).
    distance = log10(GOLDEN**-steps / fibonacci_numbers(steps + 1)[steps])
    return Reached(steps, after=steps + 1, distance=distance, factor=GOLDEN**2)


@golden_ratio.claim("log10 error, by t = 16")
def _(product: Trajectory, steps: int) -> Claimed:
    reason = "The ratio rounds by eps, which is eps / error of the error."
    if not steps:
        return Claimed(0.0, 0.0, 8 * EPS, reason)
    t = min(steps, 16)
    power = product.matrix(t)
    # F(t + 1) − φ F(t) is (−1/φ)ᵗ.
    expected = float(-t * np.log10(GOLDEN) - np.log10(fibonacci_numbers(t + 1)[t]))
    found = float(np.log10(abs(power[1, 1] / power[0, 1] - GOLDEN)))
    return Claimed(found, expected, 8 * EPS * 10**-expected, reason)


@golden_ratio.claim("1.618 fails at t")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    exact = fibonacci_numbers(steps + _SEVENTH + 1)[_SEVENTH:]
    # The first distance of 1/2 or more in rational arithmetic.
    far = [abs(Fraction(13 * 1618**t, 1000**t) - number) >= Fraction(1, 2) for t, number in enumerate(exact)]
    return Claimed(
        first_wrong([int(guess) != number for guess, number in zip(series["guess"], exact, strict=True)]),
        first_wrong(far),
        0.0,
        "The first failure is far enough from 1/2 for float64 to see it.",
    )


def _silver(steps: int) -> MatrixSequence:
    """Return powers of the matrix of the Pell numbers, whose ratios close in on 1 + √2."""
    return repeated([[0, 1], [1, 2]], steps)


@golden_ratio.claim("ratios: off / allowed", headline=True, counterexample=_silver)
def _(product: Trajectory, steps: int) -> Claimed:
    worst, exact = 0.0, fibonacci_numbers(steps + 2)
    for t in range(1, steps + 1):
        power = product.matrix(t)
        # F(t + 1) / F(t) − φ is (−1/φ)ᵗ / F(t); the ratio itself rounds by a few eps.
        away = power[1, 1] / power[0, 1] - GOLDEN - (-1 / GOLDEN) ** t / exact[t]
        wrong = power[0, 1] / exact[t] - 1
        worst = max(worst, abs(float(away)) / (8 * EPS), abs(float(wrong)) / (8 * EPS))
    if steps:
        worst = max(worst, abs(float(10 ** product.eigenvalues(1)[0].max()) - GOLDEN) / (8 * EPS))
    return Claimed(worst, 0.0, 1.0, "Allowed are 8 eps: entries, eigenvalue, ratio and φ round by a few eps.")
