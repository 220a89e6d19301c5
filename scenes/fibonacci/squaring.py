"""Fewer products for the same power of the Fibonacci matrix."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Trajectory, scene, show
from scenes.fibonacci._common import EPS, MATRIX, exact_power

# The last power whose entries float64 adds up without rounding.
_EXACT = 77


def by_squaring(power: int) -> tuple[list[int], FloatArray]:
    """Return the exponents reached by one product after the other, and the power.

    Left to right through the binary digits: square for each, and multiply once more where it is 1
    (D. Knuth, The Art of Computer Programming, vol. 2, 4.6.3).
    """
    exponents, product = [1], MATRIX
    for digit in f"{power:b}"[1:]:
        product = product @ product
        exponents.append(2 * exponents[-1])
        if digit == "1":
            product = MATRIX @ product
            exponents.append(exponents[-1] + 1)
    return exponents, product


def _recorded(power: int, exponents: list[int]) -> MatrixSequence:
    """Return the products one by one, with the powers that another way reaches beside them."""
    made = np.arange(power)
    products = np.minimum(made, len(exponents) - 1)
    reached = np.array(exponents)[products]
    matrices = np.array([_entries(exponent) for exponent in exponents])[products]
    series = {
        "by squaring": reached,
        "one by one": made + 1,
        "squarings": products,
        "squared": matrices,
    }
    return MatrixSequence(np.broadcast_to(MATRIX, (power - 1, 2, 2)), initial=MATRIX, series=series)


def _entries(power: int) -> list[list[float]]:
    before, here, after = (float(number) for number in exact_power(power))
    return [[before, here], [here, after]]


@scene(
    show(
        "tree",
        of="squared",
        exponents="by squaring",
        symbol="F",
        heading="by squaring",
        note="each made from the last one; top right: Fibonacci number n",
    ),
    show(
        "series",
        of={"squaring": "by squaring", "one by one": "one by one"},
        roles={"squaring": "keep", "one by one": "data"},
        heading="power reached",
        scale="linear",
        note="after so many multiplications",
    ),
    title="Repeated squaring",
    statement="to the power {power}: each further binary digit doubles the exponent, and a 1 adds one",
    opening="F is the Fibonacci matrix. Two ways to F{power:^}: squaring, or multiplying one by one.",
    counter="multiplication",
    arrange="stacked",
    fps="5",
    covers=(6,),
)
def squaring(power: Annotated[int, Bounds(1, 1_000)] = 64) -> MatrixSequence:
    """Repeated squaring reaches a power in some log₂ n products; one by one it takes n − 1.

    Parameters
    ----------
    power : int
        The power n to which the Fibonacci matrix is raised.
    """
    return _recorded(power, by_squaring(power)[0])


@squaring.moment(
    "By squaring, <keep>{step} multiplications</> reach F{power:^}; one by one they reach only F{other:^}.",
    on="by squaring",
    note="after {step}",
)
def _(series: Mapping[str, FloatArray], steps: int, power: int) -> Reached | None:
    step = int(series["squarings"][-1])
    # Up to the power 3 both ways are one.
    return Reached(step, other=int(series["one by one"][step])) if step < steps else None


@squaring.moment("Both reach F({power}) = {entry}: one by one in {steps}, by squaring <keep>in {count}</>.")
def _(series: Mapping[str, FloatArray], steps: int, power: int) -> Reached:
    exact = exact_power(power)[1]
    return Reached(steps, entry=exact if power <= _EXACT else float(exact), count=int(series["squarings"][-1]))


@squaring.claim("products, squaring")
def _(series: Mapping[str, FloatArray], power: int) -> Claimed:
    # ⌊log₂ n⌋ squarings, and one product for every further digit 1.
    products = power.bit_length() + power.bit_count() - 2
    return Claimed(float(series["squarings"][-1]), float(products), 0.0, "Products are counted.")


@squaring.claim("products, one by one")
def _(steps: int, power: int) -> Claimed:
    return Claimed(float(steps), float(power - 1), 0.0, "Products are counted.")


@squaring.claim("relative error of F(n)")
def _(product: Trajectory, steps: int, power: int) -> Claimed:
    exact = exact_power(power)[1]
    ways = product.matrix(steps), by_squaring(power)[1]
    return Claimed(
        max(float(abs(Fraction(float(way[0, 1])) - exact) / exact) for way in ways),
        0.0,
        0.0 if power <= _EXACT else 2 * power * EPS,
        "Whole numbers below 2^53 are exact in float64; beyond, each sum rounds by eps / 2.",
    )


def _one_by_one(power: int) -> MatrixSequence:
    """Return the same without a single squaring."""
    return _recorded(power, list(range(1, power + 1)))


@squaring.claim("exponents out of line", headline=True, counterexample=_one_by_one)
def _(series: Mapping[str, FloatArray], power: int) -> Claimed:
    reached = list(dict.fromkeys(int(exponent) for exponent in series["by squaring"]))
    # The first digits of n are n shifted to the right; where they end in 1, the even number came before.
    prefixes = [power >> shift for shift in reversed(range(power.bit_length()))]
    wanted = list(dict.fromkeys(number for prefix in prefixes for number in (max(prefix & ~1, 1), prefix)))
    shared = sum(a == b for a, b in zip(reached, wanted, strict=False))
    return Claimed(float(max(len(reached), len(wanted)) - shared), 0.0, 0.0, "Exponents are counted.")
