"""Powers of a matrix whose eigenvalues all lie inside the unit circle."""

from typing import Annotated

from scenes._growth import growth_claim
from scenes._matrices import gaussian_matrix, with_spectral_radius
from scenes._scene import Bounds, Dim, Seed, Steps, scene, show
from scenes._sequence import MatrixSequence, repeated
from scenes._thresholds import crossing_claim, doubling_claim


@scene(
    "matrix",
    show("series", of="log10_spectral_norm", heading="spectral norm", marks={"1/1000": -3.0}),
    "eigenvalues",
    "scaled_matrix",
    title="Vanishing matrix",
    statement="every eigenvalue has a modulus below 1, so the product dies out",
    claims=(
        growth_claim("spectral_radius"),
        doubling_claim("half-life in steps", "spectral_radius"),
        crossing_claim("below 1/1000 at step", -3.0),
    ),
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
