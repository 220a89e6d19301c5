"""Powers of a matrix that has an eigenvalue outside the unit circle."""

from typing import Annotated

from scenes._growth import growth_claim
from scenes._matrices import gaussian_matrix, with_spectral_radius
from scenes._scene import Bounds, Dim, Seed, Steps, scene, show
from scenes._sequence import MatrixSequence, repeated
from scenes._thresholds import crossing_claim, doubling_claim


@scene(
    "matrix",
    show("series", of="log10_spectral_norm", heading="spectral norm", marks={"1,000": 3.0}),
    "eigenvalues",
    "scaled_matrix",
    title="Exploding matrix",
    statement="an eigenvalue has a modulus above 1, so the product grows without end",
    claims=(
        growth_claim("spectral_radius"),
        doubling_claim("doubling time in steps", "spectral_radius"),
        crossing_claim("above 1,000 at step", 3.0),
    ),
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
