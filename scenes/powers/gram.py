"""Angles between the columns of powers: of a random matrix, and of an orthogonal one."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    gaussian_matrix,
    haar_orthogonal,
    last_change,
    repeated,
    scene,
    show,
)
from scenes.powers._common import rounding


def _cosines(factor: FloatArray, steps: int) -> FloatArray:
    """Return the cosines between the columns of every power, shape (T + 1, n, n)."""
    dim = len(factor)
    cosines, product = np.empty((steps + 1, dim, dim)), np.eye(dim)
    for step in range(steps + 1):
        # Only directions count here, so the size is left aside before it overflows.
        unit = product / np.linalg.norm(product, axis=0)
        cosines[step] = unit.T @ unit
        product = factor @ (product / np.abs(product).max())
    return cosines


def _column(factor: FloatArray, steps: int) -> MatrixSequence:
    """Return the powers of a matrix with the series that are drawn."""
    cosines = _cosines(factor, steps)
    largest = np.abs(cosines - np.eye(len(factor)) * cosines).max(axis=(1, 2))
    # All n² cosines are ±1 on one line, n of them at right angles; in a plane there are at most two directions.
    directions = len(factor) ** 2 / (cosines**2).sum(axis=(1, 2))
    return repeated(factor, steps, {"cosines": cosines, "largest cosine": largest, "directions": directions})


@scene(
    show("heatmap", of="cosines", limits=(-1, 1), heading="cosines in {symbol}{step:^}", note="between columns"),
    show(
        "series",
        of="directions",
        heading="directions the columns fill, of {dim}",
        note="each step × W: a random W turns all columns the same way",
        scale="linear",
    ),
    title="Angles between columns",
    statement="columns of random powers fall into a line or a plane; those of an orthogonal matrix keep right angles",
    opening="A cell compares two columns by their angle's cosine: 0 a right angle, ±1 one line.",
    running="Each step multiplies by the same W. Random: columns close in. <keep>Orthogonal: right angles.</>",
    fps="5",
    covers=(16, 17),
)
def gram(
    steps: Annotated[int, Bounds(0, 2_000)] = 40,
    dim: Annotated[int, Bounds(3, 32)] = 8,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Cosines between the columns of powers: a random matrix against an orthogonal one.

    Where one real eigenvalue is the largest, the columns of its powers end up along one line; where a complex pair is,
    in one plane, in which they go on turning. The third singular value is then nothing beside the first.

    Parameters
    ----------
    seed : int
        Seed of both matrices: the orthogonal one is made from the random one.
    """
    return {
        "random": _column(gaussian_matrix(dim, seed), steps),
        "orthogonal": _column(haar_orthogonal(dim, seed), steps),
    }


def _log10_third_modulus(matrix: FloatArray) -> float:
    """Return ``log10 |λ₃ / λ₁|``, the eigenvalues in descending order of their moduli."""
    moduli = np.sort(np.abs(np.linalg.eigvals(matrix)))
    return float(np.log10(moduli[-3] / moduli[-1]))


@gram.moment("From step {step} on the random columns fill fewer than 2 of {dim} directions.")
def _(columns: Mapping[str, Trajectory]) -> Reached | None:
    step = last_change(columns["random"].series["directions"] < 2)
    return Reached(step) if step else None


@gram.moment(
    "After {step} steps random columns fill {directions:2} of {dim} directions, <keep>orthogonal ones all {dim}</>.",
    otherwise="Within {steps} steps the random columns still fill more than 2 directions.",
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    directions = float(columns["random"].series["directions"][-1])
    return Reached(steps, directions=directions) if directions <= 2 else None


@gram.claim("log10 σ₃ / σ₁", column="random")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    matrix, values = gaussian_matrix(dim, seed), product.log10_singular_values[-1]
    return Claimed(
        float(values[2] - values[0]),
        steps * _log10_third_modulus(matrix),
        # Neither V nor its inverse changes a singular value by more than its own largest or smallest one.
        float(2 * np.log10(np.linalg.cond(np.linalg.eig(matrix)[1])) + 1e-9 * (steps + 1)),
        "The eigenvectors' condition κ bounds the power's singular values: by κ above and 1/κ below those of Λᵗ.",
    )


@gram.claim("largest |cos|", column="orthogonal")
def _(product: Trajectory, series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["largest cosine"].max()),
        0.0,
        rounding(product),
        "Sums of n numbers round by about n · eps at every multiplication.",
    )


def _none_random(steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return two orthogonal matrices: all eigenvalues have the same modulus, so no columns fall anywhere."""
    return {
        "random": _column(haar_orthogonal(dim, [seed, 1]), steps),
        "orthogonal": _column(haar_orthogonal(dim, seed), steps),
    }


# A third singular value below this part of the first is not looked at: an SVD tells it to eps / 1e-4 only.
_LEAST = 1e-4


def _log10_thirds(matrix: FloatArray, steps: int) -> FloatArray:
    """Return ``log10 σ₃ / σ₁`` of ``V Λᵗ V⁻¹`` for t = 1, 2, …, until it is too small, at most (T,) numbers."""
    values, vectors = np.linalg.eig(matrix)
    inverse, unit = np.linalg.inv(vectors), values / np.abs(values).max()
    thirds: list[float] = []
    for step in range(1, steps + 1):
        singular = np.linalg.svd((vectors * unit**step) @ inverse, compute_uv=False)
        if singular[2] < _LEAST * singular[0]:
            break
        thirds.append(float(np.log10(singular[2] / singular[0])))
    return np.array(thirds)


@gram.claim("slope − log10|λ₃/λ₁|, |cos|", headline=True, counterexample=_none_random)
def _(columns: Mapping[str, Trajectory], steps: int, dim: int, seed: int) -> Claimed:
    random, rate = columns["random"], _log10_third_modulus(gaussian_matrix(dim, seed))
    # With a third eigenvalue as large as the first, columns would keep three directions.
    away = max(float(columns["orthogonal"].series["largest cosine"].max()), float(rate > -1e-9))
    condition = 1.0
    if steps:
        factor = random.sequence.factors[0]
        condition = float(np.linalg.cond(np.linalg.eig(factor)[1]))
        thirds = _log10_thirds(factor, steps)
        times = np.arange(1, len(thirds) + 1)
        # What the eigenvectors add to the ratio of a finite power, besides |λ₃ / λ₁|ᵗ.
        added = thirds - times * _log10_third_modulus(factor)
        seen = random.log10_singular_values[1 : len(thirds) + 1]
        slopes = (seen[:, 2] - seen[:, 0] - added) / times
        away = max(away, float(np.abs(slopes - rate).max(initial=0.0)))
    return Claimed(
        away,
        0.0,
        float(rounding(random) + dim * np.finfo(float).eps * condition**2 / _LEAST),
        "Rounding moves a power by n · eps · κ² of its norm a step, κ being the eigenvectors' condition.",
    )
