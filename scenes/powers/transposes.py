"""A matrix and its transpose in turn: of a random matrix, and of an orthogonal one."""

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
    repeated,
    scene,
    show,
)
from scenes.powers._common import rounding


def _alternating(matrix: FloatArray, steps: int) -> MatrixSequence:
    factors = np.empty((steps, *matrix.shape))
    factors[0::2], factors[1::2] = matrix, matrix.T
    return MatrixSequence(factors)


@scene(
    show("scaled_matrix", heading="W, Wᵀ in turn"),
    show("norms", heading="size of the product", note="× largest stretch of W each step; orthogonal: WᵀW = I"),
    title="W, then its transpose",
    statement="Wᵀ undoes an orthogonal W; of any other matrix the largest singular value is raised",
    opening="Multiply by W, then by its transpose Wᵀ, then by W again. Does Wᵀ undo W?",
    running="<keep>Orthogonal: back at I every second step.</> Random: × largest singular value each step.",
    fps="2",
    covers=(16,),
)
def transposes(
    steps: Annotated[int, Bounds(0, 2_000)] = 12,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
) -> dict[str, MatrixSequence]:
    """Products W, WᵀW, WWᵀW and so on: the transpose of an orthogonal matrix is its inverse.

    Parameters
    ----------
    seed : int
        Seed of both matrices: the orthogonal one is made from the random one.
    """
    return {
        "random": _alternating(gaussian_matrix(dim, seed), steps),
        "orthogonal": _alternating(haar_orthogonal(dim, seed), steps),
    }


@transposes.moment("Two steps: <keep>Wᵀ has undone the orthogonal W</>; the random W stretches by {largest:3}, twice.")
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    return Reached(2, largest=float(10 ** columns["random"].log10_spectral_norm[1])) if steps >= 2 else None


@transposes.moment(
    "<keep>Orthogonal is no larger</>; random: largest singular value raised, {largest:5}{step:^} ≈ {grown:log10}."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    sizes = columns["random"].log10_spectral_norm
    return Reached(steps, largest=float(10 ** sizes[1]), grown=float(sizes[-1])) if steps >= 3 else None


@transposes.claim("log10 norm at last", column="random")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    return Claimed(
        float(product.log10_spectral_norm[-1]),
        float(steps * np.log10(np.linalg.norm(gaussian_matrix(dim, seed), 2))),
        rounding(product),
        "The norm of W Wᵀ W … is σ₁^T; each multiplication rounds by about n · eps.",
    )


def _distance_of_transpose(product: Trajectory) -> float:
    """Return how far ``WᵀW`` is from I in the film: every second product, and the last with its transpose."""
    identity, last = np.eye(product.dim), product.matrix(product.steps)
    second = max(np.abs(product.matrix(step) - identity).max() for step in range(0, product.steps + 1, 2))
    return float(max(second, np.abs(last.T @ last - identity).max()))


@transposes.claim("WᵀW − I", column="orthogonal")
def _(product: Trajectory) -> Claimed:
    return Claimed(
        _distance_of_transpose(product), 0.0, rounding(product), "Each multiplication rounds by about n · eps."
    )


def _never_transposed(steps: int, dim: int, seed: int) -> dict[str, MatrixSequence]:
    """Return powers of the same two matrices."""
    return {
        "random": repeated(gaussian_matrix(dim, seed), steps),
        "orthogonal": repeated(haar_orthogonal(dim, seed), steps),
    }


@transposes.claim("away from σ₁ᵗ and from I", headline=True, counterexample=_never_transposed)
def _(columns: Mapping[str, Trajectory], steps: int, dim: int, seed: int) -> Claimed:
    random, largest = columns["random"], np.linalg.norm(gaussian_matrix(dim, seed), 2)
    raised = np.abs(random.log10_spectral_norm - np.arange(steps + 1) * np.log10(largest)).max()
    kept = columns["orthogonal"]
    first = kept.matrix(min(1, steps))
    turning = max((np.abs(kept.matrix(step) - first).max() for step in range(1, steps + 1, 2)), default=0.0)
    # WᵀW and its powers are symmetric.
    evens = (random.product(step)[0] for step in range(0, steps + 1, 2))
    lopsided = max(np.abs(even - even.T).max() / np.abs(even).max() for even in evens)
    departure = np.abs(first.T @ first - np.eye(dim)).max()
    return Claimed(
        float(max(raised, _distance_of_transpose(kept), turning, lopsided, departure)),
        0.0,
        rounding(random),
        "Each multiplication rounds by about n · eps, of the logarithm as of the distance.",
    )
