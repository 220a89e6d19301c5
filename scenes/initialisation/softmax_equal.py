"""Softmax regression from equal weights, which needs no random start."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, first_step, scene, show, softmax
from scenes.initialisation._weights import row_distance

_RATE = 0.5


def clusters(kinds: int, seed: int) -> tuple[FloatArray, NDArray[np.int_]]:
    """Return inputs in clusters around a circle, shape (samples, 2), and the class of each, shape (samples,)."""
    classes = np.arange(20 * kinds) % kinds
    angle = 2 * np.pi * classes / kinds + 0.4
    noise = np.random.default_rng([seed, 0]).standard_normal((len(classes), 2))
    return 1.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.5 * noise, classes


def softmax_gradient(
    weights: FloatArray, x: FloatArray, classes: NDArray[np.int_]
) -> tuple[float, FloatArray, FloatArray]:
    """Return cross-entropy, its gradient and its Hessian for softmax regression.

    Parameters
    ----------
    weights : ndarray, shape (classes, inputs)
        A row for every class.
    x : ndarray, shape (samples, inputs)
        The inputs.
    classes : ndarray of int, shape (samples,)
        The class of each.
    """
    chances = softmax(x @ weights.T)
    count, kinds = chances.shape
    loss = -np.log(chances[np.arange(count), classes]).mean()
    gradient = (chances - np.eye(kinds)[classes]).T @ x / count
    curvature = chances[:, :, None] * np.eye(kinds) - chances[:, :, None] * chances[:, None, :]
    hessian = np.einsum("sjk,sa,sb->jakb", curvature, x, x) / count
    return float(loss), gradient, hessian.reshape(weights.size, weights.size)


@scene(
    show(
        "points",
        of={"rows of W": "rows", "middles of the classes": "means"},
        roles={"rows of W": "data", "middles of the classes": "keep"},
        heading="rows and classes",
        note="by their two weights",
        trail=True,
        circle=False,
        numbered=True,
    ),
    show("series", of="distance", scale="linear", heading="distance of rows", note="each class pulls its own row"),
    show("series", of="loss", scale="linear", heading="loss", note="how wrong the net is"),
    title="Equal weights in softmax",
    statement="rows that begin equal part at the first step, for each class has a gradient of its own",
    opening="The rows of W, one a class, begin equal. Equal hidden units never part: do these rows?",
    poster=1.0,
    fps="6.25",
    covers=(72,),
)
def softmax_equal(
    steps: Annotated[int, Bounds(0, 300)] = 40,
    seed: Seed = 0,
    classes: Annotated[int, Bounds(2, 8)] = 3,
    start: Annotated[float, Bounds(-2, 2)] = 0.5,
) -> MatrixSequence:
    """Softmax regression from equal weights, which needs no random start.

    The factors are the derivatives of an update, ``I − η H`` with the Hessian H, so the product is the derivative
    of the weights by those at first.

    Parameters
    ----------
    classes : int
        Number of classes.
    start : float
        The number that every weight is at first.
    """
    x, labels = clusters(classes, seed)
    weights = np.empty((steps + 1, classes, 2))
    weights[0] = start
    losses, factors = np.empty(steps + 1), np.empty((steps, 2 * classes, 2 * classes))
    for step in range(steps + 1):
        losses[step], gradient, hessian = softmax_gradient(weights[step], x, labels)
        if step < steps:
            weights[step + 1] = weights[step] - _RATE * gradient
            factors[step] = np.eye(2 * classes) - _RATE * hessian
    means = np.stack([x[labels == kind].mean(axis=0) for kind in range(classes)])
    series = {
        "rows": weights,
        "means": np.broadcast_to(means, weights.shape),
        "distance": row_distance(weights),
        "loss": losses,
    }
    return MatrixSequence(factors, series=series)


@softmax_equal.moment(
    "One step, and rows are up to {distance:3} apart: each class pulls its own row towards its middle."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    return Reached(1, distance=float(series["distance"][1])) if steps > 2 else None


@softmax_equal.moment("After {step} steps the rows are half as far apart as at the end, and the loss is {loss:3}.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    step = first_step(series["distance"] > series["distance"][-1] / 2)
    return Reached(step, loss=float(series["loss"][step])) if step is not None and 1 < step < steps else None


@softmax_equal.moment("{classes} equal rows have parted, loss {first:3} → {last:3}: softmax needs no random start.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if not steps:
        return None
    return Reached(steps, first=float(series["loss"][0]), last=float(series["loss"][-1]))


@softmax_equal.claim("distance after step 1")
def _(series: Mapping[str, FloatArray], steps: int, seed: int, classes: int) -> Claimed:
    # With equal chances a row moves by η / N times its class's sum of inputs, beside what all rows move by.
    x, labels = clusters(classes, seed)
    sums = np.stack([x[labels == kind].sum(axis=0) for kind in range(classes)])
    apart = np.linalg.norm(sums[:, None] - sums, axis=2).max() / len(x)
    return Claimed(
        float(series["distance"][:2][-1]),
        float(_RATE * apart) if steps else 0.0,
        1e-13,
        "Both are sums of a few dozen numbers of size 1.",
    )


@softmax_equal.claim("loss at the start")
def _(series: Mapping[str, FloatArray], classes: int) -> Claimed:
    return Claimed(
        float(series["loss"][0]),
        float(np.log(classes)),
        1e-13,
        "Equal rows give equal chances; a logarithm rounds by eps.",
    )
