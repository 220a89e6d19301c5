"""Powers of an orthogonal matrix."""

from scenes._growth import constant_norm_claim, orthogonality_claim
from scenes._matrices import haar_orthogonal
from scenes._scene import Dim, Seed, Steps, scene
from scenes._sequence import MatrixSequence, repeated


@scene(
    "matrix",
    "norms",
    "eigenvalues",
    "singular_values",
    title="Orthogonal matrix",
    statement="the product keeps its size, whatever the number of steps",
    claims=(orthogonality_claim(), constant_norm_claim()),
    covers=(16, 18, 24, 28),
)
def orthogonal(steps: Steps = 64, dim: Dim = 16, seed: Seed = 0) -> MatrixSequence:
    """Powers of a random orthogonal matrix keep their size."""
    return repeated(haar_orthogonal(dim, seed), steps)
