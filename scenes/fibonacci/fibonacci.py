"""The Fibonacci matrix, one multiplication a beat."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Trajectory, repeated, scene, show
from scenes.fibonacci._common import EPS, GOLDEN, MATRIX, exact_power


@scene(
    show("scaled_matrix", numbers=True, heading="F{step:^}", note="colour: share of the largest"),
    show(
        "series",
        of={"": "log10 of F(t)", "theory: 1.618ᵗ / √5": "log10 of φᵗ / √5"},
        theory=("theory: 1.618ᵗ / √5",),
        heading="top right entry",
        note="the Fibonacci number F(t)",
    ),
    title="Fibonacci by multiplication",
    statement="from the identity, one multiplication a beat: the entries are Fibonacci numbers",
    opening="F has the rows 0 1 and 1 1. Powers of F, from F⁰ = I on: watch the top right entry.",
    running="F{step:^}: {before:9} and {now:9} at the top; each new number is the sum of the two before it.",
    counter="power",
    symbol="F",
    explain=4,
    fps="2.5",
    covers=(3, 4, 5),
)
def fibonacci(steps: Annotated[int, Bounds(0, 1_000)] = 12) -> MatrixSequence:
    """Powers of [[0, 1], [1, 1]], from the identity on: F(t) stands at the top right."""
    entries = np.array([[float(number) for number in exact_power(t)] for t in range(steps + 1)])
    with np.errstate(divide="ignore"):
        growth = np.log10(entries[:, 1])
    series = {
        "before": entries[:, 0],
        "now": entries[:, 1],
        "next": entries[:, 2],
        "log10 of F(t)": np.where(np.isfinite(growth), growth, np.nan),
        "log10 of φᵗ / √5": np.arange(steps + 1) * np.log10(GOLDEN) - np.log10(5) / 2,
    }
    return repeated(MATRIX, steps, series)


@fibonacci.moment("{before:6} + {now:6} = {next:6}: the Fibonacci numbers, from row times column alone.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    step = 6
    if steps <= step:
        return None
    return Reached(step, **{name: float(series[name][step]) for name in ("before", "now", "next")})


@fibonacci.moment(
    "{older:9} + {before:9} = {now:9}, and 1.618{step:^}/√5 ≈ {golden:4}: each step multiplies by {ratio:4} now."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if steps < 8:
        return None
    before, now = (float(series[name][-1]) for name in ("before", "now"))
    golden = GOLDEN**steps / np.sqrt(5)
    return Reached(steps, older=now - before, before=before, now=now, golden=float(golden), ratio=now / before)


_EXACT = "Whole numbers below 2^53 are exact in float64; beyond, each sum rounds by eps / 2."


def _error_bound(steps: int) -> float:
    # Up to step 77 every entry is below 2^53, and every sum exact.
    return 0.0 if steps <= 77 else steps * EPS


@fibonacci.claim("F(t) at the end")
def _(product: Trajectory, steps: int) -> Claimed:
    exact = float(exact_power(steps)[1])
    return Claimed(float(product.matrix(steps)[0, 1]), exact, _error_bound(steps) * exact, _EXACT)


@fibonacci.claim("F(0), top right")
def _(product: Trajectory) -> Claimed:
    return Claimed(float(product.matrix(0)[0, 1]), 0.0, 0.0, "The power 0 is the identity.")


def _pell(steps: int) -> MatrixSequence:
    """Return powers of the matrix of the Pell numbers, 0, 1, 2, 5, 12 and so on."""
    fibonacci_matrix: MatrixSequence = fibonacci.function(steps)
    return repeated([[0, 1], [1, 2]], steps, fibonacci_matrix.series)


@fibonacci.claim("largest relative error", headline=True, counterexample=_pell)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Claimed:
    worst = 0.0
    for step in range(steps + 1):
        # What is drawn beside the matrix are its entries.
        drawn = [series[name][step] for name in ("before", "now", "next")]
        worst = max(worst, *(abs(a / max(b, 1) - b / max(b, 1)) for a, b in zip(drawn, exact_power(step), strict=True)))
        power = product.matrix(step)
        before, now, after = exact_power(step)
        for entry, exact in zip(power.ravel(), (before, now, now, after), strict=True):
            worst = max(worst, float(abs(Fraction(float(entry)) - exact) / max(exact, 1)))
    return Claimed(worst, 0.0, _error_bound(steps), _EXACT)
