"""A matrix over training, as a scene: its eigenvalues, its size, and how far it is from orthogonal."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from render.errors import InputError
from render.numerics.scaled import frobenius_norm
from render.pipeline.arrays import rows_of
from render.pipeline.course import course_of
from render.pipeline.networks import Networks, networks_of
from render.text import brief
from scenes import Claimed, FloatArray, PanelRequest, Reached, Record, Scene, first_step, scene, show

UNITS = ("update", "step", "epoch", "iteration", "checkpoint")
# What the clock counts: its name in a sentence, at an axis, and in the frame's counter.
_NAMES = {
    "update": "update",
    "step": "step",
    "epoch": "epoch",
    "iteration": "iteration",
    "checkpoint": "checkpoint",
}
_AXES = {
    "update": "updates",
    "step": "steps",
    "epoch": "epochs",
    "iteration": "iterations",
    "checkpoint": "checkpoints",
}
_COUNTERS = {
    "update": "update {clock:.0}",
    "step": "step {clock:.0}",
    "epoch": "epoch {clock:.0}",
    "iteration": "iteration {clock:.0}",
    "checkpoint": "checkpoint {clock:.0}",
}
# Weights saved in float32 have seven digits.
_DIGITS = 1e-6
# The coordinate at the edge of the plane, at least and at most.
_REACH = 1.25, 3.0


def training(several: Mapping[str, Any]) -> Scene:
    """Return the scene of a matrix over training.

    Parameters
    ----------
    several : mapping of str to object
        Plain data: ``clock``, the number of every checkpoint; ``matrices``, the rows of W at each; ``unit``, one of
        `UNITS`, what the clock counts, an update where it is left out; ``data``, the network with its data as
        `render.pipeline.networks.Networks.as_json` gives it, or None.

    Raises
    ------
    InputError
        If they do not fit together.
    """
    clock, unit, matrices = _checked(several)
    data = several.get("data")
    networks = None if data is None else networks_of(data, matrices)
    series = course_of(matrices, clock, networks)

    @scene(
        _plane(series),
        _sizes(series, unit),
        _departure(series, unit) if networks is None else _exponents(series, unit),
        title="A matrix over training",
        statement="what training makes of W, checkpoint by checkpoint",
        opening="W as it is being trained: where do its eigenvalues go?",
        counter=_COUNTERS[unit],
        smooth=True,
        clock=clock,
    )
    def over_training() -> Record:
        """Show a matrix at every checkpoint of a training."""
        return Record(series)

    _add_crossings(over_training, unit)
    _add_claims(over_training, matrices)
    if networks is None:
        _add_end(over_training)
    else:
        _add_exponents(over_training, unit)
        _add_end_along_data(over_training)
        _add_claims_of(over_training, networks)
    return over_training


def _checked(several: Mapping[str, Any]) -> tuple[tuple[int, ...], str, FloatArray]:
    """Return clock, unit and matrices, or refuse them."""
    clock, rows, unit = several["clock"], several["matrices"], several.get("unit", "update")
    if unit not in UNITS:
        raise InputError(f"the clock of a training counts one of {', '.join(UNITS)}, but not {brief(unit)}")
    whole = isinstance(clock, (list, tuple)) and all(type(number) is int and 0 <= number <= 2**53 for number in clock)
    if not whole or any(one >= other for one, other in pairwise(clock)):
        raise InputError("the clock of a training must be whole numbers that rise, so make the film again")
    if not isinstance(rows, (list, tuple)) or len(rows) != len(clock) or len(rows) < 2:
        raise InputError("a training needs two checkpoints at least, and a number for each, so make the film again")
    plain = [np.array(rows_of(single)) for single in rows]
    if len({matrix.shape for matrix in plain}) > 1:
        raise InputError("the matrices of a training must be of one size, so make the film again")
    return tuple(clock), unit, np.array(plain)


def _plane(series: Mapping[str, FloatArray]) -> PanelRequest:
    unknown = bool(series["unknown"].any())
    reach = float(np.clip(1.05 * np.nanmax(np.abs(series["eigenvalues"]), initial=0.0), *_REACH))
    return show(
        "points",
        of="eigenvalues",
        heading="eigenvalues of W",
        note="{unknown:.0} not known" if unknown else "circle: |λ| = 1",
        reach=reach,
        trail=True,
        axes=True,
    )


def _sizes(series: Mapping[str, FloatArray], unit: str) -> PanelRequest:
    return show(
        "series",
        of={"‖W‖": "stretch", "largest |λ|": "radius"},
        heading="size of W",
        note="above 1: powers can grow",
        scale="linear",
        marks={"": 1.0},
        limits=(0.0, _top(series["stretch"], 1.25)),
        x=_AXES[unit],
    )


def _departure(series: Mapping[str, FloatArray], unit: str) -> PanelRequest:
    return show(
        "series",
        of="departure",
        heading="‖WᵀW − I‖",
        note="0 where W is orthogonal",
        scale="linear",
        limits=(0.0, _top(series["departure"], 0.1)),
        x=_AXES[unit],
    )


def _top(track: FloatArray, least: float) -> float:
    """Return a round number above all finite ones, so that an axis begins with 0 and rounding is not enlarged."""
    most = max(least, float(np.max(track, initial=0.0, where=np.isfinite(track))))
    spacing = 10.0 ** np.floor(np.log10(most)) / 4
    return float(np.ceil(most / spacing) * spacing)


def _exponents(series: Mapping[str, FloatArray], unit: str) -> PanelRequest:
    return show(
        "series",
        of={"largest": "largest", "": "others"} if "others" in series else {"largest": "largest"},
        heading="Lyapunov exponents",
        note="{lost:.0} at −∞" if series["lost"].any() else "along the data",
        scale="linear",
        marks={"": 0.0},
        x=_AXES[unit],
    )


def _crossing(track: FloatArray, edge: float, tolerance: float, upwards: bool) -> int | None:
    """Return the first checkpoint at which numbers are on the other side of an edge than before."""
    with np.errstate(invalid="ignore"):
        beyond = track > edge + tolerance if upwards else track < edge - tolerance
    return first_step(np.concatenate([[False], beyond[1:] & ~beyond[:-1] & np.isfinite(track[:-1])]))


def _add_crossings(over_training: Scene, unit: str) -> None:
    @over_training.moment(
        "At {unit} {clock:.0} the largest |λ| is above 1: powers of W <explode>explode</>.",
    )
    def _(series: Mapping[str, FloatArray]) -> Reached | None:
        step = _crossing(series["radius"], 1.0, _DIGITS, True)
        return None if step is None else Reached(step, unit=_NAMES[unit], clock=float(series["clock"][step]))

    @over_training.moment(
        "At {unit} {clock:.0} the largest |λ| is below 1: powers of W <vanish>vanish</>.",
    )
    def _(series: Mapping[str, FloatArray]) -> Reached | None:
        step = _crossing(series["radius"], 1.0, _DIGITS, False)
        return None if step is None else Reached(step, unit=_NAMES[unit], clock=float(series["clock"][step]))


def _add_exponents(over_training: Scene, unit: str) -> None:
    @over_training.moment(
        "At {unit} {clock:.0} the largest exponent is above 0: close states <explode>part</>.",
    )
    def _(series: Mapping[str, FloatArray]) -> Reached | None:
        step = _crossing(series["largest"], 0.0, _DIGITS, True)
        return None if step is None else Reached(step, unit=_NAMES[unit], clock=float(series["clock"][step]))

    @over_training.moment(
        "At {unit} {clock:.0} the largest exponent is below 0: close states <vanish>meet</>.",
    )
    def _(series: Mapping[str, FloatArray]) -> Reached | None:
        step = _crossing(series["largest"], 0.0, _DIGITS, False)
        return None if step is None else Reached(step, unit=_NAMES[unit], clock=float(series["clock"][step]))


def _add_end(over_training: Scene) -> None:
    @over_training.moment("Largest |λ|: from {first:3} to <data>{last:3}</>. ‖W‖: from {short:3} to <data>{long:3}</>.")
    def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
        return _ends(series, steps, "stretch")


def _add_end_along_data(over_training: Scene) -> None:
    @over_training.moment(
        "Largest |λ|: from {first:3} to <data>{last:3}</>. Largest exponent: from {short:3} to <data>{long:3}</>."
    )
    def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
        return _ends(series, steps, "largest")


def _ends(series: Mapping[str, FloatArray], steps: int, name: str) -> Reached:
    """Return the spectral radius and another number at both ends of the training."""
    radius, other = series["radius"], series[name]
    first, last, short, long = (float(track[end]) for track in (radius, other) for end in (0, -1))
    return Reached(steps, first=first, last=last, short=short, long=long)


def _add_claims(over_training: Scene, matrices: FloatArray) -> None:
    """Add what is true of the eigenvalues of any matrix."""
    size = matrices.shape[1]
    norms = np.array([max(frobenius_norm(matrix), np.finfo(float).tiny) for matrix in matrices])
    rounded = float(100 * size**1.5 * np.finfo(float).eps)
    reason = "Eigenvalues are those of a matrix that rounding has moved by some n · eps of its size."

    @over_training.claim("Σλ − trace, of ‖W‖", headline=True, counterexample=lambda: _late(over_training))
    def _(series: Mapping[str, FloatArray]) -> Claimed:
        traces = np.trace(matrices, axis1=1, axis2=2)
        return Claimed(float(np.abs((series["sum"] - traces) / norms).max()), 0.0, rounded, reason)

    @over_training.claim("√Σ|λ|² / √Σw²")
    def _(series: Mapping[str, FloatArray]) -> Claimed:
        return Claimed.between(float((series["root"] / norms).max()), 0.0, 1 + rounded, reason)

    @over_training.claim("largest |λ| / ‖W‖")
    def _(series: Mapping[str, FloatArray]) -> Claimed:
        with np.errstate(invalid="ignore"):
            parts = series["radius"] / np.maximum(series["stretch"], np.finfo(float).tiny)
        return Claimed.between(float(np.nanmax(parts, initial=0.0)), 0.0, 1 + rounded, reason)


def _late(over_training: Scene) -> Record:
    """Return the same with every eigenvalue a checkpoint late."""
    (record,) = over_training.build().values()
    return Record({name: np.roll(track, 1, axis=0) for name, track in record.series.items()})


def _add_claims_of(over_training: Scene, networks: Networks) -> None:
    """Add what must be true of the last checkpoint's exponents, from its Jacobians one by one."""
    volume, bound, rounded = networks.factors_at_last()

    @over_training.claim("largest exponent over its bound")
    def _(series: Mapping[str, FloatArray]) -> Claimed:
        over = max(float(series["largest"][-1]) - bound, 0.0) if np.isfinite(bound) else 0.0
        return Claimed(over, 0.0, 1e-9, "A product stretches no more than its factors; T logarithms round by T · eps.")

    if np.isfinite(volume) and rounded <= 1e-3:

        @over_training.claim("sum of exponents at last")
        def _(series: Mapping[str, FloatArray]) -> Claimed:
            total = float(series["largest"][-1]) + float(series["others"][-1].sum() if "others" in series else 0.0)
            return Claimed(total, volume, 1e-9 + rounded, "The mean of log |det J|, which rounds by n · eps · cond J.")
