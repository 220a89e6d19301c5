"""Powers of a matrix whose largest eigenvalue may lie on either side of the unit circle."""

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
    show("norms", heading="size of Wᵗ"),
    show("eigenvalues", note="largest |λ| {spectral_radius}: inside fades, outside grows"),
    title="Powers of a matrix",
    statement="in the long run every step multiplies the size by the largest |λ|, which is {spectral_radius}",
    opening="W is multiplied by itself. Its largest eigenvalue has size {spectral_radius}.",
    running="First all eigenvalues have a say; then the largest alone sets the pace.",
    covers=(1, 24),
)
def powers(
    steps: Steps = 64,
    dim: Dim = 16,
    seed: Seed = 0,
    spectral_radius: Annotated[float, Bounds(0.1, 10)] = 1.0,
) -> MatrixSequence:
    """Powers of a random matrix grow or shrink with its spectral radius.

    Parameters
    ----------
    spectral_radius : float
        Modulus of the largest eigenvalue.
    """
    return repeated(with_spectral_radius(gaussian_matrix(dim, seed), spectral_radius), steps)


@powers.moment("From step {step} on Wᵗ is <explode>more than 1000 times</> as large as at the start.",
               note="step {step}", on="log10_spectral_norm")  # fmt: skip
def _(product: Trajectory) -> Reached | None:
    step = last_change(product.log10_spectral_norm > 3)
    return Reached(step) if step else None


@powers.moment("From step {step} on <vanish>less than 1/1000</> of the size is left.",
               note="step {step}", on="log10_spectral_norm")  # fmt: skip
def _(product: Trajectory) -> Reached | None:
    step = last_change(product.log10_spectral_norm < -3)
    return Reached(step) if step else None


@powers.moment(
    "W{step:^} is {size:log10} times as large as at the start: in the long run each step multiplies by {radius}."
)
def _(product: Trajectory, steps: int, spectral_radius: float) -> Reached:
    return Reached(steps, size=float(product.log10_spectral_norm[-1]), radius=spectral_radius)


def _by_stretch(steps: int, dim: int, seed: int, spectral_radius: float) -> MatrixSequence:
    """Return powers of the same matrix with the largest stretch, and not the largest |λ|, at that size."""
    matrix = gaussian_matrix(dim, seed)
    return repeated(matrix * spectral_radius / np.linalg.norm(matrix, 2), steps)


@powers.claim("decades per step after the transient", headline=True, counterexample=_by_stretch)
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)
