"""The step of Muon: five multiplications that bring all singular values of a gradient near 1."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Seed,
    first_step,
    haar_orthogonal,
    scene,
    show,
)

# X becomes a X + b X XᵀX + c X XᵀX XᵀX; so each singular value s becomes a s + b s³ + c s⁵.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
# The classic iteration, which converges, but slowly for small singular values.
_CLASSIC = (1.5, -0.5, 0.0)
# The least and the greatest singular value that the film begins with.
SPREAD = (0.01, 1.0)
# What five steps make of all numbers between these two: the polynomial's least value between its turning points, and
# what it makes of that.
IMAGE = (0.681831462177, 1.134357264563)
_POINTS = 1_001


def polynomial(s: FloatArray, coefficients: tuple[float, float, float] = COEFFICIENTS) -> FloatArray:
    """Return what one step makes of singular values."""
    a, b, c = coefficients
    return s * (a + s**2 * (b + s**2 * c))


def newton_schulz(matrix: FloatArray, coefficients: tuple[float, float, float] = COEFFICIENTS) -> FloatArray:
    """Return the matrix after one step, which uses products of matrices alone."""
    a, b, c = coefficients
    square = matrix @ matrix.T
    return np.asarray(a * matrix + (b * square + c * square @ square) @ matrix)


def _steps(steps: int, dim: int, seed: int, coefficients: tuple[float, float, float]) -> Record:
    """Return the matrices, their singular values, and the polynomial applied again and again to numbers from 0 to 1."""
    values = np.geomspace(SPREAD[1], SPREAD[0], dim)
    matrix = haar_orthogonal(dim, [seed, 1]) * values @ haar_orthogonal(dim, [seed, 2]).T
    curve = np.linspace(0.0, 1.0, _POINTS)
    matrices, curves = [matrix], [curve]
    for _ in range(steps):
        matrices.append(newton_schulz(matrices[-1], coefficients))
        curves.append(polynomial(curves[-1], coefficients))
    singular = np.linalg.svd(np.array(matrices), compute_uv=False)
    return Record({"matrix": np.array(matrices), "singular values": singular, "curve": np.array(curves)})


@scene(
    show(
        "curve",
        of="curve",
        ends=(0.0, 1.0),
        x="= s at first (wide line)",
        limits=(0.0, 1.25),
        heading="stretch s",
        note="each step: s → 3.44s − 4.78s³ + 2.03s⁵",
        role="keep",
    ),
    show("bars", of="singular values", limits=(0.0, 1.25), heading="X’s stretches", note="each direction’s"),
    show("heatmap", of="matrix", limits=(-0.5, 0.5), heading="X, once the gradient"),
    title="A step of Muon",
    statement="five multiplications bring every singular value from 0.01 to 1 of a gradient near 1",
    opening="Muon trains nets: it evens out a gradient's stretches, so that weak directions count, too.",
    running="Only X is multiplied, by X Xᵀ: that applies the formula to all its stretches at once.",
    counter="iteration",
    fps="1",
)
def muon_step(
    steps: Annotated[int, Bounds(5, 8)] = 5,
    dim: Annotated[int, Bounds(2, 64)] = 12,
    seed: Seed = 0,
) -> Record:
    """Newton–Schulz iterations of a matrix whose singular values lie evenly, by their logarithms, from 0.01 to 1.

    K. Jordan and others, "Muon: an optimizer for hidden layers in neural networks", 2024.

    Parameters
    ----------
    steps : int
        Number of iterations; five are usual.
    """
    return _steps(steps, dim, seed, COEFFICIENTS)


@muon_step.moment("After {step} iterations 0.01 has become {least:2}: each multiplies what is small by about 3.4.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(polynomial_of(SPREAD[0], len(series["curve"]) - 1) > 0.1)
    return None if step is None else Reached(step, least=float(polynomial_of(SPREAD[0], step)[-1]))


@muon_step.moment(
    "After {steps} iterations any stretch from 0.01 to 1 is <keep>from {low:.2} to {high:.2}</>: nearly alike."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    last = series["curve"][-1, round((_POINTS - 1) * SPREAD[0]) :]
    return Reached(steps, low=float(last.min()), high=float(last.max()))


def polynomial_of(start: float, steps: int) -> FloatArray:
    """Return a number and what the steps make of it, shape (T + 1,)."""
    values = [np.array(start)]
    for _ in range(steps):
        values.append(polynomial(values[-1]))
    return np.array(values)


def _classic(steps: int, dim: int, seed: int) -> Record:
    """Return the same with the classic coefficients: 0.01 has come to 0.08 only."""
    return _steps(min(steps, 5), dim, seed, _CLASSIC)


@muon_step.claim("singular values: off / allowed", headline=True, counterexample=_classic)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # The gradient's own, and those of all numbers between.
    between = series["curve"][5:, round((_POINTS - 1) * SPREAD[0]) :]
    found = np.concatenate([series["singular values"][5:].ravel(), between.ravel()])
    middle, half = sum(IMAGE) / 2, (IMAGE[1] - IMAGE[0]) / 2
    return Claimed(
        float(np.abs(found - middle).max() / half),
        0.0,
        1.0 + 1e-9,
        "From the fifth iteration on, the least is the polynomial's at its turning point, the greatest that of this.",
    )


@muon_step.claim("singular values − polynomial")
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    alone = np.geomspace(SPREAD[1], SPREAD[0], dim)
    for _ in range(steps):
        alone = polynomial(alone)
    return Claimed(
        float(np.abs(np.sort(series["singular values"][-1]) - np.sort(alone)).max()),
        0.0,
        1e-11,
        "Products of matrices round by n · eps, and each iteration multiplies that by 3.4 at most.",
    )


@muon_step.claim("directions turned")
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Claimed:
    left, right = haar_orthogonal(dim, [seed, 1]), haar_orthogonal(dim, [seed, 2])
    turned = left.T @ series["matrix"][-1] @ right
    return Claimed(
        float(np.abs(turned - np.diag(np.diagonal(turned))).max()),
        0.0,
        1e-11,
        "Singular vectors stay as they are, by the same rounding.",
    )
