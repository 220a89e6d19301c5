"""Gradient descent at a cliff of the loss, with and without clipping."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    ParameterError,
    Reached,
    Record,
    first_step,
    scene,
    show,
    sigmoid,
)

# One unit, x_t = w σ(x_{t−1}) + b for 50 steps from x_0 = 0.5, and the loss (σ(x_50) − 0.7)².
_UNROLLED, _FIRST, _TARGET = 50, 0.5, 0.7
# The descent begins with this w and b.
_START = (4.6, -2.1)
# What is drawn of w and b.
_W, _B = (4.3, 4.7), (-2.35, -1.95)
# An update longer than this lands far outside, where the loss is flat; a gradient so many times as long is an edge.
_LEAP, _EDGE = 1.0, 10.0
# So many updates are tried to see whether there is a leap at all.
_TRIED = 60
# Updates after a leap from which on a loss is typical.
_SETTLED = 40
_ROLES = {"as it is": "explode", "clipped": "keep", "both": "data"}


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


@scene(
    show(
        "descent",
        of={"as it is": "plain", "clipped": "clipped"},
        field=cliff,
        # Near the foot of the cliff, where single updates can be told apart; who leaps off it leaves the picture.
        x=_W,
        y=_B,
        names=("w", "b"),
        notes="both loss",
        heading="loss by w and b",
        note="grey: worse",
        roles=_ROLES,
    ),
    show(
        "lengths",
        of={"as it is": "norm", "clipped": "used norm"},
        below={"angle between the two": "angle"},
        unit="°",
        heading="length of the gradient",
        note="clipped: at most {threshold}",
        roles=_ROLES,
    ),
    show(
        "series",
        of={"as it is": "plain loss", "clipped": "clipped loss", "both": "both loss"},
        heading="loss",
        note="how wrong the net is",
        scale="linear",
        roles=_ROLES,
    ),
    title="Gradient clipping",
    statement="at a cliff the gradient throws a descent out; shortened to {threshold} it points the same way and stays",
    opening="Each update takes w and b downhill, to a smaller loss. At a cliff ahead the loss jumps up.",
    counter="update",
    smooth=True,
    fps="6.25",
    covers=(39, 97, 107),
)
def clipping(
    steps: Annotated[int, Bounds(0, 300)] = 70,
    learning_rate: Annotated[float, Bounds(0.08, 0.24)] = 0.1,
    threshold: Annotated[float, Bounds(0.2, 1)] = 0.5,
) -> Record:
    """Gradient descent at the cliff of a recurrent unit, as it is and with clipped gradients.

    Clipping divides a gradient by its norm and multiplies it by the threshold, where the norm is larger
    than that. The cliff stays; what is prevented is the leap off it.

    Parameters
    ----------
    steps : int
        Number of updates.
    learning_rate : float
        Size of an update as a multiple of the gradient. With a smaller one no descent reaches the cliff.
    threshold : float
        Norm to which longer gradients are shortened.
    """
    plain, plain_gradients, _ = _descend(max(steps, _TRIED), learning_rate, np.inf)
    if not (learning_rate * np.linalg.norm(plain_gradients[:_TRIED], axis=1) > _LEAP).any():
        raise ParameterError(
            f"learning_rate = {learning_rate} happens to step over the cliff where it is low: nothing is thrown out "
            "that clipping could hold; choose another one, such as 0.1 or 0.2"
        )
    plain, plain_gradients = plain[: steps + 1], plain_gradients[: steps + 1]
    clipped, gradients, used = _descend(steps, learning_rate, threshold)
    norms, used_norms = np.linalg.norm(gradients, axis=1), np.linalg.norm(used, axis=1)
    across = gradients[:, 0] * used[:, 1] - gradients[:, 1] * used[:, 0]
    losses, apart = (cliff(*plain.T), cliff(*clipped.T)), (plain != clipped).any(axis=1)
    # From the last update that both have in common each has a curve of its own.
    own = apart | np.append(apart[1:], False)
    return Record(
        {
            "plain": plain,
            "clipped": clipped,
            "gradient": gradients,
            "used": used,
            "plain update": learning_rate * np.linalg.norm(plain_gradients, axis=1),
            "both loss": np.where(apart, np.nan, losses[0]),
            "plain loss": np.where(own, losses[0], np.nan),
            "clipped loss": np.where(own, losses[1], np.nan),
            "norm": norms,
            "used norm": used_norms,
            "angle": np.degrees(np.arctan2(np.abs(across), (gradients * used).sum(axis=1))),
        }
    )


def _leap(series: Mapping[str, FloatArray]) -> int | None:
    """Return after which update the plain descent has been thrown out; None if it never is."""
    leap = first_step(series["plain update"] > _LEAP)
    return None if leap is None or leap + 1 >= len(series["plain"]) else leap + 1


@clipping.moment("Over the edge the gradient is {times:3} times as long as before. Its direction is right.",
                 on="both loss", note="over the edge")  # fmt: skip
def _(series: Mapping[str, FloatArray], threshold: float) -> Reached | None:
    norm = series["norm"]
    times = norm[1:] / np.maximum(norm[:-1], 1e-300)
    edge = first_step((times > _EDGE) & (norm[1:] > threshold))
    return None if edge is None else Reached(edge + 1, times=times[edge])


@clipping.moment(
    "<explode>As it is</>, one update lands at w = {w:2}, b = {b:2}: far off the map.",
    otherwise="Within {steps} updates none is thrown far off the map.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    leap = _leap(series)
    return None if leap is None else Reached(leap, w=series["plain"][leap, 0], b=series["plain"][leap, 1])


@clipping.moment(
    "Loss at last: <keep>{clipped:2} with clipping</>, <explode>{plain:2} without</>; at the start it was {start:2}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if _typical(series) is None:
        return None
    clipped, plain = (float(series[f"{name} loss"][-1]) for name in ("clipped", "plain"))
    return Reached(steps, clipped=clipped, plain=plain, start=float(series["both loss"][0]))


def _typical(series: Mapping[str, FloatArray]) -> dict[str, float] | None:
    """Return both descents' typical loss since the leap; None on too few updates to tell.

    It is the median, since the clipped descent goes over the edge and back again and again.
    """
    leap = _leap(series)
    if leap is None or len(series["plain"]) - leap < _SETTLED:
        return None
    since = leap + (len(series["plain"]) - leap) // 4
    return {name: float(np.median(cliff(*series[name][since:].T))) for name in ("clipped", "plain")}


@clipping.claim("arrives, thrown out: off / allowed", headline=True, counterexample={"threshold": 1e6})
def _(series: Mapping[str, FloatArray]) -> Claimed:
    losses = _typical(series)
    start = float(cliff(*_START))
    off = max(2 * losses["clipped"] / start, start / losses["plain"]) if losses else 0.0
    return Claimed.between(
        off, 0.0, 1.0, "Clipped, less than half of the first loss is left; as it is, there is more than at first."
    )


@clipping.claim("angle to the gradient")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(float(series["angle"].max()), 0.0, 1e-12, "A positive factor leaves a direction as it is.")


@clipping.claim("clipped over threshold")
def _(series: Mapping[str, FloatArray], threshold: float) -> Claimed:
    norms = np.linalg.norm(series["used"], axis=1)
    over = np.count_nonzero(norms > threshold * (1 + 1e-12))
    return Claimed(float(over), 0.0, 0.0, "They are scaled to it.")


@clipping.claim("gradient − derivative")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    w, b = series["clipped"].T
    true = np.stack([cliff(w + 1e-30j, b + 0j).imag, cliff(w + 0j, b + 1e-30j).imag], axis=1) / 1e-30
    # At the minimum nothing is left to compare with.
    sizes = np.maximum(np.linalg.norm(true, axis=1), 1e-5)
    worst = (np.linalg.norm(series["gradient"] - true, axis=1) / sizes).max()
    return Claimed(float(worst), 0.0, 1e-9, "Fifty factors round by some eps each.")
