"""Powers of an orthogonal matrix that has only real eigenvalues."""

from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, MatrixSequence, Reached, Seed, Trajectory, haar_orthogonal, repeated, scene, show
from scenes.powers._common import rounding


@scene(
    show("matrix", limits=(-1, 1), numbers=False),
    show("series", of="distance", heading="distance from I", note="0: nothing has changed", scale="linear"),
    show("eigenvalues", role="keep", note="all 1 or −1, so λ² = 1"),
    title="Only real eigenvalues",
    statement="orthogonal with all eigenvalues 1 or −1: a reflection, and twice a reflection is nothing",
    opening="W mirrors: it keeps some directions (eigenvalue 1) and flips the others (−1). And its powers?",
    running="W, then I, then W again: two pictures take turns.",
    fps="2",
    covers=(19,),
)
def reflections(
    steps: Annotated[int, Bounds(0, 10_000)] = 12,
    dim: Annotated[int, Bounds(2, 64)] = 8,
    seed: Seed = 0,
) -> MatrixSequence:
    """Powers of an orthogonal matrix with real eigenvalues blink between two pictures.

    Half of the eigenvalues are −1, the others 1, in a random orthonormal basis.

    Parameters
    ----------
    seed : int
        Seed of the basis.
    """
    basis = haar_orthogonal(dim, seed)
    signs = np.where(np.arange(dim) < dim // 2, -1.0, 1.0)
    matrix = (basis * signs) @ basis.T
    product, distance = np.eye(dim), np.empty(steps + 1)
    for step in range(steps + 1):
        distance[step] = np.linalg.norm(product - np.eye(dim))
        product = matrix @ product
    return repeated(matrix, steps, {"distance": distance})


@reflections.moment("Step {step}: reflected twice, everything is where it was, <keep>W² = I</>.")
def _(steps: int) -> Reached | None:
    return Reached(2) if steps >= 2 else None


@reflections.moment("Step {step}: reflected once more, it is <keep>W again, W³ = W</>.")
def _(steps: int) -> Reached | None:
    return Reached(3) if steps >= 4 else None


@reflections.moment("After {step} steps still only W and I: each power of an eigenvalue is 1 or −1 again.")
def _(steps: int) -> Reached | None:
    return Reached(steps) if steps >= 3 else None


def _turning(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return powers of an orthogonal matrix whose eigenvalues are anywhere on the circle."""
    return repeated(haar_orthogonal(dim, seed), steps)


@reflections.claim("max ‖Wᵗ⁺²ᵏ − Wᵗ‖", headline=True, counterexample=_turning)
def _(product: Trajectory, steps: int) -> Claimed:
    pictures = [product.matrix(min(step, steps)) for step in range(2)]
    later = range(2, steps + 1)
    return Claimed(
        max((float(np.linalg.norm(product.matrix(step) - pictures[step % 2])) for step in later), default=0.0),
        0.0,
        rounding(product),
        "Each multiplication rounds by about n · eps; all products are compared with the first two.",
    )


@reflections.claim("‖W − I‖")
def _(product: Trajectory, steps: int, dim: int) -> Claimed:
    return Claimed(
        float(np.linalg.norm(product.matrix(min(1, steps)) - np.eye(dim))),
        # 2 √k for k eigenvalues −1.
        float(2 * np.sqrt(dim // 2)) if steps else 0.0,
        rounding(product),
        "Sums of n numbers round by about n · eps.",
    )
