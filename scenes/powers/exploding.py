"""Powers of a matrix that has an eigenvalue outside the unit circle."""

from typing import Annotated

from scenes import (
    Bounds,
    Claimed,
    Dim,
    MatrixSequence,
    Seed,
    Steps,
    Trajectory,
    crossing,
    doubling,
    gaussian_matrix,
    growth,
    repeated,
    scene,
    show,
    with_spectral_radius,
)


@scene(
    "matrix",
    show("series", of="log10_spectral_norm", heading="spectral norm", marks={"1,000": 3.0}),
    "eigenvalues",
    "scaled_matrix",
    title="Exploding matrix",
    statement="an eigenvalue has a modulus above 1, so the product grows without end",
    poster=0.375,
    covers=(1, 24, 27),
)
def exploding(
    steps: Steps = 64,
    dim: Dim = 16,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(1.001, 1_000)] = 1.12,
) -> MatrixSequence:
    """Powers of a random matrix with spectral radius above 1 explode.

    Parameters
    ----------
    spectral_radius : float
        Modulus of the largest eigenvalue.
    """
    return repeated(with_spectral_radius(gaussian_matrix(dim, seed), spectral_radius), steps)


def _shrinking(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return powers of the same matrix with all eigenvalues inside the circle."""
    return repeated(with_spectral_radius(gaussian_matrix(dim, seed), 0.95), steps)


@exploding.claim("decades per step", headline=True, counterexample=_shrinking)
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)


@exploding.claim("doubling time in steps")
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return doubling(product, spectral_radius)


@exploding.claim("above 1,000 at step")
def _(product: Trajectory) -> Claimed:
    return crossing(product, 3.0)
