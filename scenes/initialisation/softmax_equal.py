"""Linear and softmax regression from equal weights, which need no random start."""

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Numbers,
    Reached,
    Seed,
    first_step,
    scene,
    show,
    softmax,
)
from scenes.initialisation._weights import row_distance

# Learning rates.
_RATES = {"linear": 0.1, "softmax": 0.5}
_ROLES = {"linear": "theory", "softmax": "data"}


def clusters(kinds: int, seed: int) -> tuple[FloatArray, NDArray[np.int_]]:
    """Return inputs in clusters around a circle, shape (samples, 2), and the class of each, shape (samples,)."""
    classes = np.arange(20 * kinds) % kinds
    angle = 2 * np.pi * classes / kinds + 0.4
    noise = np.random.default_rng([seed, 0]).standard_normal((len(classes), 2))
    return 1.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.5 * noise, classes


def linear_task(kinds: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the same inputs, shape (samples, 2), and numbers to be told from them, shape (samples, kinds).

    They are what rows at the middles of the classes would answer, and a little noise.
    """
    angle = 2 * np.pi * np.arange(kinds) / kinds + 0.4
    x, _ = clusters(kinds, seed)
    noise = np.random.default_rng([seed, 1]).standard_normal((len(x), kinds))
    return x, x @ (1.5 * np.stack([np.cos(angle), np.sin(angle)])) + 0.1 * noise


def linear_gradient(weights: FloatArray, x: FloatArray, y: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Return the halved mean squared error of ``W x``, its gradient and its Hessian.

    Parameters
    ----------
    weights : ndarray, shape (outputs, inputs)
        A row for every output.
    x, y : ndarray, shapes (samples, inputs) and (samples, outputs)
        The inputs, and what the answers should be.
    """
    error = x @ weights.T - y
    covariance = x.T @ x / len(x)
    hessian = np.asarray(np.kron(np.eye(len(weights)), covariance), dtype=float)
    return float((error**2).sum() / 2 / len(x)), error.T @ x / len(x), hessian


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


def _learn(steps: int, seed: int, classes: int, start: float, shared: bool = False) -> dict[str, MatrixSequence]:
    """Return both regressions; with a shared gradient all rows have the mean of theirs, as equal hidden units do."""
    x, labels = clusters(classes, seed)
    inputs, answers = linear_task(classes, seed)
    gradients: dict[str, Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]] = {
        "linear": lambda weights: linear_gradient(weights, inputs, answers),
        "softmax": lambda weights: softmax_gradient(weights, x, labels),
    }
    aims = {
        "linear": np.linalg.lstsq(inputs, answers, rcond=None)[0].T,
        "softmax": np.stack([x[labels == kind].mean(axis=0) for kind in range(classes)]),
    }
    columns = {}
    for label, rate in _RATES.items():
        weights = np.empty((steps + 1, classes, 2))
        weights[0] = start
        losses, factors = np.empty(steps + 1), np.empty((steps, 2 * classes, 2 * classes))
        for step in range(steps + 1):
            losses[step], gradient, hessian = gradients[label](weights[step])
            if shared:
                gradient = np.broadcast_to(gradient.mean(axis=0), gradient.shape)
            if step < steps:
                weights[step + 1] = weights[step] - rate * gradient
                factors[step] = np.eye(2 * classes) - rate * hessian
        series = {
            "rows": weights,
            "aims": np.broadcast_to(aims[label], weights.shape),
            "distance": row_distance(weights),
            "loss": losses,
            "left": losses / losses[0],
        }
        columns[label] = MatrixSequence(factors, series=series)
    return columns


@scene(
    show(
        "points",
        of="rows",
        roles=_ROLES,
        heading="weights by output",
        note="2 weights each",
        trail=True,
        circle=False,
        numbered=True,
    ),
    show(
        "series",
        of="distance",
        scale="linear",
        heading="how far apart",
        note="each output has its own gradient",
        roles=_ROLES,
    ),
    show(
        "series",
        of="left",
        scale="linear",
        unit="%",
        limits=(0, 1),
        heading="loss",
        note="no hidden layer, and it learns",
        roles=_ROLES,
    ),
    title="Equal weights without hidden units",
    statement="in linear and softmax regression rows that begin equal part at once: each output has its own gradient",
    opening="Each output has a row of weights; all begin equal. There are no hidden units: do rows part?",
    poster=1.0,
    fps="6.25",
    covers=(72,),
)
def softmax_equal(
    steps: Annotated[int, Bounds(0, 300)] = 40,
    seed: Seed = 0,
    classes: Annotated[int, Bounds(2, 8)] = 3,
    start: Annotated[float, Bounds(-2, 2)] = 0.5,
) -> dict[str, MatrixSequence]:
    """Linear and softmax regression from equal weights, which need no random start.

    Both have no hidden layer, and a single least loss. The factors are the derivatives of an update, ``I − η H`` with
    the Hessian H, so the product is the derivative of the weights by those at first.

    Parameters
    ----------
    classes : int
        Number of classes, and of the linear regression's answers.
    start : float
        The number that every weight is at first.
    """
    return _learn(steps, seed, classes, start)


@softmax_equal.moment(
    "One step, and rows have parted, by up to {linear:3} and {softmax:3}: every output pulls its own row."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    apart = {label: float(columns[label].series["distance"][:2][-1]) for label in _RATES}
    return Reached(1, **apart) if steps > 2 else None


@softmax_equal.moment("After {step} steps the <theory>linear</> rows are where least squares puts them, but for 5 %.")
def _(columns: Mapping[str, Numbers], steps: int) -> int | None:
    series = columns["linear"].series
    away = np.linalg.norm(series["rows"] - series["aims"], axis=(1, 2))
    step = first_step(away < 0.05 * away[0])
    return step if step is not None and 1 < step < steps else None


@softmax_equal.moment(
    "Equal rows have learnt: loss {linear:%} of the first in linear, {softmax:%} in softmax regression."
)
def _(columns: Mapping[str, Numbers], steps: int) -> Reached | None:
    return Reached(steps, **{label: float(columns[label].series["left"][-1]) for label in _RATES}) if steps else None


def _pulled_apart(series: Mapping[str, FloatArray], sums: FloatArray, rate: float, steps: int) -> Claimed:
    """Return the distance after a step, beside that of what pulls the rows: sums of shape (rows, inputs)."""
    apart = float(np.linalg.norm(sums[:, None] - sums, axis=2).max())
    return Claimed(
        float(series["distance"][:2][-1]),
        rate * apart if steps else 0.0,
        1e-13,
        "Both are sums of a few dozen numbers of size 1.",
    )


def _first_step(label: str, columns: Mapping[str, Numbers], steps: int, seed: int, classes: int) -> Claimed:
    # With equal rows all answers are the same: rows move differently by what is asked of them, and by nothing else.
    if label == "linear":
        x, y = linear_task(classes, seed)
        sums = y.T @ x / len(x)
    else:
        x, labels = clusters(classes, seed)
        sums = np.stack([x[labels == kind].sum(axis=0) for kind in range(classes)]) / len(x)
    return _pulled_apart(columns[label].series, sums, _RATES[label], steps)


def _least_squares(columns: Mapping[str, Numbers], steps: int, seed: int, classes: int, start: float) -> Claimed:
    """Return how far the linear rows are at last from where they must be, by the axes of the inputs' covariance."""
    x, y = linear_task(classes, seed)
    sizes, axes = np.linalg.eigh(x.T @ x / len(x))
    best = y.T @ x @ axes / sizes / len(x)
    left = (1 - _RATES["linear"] * sizes) ** steps
    rows = (best + (np.full_like(best, start) @ axes - best) * left) @ axes.T
    return Claimed(
        float(np.abs(columns["linear"].series["rows"][-1] - rows).max()),
        0.0,
        1e-11,
        "Sums of a few dozen numbers of size 1, over steps that contract.",
    )


def _in_common(steps: int, seed: int, classes: int, start: float) -> dict[str, MatrixSequence]:
    """Return the same with one gradient for all rows, as equal hidden units have: nothing parts them."""
    return _learn(steps, seed, classes, start, shared=True)


@softmax_equal.claim("rows part and learn: off / allowed", headline=True, counterexample=_in_common)
def _(columns: Mapping[str, Numbers], steps: int, seed: int, classes: int, start: float) -> Claimed:
    each = [_first_step(label, columns, steps, seed, classes) for label in _RATES]
    each.append(_least_squares(columns, steps, seed, classes, start))
    rises = [float(np.diff(columns[label].series["left"]).max(initial=0.0)) for label in _RATES]
    return Claimed(
        max(*(abs(one.value - one.expected) / one.tolerance for one in each), max(rises) / 1e-13),
        0.0,
        1.0,
        "Allowed is the rounding of sums to the first step, to the linear rows at last, and to losses that never rise.",
    )


for _label in _RATES:

    @softmax_equal.claim(f"distance after step 1, {_label}")
    def _(columns: Mapping[str, Numbers], steps: int, seed: int, classes: int, label: str = _label) -> Claimed:
        return _first_step(label, columns, steps, seed, classes)


@softmax_equal.claim("linear rows − least squares")
def _(columns: Mapping[str, Numbers], steps: int, seed: int, classes: int, start: float) -> Claimed:
    return _least_squares(columns, steps, seed, classes, start)


@softmax_equal.claim("softmax loss at the start")
def _(columns: Mapping[str, Numbers], classes: int) -> Claimed:
    return Claimed(
        float(columns["softmax"].series["loss"][0]),
        float(np.log(classes)),
        1e-13,
        "Equal rows give equal chances; a logarithm rounds by eps.",
    )
