"""Powers of the identity, of the identity with noise, and of one behind ReLU."""

from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Seed,
    Steps,
    Trajectory,
    gaussian_matrix,
    repeated,
    scene,
    show,
    transient,
)


def _perturbed(dim: int, seed: int, noise: float) -> FloatArray:
    return np.asarray(np.eye(dim) + noise * gaussian_matrix(dim, [seed, 1]))


def _start(dim: int, seed: int) -> FloatArray:
    """Return the state that the network behind ReLU begins with, shape (n,)."""
    return np.random.default_rng([seed, 3]).standard_normal(dim)


@scene(
    show("matrix", limits=(-1, 1)),
    "norms",
    title="Identity initialisation",
    statement="the identity keeps all, noise of {noise} drifts, ReLU keeps what begins above 0",
    poster=1.0,
    covers=(44,),
)
def identity_initialisation(
    steps: Steps = 64,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 0,
    noise: Annotated[float, Bounds(0.001, 1)] = 0.02,
) -> dict[str, MatrixSequence]:
    """Powers of the identity, of the identity with noise, and of one behind ReLU.

    Q. V. Le, N. Jaitly, G. E. Hinton, "A simple way to initialize recurrent networks of rectified
    linear units", arXiv:1504.00941, 2015.

    Parameters
    ----------
    noise : float
        Size of the perturbation: its entries have the deviation ``noise / sqrt(n)``.
    """
    identity = np.eye(dim)
    state = _start(dim, seed)
    jacobians = np.empty((steps, dim, dim))
    for step in range(steps):
        summed = identity @ state
        jacobians[step] = np.where(summed > 0, 1.0, 0.0)[:, None] * identity
        state = np.maximum(summed, 0.0)
    return {
        "I": repeated(identity, steps),
        "I + noise": repeated(_perturbed(dim, seed, noise), steps),
        "I, ReLU": MatrixSequence(jacobians),
    }


@identity_initialisation.claim("drift of log10 norm", column="I")
def _(product: Trajectory, steps: int, dim: int) -> Claimed:
    return Claimed(
        float(np.abs(product.log10_spectral_norm).max()),
        0.0,
        float(4 * (steps + 1) * dim * np.finfo(float).eps),
        "A multiplication rounds by about n · eps.",
    )


@identity_initialisation.claim("log10 norm at last", column="I + noise")
def _(product: Trajectory, steps: int, dim: int, seed: int, noise: float) -> Claimed:
    matrix = _perturbed(dim, seed, noise)
    return Claimed(
        float(product.log10_spectral_norm[-1]),
        float(steps * np.log10(np.abs(np.linalg.eigvals(matrix)).max()) + transient(matrix, steps)),
        1e-8 + 1e-10 * float(steps),
        "Powers by eigenvalues and eigenvectors: even if their condition were a million, they round by 1e-9.",
    )


@identity_initialisation.claim("units alive", column="I, ReLU")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    alive = np.trace(product.matrix(steps))
    positive = (_start(dim, seed) > 0).sum() if steps else dim
    return Claimed(float(alive), float(positive), 0.0, "Zeros and ones multiply exactly.")
