"""The film that is compared: powers of an orthogonal matrix as heat-map, size, and eigenvalues, a frame a step."""

from scenes import Dim, MatrixSequence, Seed, Steps, haar_orthogonal, repeated, scene, show


@scene(show("matrix", limits=(-1, 1)), "norms", "eigenvalues", title="Orthogonal matrix")
def orthogonal_powers(steps: Steps = 64, dim: Dim = 32, seed: Seed = 0) -> MatrixSequence:
    """Powers of a random orthogonal matrix keep their size."""
    return repeated(haar_orthogonal(dim, seed), steps)
