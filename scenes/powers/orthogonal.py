"""Powers of an orthogonal matrix."""

from scenes import (
    Claimed,
    Dim,
    MatrixSequence,
    Seed,
    Steps,
    Trajectory,
    constant_norm,
    haar_orthogonal,
    orthogonality,
    repeated,
    scene,
)


@scene(
    "matrix",
    "norms",
    "eigenvalues",
    "singular_values",
    title="Orthogonal matrix",
    statement="the product keeps its size, whatever the number of steps",
    covers=(16, 18, 24, 28),
)
def orthogonal(steps: Steps = 64, dim: Dim = 16, seed: Seed = 0) -> MatrixSequence:
    """Powers of a random orthogonal matrix keep their size."""
    return repeated(haar_orthogonal(dim, seed), steps)


@orthogonal.claim("‖PᵀP − I‖ at the end")
def _(product: Trajectory) -> Claimed:
    return orthogonality(product)


def _shrinking(steps: int, dim: int, seed: int) -> MatrixSequence:
    return repeated(0.9 * haar_orthogonal(dim, seed), steps)


@orthogonal.claim("drift of log10 norm", headline=True, counterexample=_shrinking)
def _(product: Trajectory) -> Claimed:
    return constant_norm(product)
