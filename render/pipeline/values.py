"""Several values of one parameter, as ``spectral_radius=0.8:1.2:9``, ``dim=4,16,64`` or ``seed=0:16``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np

from render.errors import UsageError
from render.text import brief, suggestion
from scenes import Parameter, ParameterError

# More values than these are a slip of the pen.
_MOST = 100_000
# As many values has a slider that was not told otherwise.
_USUAL = 9
# Digits before and behind the point of float64's numbers. Further ones would be written out, however many they are.
_MOST_DIGITS, _MOST_PLACES = 308, 324


def values_of(text: str, parameters: Sequence[Parameter]) -> tuple[str, list[Any]]:
    """Return the name of a parameter and its values.

    Parameters
    ----------
    text : str
        ``NAME=VALUE,VALUE,…``, or for numbers a range. ``LOW:HIGH:COUNT`` is so many numbers from the least to the
        greatest, and ``LOW:HIGH:STEP`` with a point in the step all from the least on by that step; of whole numbers,
        ``LOW:HIGH`` and ``LOW:HIGH:STEP`` are those below the highest, as in Python.
    parameters : sequence of Parameter
        The scene's parameters.

    Raises
    ------
    UsageError
        If there is no such parameter, or these are no values of it.
    """
    name, equals, listed = text.partition("=")
    name = name.strip().replace("-", "_")
    known = {parameter.name: parameter for parameter in parameters}
    if not equals or not listed.strip():
        raise UsageError(f"over must be a parameter and its values, as dim=4,16,64, but it is {brief(text)}")
    if name not in known:
        raise UsageError(f"there is no parameter {name!r}, {suggestion(name, known)}")
    parameter = known[name]
    if ":" in listed and parameter.kind in (int, float):
        words = _range_of(listed, parameter)
    else:
        words = [word.strip() for word in listed.split(",")]
    try:
        values = [parameter.check(parameter.parse(word)) for word in words]
    except ParameterError as error:
        raise UsageError(str(error)) from None
    if len(set(values)) < len(values):
        raise UsageError(f"over has a value of {name} twice, so leave one out")
    return name, values


def _range_of(text: str, parameter: Parameter) -> list[str]:
    """Return the numbers of a range, written out; fractions keep ends and steps exact."""
    parts = [part.strip() for part in text.split(":")]
    whole = parameter.kind is int
    try:
        low, high, *rest = map(_exactly, parts)
    except (ValueError, InvalidOperation):
        low = high = Fraction(0)
        rest = []
    if high <= low or len(rest) > 1 or (not whole and not rest) or (rest and rest[0] <= 0):
        wanted = "LOW:HIGH or LOW:HIGH:STEP" if whole else "LOW:HIGH:COUNT or LOW:HIGH:STEP"
        raise UsageError(f"a range of {parameter.name} is {wanted}, but it is {brief(text)}")
    if whole:
        step = rest[0] if rest else Fraction(1)
        count = -((low - high) // step)
    elif "." in parts[2] or "e" in parts[2].lower():
        step = rest[0]
        count = (high - low) // step + 1
    else:
        count = int(rest[0])
        step = (high - low) / max(count - 1, 1)
    if count > _MOST or count < 2:
        counted = f"{count:,}" if count <= _MOST**2 else "many more"
        raise UsageError(f"a range has from 2 to {_MOST:,} values, but {brief(text)} has {counted}")
    numbers = (low + index * step for index in range(int(count)))
    return [str(int(single)) if whole and single.denominator == 1 else repr(float(single)) for single in numbers]


def _exactly(text: str) -> Fraction:
    """Return a decimal number as a fraction.

    Raises
    ------
    ValueError, InvalidOperation
        If it is none, or none of those that float64 has.
    """
    number = Decimal(text)
    if not number.is_finite() or (number and not -_MOST_PLACES <= number.adjusted() < _MOST_DIGITS):
        raise ValueError
    return Fraction(number)


def are_several(value: object) -> bool:
    """Whether something holds the values of a parameter, instead of being one: a list, or a row of an array."""
    return isinstance(value, (tuple, list, range)) or (isinstance(value, np.ndarray) and value.ndim == 1)


def listed(name: str, values: Sequence[Any]) -> str:
    """Return the values of a parameter as a command line has them.

    Parameters
    ----------
    name : str
        The parameter.
    values : sequence
        A tuple of two or three numbers is the least, the greatest and their number, which is nine without; between
        whole numbers there may be fewer. Anything else are the values themselves.

    Raises
    ------
    UsageError
        If these are no values.
    """
    # A number of NumPy's is written as Python writes its own.
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    if not plain:
        raise UsageError(f"{name} has no values, so give some, as {name}=(0.8, 1.2)")
    if not isinstance(values, tuple):
        return ",".join(map(str, plain))
    values = tuple(plain)
    if len(values) not in (2, 3) or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        raise UsageError(
            f"{name} as a tuple must be the least, the greatest and the number of values, but it is {brief(values)}"
        )
    low, high, count = (*values, _USUAL)[:3]
    if not (all(map(math.isfinite, values)) and high > low and 2 <= count <= _MOST and count == int(count)):
        raise UsageError(
            f"{name} must rise from the least to the greatest value in 2 or more, but it is {brief(values)}"
        )
    if not (isinstance(low, int) and isinstance(high, int)):
        return f"{low!r}:{high!r}:{int(count)}"
    # Whole numbers are as evenly spread as they can be.
    count = min(int(count), high - low + 1)
    return ",".join(str(low + round(Fraction(index * (high - low), count - 1))) for index in range(count))
