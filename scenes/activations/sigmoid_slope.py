"""Activation functions and their slopes."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import ACTIVATIONS, Bounds, Claimed, FloatArray, Reached, Record, first_step, scene, show

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
        x=(-_REACH, _REACH),
        y=(-0.1, 1.1),
        names=("= x", ""),
        roles=_ROLES,
        heading="slopes",
        note="shaded: sigmoid’s is below 0.018",
    ),
    show(
        "path",
        of={name: name for name in _NAMES},
        x=(-_REACH, _REACH),
        y=(-1.3, 2.3),
        names=("= x", ""),
        roles=_ROLES,
        heading="functions",
    ),
    show(
        "readout",
        of={name: f"now {name}" for name in _NAMES},
        digits=3,
        roles=_ROLES,
        heading="slopes at x",
        note="a gradient is multiplied by it",
    ),
    title="Slopes of activations",
    statement="σ(x) = 1 / (1 + exp(−x)) has slopes up to 1/4; in the shaded parts they are below 0.018",
    opening="How steep are these activations? A gradient that passes is multiplied by the slope.",
    counter="x = {x:.1}",
    fps="12.5",
    covers=(53, 54, 80),
)
def sigmoid_slope(steps: Annotated[int, Bounds(2, 2_000)] = 160) -> Record:
    """Sigmoid, tanh and ReLU with their slopes, as x goes from −8 to 8.

    The sigmoid's values lie in (0, 1), those of tanh in (−1, 1), those of ReLU in [0, ∞).

    Parameters
    ----------
    steps : int
        Number of parts into which the way from −8 to 8 is cut.
    """
    x = np.linspace(-_REACH, _REACH, steps + 1)
    series: dict[str, FloatArray] = {"x": x}
    for name in _NAMES:
        activation = ACTIVATIONS[name]
        slope = np.asarray(activation.slope(x), dtype=np.float64)
        series[name] = np.column_stack([x, activation.function(x)])
        series[f"{name} slope"] = np.column_stack([x, slope])
        series[f"now {name}"] = slope
    return Record(series)


def exact_slope(x: float) -> float:
    """Return the sigmoid's slope ``σ′(x) = 1 / (4 cosh²(x / 2))``."""
    return float(0.25 / np.cosh(x / 2) ** 2)


@sigmoid_slope.moment("At 0 the sigmoid is steepest, and its slope is only <vanish>{slope:2}</>; that of tanh is 1.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = int(np.abs(series["x"]).argmin())
    # A sweep of few steps may not come by 0.
    return Reached(step, slope=exact_slope(0.0)) if abs(series["x"][step]) < 0.5 else None


@sigmoid_slope.moment("At x = {x:.1} the sigmoid’s slope is down to <vanish>{slope:2}</>; <keep>ReLU’s stays 1</>.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    step = first_step(series["x"] > 4 - 1e-9)
    # In a sweep of few steps it is the last one, which has a sentence of its own.
    if step is None or step == steps:
        return None
    return Reached(step, x=float(series["x"][step]), slope=float(series["now sigmoid"][step]))


@sigmoid_slope.moment(
    "Beyond ±4 a sigmoid leaves below <vanish>{flat:2}</> of a gradient, tanh less; <keep>ReLU, above 0, all</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, flat=exact_slope(4.0))


for _x, _known in ((4.0, 0.017662706213291118), (8.0, 0.00033523767075636815)):

    @sigmoid_slope.claim(f"σ′({_x:g})")
    def _(series: Mapping[str, FloatArray], x: float = _x, known: float = _known) -> Claimed:
        slopes = series["sigmoid slope"]
        nearest, slope = slopes[np.abs(slopes[:, 0] - x).argmin()]
        # A sweep of few steps does not come by x; the formula stands in for it.
        found = float(slope) if abs(nearest - x) < 1e-9 else exact_slope(x)
        return Claimed(found, known, 1e-15, "Some roundings of numbers below 1.")


for _name, _steepest in (("sigmoid", 0.25), ("tanh", 1.0)):

    @sigmoid_slope.claim(f"steepest {_name}")
    def _(series: Mapping[str, FloatArray], steps: int, name: str = _name, steepest: float = _steepest) -> Claimed:
        x, y = series[name].T
        # A chord over a width d around 0 is at least as steep as half of it.
        activation, d = ACTIVATIONS[name], 2 * _REACH / steps
        chord = (activation.function(np.float64(d)) - activation.function(np.float64(0))) / d
        return Claimed(
            float(np.max(np.diff(y) / np.diff(x))),
            steepest,
            float(activation.steepest - chord + 1e-9),
            "A chord between neighbours is less steep than the curve: no less than φ(d) / d for a distance d.",
        )
