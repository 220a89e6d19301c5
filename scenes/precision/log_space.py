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
        x="probabilities",
        heading="exponent e",
        note="of the product; below a dash: 0",
        roles={"": "keep"},
    ),
    show(
        "readout",
        of={name: name for name in FORMATS} | {"number m": "mantissa", "exponent e": "exponent"},
        digits=3,
        heading="the product",
        note="in each format, and m · 2ᵉ",
        roles=dict.fromkeys(FORMATS, "data") | {"number m": "keep", "exponent e": "keep"},
    ),
    title="Many probabilities multiplied",
    statement="many probabilities multiplied: number formats end at 0 one by one, mantissa and exponent do not",
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
    return _multiplied(steps, seed, probability, True)


def _multiplied(steps: int, seed: int, probability: float, apart: bool) -> MatrixSequence:
    """Return the products in every format, and as mantissa and exponent if these are kept apart."""
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
            mantissa = mantissa * float(values[step])
            if apart:
                half, shift = (float(x) for x in np.frexp(mantissa))
                mantissa, exponent = 2 * half, exponent + int(shift) - 1
    series |= {"mantissa": mantissas, "exponent": exponents}
    # Below half of the smallest number all is rounded to 0.
    series |= {f"end {name}": np.full(steps + 1, _last_power(name) - 1.0) for name in FORMATS}
    return MatrixSequence(values[:, None, None], series=series)


def _zeros(name: str, values: FloatArray) -> int:
    """Return how many of the running products a format has to call 0: those of half its smallest number or less."""
    smallest = np.log2(float(np.finfo(FORMATS[name]).smallest_subnormal))
    return int(np.count_nonzero(np.cumsum(np.log2(values)) <= smallest - 1))


def _exact_log10(values: FloatArray) -> float:
    """Return log10 of a product, multiplied in whole numbers of any length."""
    exact, exponent = 1, 0
    for value in values:
        top, bottom = float(value).as_integer_ratio()
        exact, exponent = exact * top, exponent + bottom.bit_length() - 1
    shift = max(exact.bit_length() - 64, 0)
    return (log2(exact >> shift) + (shift - exponent)) / log2(10)


def _not_apart(steps: int, seed: int, probability: float) -> MatrixSequence:
    """Return the same with a number that is multiplied as it is, and an exponent that stays 0."""
    return _multiplied(steps, seed, probability, False)


@log_space.claim("formats end at 0, the exponent does not: off / allowed", headline=True, counterexample=_not_apart)
def _(series: Mapping[str, FloatArray], steps: int, seed: int, probability: float) -> Claimed:
    values = probabilities(steps, seed, probability)
    mantissa, exponent = float(series["mantissa"][-1]), float(series["exponent"][-1])
    size = (log2(mantissa) + exponent) / log2(10) if mantissa else -1e9
    off = abs(size - _exact_log10(values)) / _allowed(steps, size)
    zeros = [abs(np.count_nonzero(series[name] == 0) - _zeros(name, values)) for name in FORMATS]
    return Claimed(
        float(max(off, max(zeros) / 2)),
        0.0,
        1.0,
        "Formats are 0 from where the product is below half their smallest number, but for 2 factors; number and "
        "exponent are the product in whole numbers, up to rounding.",
    )


for _format in ("float64", "float32", "float16"):

    @log_space.claim(f"products that {_format} calls 0")
    def _(series: Mapping[str, FloatArray], steps: int, seed: int, probability: float, name: str = _format) -> Claimed:
        return Claimed(
            float(np.count_nonzero(series[name] == 0)),
            float(_zeros(name, probabilities(steps, seed, probability))),
            2.0,
            "Below the normal range a number is off by up to its last digit, and each factor at least halves it.",
        )


@log_space.claim("error of the log10")
def _(product: Trajectory, steps: int, seed: int, probability: float) -> Claimed:
    found = float(product.log10_spectral_norm[-1])
    return Claimed(
        abs(found - _exact_log10(probabilities(steps, seed, probability))),
        0.0,
        _allowed(steps, found),
        "Each of T products rounds by eps / 2, and their logarithm by eps of its own size.",
    )


def _allowed(steps: int, log10: float) -> float:
    """Return by how much a logarithm of a product of so many factors may be off by rounding."""
    return float(4 * np.finfo(float).eps * (steps + 1 + abs(log10)))


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
