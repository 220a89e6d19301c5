"""Powers of a matrix whose largest eigenvalue may lie on either side of the unit circle."""

import math
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
    repeated,
    scene,
    show,
    with_spectral_radius,
)


@scene(
    "matrix",
    show("norms", heading="size of Wᵗ"),
    show("eigenvalues", note="the largest |λ|, {spectral_radius}, decides"),
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


@powers.moment(
    "From step {step} on <data>the largest |λ| is alone</>: the others' powers are under a hundredth of its."
)
def _(product: Trajectory, steps: int) -> Reached | None:
    if not steps:
        return None
    sizes = np.abs(np.linalg.eigvals(product.sequence.factors[0]))
    largest = float(sizes.max())
    # The largest may be a pair.
    second = float(sizes[sizes < largest * (1 - 1e-9)].max(initial=0.0))
    step = math.ceil(math.log(0.01) / math.log(second / largest)) if second else 1
    return Reached(step) if step < steps else None


@powers.moment(
    "Size {size:log10}: the first steps made it × {first:log10}, and in the long run each multiplies by {radius}."
)
def _(product: Trajectory, steps: int, spectral_radius: float) -> Reached:
    size = float(product.log10_spectral_norm[-1])
    return Reached(steps, size=size, first=size - steps * math.log10(spectral_radius), radius=spectral_radius)


def _by_stretch(steps: int, dim: int, seed: int, spectral_radius: float) -> MatrixSequence:
    """Return powers of the same matrix with the largest stretch, and not the largest |λ|, at that size."""
    matrix = gaussian_matrix(dim, seed)
    return repeated(matrix * spectral_radius / np.linalg.norm(matrix, 2), steps)


@powers.claim("decades per step after the transient", headline=True, counterexample=_by_stretch)
def _(product: Trajectory, spectral_radius: float) -> Claimed:
    return growth(product, spectral_radius)
