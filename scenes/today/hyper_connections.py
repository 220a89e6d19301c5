"""Streams of a deep network that are mixed in every layer: freely, and by doubly stochastic matrices."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    gaussian_matrix,
    scene,
    show,
)

_FREE, _HELD = "unconstrained", "doubly stochastic"
_ROLES = {_FREE: "explode", _HELD: "keep"}


def sinkhorn(raw: FloatArray, rounds: int) -> FloatArray:
    """Return a matrix of positive entries whose rows and columns sum to 1: exp of the raw one, divided in turns.

    R. Sinkhorn, P. Knopp, "Concerning nonnegative matrices and doubly stochastic matrices", Pacific J. Math. 21, 1967.

    Parameters
    ----------
    raw : ndarray, shape (n, n)
        Any numbers.
    rounds : int
        How often rows are divided by their sums, and columns by theirs.
    """
    mixed = np.exp(raw)
    for _ in range(rounds):
        mixed = mixed / mixed.sum(axis=1, keepdims=True)
        mixed = mixed / mixed.sum(axis=0)
    return np.asarray(mixed)


def raw_matrices(steps: int, dim: int, seed: int, gain: float) -> FloatArray:
    """Return what every layer would mix with: each stream kept, and others added, by entries of deviation g / √n."""
    drawn = [gaussian_matrix(dim, [seed, 1, layer], gain / dim**0.5) for layer in range(steps)]
    return np.eye(dim) + np.array(drawn).reshape(steps, dim, dim)


@scene(
    show("matrix", limits=(-1.0, 1.0), heading="product of the layers", roles=_ROLES),
    show(
        "norms",
        heading="stretch",
        note="doubly stochastic: each row an average, never over 1; others compound",
        roles=_ROLES,
    ),
    title="Hyper-connections, held",
    statement="mixed by matrices whose rows and columns sum to 1, streams stay bounded at any depth; others explode",
    opening="Each layer mixes {dim} parallel signals (streams), by any weights or as averages. Which explode?",
    counter="layer",
    fps="8",
)
def hyper_connections(
    steps: Annotated[int, Bounds(32, 400)] = 64,
    dim: Annotated[int, Bounds(4, 16)] = 4,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.6, 1)] = 1.0,
    rounds: Annotated[int, Bounds(20, 100)] = 20,
) -> dict[str, MatrixSequence]:
    """Products of the matrices that mix the residual streams of hyper-connections, free and doubly stochastic.

    Both come from the same random numbers. D. Zhu and others, "Hyper-connections", 2024; Z. Xie and others, "mHC:
    Manifold-constrained hyper-connections", 2025.

    Parameters
    ----------
    steps : int
        Number of layers.
    dim : int
        Number of streams.
    gain : float
        How much of the others a stream is given.
    rounds : int
        Rounds of Sinkhorn and Knopp, in each of which rows and columns are divided by their sums.
    """
    raw = raw_matrices(steps, dim, seed, gain)
    return {
        _FREE: MatrixSequence(raw),
        _HELD: MatrixSequence(np.array([sinkhorn(one, rounds) for one in raw])),
    }


@hyper_connections.moment(
    "<explode>Unconstrained</>: {step} layers together stretch a signal more than 10 times.", column=_FREE
)
def _(product: Trajectory) -> int | None:
    return first_step(product.log10_spectral_norm > 1)


@hyper_connections.moment(
    "<keep>Doubly stochastic</>: bounded, but after {step} layers under 1 % of the differences is left.", column=_HELD
)
def _(product: Trajectory, steps: int, dim: int) -> int | None:
    # They are all but averages; a layer leaves no more of the differences than the ones before.
    return next((t for t in range(1, steps) if np.linalg.norm(product.matrix(t) - 1 / dim, 2) < 0.01), None)


@hyper_connections.moment(
    "{steps} layers stretch by <explode>{free:log10} unconstrained</>, "
    "<keep>{held:3} doubly stochastic</>: each row averages."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached:
    free, held = (float(columns[label].log10_spectral_norm[-1]) for label in _ROLES)
    return Reached(steps, free=free, held=10**held)


@hyper_connections.claim("held at 1, free: off / allowed", headline=True, counterexample={"rounds": 0})
def _(columns: Mapping[str, Trajectory]) -> Claimed:
    free, held = (columns[label].log10_spectral_norm for label in _ROLES)
    factors = columns[_HELD].sequence.factors
    off = [
        float(np.abs(held).max()) / 1e-6,
        float(np.abs(factors.sum(axis=2) - 1).max()) / 1e-5,
        0.3 / max(float(free[-1]), 1e-3),
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "What averages is of norm 1, as sums are, to a hundred-thousandth after 20 rounds; free ones double at least.",
    )


@hyper_connections.claim("row sums − 1", column=_HELD)
def _(product: Trajectory) -> Claimed:
    sums = product.sequence.factors.sum(axis=2)
    return Claimed(
        float(np.abs(sums - 1).max()), 0.0, 1e-5, "Each round leaves about |λ₂|² of what they were off, 20 rounds 1e-6."
    )


@hyper_connections.claim("differences: left / bound", column=_HELD)
def _(product: Trajectory, dim: int) -> Claimed:
    mean = np.full((dim, dim), 1 / dim)
    bound, off = 0.0, 0.0
    for step, factor in enumerate(product.sequence.factors, 1):
        bound += float(np.log(np.linalg.svd(factor - mean, compute_uv=False)[0]))
        if bound < np.log(1e-4):
            break
        left = np.linalg.norm(product.matrix(step) - mean, 2)
        off = max(off, float(left / np.exp(bound)))
    return Claimed(
        off, 0.5, 0.5 + 1e-6, "Differences of streams are multiplied by the second singular value at most, each time."
    )
