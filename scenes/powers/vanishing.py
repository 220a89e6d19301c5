"""Powers of a matrix whose eigenvalues all lie inside the unit circle."""

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
    show("series", of="log10_spectral_norm", heading="spectral norm", marks={"1/1000": -3.0}),
    "eigenvalues",
    "scaled_matrix",
    title="Vanishing matrix",
    statement="every eigenvalue has a modulus below 1, so the product dies out",
    poster=0.125,
    covers=(1, 24, 26),
)
def vanishing(
    steps: Steps = 64,
    dim: Dim = 16,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(0.001, 0.999)] = 0.88,
) -> MatrixSequence:
    """Powers of a random matrix with spectral radius below 1 vanish.

    Parameters
    ----------
    spectral_radius : float
        Modulus of the largest eigenvalue.
    """
    return repeated(with_spectral_radius(gaussian_matrix(dim, seed), spectral_radius), steps)


def _growing(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return powers of the same matrix with an eigenvalue outside the circle."""
    return repeated(with_spectral_radius(gaussian_matrix(dim, seed), 1.05), steps)


@vanishing.claim("decades per step", headline=True, counterexample=_growing)
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)


@vanishing.claim("half-life in steps")
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return doubling(product, spectral_radius)


@vanishing.claim("below 1/1000 at step")
def _(product: Trajectory) -> Claimed:
    return crossing(product, -3.0)
