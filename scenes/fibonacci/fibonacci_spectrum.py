"""The eigendecomposition of the Fibonacci matrix."""

from collections.abc import Mapping
from math import sqrt
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
from scenes.fibonacci._common import EPS, MATRIX, exact_power, fibonacci_numbers


def spectrum() -> tuple[FloatArray, FloatArray]:
    """Return eigenvalues, ascending, and eigenvectors as columns, found numerically, shapes (2,) and (2, 2)."""
    # The matrix is symmetric, and so both are real; some versions of NumPy return them as complex numbers.
    values, vectors = (np.real(found) for found in np.linalg.eig(MATRIX))
    order = np.argsort(values)
    return np.asarray(values[order]), np.asarray(vectors[:, order])


def _recorded(steps: int, basis: FloatArray) -> MatrixSequence:
    """Return powers with Λᵗ, a basis and the inverse of the eigenvectors beside them."""
    values, vectors = spectrum()
    t = np.arange(steps + 1)
    sizes = t[:, None] * np.log10(np.abs(values))
    series = {
        "power": values ** t[:, None, None] * np.eye(2),
        "basis": np.broadcast_to(basis, (steps + 1, 2, 2)),
        "inverse": np.broadcast_to(np.linalg.inv(vectors), (steps + 1, 2, 2)),
        "smaller": sizes[:, 0],
        "larger": sizes[:, 1],
    }
    return repeated(MATRIX, steps, series)


@scene(
    show(
        "equation",
        of={"Q": "basis", "Λ{step:^}": "power", "Q⁻¹": "inverse", "F{step:^}": ""},
        signs=("·", "·", "="),
        outlined="Λ{step:^}",
        heading="powers of F",
        note="Λ: eigenvalues of F, Q: their directions; top right: Fibonacci number t",
    ),
    show("cancelling", heading="why only Λ is raised", note="Q⁻¹Q = I, struck out"),
    show(
        "series",
        of={"larger": "larger", "smaller": "smaller"},
        roles={"larger": "explode", "smaller": "vanish"},
        heading="|λ|ᵗ",
        note="the two numbers in Λᵗ, without signs",
        x="= power",
    ),
    title="Fibonacci by eigenvalues",
    statement="F = QΛQ⁻¹, so Fᵗ = QΛᵗQ⁻¹: Q⁻¹Q cancels between factors, and only Λ is raised",
    opening="The Fibonacci matrix F is Q · Λ · Q⁻¹: F scales Q’s columns by its eigenvalues, Λ.",
    counter="power",
    arrange="stacked",
    fps="2.5",
    covers=(8, 9, 10, 11, 12),
)
def fibonacci_spectrum(steps: Annotated[int, Bounds(0, 300)] = 14) -> MatrixSequence:
    """Eigendecomposition of the Fibonacci matrix: only the eigenvalues are raised to the power."""
    return _recorded(steps, spectrum()[1])


@fibonacci_spectrum.moment("Power 2: QΛQ⁻¹ · QΛQ⁻¹, <vanish>Q⁻¹Q is I and cancels</>, so only Λ is multiplied.")
def _(steps: int) -> Reached | None:
    return Reached(2) if steps >= 2 else None


@fibonacci_spectrum.moment(
    "Power {step}: one number of Λ{step:^} has <explode>grown to {larger:5}</>, "
    "the other has <vanish>shrunk to {smaller:2}</>."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["larger"] >= 2)
    if step is None:
        return None
    return Reached(step, larger=10 ** series["larger"][step], smaller=10 ** series["smaller"][step])


@fibonacci_spectrum.moment("Only Λ was raised: its two numbers give F{steps:^} and the Fibonacci number {entry}.")
def _(steps: int) -> Reached:
    return Reached(steps, entry=float(exact_power(steps)[1]))


def _not_inverse(steps: int) -> MatrixSequence:
    """Return the same with one eigenvector twice as long in Q alone, so that Q⁻¹Q does not cancel."""
    return _recorded(steps, spectrum()[1] * [1.0, 2.0])


@fibonacci_spectrum.claim("QΛᵗQ⁻¹ − Fᵗ", headline=True, counterexample=_not_inverse)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int) -> Claimed:
    # Λᵗ is diagonal, and the t-th power of Λ.
    values = np.diagonal(series["power"][min(1, steps)])
    t = np.arange(steps + 1)[:, None, None]
    worst = float((np.abs(series["power"] - values**t * np.eye(2)) / np.abs(values).max() ** t).max())
    for step in range(steps + 1):
        power = series["basis"][step] @ series["power"][step] @ series["inverse"][step]
        away = np.abs(power - product.matrix(step)).max()
        # In units of F(t + 1), the largest entry.
        worst = max(worst, float(away / exact_power(step)[2]))
    reason = "The power t has t times the relative error of the eigenvalue, which has a few eps."
    return Claimed(worst, 0.0, 8 * (steps + 1) * EPS, reason)


def _tenth(index: int) -> Claimed:
    """Return the claim on an entry of Λ¹⁰: a root of ``x² − L(10) x + 1``, with L(10) = F(9) + F(11) = 123."""
    lucas = fibonacci_numbers(12)[9] + fibonacci_numbers(12)[11]
    root = (lucas + sqrt(lucas * lucas - 4)) / 2
    return Claimed(
        float(spectrum()[0][index] ** 10),
        (1 / root, root)[index],
        40 * EPS * root,
        "The power 10 has ten times the relative error of the eigenvalue, which has a few eps.",
    )


@fibonacci_spectrum.claim("λ₁¹⁰")
def _() -> Claimed:
    return _tenth(1)


@fibonacci_spectrum.claim("λ₂¹⁰")
def _() -> Claimed:
    return _tenth(0)
