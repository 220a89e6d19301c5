"""Weight decay alone, and beside data, on a linear recurrence."""

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
    gaussian_matrix,
    last_change,
    scene,
    show,
    with_spectral_radius,
)


def _regression(dim: int, seed: int, radius: float) -> tuple[FloatArray, FloatArray]:
    """Return a recurrence to be learnt, of that spectral radius, and the covariance of the states it is shown."""
    truth = with_spectral_radius(gaussian_matrix(dim, [seed, 0]), radius)
    states = np.random.default_rng([seed, 1]).standard_normal((8 * dim, dim))
    return truth, states.T @ states / len(states)


def _radii(weights: FloatArray) -> FloatArray:
    """Return spectral radii, shape (…), of matrices, shape (…, n, n)."""
    return np.asarray(np.abs(np.linalg.eigvals(weights)).max(axis=-1))


def _learn(steps: int, dim: int, seed: int, rate: float, decay: float, true_radius: float) -> MatrixSequence:
    """Return W with data and decay, with data alone, and with decay alone, whose factors are (1 − ηλ) I."""
    truth, covariance = _regression(dim, seed, true_radius)
    first = with_spectral_radius(gaussian_matrix(dim, [seed, 2]), 1.4)
    runs = {}
    for name, use, shrink in (("both", 1.0, decay), ("data", 1.0, 0.0), ("decay", 0.0, decay)):
        weights = np.empty((steps + 1, dim, dim))
        weights[0] = first
        for step in range(steps):
            gradient = use * (weights[step] - truth) @ covariance + shrink * weights[step]
            weights[step + 1] = weights[step] - rate * gradient
        runs[name] = weights
    ridge = truth @ covariance @ np.linalg.inv(covariance + decay * np.eye(dim))
    series = {
        "data and decay": _radii(runs["both"]),
        "data alone": _radii(runs["data"]),
        "decay alone": _radii(runs["decay"]),
        "distance": np.linalg.norm(runs["both"] - ridge, axis=(1, 2)),
    }
    for name in ("both", "data"):
        values = np.linalg.eigvals(runs[name])
        series[f"{name} eigenvalues"] = np.stack([values.real, values.imag], axis=2)
    shrinking = np.eye(dim) * (1 - rate * decay)
    return MatrixSequence(np.broadcast_to(shrinking, (steps, dim, dim)), initial=first, series=series)


# Data alone let powers grow.
_ROLES = {"data alone": "explode", "with decay": "keep"}


@scene(
    show(
        "series",
        of={"data alone": "data alone", "with decay": "data and decay"},
        heading="largest |λ| of W",
        note="above 1, powers of W explode",
        scale="linear",
        x="training steps",
        marks={"": 1.0},
        roles=_ROLES,
    ),
    show(
        "points",
        of={"data alone": "data eigenvalues", "with decay": "both eigenvalues"},
        heading="eigenvalues λ of W",
        note="decay shrinks W",
        reach=1.6,
        roles=_ROLES,
    ),
    title="Weight decay",
    statement="W learns what the data ask for; with weight decay it ends at the weights of ridge regression",
    opening="W learns from data, without or with weight decay. Will its powers explode, |λ| above 1?",
    counter="training step",
    fps="10",
    covers=(70,),
)
def weight_decay(
    steps: Annotated[int, Bounds(0, 300)] = 80,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
    rate: Annotated[float, Bounds(0.001, 0.2)] = 0.05,
    decay: Annotated[float, Bounds(0.01, 1)] = 0.4,
    true_radius: Annotated[float, Bounds(0.1, 1.5)] = 1.2,
) -> MatrixSequence:
    """Gradient descent with weight decay on a linear recurrence, learnt from pairs of states.

    What has to be learnt has by default a spectral radius above 1, and ridge regression's weights, where decay
    leads to, one below. The factors are the decay alone, ``(1 − ηλ) I``, so the product is the first matrix on its
    way to zero.

    Parameters
    ----------
    rate : float
        Learning rate η.
    decay : float
        Weight decay λ.
    true_radius : float
        Spectral radius of the recurrence that the data come from.
    """
    return _learn(steps, dim, seed, rate, decay, true_radius)


@weight_decay.moment(
    "By step {step} W's random start is mostly unlearnt; now it turns to what the <explode>data</> ask for."
)
def _(series: Mapping[str, FloatArray], steps: int) -> int | None:
    lowest = int(series["data alone"].argmin())
    return lowest if 0 < lowest < steps else None


@weight_decay.moment(
    "From step {step} on W from <explode>data alone</> is above 1 again, and stays so: its powers explode."
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    step = last_change(series["data alone"] > 1)
    return step or None


@weight_decay.moment(
    "Largest eigenvalue: <explode>{data:3} from data alone</>, <keep>{both:3} with weight decay</>, {where}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    data, both = (float(series[name][-1]) for name in ("data alone", "data and decay"))
    return Reached(steps, data=data, both=both, where="below 1" if both < 1 else "not below 1")


@weight_decay.claim("ρ with decay alone")
def _(
    product: Trajectory, series: Mapping[str, FloatArray], steps: int, dim: int, rate: float, decay: float
) -> Claimed:
    first = product.sequence.initial
    vectors = np.linalg.eig(first)[1]
    return Claimed(
        float(series["decay alone"][-1]),
        float(_radii(first) * (1 - rate * decay) ** steps),
        float(1e-14 * (steps + dim) * np.linalg.cond(vectors)),
        "T roundings by eps, enlarged by the condition of the eigenvectors.",
    )


def _without_decay(steps: int, dim: int, seed: int, rate: float, true_radius: float) -> MatrixSequence:
    """Return the same without weight decay."""
    return _learn(steps, dim, seed, rate, 0.0, true_radius)


@weight_decay.claim("‖W − ridge‖ at last", headline=True, counterexample=_without_decay)
def _(
    product: Trajectory,
    series: Mapping[str, FloatArray],
    steps: int,
    dim: int,
    seed: int,
    rate: float,
    decay: float,
    true_radius: float,
) -> Claimed:
    truth, covariance = _regression(dim, seed, true_radius)
    # Along the covariance's axes both the way to ridge regression, W* C (C + λI)⁻¹, and what is left of it are known.
    sizes, axes = np.linalg.eigh(covariance)
    ridge = (truth @ axes * (sizes / (sizes + decay))) @ axes.T
    left = (1 - rate * (sizes + decay)) ** steps
    return Claimed(
        float(series["distance"][-1]),
        float(np.linalg.norm((product.sequence.initial - ridge) @ axes * left)),
        1e-9,
        "Sums of a few dozen numbers of size 1, over some hundred steps that contract.",
    )
