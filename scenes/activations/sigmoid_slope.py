"""Activation functions and their slopes."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import ACTIVATIONS, Activation, Bounds, Claimed, FloatArray, Reached, Record, scene, show, sigmoid

_NAMES = ("sigmoid", "tanh", "ReLU")
_ROLES = {"sigmoid": "vanish", "tanh": "data", "ReLU": "keep"}
_REACH = 8.0


def flat(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return 1 outside [−4, 4], where the sigmoid's slope is below 0.018, and 0 inside, in the shape of x."""
    return np.where(np.abs(x) > 4, 1.0, 0.0)


@scene(
    show(
        "path",
        of={name: f"{name} slope" for name in _NAMES},
        field=flat,
        levels=(0.25,),
        x=(-_REACH, _REACH),
        y=(-0.1, 1.1),
        names=("= x", ""),
        roles=_ROLES,
        heading="slopes",
        note="factors of gradients; sigmoid: ≤ 1/4",
    ),
    show(
        "path",
        of={name: name for name in _NAMES},
        field=flat,
        x=(-_REACH, _REACH),
        y=(-1.2, 2.2),
        names=("= x", ""),
        roles=_ROLES,
        heading="functions",
        note="shaded, beyond ±4: sigmoid, tanh flat",
    ),
    title="Slopes of activations",
    statement="σ(x) = 1 / (1 + exp(−x)) has slopes up to 1/4; in the shaded parts they are below 0.018",
    opening="How steep are three activations, curves that units use? Their slopes multiply gradients.",
    counter="x = {x:.1}",
    fps="12.5",
    covers=(53, 54, 80),
)
def sigmoid_slope(steps: Annotated[int, Bounds(4, 2_000)] = 160) -> Record:
    """Sigmoid, tanh and ReLU with their slopes, as x goes from −8 to 8 by way of −4, 0 and 4.

    The sigmoid's values lie in (0, 1), those of tanh in (−1, 1), those of ReLU in [0, ∞).

    Parameters
    ----------
    steps : int
        Number of parts into which the way from −8 to 8 is cut: of one length, where it is a multiple of 4.
    """
    return _swept(steps, {name: ACTIVATIONS[name] for name in _NAMES})


def _swept(steps: int, activations: Mapping[str, Activation]) -> Record:
    # Each quarter of the way has as many parts as the others, or one more.
    ends = np.round(np.linspace(0, steps, 5))
    x = np.interp(np.arange(steps + 1), ends, _REACH * np.linspace(-1, 1, 5))
    series: dict[str, FloatArray] = {"x": x}
    for name, activation in activations.items():
        slope = np.asarray(activation.slope(x), dtype=np.float64)
        series[name] = np.column_stack([x, activation.function(x)])
        series[f"{name} slope"] = np.column_stack([x, slope])
        series[f"now {name}"] = slope
    return Record(series)


def exact_slope(x: float) -> float:
    """Return the sigmoid's slope ``σ′(x) = 1 / (4 cosh²(x / 2))``."""
    return float(0.25 / np.cosh(x / 2) ** 2)


def _step_of(series: Mapping[str, FloatArray], x: float) -> int:
    """Return the step at which the sweep is at x."""
    return int(np.abs(series["x"] - x).argmin())


@sigmoid_slope.moment("At 0 the sigmoid is steepest, and its slope is only <vanish>{slope:2}</>; that of tanh is 1.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    step = _step_of(series, 0.0)
    return Reached(step, slope=float(series["now sigmoid"][step]))


@sigmoid_slope.moment("At x = {x:.1} the sigmoid’s slope is down to <vanish>{slope:2}</>; <keep>ReLU’s stays 1</>.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    step = _step_of(series, 4.0)
    return Reached(step, x=4.0, slope=float(series["now sigmoid"][step]))


@sigmoid_slope.moment(
    "Beyond ±4 a sigmoid makes a gradient × <vanish>{flat:2}</> or less, tanh × still less, <keep>ReLU above 0 × 1</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, flat=exact_slope(4.0))


def _twice_as_steep(steps: int) -> Record:
    """Return the same with ``σ(2x)``, whose slopes go up to 1/2."""
    steep = Activation("sigmoid", lambda x: sigmoid(2 * x), lambda x: 2 * ACTIVATIONS["sigmoid"].slope(2 * x), 0.5)
    return _swept(steps, {name: steep if name == "sigmoid" else ACTIVATIONS[name] for name in _NAMES})


@sigmoid_slope.claim("steepest 1/4, tanh 1, flat: off / allowed", headline=True, counterexample=_twice_as_steep)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    x, slope = series["sigmoid slope"].T
    tanh, shown = series["now tanh"], series["now ReLU"]
    off = [
        abs(float(slope.max()) - 0.25) / 1e-15,
        abs(float(tanh.max()) - 1.0) / 1e-15,
        float(slope[np.abs(x) >= 4].max()) / 0.0177,
        # There tanh is flatter still, and ReLU is not flat at all on the one side, and quite flat on the other.
        float((tanh / slope)[np.abs(x) >= 4].max()),
        float(np.abs(shown - (x > 0)).max()) / 1e-15,
    ]
    return Claimed(max(off), 0.0, 1.0, "1/4, 1 and 0 or 1 up to rounding, and σ′(±4) = 0.01766, below 0.0177.")


for _x, _known in ((4.0, 0.017662706213291118), (8.0, 0.00033523767075636815)):

    @sigmoid_slope.claim(f"σ′({_x:g})")
    def _(series: Mapping[str, FloatArray], x: float = _x, known: float = _known) -> Claimed:
        slopes = series["sigmoid slope"]
        places = np.flatnonzero(np.abs(slopes[:, 0] - x) < 1e-12)
        found = float(slopes[places[0], 1]) if places.size else -1.0
        return Claimed(found, known, 1e-15, "Some roundings of numbers below 1.")


for _name in ("sigmoid", "tanh"):

    @sigmoid_slope.claim(f"slope − derivative, {_name}")
    def _(series: Mapping[str, FloatArray], name: str = _name) -> Claimed:
        x, slope = series[f"{name} slope"].T
        moved = x + 1e-30j
        # By exp alone, and by complex step.
        small = np.exp(-moved if name == "sigmoid" else -2 * moved)
        true = (1 / (1 + small) if name == "sigmoid" else (1 - small) / (1 + small)).imag / 1e-30
        return Claimed(float(np.abs(slope - true).max()), 0.0, 1e-14, "Some roundings of numbers up to 1.")
