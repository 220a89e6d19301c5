"""Powers of a matrix that has an eigenvalue outside the unit circle."""

from typing import Annotated

from scenes import (
    Bounds,
    Claimed,
    Dim,
    MatrixSequence,
    Reached,
    Seed,
    Steps,
    Trajectory,
    crossing,
    doubling,
    gaussian_matrix,
    growth,
    last_change,
    repeated,
    scene,
    show,
    with_spectral_radius,
)


@scene(
    "matrix",
    show("norms", heading="size of Wᵗ", marks={"1000": 3.0}, roles={"": "explode"}),
    show("eigenvalues", role="explode", note="λ outside the circle: its powers grow"),
    title="Exploding matrix",
    statement="an eigenvalue is farther from 0 than 1, so the product grows without end",
    opening="W is multiplied by itself. Its largest eigenvalue has size {spectral_radius}: above 1.",
    running="An eigenvalue of W lies outside the circle: <explode>its powers grow without end.</>",
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


@exploding.moment(
    "From step {step} on Wᵗ is <explode>more than 1000 times</> as large as at the start.",
    note="step {step}",
    on="log10_spectral_norm",
    otherwise="Within {steps} steps Wᵗ does not become 1000 times as large; it would go on growing.",
)
def _(product: Trajectory) -> Reached | None:
    step = last_change(product.log10_spectral_norm > 3)
    return Reached(step) if step else None


@exploding.moment(
    "W{step:^} is <explode>{grown:log10} times as large</> as I: in the long run each step multiplies by {radius}."
)
def _(product: Trajectory, steps: int, spectral_radius: float) -> Reached | None:
    grown = float(product.log10_spectral_norm[-1])
    return Reached(steps, grown=grown, radius=spectral_radius) if grown > 0 else None


def _shrinking(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return powers of the same matrix with all eigenvalues inside the circle."""
    return repeated(with_spectral_radius(gaussian_matrix(dim, seed), 0.95), steps)


@exploding.claim("decades per step after the transient", headline=True, counterexample=_shrinking)
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)


@exploding.claim("doubling time in steps")
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return doubling(product, spectral_radius)


@exploding.claim("above 1,000 at step")
def _(product: Trajectory) -> Claimed:
    return crossing(product, 3.0)
