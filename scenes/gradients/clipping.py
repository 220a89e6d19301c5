"""Gradient descent at a cliff of the loss, with and without clipping."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes import ACTIVATIONS, RNN, Bounds, Claimed, FloatArray, Record, scene, show, sigmoid

# One unit, x_t = w σ(x_{t−1}) + b for 50 steps from x_0 = 0.5, and the loss (σ(x_50) − 0.7)².
_UNROLLED, _FIRST, _TARGET = 50, 0.5, 0.7
# The descent begins with this w and b.
_START = (4.6, -2.1)


def cliff(w: Any, b: Any) -> Any:
    """Return the loss as a function of w and b, arrays of one shape, real or complex.

    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML
    2013, figure 6.
    """
    x = np.full(np.shape(w), _FIRST, dtype=np.result_type(w, b))
    for _ in range(_UNROLLED):
        x = w * sigmoid(x) + b
    return (sigmoid(x) - _TARGET) ** 2


def cliff_gradient(point: FloatArray) -> FloatArray:
    """Return the loss' gradient by w and b at the point (w, b), back through time, shape (2,).

    With h = σ(x) the unit is a network ``h_t = σ(w h_{t−1} + b)`` without inputs.
    """
    network = RNN(point[:1, None], np.zeros((1, 0)), point[1:], ACTIVATIONS["sigmoid"])
    run = network.run(np.zeros((_UNROLLED, 0)), np.array([sigmoid(_FIRST)]))
    direct = np.zeros((_UNROLLED + 1, 1))
    direct[-1] = 2 * (run.states[-1] - _TARGET)
    gradient = run.gradient(run.backward(direct))
    return np.array([gradient.recurrent[0, 0], gradient.bias[0]])


def shortened(gradient: FloatArray, threshold: float) -> FloatArray:
    """Return the gradient, shortened to the threshold where it is longer; its direction stays."""
    norm = float(np.linalg.norm(gradient))
    return gradient * (threshold / norm) if norm > threshold else gradient


def _descend(steps: int, rate: float, threshold: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the points (w, b), the gradients there, and what of these was used, each shape (T + 1, 2)."""
    point = np.array(_START)
    points, gradients, used = (np.empty((steps + 1, 2)) for _ in range(3))
    for step in range(steps + 1):
        gradient = cliff_gradient(point)
        points[step], gradients[step], used[step] = point, gradient, shortened(gradient, threshold)
        point = point - rate * used[step]
    return points, gradients, used


def _log10(values: FloatArray) -> FloatArray:
    return np.asarray(np.log10(np.maximum(values, 1e-300)))


@scene(
    show(
        "path",
        of={"plain": "plain", "clipped": "clipped"},
        field=cliff,
        # Near the foot of the cliff, where single updates can be told apart; who leaps off it leaves the picture.
        x=(4.3, 4.7),
        y=(-2.35, -1.95),
        heading="loss by w and b",
    ),
    show(
        "series", of={"plain": "log10 plain", "clipped": "log10 clipped", "‖g‖": "log10 norm"}, heading="gradient used"
    ),
    show("series", of={"plain": "plain loss", "clipped": "clipped loss"}, heading="loss", scale="linear"),
    show(
        "readout",
        of={"‖g‖": "norm", "‖g‖, clipped": "used norm", "cos(g, clipped g)": "cosine"},
        heading="at the clipped path",
    ),
    title="Gradient clipping",
    statement="at a cliff the gradient is huge; shortened to {threshold} it still points the same way",
    poster=1.0,
    fps="6.25",
    covers=(39, 97, 107),
)
def clipping(
    steps: Annotated[int, Bounds(0, 300)] = 70,
    learning_rate: Annotated[float, Bounds(0.01, 1)] = 0.1,
    threshold: Annotated[float, Bounds(0.05, 10)] = 0.5,
) -> Record:
    """Gradient descent at the cliff of a recurrent unit, as it is and with clipped gradients.

    Clipping divides a gradient by its norm and multiplies it by the threshold, where the norm is larger
    than that. The cliff stays; what is prevented is the leap off it.

    Parameters
    ----------
    steps : int
        Number of updates.
    learning_rate : float
        Size of an update as a multiple of the gradient.
    threshold : float
        Norm to which longer gradients are shortened.
    """
    plain, plain_gradients, _ = _descend(steps, learning_rate, np.inf)
    clipped, gradients, used = _descend(steps, learning_rate, threshold)
    norms, used_norms = np.linalg.norm(gradients, axis=1), np.linalg.norm(used, axis=1)
    return Record(
        {
            "plain": plain,
            "clipped": clipped,
            "gradient": gradients,
            "used": used,
            "log10 plain": _log10(np.linalg.norm(plain_gradients, axis=1)),
            "log10 clipped": _log10(used_norms),
            "log10 norm": _log10(norms),
            "plain loss": cliff(*plain.T),
            "clipped loss": cliff(*clipped.T),
            "norm": norms,
            "used norm": used_norms,
            "cosine": (gradients * used).sum(axis=1) / np.maximum(norms * used_norms, 1e-300),
        }
    )


@clipping.claim("cos(g, clipped g)")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(float(series["cosine"].min()), 1.0, 1e-12, "A positive factor leaves a direction as it is.")


@clipping.claim("clipped over threshold")
def _(series: Mapping[str, FloatArray], threshold: float) -> Claimed:
    norms = np.linalg.norm(series["used"], axis=1)
    over = np.count_nonzero(norms > threshold * (1 + 1e-12))
    return Claimed(float(over), 0.0, 0.0, "They are scaled to it.")


@clipping.claim("gradient − derivative")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    w, b = series["clipped"].T
    true = np.stack([cliff(w + 1e-30j, b + 0j).imag, cliff(w + 0j, b + 1e-30j).imag], axis=1) / 1e-30
    sizes = np.maximum(np.linalg.norm(true, axis=1), 1e-12)
    worst = (np.linalg.norm(series["gradient"] - true, axis=1) / sizes).max()
    return Claimed(float(worst), 0.0, 1e-9, "Fifty factors round by some eps each.")
