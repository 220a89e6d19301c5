"""Training of a hidden layer whose units begin equal, or do not."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, Numbers, Reached, Record, Seed, first_step, scene, show
from scenes.initialisation._weights import row_distance

# Updates by gradient descent a step.
_UPDATES = 10
_SAMPLES = 32
_ROLES = {"zeros": "vanish", "constant": "data", "random": "keep"}


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


@scene(
    show("heatmap", of="weights", limits=(-1, 1), heading="row: a hidden unit", roles=_ROLES),
    show(
        "series",
        of="log10_loss",
        limits=(-3, 0.5),
        x="× 10 updates",
        heading="loss",
        note="how wrong the net is",
        roles=_ROLES,
    ),
    title="Units that begin equal",
    statement="equal units get equal gradients and stay one unit for ever; random ones learn to be different",
    opening="One net learns from zeros, one from equal weights, one from random ones.",
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
    rng = np.random.default_rng([seed, 0])
    x = rng.standard_normal((_SAMPLES, dim))
    teacher = rng.standard_normal((dim, dim)), rng.standard_normal(dim) / np.sqrt(dim)
    y = np.tanh(x @ teacher[0].T) @ teacher[1]
    equal = 0.8 / np.sqrt(dim)
    starts = {
        "zeros": (np.zeros((dim, dim)), np.zeros(dim)),
        "constant": (np.full((dim, dim), equal), np.full(dim, equal)),
        "random": (rng.standard_normal((dim, dim)) / np.sqrt(dim), rng.standard_normal(dim) / np.sqrt(dim)),
    }
    return {label: _trained(*weights, x, y, steps) for label, weights in starts.items()}


@equal_units.moment("<vanish>Zeros</>: every gradient is 0, and nothing will ever move.")
def _(steps: int) -> int | None:
    return 1 if steps > 2 else None


@equal_units.moment("<data>Constant</>: the rows change, but alike. The net has {dim} units and the use of one.")
def _(columns: Mapping[str, Numbers], steps: int) -> int | None:
    loss = {label: columns[label].series["loss"] for label in ("constant", "random")}
    step = first_step((loss["constant"] > 2 * loss["random"]) & (np.arange(steps + 1) > 2))
    return step if step is not None and step < steps else None


@equal_units.moment(
    "Loss after {updates} updates: <vanish>{zeros:2}</> zeros, {constant:2} equal, <keep>{random:2}</> random."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached:
    losses = {label: float(numbers.series["loss"][-1]) for label, numbers in columns.items()}
    return Reached(steps, updates=_UPDATES * steps, **losses)


@equal_units.claim("row distance", column="constant")
@equal_units.claim("row distance", column="zeros")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(float(series["distance"].max()), 0.0, 0.0, "Equal rows go through the same operations.")


def _rank(series: Mapping[str, FloatArray], expected: int) -> Claimed:
    rank = np.linalg.matrix_rank(series["weights"][-1])
    return Claimed(float(rank), float(expected), 0.0, "A rank is a whole number.")


@equal_units.claim("rank of W₁", column="random")
def _(series: Mapping[str, FloatArray], dim: int) -> Claimed:
    return _rank(series, dim)


@equal_units.claim("rank of W₁", column="zeros")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return _rank(series, 0)


@equal_units.claim("rank of W₁", column="constant")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return _rank(series, 1)
