"""What the spectral radii of two matrices say of their product: nothing."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Record, Seed, gaussian_matrix, rotation_matrix, scene, show

_EPS = float(np.finfo(float).eps)

# Its only eigenvalue is 0.
NILPOTENT = np.array([[0.0, 2.0], [0.0, 0.0]])


def turned(matrix: FloatArray, degrees: float) -> FloatArray:
    """Return ``R B Rᵀ``, with R a turn of the first coordinate plane, shape (n, n)."""
    turn = np.eye(len(matrix))
    turn[:2, :2] = rotation_matrix(np.deg2rad(degrees))
    return np.asarray(turn @ matrix @ turn.T)


def _radius(matrix: FloatArray) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _turns(steps: int) -> FloatArray:
    return np.linspace(0.0, 180.0, steps + 1)


def _record(a: FloatArray, b: FloatArray, steps: int, dim: int, seed: int) -> Record:
    """Return what is drawn while b is turned, both of shape (2, 2), and one of a random pair with it."""
    random_a, random_b = (gaussian_matrix(dim, [seed, k]) for k in range(2))
    angles = _turns(steps)
    products = np.array([a @ turned(b, angle) for angle in angles])
    size = float(np.linalg.norm(random_a, 2) * np.linalg.norm(random_b, 2))
    return Record(
        {
            "radius": np.array([_radius(p) for p in products]),
            "bound": np.full(steps + 1, np.linalg.norm(a, 2) * np.linalg.norm(b, 2)),
            "alone": np.array([_radius(a) * _radius(turned(b, angle)) for angle in angles]),
            "random radius": np.array([_radius(random_a @ turned(random_b, angle)) for angle in angles]),
            "random bound": np.full(steps + 1, size),
            "AB": products,
        }
    )


@scene(
    show(
        "series",
        of={"ρ(AB)": "radius", "σ₁(A) σ₁(B)": "bound", "ρ(A) ρ(B)": "alone"},
        heading="ρ(A) = ρ(B) = 0",
        scale="linear",
    ),
    show("series", of={"ρ(AB)": "random radius", "σ₁(A) σ₁(B)": "random bound"}, heading="random A, B", scale="linear"),
    show("heatmap", of="AB", heading="AB", limits=(-4, 4), numbers=True),
    "claims",
    title="Radius of a product",
    statement="ρ(A) = ρ(B) = 0, and yet ρ(AB) = 4 where B is turned by 90°: only norms bound it",
    poster=0.5,
    fps="20",
    covers=(73,),
)
def product_bound(
    steps: Annotated[int, Bounds(0, 1_000)] = 180,
    dim: Annotated[int, Bounds(2, 32)] = 4,
    seed: Seed = 0,
) -> Record:
    """Spectral radius of a product while one factor is turned: at most σ₁(A) σ₁(B), whatever ρ(A) and ρ(B).

    Over the steps B turns by 180°. A = [[0, 2], [0, 0]] and B, at 90° the transpose of A, have the
    eigenvalue 0 only.

    Parameters
    ----------
    steps : int
        Number of steps by which B is turned from 0° to 180°.
    dim : int
        Rows and columns of the random pair.
    seed : int
        Seed of the random pair.
    """
    return _record(NILPOTENT, -NILPOTENT, steps, dim, seed)


@product_bound.claim("ρ(AB) at 90°")
def _() -> Claimed:
    return Claimed(_radius(NILPOTENT @ turned(-NILPOTENT, 90.0)), 4.0, 16 * _EPS, "The turn by 90° rounds by eps.")


@product_bound.claim("largest ρ(B)")
def _(steps: int) -> Claimed:
    return Claimed(
        max(_radius(turned(-NILPOTENT, angle)) for angle in _turns(steps)),
        0.0,
        float(8 * np.sqrt(_EPS)),
        "A double eigenvalue without eigenvectors moves by the root of what the matrix rounds by.",
    )


def _sine_error(series: Mapping[str, FloatArray], steps: int) -> float:
    """Return how far ρ(AB) is from ``4 sin² θ``, the trace of a product of rank one."""
    true = 4 * np.sin(np.deg2rad(_turns(steps))) ** 2
    return float(np.abs(series["radius"] - true).max())


@product_bound.claim("ρ(AB) − 4 sin²θ")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    error = _sine_error(series, steps)
    return Claimed(error, 0.0, 64 * _EPS, "Turn, product and eigenvalue round by a few eps each.")


@product_bound.claim("bound exceeded")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    slack = 1 + 64 * dim * _EPS
    broken = (series["radius"] > series["bound"] * slack) | (series["random radius"] > series["random bound"] * slack)
    return Claimed(float(np.count_nonzero(broken)), 0.0, 0.0, "Angles are counted; rounding by n · eps is granted.")


def _symmetric(steps: int, dim: int, seed: int) -> Record:
    """Return the same with two matrices whose radii are their norms, so that these bound the product."""
    return _record(np.diag([2.0, 0.0]), np.diag([0.0, 2.0]), steps, dim, seed)


@product_bound.claim("off 4 sin²θ, 0 and bounds", headline=True, counterexample=_symmetric)
def _(series: Mapping[str, FloatArray], steps: int, dim: int) -> Claimed:
    over = max(
        float((series[radius] / series[bound]).max()) - 1
        for radius, bound in (("radius", "bound"), ("random radius", "random bound"))
    )
    # At 90° the product of the norms is reached, though that of the radii is 0.
    reached = float(np.abs(series["bound"] - 4).max())
    return Claimed(
        max(_sine_error(series, steps), float(series["alone"].max()), reached, over),
        0.0,
        64 * dim * _EPS,
        "Turn, product and eigenvalue round by a few eps each, those of the random pair by n · eps.",
    )
