"""The three films of one idea, side by side: vanishing, exploding, orthogonal."""

from typing import Annotated

from scenes._growth import constant_norm_claim, growth_claim
from scenes._matrices import gaussian_matrix, haar_orthogonal, with_spectral_radius
from scenes._scene import Bounds, Dim, Seed, Steps, scene
from scenes._sequence import MatrixSequence, repeated


@scene(
    "matrix",
    "norms",
    title="Vanishing, exploding, orthogonal",
    statement="in the long run the largest modulus of an eigenvalue decides what repeated multiplication does",
    claims=(
        growth_claim("vanishing_radius", column="vanishing"),
        growth_claim("exploding_radius", column="exploding"),
        constant_norm_claim(column="orthogonal"),
    ),
    covers=(1, 15, 24),
)
def article(
    steps: Steps = 64,
    dim: Dim = 5,
    seed: Seed = 0,
    vanishing_radius: Annotated[float, Bounds(0.001, 0.999)] = 0.9,
    exploding_radius: Annotated[float, Bounds(1.001, 1_000)] = 1.1,
) -> dict[str, MatrixSequence]:
    """Vanishing, exploding and orthogonal products on one clock.

    Parameters
    ----------
    vanishing_radius : float
        Spectral radius of the matrix that vanishes.
    exploding_radius : float
        Spectral radius of the matrix that explodes.
    """
    random = gaussian_matrix(dim, seed)
    return {
        "vanishing": repeated(with_spectral_radius(random, vanishing_radius), steps),
        "exploding": repeated(with_spectral_radius(random, exploding_radius), steps),
        "orthogonal": repeated(haar_orthogonal(dim, seed), steps),
    }
