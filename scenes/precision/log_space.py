"""A product of many probabilities, as mantissa and exponent."""

from collections.abc import Mapping
from math import log2
from typing import Annotated

import numpy as np

from scenes import (
    FORMATS,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    scene,
    show,
)


def probabilities(steps: int, seed: int, typical: float) -> FloatArray:
    """Return numbers of at most 1/2 whose logarithms are uniform.

    Parameters
    ----------
    steps : int
        How many.
    seed : int
        Seed of `numpy.random.default_rng`.
    typical : float
        Their geometric mean, at most 1/2.

    Returns
    -------
    ndarray, shape (steps,)
    """
    return np.asarray(0.5 * (2 * typical) ** (2 * np.random.default_rng(seed).random(steps)))


def _last_power(name: str) -> int:
    """Return the power of two that is the smallest number of a format above 0."""
    return round(log2(float(np.finfo(FORMATS[name]).smallest_subnormal)))


@scene(
    show(
        "series",
        of={"": "exponent"} | {f"{name} ends": f"end {name}" for name in FORMATS},
        theory=tuple(f"{name} ends" for name in FORMATS),
        scale="linear",
        values=False,
        heading="exponent e",
        note="line: the product is m · 2ᵉ",
        roles={"": "keep"},
    ),
    show(
        "readout",
        of={name: name for name in FORMATS} | {"number m": "mantissa", "exponent e": "exponent"},
        digits=3,
        heading="the product",
        note="in each format",
        roles=dict.fromkeys(FORMATS, "data") | {"number m": "keep", "exponent e": "keep"},
    ),
    title="Many probabilities multiplied",
    statement="many probabilities multiplied: every format ends at 0, mantissa and exponent do not",
    opening="{steps} probabilities, typically {probability:3}, are multiplied. What is left of the product?",
    counter="factor",
    poster=1.0,
    covers=(49,),
)
def log_space(
    steps: Annotated[int, Bounds(0, 1_000)] = 180,
    seed: Seed = 0,
    probability: Annotated[float, Bounds(0.001, 0.5)] = 0.01,
) -> MatrixSequence:
    """Products of many probabilities underflow in every format, but not as mantissa and exponent.

    Parameters
    ----------
    probability : float
        Geometric mean of the probabilities.
    """
    values = probabilities(steps, seed, probability)
    series: dict[str, FloatArray] = {}
    for name, kind in FORMATS.items():
        product, track = kind(1), np.ones(steps + 1)
        for step, value in enumerate(values, 1):
            product = product * kind(value)
            track[step] = product
        series[name] = track
    mantissas, exponents = np.empty(steps + 1), np.empty(steps + 1)
    mantissa, exponent = 1.0, 0
    for step in range(steps + 1):
        mantissas[step], exponents[step] = mantissa, exponent
        if step < steps:
            half, shift = (float(x) for x in np.frexp(mantissa * values[step]))
            mantissa, exponent = 2 * half, exponent + int(shift) - 1
    series |= {"mantissa": mantissas, "exponent": exponents}
    # Below half of the smallest number all is rounded to 0.
    series |= {f"end {name}": np.full(steps + 1, _last_power(name) - 1.0) for name in FORMATS}
    return MatrixSequence(values[:, None, None], series=series)


for _format in ("float64", "float32", "float16"):

    @log_space.claim(f"{_format} is 0 from step")
    def _(series: Mapping[str, FloatArray], steps: int, seed: int, probability: float, name: str = _format) -> Claimed:
        zero = series[name] == 0
        values = probabilities(steps, seed, probability)
        below = np.cumsum(np.log2(values)) <= np.log2(float(np.finfo(FORMATS[name]).smallest_subnormal)) - 1
        return Claimed(
            float(zero.argmax() if zero.any() else steps + 1),
            float(below.argmax() + 1 if below.any() else steps + 1),
            2.0,
            "Below the normal range a number is off by up to its last digit, and each factor at least halves it.",
        )


def _exact_log10(values: FloatArray) -> float:
    """Return log10 of a product, multiplied in whole numbers of any length."""
    exact, exponent = 1, 0
    for value in values:
        top, bottom = float(value).as_integer_ratio()
        exact, exponent = exact * top, exponent + bottom.bit_length() - 1
    shift = max(exact.bit_length() - 64, 0)
    return (log2(exact >> shift) + (shift - exponent)) / log2(10)


@log_space.claim("error of the log10")
def _(product: Trajectory, steps: int, seed: int, probability: float) -> Claimed:
    found = product.log10_spectral_norm[-1]
    return Claimed(
        abs(float(found) - _exact_log10(probabilities(steps, seed, probability))),
        0.0,
        float(4 * np.finfo(float).eps * (steps + 1 + abs(found))),
        "Each of T products rounds by eps / 2, and their logarithm by eps of its own size.",
    )


for _format in FORMATS:

    @log_space.moment(
        f"After {{step}} factors <warn>{_format} says 0</>: it has no number below 2{{power:^}}.",
        otherwise=f"Within {{steps}} factors {_format} does not say 0.",
    )
    def _(series: Mapping[str, FloatArray], name: str = _format) -> Reached | None:
        step = first_step(series[name] == 0)
        return None if step is None else Reached(step, power=_last_power(name))


@log_space.moment("<keep>Kept as number and exponent</> the product is still there: {number:3}·2{power:^}.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, number=series["mantissa"][-1], power=int(series["exponent"][-1]))
