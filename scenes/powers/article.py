"""The three films of one idea, side by side: vanishing, exploding, orthogonal."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    Dim,
    MatrixSequence,
    Reached,
    Seed,
    Steps,
    Trajectory,
    constant_norm,
    gaussian_matrix,
    growth,
    haar_orthogonal,
    repeated,
    scene,
    show,
    transient,
    with_spectral_radius,
)


@scene(
    show("matrix", limits=(-1, 1)),
    show("norms", heading="size of Wᵗ"),
    show("eigenvalues", heading="λ of W", powers=False),
    title="Vanishing, exploding, orthogonal",
    statement="in the long run the size of the largest eigenvalue decides what repeated multiplication does",
    opening="All start at I and differ only in W: its largest λ is inside, outside or on the circle.",
    running="Every step multiplies by W once more. A cell's colour is its number; it fades near 0.",
    covers=(1, 15, 24),
)
def article(
    steps: Steps = 64,
    dim: Dim = 5,
    seed: Seed = 0,
    vanishing_radius: Annotated[float, Bounds(0.001, 0.999)] = 0.9,
    exploding_radius: Annotated[float, Bounds(1.001, 1_000)] = 1.1,
) -> dict[str, MatrixSequence]:
    """Vanishing, exploding and orthogonal products on one clock.

    Parameters
    ----------
    vanishing_radius : float
        Spectral radius of the matrix that vanishes.
    exploding_radius : float
        Spectral radius of the matrix that explodes.
    """
    random = gaussian_matrix(dim, seed)
    return {
        "vanishing": repeated(with_spectral_radius(random, vanishing_radius), steps),
        "exploding": repeated(with_spectral_radius(random, exploding_radius), steps),
        "orthogonal": repeated(haar_orthogonal(dim, seed), steps),
    }


def _sizes(columns: Mapping[str, Trajectory], step: int) -> tuple[float, float]:
    """Return how large the vanishing and the exploding product are."""
    left, grown = (columns[label].log10_spectral_norm[step] for label in ("vanishing", "exploding"))
    return float(10**left), float(min(grown, 300.0))


@article.moment(
    "After the same {step} steps: <vanish>{left:%} is left</>, <explode>{grown:log10} times as much</>, "
    "<keep>all of it</>."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached | None:
    left, grown = _sizes(columns, steps // 2)
    return Reached(steps // 2, left=left, grown=grown) if left < 0.5 and grown > np.log10(2) else None


@article.moment(
    "<vanish>{inside} < 1: {left:%} is left.</> <explode>{outside} > 1: {grown:log10} times as large.</> "
    "<keep>Orthogonal: the same size.</>"
)
def _(
    columns: Mapping[str, Trajectory], steps: int, vanishing_radius: float, exploding_radius: float
) -> Reached | None:
    left, grown = _sizes(columns, steps)
    if left >= 1 or grown <= 0:
        return None
    return Reached(steps, left=left, grown=grown, inside=vanishing_radius, outside=exploding_radius)


@article.claim("decades per step after the transient", column="vanishing")
def _(product: Trajectory, vanishing_radius: float) -> Claimed:
    return growth(product, vanishing_radius)


@article.claim("decades per step after the transient", column="exploding")
def _(product: Trajectory, exploding_radius: float) -> Claimed:
    return growth(product, exploding_radius)


@article.claim("drift of log10 norm", column="orthogonal")
def _(product: Trajectory) -> Claimed:
    return constant_norm(product)


def _scaled_by_the_norm(
    steps: int, dim: int, seed: int, vanishing_radius: float, exploding_radius: float
) -> dict[str, MatrixSequence]:
    """Return products whose norms, instead of the moduli of their eigenvalues, are as the film says."""
    random = gaussian_matrix(dim, seed)
    unit = random / np.linalg.norm(random, 2)
    return {
        "vanishing": repeated(vanishing_radius * unit, steps),
        "exploding": repeated(exploding_radius * unit, steps),
        "orthogonal": repeated(haar_orthogonal(dim, seed), steps),
    }


@article.claim("slope less log10 ρ, all three", headline=True, counterexample=_scaled_by_the_norm)
def _(columns: Mapping[str, Trajectory], steps: int, vanishing_radius: float, exploding_radius: float) -> Claimed:
    radii = {"vanishing": vanishing_radius, "exploding": exploding_radius, "orthogonal": 1.0}
    away = 0.0
    for label, product in columns.items():
        if steps:
            slope = (product.log10_spectral_norm[-1] - transient(product.sequence.factors[0], steps)) / steps
            away = max(away, abs(float(slope - np.log10(radii[label]))))
    return Claimed(away, 0.0, 1e-8, "After what the eigenvectors add to the norm, rounding is left: 1e-9 at most.")
