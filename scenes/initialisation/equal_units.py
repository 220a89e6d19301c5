"""Training of a hidden layer whose units begin equal, or do not."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Numbers, Reached, Record, Seed, first_step, scene, show
from scenes.initialisation._weights import row_distance

# Updates by gradient descent a step.
_UPDATES = 10
_SAMPLES = 32
_ROLES = {"all 0": "vanish", "all equal": "data", "random": "keep"}


def loss_and_gradients(
    first: FloatArray, second: FloatArray, x: FloatArray, y: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return ``mean (w₂ᵀ tanh(W₁ x) − y)² / 2`` and its gradients by both layers.

    Sums are written out so that every unit's are taken in the same order: rows that are equal stay so to the bit.

    Parameters
    ----------
    first, second : ndarray, shapes (units, inputs) and (units,)
        The weights W₁ and w₂.
    x, y : ndarray, shapes (samples, inputs) and (samples,)
        Inputs, and what the network should answer.
    """
    hidden = np.tanh((first[:, None, :] * x).sum(axis=2))
    error = (second[:, None] * hidden).sum(axis=0) - y
    back = second[:, None] * (1 - hidden**2) * error / len(y)
    return float((error**2).mean() / 2), (back[:, :, None] * x).sum(axis=1), (hidden * error).sum(axis=1) / len(y)


def _task(dim: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return inputs, what a network of this shape answers, and random weights W₁ and w₂ to begin with."""
    rng = np.random.default_rng([seed, 0])
    x = rng.standard_normal((_SAMPLES, dim))
    teacher = rng.standard_normal((dim, dim)), rng.standard_normal(dim) / np.sqrt(dim)
    first, second = rng.standard_normal((dim, dim)) / np.sqrt(dim), rng.standard_normal(dim) / np.sqrt(dim)
    return x, np.tanh(x @ teacher[0].T) @ teacher[1], first, second


def _trained(first: FloatArray, second: FloatArray, x: FloatArray, y: FloatArray, steps: int) -> Record:
    weights, losses = np.empty((steps + 1, *first.shape)), np.empty(steps + 1)
    # Less than 2 over the curvature, which for equal units is nearly their number.
    rate = 1 / len(second)
    for step in range(steps + 1):
        weights[step], losses[step] = first, loss_and_gradients(first, second, x, y)[0]
        for _ in range(_UPDATES if step < steps else 0):
            _, by_first, by_second = loss_and_gradients(first, second, x, y)
            first, second = first - rate * by_first, second - rate * by_second
    series = {"weights": weights, "distance": row_distance(weights), "loss": losses, "log10_loss": np.log10(losses)}
    return Record(series | {"updates": _UPDATES * np.arange(steps + 1.0)})


def _equal(dim: int) -> float:
    """Return the number that all weights of the equal net begin with."""
    return float(0.8 / np.sqrt(dim))


def _train(steps: int, dim: int, seed: int, first: FloatArray, second: FloatArray) -> dict[str, Record]:
    """Return trainings from zeros, from these weights, and from random ones."""
    x, y, rows, out = _task(dim, seed)
    starts = {"all 0": (np.zeros_like(rows), np.zeros_like(out)), "all equal": (first, second), "random": (rows, out)}
    return {label: _trained(*weights, x, y, steps) for label, weights in starts.items()}


@scene(
    show("heatmap", of="weights", limits=(-1, 1), heading="rows: units", roles=_ROLES),
    show(
        "series",
        of="log10_loss",
        limits=(-3, 0.5),
        x="updates",
        counts="updates",
        heading="loss",
        note="how wrong the net is",
        roles=_ROLES,
    ),
    show(
        "series",
        of="distance",
        scale="linear",
        limits=(0, 3),
        x="updates",
        counts="updates",
        heading="distance of rows",
        note="what starts equal stays equal",
        roles=_ROLES,
    ),
    title="Units that begin equal",
    statement="equal units get equal gradients and stay one unit for ever; random ones stay different",
    opening="Three nets learn: one begins with weights all 0, one with all equal, one with random.",
    counter="update {updates}",
    poster=1.0,
    fps="10",
    covers=(58, 69),
)
def equal_units(
    steps: Annotated[int, Bounds(0, 300)] = 60,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
) -> dict[str, Record]:
    """Training of a hidden layer from zeros, from equal and from random weights.

    Regression on the output of another network of that shape, by gradient descent on both layers; ten updates a
    step.

    Parameters
    ----------
    dim : int
        Hidden units, and inputs.
    """
    equal = np.full(dim, _equal(dim))
    return _train(steps, dim, seed, np.tile(equal, (dim, 1)), equal)


@equal_units.moment("<vanish>All 0</>: nothing comes through, forward or back, so every gradient is 0 for ever.")
def _(steps: int) -> int | None:
    return 1 if steps > 2 else None


@equal_units.moment("<data>All equal</>: equal units get equal gradients, so {dim} units do the work of one.")
def _(columns: Mapping[str, Numbers], steps: int) -> int | None:
    loss = {label: columns[label].series["loss"] for label in ("all equal", "random")}
    step = first_step((loss["all equal"] > 2 * loss["random"]) & (np.arange(steps + 1) > 2))
    return step if step is not None and step < steps else None


@equal_units.moment(
    "Loss after {updates} updates: <vanish>{zeros:2}</> all 0, {equal:2} all equal, <keep>{random:2}</> random."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached:
    zeros, equal, random = (float(columns[label].series["loss"][-1]) for label in _ROLES)
    return Reached(steps, updates=_UPDATES * steps, zeros=zeros, equal=equal, random=random)


def _as_one(dim: int, seed: int, steps: int) -> float:
    """Return the loss of a net with a single hidden unit, which begins as the equal net.

    Its weight out is the sum of theirs, which learns n times as fast; its weights in have the gradient of that sum,
    n times that of a unit.
    """
    x, y, _, _ = _task(dim, seed)
    weights, out = np.full(dim, _equal(dim)), dim * _equal(dim)
    for _ in range(_UPDATES * steps):
        hidden = np.tanh(x @ weights)
        error = out * hidden - y
        by_weights, by_out = (error * out * (1 - hidden**2)) @ x / len(y), error @ hidden / len(y)
        weights, out = weights - by_weights / dim**2, out - by_out
    return float(np.mean((out * np.tanh(x @ weights) - y) ** 2) / 2)


def _parted(steps: int, dim: int, seed: int) -> dict[str, Record]:
    """Return the same where the equal units have different weights out: their gradients differ, and they part."""
    return _train(steps, dim, seed, np.full((dim, dim), _equal(dim)), _equal(dim) * np.linspace(0.5, 1.5, dim))


@equal_units.claim("units at work: off / allowed", headline=True, counterexample=_parted)
def _(columns: Mapping[str, Numbers], dim: int, seed: int, steps: int) -> Claimed:
    expected = {"all 0": 0, "all equal": 1, "random": dim}
    ranks = [np.linalg.matrix_rank(columns[label].series["weights"]) - rank for label, rank in expected.items()]
    loss = float(columns["all equal"].series["loss"][-1])
    one = _as_one(dim, seed, steps)
    return Claimed(
        max(2 * float(np.abs(ranks).max()), abs(loss / one - 1) / 1e-11),
        0.0,
        1.0,
        "Ranks 0, 1 and n at every step; equal units have the loss of a net of one, but for rounding as both descend.",
    )


@equal_units.claim("row distance", column="all equal")
@equal_units.claim("row distance", column="all 0")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(float(series["distance"].max()), 0.0, 0.0, "Equal rows go through the same operations.")


@equal_units.claim("rank of W₁", column="random")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    return Claimed(float(np.linalg.matrix_rank(series["weights"][-1])), float(dim), 0.0, "A rank is a whole number.")
