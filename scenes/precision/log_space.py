"""A product of many probabilities, as mantissa and exponent."""

from collections.abc import Mapping
from math import log2
from typing import Annotated

import numpy as np

from scenes import FORMATS, Bounds, Claimed, FloatArray, MatrixSequence, Seed, Trajectory, scene, show


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


@scene(
    show(
        "series",
        of={"float16": "log16", "float32": "log32", "float64": "log64", "m · 2ᵉ": "log10_spectral_norm"},
        heading="product of probabilities",
    ),
    show("series", of="mantissa", heading="mantissa m", scale="linear", limits=(0.5, 1)),
    show("readout", of={name: name for name in FORMATS} | {"exponent e": "exponent"}, heading="what is left"),
    "claims",
    title="Log space",
    statement="many probabilities multiplied: every format ends at 0, mantissa and exponent do not",
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
        with np.errstate(divide="ignore"):
            series[f"log{name[5:]}"] = np.where(track > 0, np.log10(track), np.nan)
    mantissas, exponents = np.empty(steps + 1), np.empty(steps + 1)
    mantissa, exponent = 0.5, 1
    for step in range(steps + 1):
        mantissas[step], exponents[step] = mantissa, exponent
        if step < steps:
            mantissa, shift = (float(x) for x in np.frexp(mantissa * values[step]))
            exponent += int(shift)
    series |= {"mantissa": mantissas, "exponent": exponents}
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
