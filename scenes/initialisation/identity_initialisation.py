"""Powers of the identity, of an orthogonal matrix, of the identity with noise, and of one behind ReLU."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

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
    constant_norm,
    first_step,
    gaussian_matrix,
    haar_orthogonal,
    relu,
    scene,
    show,
    transient,
)


def _weights(dim: int, seed: int, noise: float) -> dict[str, FloatArray]:
    """Return what every column's step multiplies by."""
    identity = np.eye(dim)
    return {
        "I alone": identity,
        "Q": haar_orthogonal(dim, [seed, 2]),
        "I + noise": identity + noise * gaussian_matrix(dim, [seed, 1]),
        "I, ReLU": identity,
    }


def _start(dim: int, seed: int) -> FloatArray:
    """Return the state that all begin with, shape (n,)."""
    return np.random.default_rng([seed, 3]).standard_normal(dim)


def _states(matrix: FloatArray, start: FloatArray, steps: int, through: Callable[[Any], Any]) -> FloatArray:
    """Return the states that follow from `start`, which has the length 1 at first, shape (T + 1, n)."""
    states = [start / np.linalg.norm(start)]
    for _ in range(steps):
        states.append(through(matrix @ states[-1]))
    return np.asarray(states)


_ROLES = {"I alone": "keep", "Q": "data", "I + noise": "explode", "I, ReLU": "vanish"}


def _run(steps: int, dim: int, seed: int, noise: float, scale: float = 1.0) -> dict[str, MatrixSequence]:
    """Return the columns, each with the lengths of a state, and with how far equal units have parted."""
    columns = {}
    for label, matrix in _weights(dim, seed, noise).items():
        through = relu if label == "I, ReLU" else np.positive
        states = _states(scale * matrix, _start(dim, seed), steps, through)
        equal = _states(scale * matrix, np.ones(dim), steps, through)
        apart = np.linalg.norm(equal - equal.mean(axis=1, keepdims=True), axis=1) / np.linalg.norm(equal, axis=1)
        # What ReLU sets to 0 stays 0: its derivative is that of the first step, and the identity afterwards.
        kept = (states[1:] > 0) if label == "I, ReLU" else np.ones((steps, dim), dtype=bool)
        factors = kept[:, :, None] * (scale * matrix)
        series = {"length": np.linalg.norm(states, axis=1), "apart": np.where(apart > 1e-12, apart, 0.0)}
        columns[label] = MatrixSequence(factors, series=series)
    return columns


@scene(
    show("matrix", limits=(-1.5, 1.5), heading="Wᵗ", roles=_ROLES),
    show(
        "series",
        of="length",
        scale="linear",
        limits=(0, 3),
        heading="keeps a state’s length?",
        note="by a net’s first W",
        roles=_ROLES,
    ),
    show(
        "series",
        of="apart",
        scale="linear",
        limits=(0, 1),
        heading="are units still equal?",
        note="0: all equal",
        roles=_ROLES,
    ),
    title="The identity, or orthogonal?",
    statement="the identity keeps all but never tells equal units apart; an orthogonal matrix does, and keeps lengths",
    opening="Units that stay equal learn one thing only. Which first W parts them, and keeps lengths?",
    poster=1.0,
    covers=(44,),
)
def identity_initialisation(
    steps: Steps = 64,
    dim: Annotated[int, Bounds(2, 64)] = 12,
    seed: Seed = 0,
    noise: Annotated[float, Bounds(0.001, 1)] = 0.02,
) -> dict[str, MatrixSequence]:
    """Powers of the identity, of an orthogonal matrix, of the identity with noise, and of one behind ReLU.

    Two states are carried along: a random one, whose length is drawn, and one in which all units are equal. The
    identity treats all units alike, so equal ones stay equal. Q. V. Le, N. Jaitly, G. E. Hinton, "A simple way to
    initialize recurrent networks of rectified linear units", arXiv:1504.00941, 2015.

    Parameters
    ----------
    noise : float
        Size of the perturbation: its entries have the deviation ``noise / sqrt(n)``.
    """
    return _run(steps, dim, seed, noise)


@identity_initialisation.moment(
    "<keep>I</> keeps all, an orthogonal <data>Q</> the length; <vanish>ReLU</> cuts off {cut} of {dim} "
    "numbers, those below 0."
)
def _(steps: int, dim: int, seed: int) -> Reached | None:
    return Reached(1, cut=int((_start(dim, seed) <= 0).sum())) if steps > 2 else None


@identity_initialisation.moment(
    "<explode>Noise</> of {noise} adds up: after {step} steps the length has changed by a tenth."
)
def _(columns: Mapping[str, Numbers], steps: int) -> int | None:
    lengths = columns["I + noise"].series["length"]
    step = first_step(np.abs(np.log(lengths)) > np.log(1.1))
    return step if step is not None and 1 < step < steps else None


@identity_initialisation.moment(
    "With <keep>I alone</> equal units stay equal; an orthogonal <data>Q</> parts them and keeps every length."
)
def _(steps: int) -> int | None:
    return steps or None


def _off(label: str, columns: Mapping[str, Numbers], steps: int, dim: int, seed: int, noise: float) -> float:
    """Return how far the length of the state at last is from what it must be, over what rounding may make of it.

    Powers are found in another way than step by step: by squaring.
    """
    start = _start(dim, seed) / np.linalg.norm(_start(dim, seed))
    numbers = columns[label]
    last = float(numbers.series["length"][-1])
    if label == "I, ReLU":
        return abs(last - float(np.linalg.norm(np.maximum(start, 0)) if steps else 1.0)) / 1e-13
    if label == "I + noise":
        power = np.linalg.matrix_power(_weights(dim, seed, noise)[label], steps)
        # A step rounds by n · eps of the largest number that it may have come from.
        allowed = 1e-13 + 4 * (steps + 1) * dim * np.finfo(float).eps * np.linalg.norm(power, 2)
        return abs(last - float(np.linalg.norm(power @ start))) / allowed
    return abs(last - 1) / (4 * (steps + 1) * dim * np.finfo(float).eps)


def _leaking(steps: int, dim: int, seed: int, noise: float) -> dict[str, MatrixSequence]:
    """Return the same with nine tenths of every matrix: what is copied leaks away."""
    return _run(steps, dim, seed, noise, 0.9)


@identity_initialisation.claim("kept, parted: off / allowed", headline=True, counterexample=_leaking)
def _(columns: Mapping[str, Numbers], steps: int, dim: int, seed: int, noise: float) -> Claimed:
    off = [_off(label, columns, steps, dim, seed, noise) for label in _ROLES]
    apart = {label: columns[label].series["apart"] for label in _ROLES}
    # How far an orthogonal matrix moves a vector of equal numbers from them, in one step.
    turned = _weights(dim, seed, noise)["Q"].sum(axis=1)
    parted = float(np.linalg.norm(turned - turned.mean()) / np.sqrt(dim)) if steps else 0.0
    off += [float(apart[label].max()) / 1e-12 for label in ("I alone", "I, ReLU")]
    off.append(abs(float(apart["Q"][:2][-1]) - parted) / 1e-12)
    # A drawn matrix leaves equal units equal with probability 0.
    off.append(1e-6 / max(float(apart["Q"].max()), 1e-300) if steps else 0.0)
    return Claimed(
        max(off),
        0.0,
        1.0,
        "Lengths as rounding leaves them; equal units stay equal behind I, and part behind Q as its rows' sums say.",
    )


@identity_initialisation.claim("log10 norm at last", column="I + noise")
def _(product: Trajectory, steps: int, dim: int, seed: int, noise: float) -> Claimed:
    matrix = _weights(dim, seed, noise)["I + noise"]
    return Claimed(
        float(product.log10_spectral_norm[-1]),
        float(steps * np.log10(np.abs(np.linalg.eigvals(matrix)).max()) + transient(matrix, steps)),
        1e-8 + 1e-10 * float(steps),
        "Powers by eigenvalues and eigenvectors: even if their condition were a million, they round by 1e-9.",
    )


@identity_initialisation.claim("log10 norm at last", column="Q")
def _(product: Trajectory) -> Claimed:
    return constant_norm(product)


@identity_initialisation.claim("units alive", column="I alone")
def _(product: Trajectory, steps: int, dim: int) -> Claimed:
    return Claimed(float(np.trace(product.matrix(steps))), float(dim), 0.0, "Zeros and ones multiply exactly.")


@identity_initialisation.claim("units alive", column="I, ReLU")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    alive = np.trace(product.matrix(steps))
    positive = (_start(dim, seed) > 0).sum() if steps else dim
    return Claimed(float(alive), float(positive), 0.0, "Zeros and ones multiply exactly.")
