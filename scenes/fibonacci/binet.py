"""The closed form of the Fibonacci numbers, and where float64 ends."""

from collections.abc import Mapping
from fractions import Fraction
from math import inf, isqrt, sqrt
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
from scenes.fibonacci._common import GOLDEN, MATRIX, fibonacci_numbers, first_wrong


def closed_form(power: int) -> float:
    """Return Binet's formula in float64: ``(λ₁ⁿ − λ₂ⁿ) / (λ₁ − λ₂)``."""
    return float((GOLDEN**power - (1 - GOLDEN) ** power) / sqrt(5))


def _float_products(steps: int) -> list[float]:
    """Return the top right entry of every power as float64 arithmetic has it."""
    product, entries = np.eye(2), []
    for _ in range(steps + 1):
        entries.append(float(product[0, 1]))
        product = MATRIX @ product
    return entries


def _log10(values: list[Fraction]) -> FloatArray:
    """Return log10 of the moduli, NaN for zero."""
    return np.array([np.log10(float(abs(v))) if v else np.nan for v in values])


def _recorded(steps: int, formula: list[float]) -> MatrixSequence:
    """Return powers with the errors of the formula's numbers and of the products, against exact integers."""
    exact = fibonacci_numbers(steps + 2)[: steps + 1]
    series = {}
    for name, found in {"formula": formula, "product": _float_products(steps)}.items():
        errors = [Fraction(value) - number for value, number in zip(found, exact, strict=True)]
        series[f"{name} error"] = _log10(errors)
        series[f"{name} miss"] = np.array([float(abs(round(value) - n)) for value, n in zip(found, exact, strict=True)])
    return repeated(MATRIX, steps, series)


@scene(
    show(
        "series",
        of={"formula": "formula error", "product": "product error"},
        roles={"formula": "explode", "product": "keep"},
        heading="error of F(n)",
        note="φ has 53 bits; error × 1.6 a step",
        marks={"off by 1/2": float(np.log10(0.5))},
        x="= n",
    ),
    show(
        "readout",
        of={"formula, rounded": "formula miss", "(1 1; 1 0) multiplied": "product miss"},
        roles={"formula, rounded": "explode", "(1 1; 1 0) multiplied": "keep"},
        heading="Fibonacci F(n), off by",
        note="0: exact",
    ),
    title="A formula for Fibonacci numbers",
    statement="Binet's formula by pow() against exact integers: φ has only 53 binary digits",
    opening="Binet’s formula: F(n) = (φⁿ − (1 − φ)ⁿ) / √5. But float64 cuts φ after 53 bits.",
    counter="n = {step}",
    fps="10",
    covers=(3, 7),
)
def binet(steps: Annotated[int, Bounds(0, 1_000)] = 88) -> MatrixSequence:
    """Fibonacci numbers by Binet's formula and by products in float64, against exact integers."""
    return _recorded(steps, [closed_form(n) for n in range(steps + 1)])


def _first_miss(series: Mapping[str, FloatArray], name: str) -> int | None:
    return first_step(series[f"{name} miss"] != 0)


@binet.moment(
    "At n = {step} the formula is off by <explode>{off}</>: F({step}) is {right}.",
    otherwise="Up to n = {steps} the formula, rounded, is right.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = _first_miss(series, "formula")
    if step is None:
        return None
    right = fibonacci_numbers(step + 1)[step]
    return Reached(step, right=right, off=int(series["formula miss"][step]))


@binet.moment(
    "Products of (1 1; 1 0) add whole numbers, exact up to 53 bits: F({step}) has more.",
    on="product error",
    note="needs over 53 bits",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = _first_miss(series, "product")
    return None if step is None else Reached(step)


@binet.moment(
    "The formula, rounded, is <explode>right up to n = {formula}</>, the matrix product <keep>up to n = {product}</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    formula, product = (_first_miss(series, name) for name in ("formula", "product"))
    return None if formula is None or product is None else Reached(steps, formula=formula - 1, product=product - 1)


def _with_all_digits(steps: int) -> MatrixSequence:
    """Return the same with a formula whose φ has all its digits, so that only its result is rounded."""
    return _recorded(steps, [float(number) for number in fibonacci_numbers(steps + 2)[: steps + 1]])


@binet.claim("formula fails at n", headline=True, counterexample=_with_all_digits)
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    # The first n for which the rounding of φ and √5 alone moves φⁿ / √5 by 1/2.
    scale = 10**60
    root = Fraction(isqrt(5 * scale**2), scale)
    golden_error = Fraction(GOLDEN) * 2 / (1 + root) - 1
    root_error = Fraction(sqrt(5)) / root - 1
    exact = fibonacci_numbers(steps + 2)
    moved = first_wrong([abs(exact[n] * (n * golden_error - root_error)) >= 0.5 for n in range(steps + 2)])
    failed = first_wrong([bool(miss) for miss in series["formula miss"]])
    # Within a step of the film's end it need not come any more.
    never = failed == inf and moved >= steps
    return Claimed(
        failed,
        inf if never else moved,
        0.0 if never else 1.0,
        "Power, difference and quotient add less rounding than the rounded φ grows by in one step.",
    )


@binet.claim("product fails at n")
def _(product: Trajectory, steps: int) -> Claimed:
    exact = fibonacci_numbers(steps + 2)[: steps + 1]
    entries = (product.matrix(step)[0, 1] for step in range(steps + 1))
    # The first F(n) that has more binary digits, up to the last 1, than float64 holds.
    lengths = [(n // (n & -n)).bit_length() if n else 0 for n in exact]
    return Claimed(
        first_wrong([int(entry) != number for entry, number in zip(entries, exact, strict=True)]),
        first_wrong([length > 53 for length in lengths]),
        0.0,
        "Sums that float64 can hold are exact.",
    )
