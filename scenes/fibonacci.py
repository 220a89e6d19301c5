"""The Fibonacci matrix: its powers, its spectrum, and how far float64 goes with either."""

from collections.abc import Mapping
from fractions import Fraction
from math import isqrt, sqrt
from typing import Annotated, Any

import numpy as np

from scenes._scene import Bounds, Claim, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

_EPS = float(np.finfo(float).eps)
_MATRIX = np.array([[0.0, 1.0], [1.0, 1.0]])
_GOLDEN = (1 + sqrt(5)) / 2


def _fibonacci(count: int) -> list[int]:
    """Return the exact numbers F(0) … F(count − 1)."""
    numbers = [0, 1]
    while len(numbers) < count:
        numbers.append(numbers[-1] + numbers[-2])
    return numbers[:count]


def _exact_power(power: int) -> list[int]:
    """Return ``F(n − 1), F(n), F(n + 1)``, the entries of the matrix's n-th power."""
    numbers = [1, *_fibonacci(power + 2)]
    return numbers[power : power + 3]


def _log10(values: list[Fraction]) -> FloatArray:
    """Return log10 of the moduli, NaN for zero."""
    return np.array([np.log10(float(abs(v))) if v else np.nan for v in values])


# One multiplication a beat.


def _worst_entry(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the largest relative error of any entry of any power, against exact integers."""
    worst = 0.0
    for step in range(trajectory.steps + 1):
        product = trajectory.matrix(step)
        for entry, exact in zip((product[0, 0], product[0, 1], product[1, 1]), _exact_power(step), strict=True):
            worst = max(worst, float(abs(Fraction(float(entry)) - exact) / max(exact, 1)))
    return worst


def _last_number(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(trajectory.matrix(trajectory.steps)[0, 1])


def _exact_last(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(_exact_power(trajectory.steps)[1])


def _error_bound(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    # Up to step 77 every entry is below 2^53, and every sum exact.
    return 0.0 if trajectory.steps <= 77 else float(trajectory.steps * _EPS)


@scene(
    show("matrix", limits=(-10, 10)),
    show(
        "series",
        of={"F(t)": "log10 of F(t)", "φᵗ / √5": "log10 of φᵗ / √5"},
        heading="growth",
    ),
    show("readout", of={"F(t − 1)": "before", "F(t)": "now", "F(t + 1)": "next"}, heading="entries"),
    "claims",
    title="Fibonacci matrix",
    statement="from the identity, one multiplication a beat: the entries are Fibonacci numbers",
    claims=(
        Claim(
            "F(t) at the end",
            _last_number,
            _exact_last,
            lambda trajectory, parameters: _error_bound(trajectory, parameters) * _exact_last(trajectory, parameters),
            "Whole numbers below 2^53 are exact in float64; beyond, each sum rounds by eps / 2.",
        ),
        Claim(
            "F(0), top right",
            lambda trajectory, parameters: float(trajectory.matrix(0)[0, 1]),
            0.0,
            0.0,
            "The power 0 is the identity.",
        ),
        Claim(
            "largest relative error",
            _worst_entry,
            0.0,
            _error_bound,
            "Whole numbers below 2^53 are exact in float64; beyond, each sum rounds by eps / 2.",
        ),
    ),
    poster=0.334,
    fps="2.5",
    covers=(3, 4, 5),
)
def fibonacci(steps: Annotated[int, Bounds(0, 1_000)] = 12) -> MatrixSequence:
    """Powers of [[0, 1], [1, 1]], from the identity on: F(t) stands at the top right."""
    entries = np.array([[float(number) for number in _exact_power(t)] for t in range(steps + 1)])
    with np.errstate(divide="ignore"):
        growth = np.log10(entries[:, 1])
    series = {
        "before": entries[:, 0],
        "now": entries[:, 1],
        "next": entries[:, 2],
        "log10 of F(t)": np.where(np.isfinite(growth), growth, np.nan),
        "log10 of φᵗ / √5": np.arange(steps + 1) * np.log10(_GOLDEN) - np.log10(5) / 2,
    }
    return repeated(_MATRIX, steps, series)


# Fewer products for the same power.


def _by_squaring(power: int) -> tuple[list[int], FloatArray]:
    """Return the exponents reached by one product after the other, and the power.

    Left to right through the binary digits: square for each, and multiply once more where it is 1
    (D. Knuth, The Art of Computer Programming, vol. 2, 4.6.3).
    """
    exponents, product = [1], _MATRIX
    for digit in f"{power:b}"[1:]:
        product = product @ product
        exponents.append(2 * exponents[-1])
        if digit == "1":
            product = _MATRIX @ product
            exponents.append(exponents[-1] + 1)
    return exponents, product


def _products_by_squaring(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(len(_by_squaring(parameters["power"])[0]) - 1)


def _digits_of(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return ``⌊log₂ n⌋`` squarings and one product for every further digit 1."""
    return float(parameters["power"].bit_length() + parameters["power"].bit_count() - 2)


def _difference_of_ways(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    exact = _exact_power(parameters["power"])[1]
    ways = trajectory.matrix(trajectory.steps), _by_squaring(parameters["power"])[1]
    return max(float(abs(Fraction(float(way[0, 1])) - exact) / exact) for way in ways)


@scene(
    show("series", of={"squaring": "by squaring", "one by one": "one by one"}, heading="power reached", scale="linear"),
    show(
        "heatmap", of="digits", heading="the power in binary digits", limits=(-1, 1), rows=("n", "squaring", "1 by 1")
    ),
    show("readout", of={"products, squaring": "squarings", "products, one by one": "products"}, heading="work done"),
    "claims",
    title="Repeated squaring",
    statement="to the power {power}: each further binary digit doubles the exponent, and a 1 adds one",
    claims=(
        Claim("products, squaring", _products_by_squaring, _digits_of, 0.0, "Products are counted."),
        Claim(
            "products, one by one",
            lambda trajectory, parameters: trajectory.steps,
            lambda trajectory, parameters: parameters["power"] - 1,
            0.0,
            "Products are counted.",
        ),
        Claim(
            "relative error of F(n)",
            _difference_of_ways,
            0.0,
            lambda trajectory, parameters: 0.0 if parameters["power"] <= 77 else 2 * parameters["power"] * _EPS,
            "Whole numbers below 2^53 are exact in float64; beyond, each sum rounds by eps / 2.",
        ),
    ),
    poster=0.25,
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
    made = np.arange(power)
    exponents = _by_squaring(power)[0]
    squarings = np.minimum(made, len(exponents) - 1)
    reached = np.array(exponents)[squarings]
    places = np.arange(power.bit_length())[::-1]
    rows = np.stack([np.full(power, power), reached, made + 1], axis=1)
    series = {
        "by squaring": reached,
        "one by one": made + 1,
        "digits": rows[:, :, None] >> places & 1,
        "squarings": squarings,
        "products": made,
    }
    return MatrixSequence(np.broadcast_to(_MATRIX, (power - 1, 2, 2)), initial=_MATRIX, series=series)


# The closed form, and where float64 ends.


def _float_products(steps: int) -> list[float]:
    """Return the top right entry of every power as float64 arithmetic has it."""
    product, entries = np.eye(2), []
    for _ in range(steps + 1):
        entries.append(float(product[0, 1]))
        product = _MATRIX @ product
    return entries


def _closed_form(power: int) -> float:
    """Return Binet's formula in float64: ``(λ₁ⁿ − λ₂ⁿ) / (λ₁ − λ₂)``."""
    return float((_GOLDEN**power - (1 - _GOLDEN) ** power) / sqrt(5))


def _first(wrong: list[bool]) -> float:
    return float(wrong.index(True) if True in wrong else len(wrong))


def _product_fails(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    exact = _fibonacci(trajectory.steps + 2)
    entries = (trajectory.matrix(step)[0, 1] for step in range(trajectory.steps + 1))
    return _first([int(entry) != number for entry, number in zip(entries, exact, strict=False)])


def _too_long(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the first n for which F(n) has more binary digits, up to the last 1, than float64 holds."""
    lengths = [(n // (n & -n)).bit_length() if n else 0 for n in _fibonacci(trajectory.steps + 2)]
    return _first([length > 53 for length in lengths[: trajectory.steps + 1]])


def _formula_fails(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    exact = _fibonacci(trajectory.steps + 2)
    return _first([round(_closed_form(n)) != exact[n] for n in range(trajectory.steps + 1)])


def _golden_runs_out(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the first n for which the rounding of φ and √5 alone moves ``φⁿ / √5`` by 1/2."""
    scale = 10**60
    root = Fraction(isqrt(5 * scale**2), scale)
    golden_error = Fraction(_GOLDEN) * 2 / (1 + root) - 1
    root_error = Fraction(sqrt(5)) / root - 1
    exact = _fibonacci(trajectory.steps + 2)
    return _first([abs(exact[n] * (n * golden_error - root_error)) >= 0.5 for n in range(trajectory.steps + 1)])


@scene(
    show(
        "series",
        of={"formula": "formula error", "product": "product error"},
        heading="distance from the exact integer",
        marks={"1/2: rounds wrongly": float(np.log10(0.5))},
    ),
    show(
        "series",
        of={"formula": "relative formula error", "product": "relative product error"},
        heading="relative error",
        limits=(-17, -13),
    ),
    show("readout", of={"formula, rounded": "formula miss", "product": "product miss"}, heading="off by"),
    "claims",
    title="Closed form and float64",
    statement="Binet's formula by pow() against exact integers: φ has only 53 binary digits",
    claims=(
        Claim(
            "formula fails at n",
            _formula_fails,
            _golden_runs_out,
            1.0,
            "Power, difference and quotient add less rounding than the rounded φ grows by in one step.",
        ),
        Claim("product fails at n", _product_fails, _too_long, 0.0, "Sums that float64 can hold are exact."),
    ),
    poster=0.9,
    fps="10",
    covers=(3, 7),
)
def binet(steps: Annotated[int, Bounds(0, 1_000)] = 88) -> MatrixSequence:
    """Fibonacci numbers by Binet's formula and by products in float64, against exact integers."""
    exact = _fibonacci(steps + 2)[: steps + 1]
    series = {}
    for name, found in {
        "formula": [_closed_form(n) for n in range(steps + 1)],
        "product": _float_products(steps),
    }.items():
        errors = [Fraction(value) - number for value, number in zip(found, exact, strict=True)]
        series[f"{name} error"] = _log10(errors)
        series[f"relative {name} error"] = _log10([e / max(number, 1) for e, number in zip(errors, exact, strict=True)])
        series[f"{name} miss"] = np.array([float(round(value) - n) for value, n in zip(found, exact, strict=True)])
    return repeated(_MATRIX, steps, series)


# The spectrum.


def _spectrum() -> tuple[FloatArray, FloatArray]:
    """Return eigenvalues, ascending, and eigenvectors as columns, found numerically."""
    values, vectors = np.linalg.eig(_MATRIX)
    order = np.argsort(values)
    return np.asarray(values[order]), np.asarray(vectors[:, order])


def _tenth(place: int) -> Claim:
    """Return the claim on an entry of Λ¹⁰: the roots of ``x² − L(10) x + 1``, with L(10) = F(9) + F(11) = 123."""
    lucas = _fibonacci(12)[9] + _fibonacci(12)[11]
    root = (lucas + sqrt(lucas * lucas - 4)) / 2
    expected = (1 / root, root)[place]
    return Claim(
        f"λ{'₂₁'[place]}¹⁰",
        lambda trajectory, parameters: _spectrum()[0][place] ** 10,
        expected,
        40 * _EPS * root,
        "The power 10 has ten times the relative error of the eigenvalue, which has a few eps.",
    )


def _residual(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return how far the three matrices seen, multiplied, are from the product, at worst, in units of F(t + 1)."""
    series = trajectory.sequence.series
    worst = 0.0
    for step in range(trajectory.steps + 1):
        power = series["basis"][step] @ series["power"][step] @ series["inverse"][step]
        away = np.abs(power - trajectory.matrix(step)).max()
        worst = max(worst, float(away / _exact_power(step)[2]))
    return worst


@scene(
    show("heatmap", of="power", limits=(-2, 2), numbers=True),
    show("series", of={"|λ₁|ᵗ": "larger", "|λ₂|ᵗ": "smaller"}, heading="Λᵗ: one explodes, one vanishes"),
    show("heatmap", of="basis", heading="Q", limits=(-1, 1), numbers=True),
    show("heatmap", of="inverse", heading="Q⁻¹", limits=(-1, 1), numbers=True),
    title="Fibonacci spectrum",
    statement="F = QΛQ⁻¹, so Fᵗ = QΛᵗQ⁻¹: Q⁻¹Q cancels between factors, and only Λ is raised",
    claims=(
        Claim(
            "QΛᵗQ⁻¹ − Fᵗ",
            _residual,
            0.0,
            lambda trajectory, parameters: 8 * (trajectory.steps + 1) * _EPS,
            "The power t has t times the relative error of the eigenvalue, which has a few eps.",
        ),
        _tenth(1),
        _tenth(0),
    ),
    poster=0.714,
    fps="2.5",
    covers=(8, 9, 10, 11, 12),
)
def fibonacci_spectrum(steps: Annotated[int, Bounds(0, 300)] = 14) -> MatrixSequence:
    """Eigendecomposition of the Fibonacci matrix: only the eigenvalues are raised to the power."""
    values, vectors = _spectrum()
    t = np.arange(steps + 1)
    sizes = t[:, None] * np.log10(np.abs(values))
    series = {
        "power": values ** t[:, None, None] * np.eye(2),
        "basis": np.broadcast_to(vectors, (steps + 1, 2, 2)),
        "inverse": np.broadcast_to(np.linalg.inv(vectors), (steps + 1, 2, 2)),
        "smaller": sizes[:, 0],
        "larger": sizes[:, 1],
    }
    return repeated(_MATRIX, steps, series)


# The golden ratio.

_SEVENTH = 7  # F(7) = 13


def _three_digits_fail(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    guesses = np.round(13 * 1.618 ** np.arange(trajectory.steps + 1))
    exact = _fibonacci(trajectory.steps + _SEVENTH + 1)[_SEVENTH:]
    return _first([int(guess) != number for guess, number in zip(guesses, exact, strict=True)])


def _exact_three_digits_fail(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the same in rational arithmetic: the first distance of 1/2 or more."""
    exact = _fibonacci(trajectory.steps + _SEVENTH + 1)[_SEVENTH:]
    return _first([abs(Fraction(13 * 1618**t, 1000**t) - number) >= Fraction(1, 2) for t, number in enumerate(exact)])


def _sixteenth(trajectory: Any) -> int:
    return int(np.clip(trajectory.steps, 1, 16))


def _ratio_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    if not trajectory.steps:
        return 0.0
    t = _sixteenth(trajectory)
    product = trajectory.matrix(t)
    return float(np.log10(abs(product[1, 1] / product[0, 1] - _GOLDEN)))


def _true_ratio_error(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return log10 of ``φ^(−t) / F(t)``, since ``F(t + 1) − φ F(t) = (−1/φ)ᵗ``."""
    t = _sixteenth(trajectory)
    return float(-t * np.log10(_GOLDEN) - np.log10(_fibonacci(t + 1)[t])) if trajectory.steps else 0.0


@scene(
    show("series", of={"F(t + 1) / F(t)": "ratio", "φ": "φ"}, heading="ratio", scale="linear", limits=(1, 2)),
    show("series", of={"error": "error", "√5 φ^(−2t)": "envelope"}, heading="distance from φ"),
    show(
        "readout", of={"13 · 1.618ᵗ, rounded": "guess", "F(t + 7)": "exact", "off by": "miss"}, heading="φ to 3 digits"
    ),
    "claims",
    title="Golden ratio",
    statement="the ratio of consecutive Fibonacci numbers closes in on the largest eigenvalue, φ",
    claims=(
        Claim(
            "log10 error at t = 16",
            _ratio_error,
            _true_ratio_error,
            lambda trajectory, parameters: 8 * _EPS * 10 ** -_true_ratio_error(trajectory, parameters),
            "The ratio rounds by eps, which is eps / error of the error.",
        ),
        Claim(
            "1.618 fails at t",
            _three_digits_fail,
            _exact_three_digits_fail,
            0.0,
            "The first failure is far enough from 1/2 for float64 to see it.",
        ),
    ),
    poster=0.334,
    fps="5",
    covers=(13, 14),
)
def golden_ratio(steps: Annotated[int, Bounds(0, 70)] = 24) -> MatrixSequence:
    """Ratios of consecutive Fibonacci numbers close in on φ; 13 · 1.618ᵗ gives the next ones, for a while."""
    numbers = np.array(_fibonacci(steps + _SEVENTH + 1), float)
    with np.errstate(divide="ignore"):
        ratio = numbers[1 : steps + 2] / numbers[: steps + 1]
        error = np.log10(np.abs(ratio - _GOLDEN))
    t = np.arange(steps + 1)
    guess = np.round(13 * 1.618**t)
    series = {
        "ratio": np.where(np.isfinite(ratio), ratio, np.nan),
        "φ": np.full(steps + 1, _GOLDEN),
        "error": np.where(np.isfinite(error), error, np.nan),
        "envelope": np.log10(5) / 2 - 2 * t * np.log10(_GOLDEN),
        "guess": guess,
        "exact": numbers[_SEVENTH:],
        "miss": guess - numbers[_SEVENTH:],
    }
    return repeated(_MATRIX, steps, series)
