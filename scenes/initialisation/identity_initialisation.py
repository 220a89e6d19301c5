"""Powers of the identity, of the identity with noise, and of one behind ReLU."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Numbers,
    Reached,
    Seed,
    Steps,
    Trajectory,
    first_step,
    gaussian_matrix,
    relu,
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


def _lengths(
    matrix: FloatArray, start: FloatArray, steps: int, activation: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Return the lengths of the states that follow from `start`, as multiples of the first one, shape (T + 1,)."""
    states = [start / np.linalg.norm(start)]
    for _ in range(steps):
        states.append(activation(matrix @ states[-1]))
    return np.asarray(np.linalg.norm(states, axis=1))


_ROLES = {"I alone": "keep", "I + noise": "explode", "I, ReLU": "vanish"}


@scene(
    show("matrix", limits=(-1.5, 1.5), heading="effect of all steps", roles=_ROLES),
    show(
        "series",
        of="length",
        scale="linear",
        limits=(0, 3),
        heading="length of a state",
        note="noise adds up every step; ReLU cuts once what is below 0",
        roles=_ROLES,
    ),
    title="Beginning with the identity",
    statement="the identity keeps all, noise of {noise} lets it drift, ReLU keeps what begins above 0",
    opening="The identity I copies a state at every step. Do noise or ReLU leave it what it was?",
    poster=1.0,
    covers=(44,),
)
def identity_initialisation(
    steps: Steps = 64,
    dim: Annotated[int, Bounds(2, 64)] = 12,
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
    noisy, start = _perturbed(dim, seed, noise), _start(dim, seed)
    return {
        "I alone": repeated(identity, steps, {"length": np.ones(steps + 1)}),
        "I + noise": repeated(noisy, steps, {"length": _lengths(noisy, start, steps, np.positive)}),
        "I, ReLU": MatrixSequence(jacobians, series={"length": _lengths(identity, start, steps, relu)}),
    }


@identity_initialisation.moment(
    "<keep>I alone</> keeps all. <vanish>ReLU</> cuts what is below 0: {alive} of {dim} numbers stay."
)
def _(steps: int, dim: int, seed: int) -> Reached | None:
    return Reached(1, alive=int((_start(dim, seed) > 0).sum())) if steps > 2 else None


@identity_initialisation.moment(
    "<explode>Noise</> of {noise} adds up: after {step} steps the length has changed by a tenth."
)
def _(columns: Mapping[str, Numbers], steps: int) -> int | None:
    lengths = columns["I + noise"].series["length"]
    step = first_step(np.abs(np.log(lengths)) > np.log(1.1))
    return step if step is not None and 1 < step < steps else None


@identity_initialisation.moment(
    "<keep>I alone</> keeps length <keep>1</> through {steps} steps; noise makes it <explode>{noisy:3}</>, "
    "ReLU <vanish>{relu:3}</>."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached:
    cut, noisy = (float(columns[label].series["length"][-1]) for label in ("I, ReLU", "I + noise"))
    return Reached(steps, relu=cut, noisy=noisy)


@identity_initialisation.claim("drift of log10 norm", column="I alone")
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
