"""What the spectral radii of two matrices say of their product: nothing."""

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
    gaussian_matrix,
    rotation_matrix,
    scene,
    show,
)

_EPS = float(np.finfo(float).eps)

# Its only eigenvalue is 0.
NILPOTENT = np.array([[0.0, 2.0], [0.0, 0.0]])


def turned(matrix: FloatArray, degrees: float) -> FloatArray:
    """Return ``R B Rᵀ``, with R a turn of the first coordinate plane, shape (n, n)."""
    turn = np.eye(len(matrix))
    turn[:2, :2] = rotation_matrix(np.deg2rad(degrees))
    return np.asarray(turn @ matrix @ turn.T)


def _without_rounding(values: FloatArray) -> FloatArray:
    """Return 0 for what is there by rounding alone."""
    return np.where(np.abs(values) < 16 * _EPS, 0.0, values)


def _radius(matrix: FloatArray) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _turns(steps: int) -> FloatArray:
    return np.arange(steps + 1.0)


def _record(a: FloatArray, b: FloatArray, steps: int, dim: int, seed: int) -> Record:
    """Return what is drawn while b is turned, both of shape (2, 2), and one of a random pair with it."""
    random_a, random_b = (gaussian_matrix(dim, [seed, k]) for k in range(2))
    angles = _turns(steps)
    turns = _without_rounding(np.array([turned(b, angle) for angle in angles]))
    products = _without_rounding(a @ turns)
    start = np.array([1.0, 0.0])
    size = float(np.linalg.norm(random_a, 2) * np.linalg.norm(random_b, 2))
    return Record(
        {
            "angle": angles,
            "radius": np.array([_radius(p) for p in products]),
            "bound": np.full(steps + 1, np.linalg.norm(a, 2) * np.linalg.norm(b, 2)),
            "alone": np.array([_radius(a) * _radius(turn) for turn in turns]),
            "random radius": np.array([_radius(random_a @ turned(random_b, angle)) for angle in angles]),
            "random bound": np.full(steps + 1, size),
            "A": np.broadcast_to(a, products.shape),
            "B": turns,
            "AB": products,
            "x": np.broadcast_to(start, (steps + 1, 2)),
            "Bx": turns @ start,
            "ABx": products @ start,
        }
    )


@scene(
    show(
        "arrows",
        of={"x": "x", "Bx": "Bx", "ABx": "ABx"},
        x=(-1.4, 4.6),
        y=(-1.15, 2.6),
        trail="Bx",
        heading="one round",
        note="x through B, then A; arc: Bx's path",
        roles={"x": "data", "Bx": "vanish", "ABx": "explode"},
    ),
    show(
        "equation",
        of={"A": "A", "B": "B", "AB": "AB"},
        signs=("·", "="),
        outlined="AB",
        heading="A · B = AB",
        note="A² = B² = 0, so their λ are 0",
    ),
    show(
        "series",
        of={"AB": "radius", "bound 2 · 2": "bound", "A or B alone": "alone"},
        theory=("bound 2 · 2",),
        scale="linear",
        x="degrees of B",
        heading="largest |λ|",
        note="B is turned against A",
        roles={"AB": "explode", "A or B alone": "vanish"},
    ),
    title="Two zeros make four",
    statement="A and B have no eigenvalue but 0, and yet AB has 4 where B is turned by 90°: only stretches bound it",
    opening="A and B have no eigenvalue but 0. B is turned: what does a round, B then A, make of x?",
    counter="B turned by {angle}°",
    poster=1.0,
    fps="10",
    covers=(73,),
)
def product_bound(
    steps: Annotated[int, Bounds(0, 1_000)] = 90,
    dim: Annotated[int, Bounds(2, 32)] = 4,
    seed: Seed = 0,
) -> Record:
    """Spectral radius of a product while one factor is turned: at most σ₁(A) σ₁(B), whatever ρ(A) and ρ(B).

    Every step turns B by 1°. A = [[0, 2], [0, 0]] and B, at 90° the transpose of A, have the eigenvalue 0 only.

    Parameters
    ----------
    steps : int
        Number of steps, of 1° each.
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


@product_bound.moment("At {angle:3}° a round through B and A leaves x as long as it was.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["radius"] >= 1 - 1e-9)
    return None if step is None else Reached(step, angle=series["angle"][step])


@product_bound.moment(
    "From eigenvalues 0 <explode>AB reaches {radius:3}</>: A and B each stretch {each:2} times, "
    "here one after the other."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, radius=float(series["radius"].max()), each=float(np.linalg.norm(NILPOTENT, 2)))
