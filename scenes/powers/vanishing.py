"""Powers of a matrix whose eigenvalues all lie inside the unit circle."""

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
    show("norms", heading="size of Wᵗ", marks={"1/1000": -3.0}, roles={"": "vanish"}),
    show("eigenvalues", role="vanish", note="all inside the circle: they shrink"),
    title="Vanishing matrix",
    statement="every eigenvalue is nearer to 0 than 1, so the product dies out",
    opening="W is multiplied by itself. Its largest eigenvalue has size {spectral_radius}: below 1.",
    running="Wᵗ may grow first. <vanish>Then it fades:</> all eigenvalues of W lie inside the circle.",
    # Later the matrix is blank.
    poster=0.1,
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


@vanishing.moment(
    "From step {step} on <vanish>less than 1/1000</> of the size is left.",
    note="step {step}",
    on="log10_spectral_norm",
    otherwise="Within {steps} steps more than 1/1000 is left; more steps would make it vanish.",
)
def _(product: Trajectory) -> Reached | None:
    step = last_change(product.log10_spectral_norm < -3)
    return Reached(step) if step else None


@vanishing.moment(
    "Of the size <vanish>{left:%} is left</> in W{step:^}: in the long run each step multiplies by {radius}."
)
def _(product: Trajectory, steps: int, spectral_radius: float) -> Reached | None:
    left = float(10 ** product.log10_spectral_norm[-1])
    return Reached(steps, left=left, radius=spectral_radius) if left < 1 else None


def _growing(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return powers of the same matrix with an eigenvalue outside the circle."""
    return repeated(with_spectral_radius(gaussian_matrix(dim, seed), 1.05), steps)


@vanishing.claim("decades per step after the transient", headline=True, counterexample=_growing)
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)


@vanishing.claim("half-life in steps")
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return doubling(product, spectral_radius)


@vanishing.claim("below 1/1000 at step")
def _(product: Trajectory) -> Claimed:
    return crossing(product, -3.0)
