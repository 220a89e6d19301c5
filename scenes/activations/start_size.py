"""What tanh leaves of a change of the start, where an orthogonal recurrence starts large and where it starts small."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Seed,
    complex_step_jacobian,
    first_step,
    gaussian_matrix,
    haar_orthogonal,
    random_unit_vector,
    scene,
    show,
)

_ROLES = {"large start": "vanish", "small start": "keep"}
# What still counts as nearly all of a change.
_NEARLY = 0.9


def states_from(start: Any, matrix: FloatArray, steps: int) -> list[Any]:
    """Return ``h_0 … h_T`` of ``h_t = tanh(W h_{t−1})`` from a first state, which may be complex."""
    states = [start]
    for _ in range(steps):
        states.append(np.tanh(matrix @ states[-1]))
    return states


def start_of(size: float, dim: int, seed: int) -> FloatArray:
    """Return a first state whose entries have this root mean square; its direction is that of all sizes."""
    return np.asarray(size * dim**0.5 * random_unit_vector(dim, [seed, 4]))


@scene(
    show(
        "series",
        of={label: f"left {label}" for label in _ROLES},
        scale="linear",
        unit="%",
        limits=(0, 1),
        heading="rest of a nudge",
        note="to h; h ← tanh(Q h), Q turns",
        roles=_ROLES,
    ),
    show(
        "series",
        of={label: f"slope {label}" for label in _ROLES},
        scale="linear",
        unit="%",
        limits=(0, 1),
        heading="why: slope of tanh",
        note="a step multiplies by it",
        roles=_ROLES,
    ),
    title="tanh forgets a large start",
    statement="tanh(Qh), Q orthogonal: of a change tanh takes much where states are large, little where they are small",
    opening="A small and a large h go through tanh(Q h) again and again. What is left of a nudge to each?",
    arrange="row",
    fps="6.25",
    poster=1.0,
    covers=(23, 35),
)
def start_size(
    steps: Annotated[int, Bounds(24, 300)] = 64,
    dim: Annotated[int, Bounds(4, 64)] = 16,
    seed: Seed = 0,
    large: Annotated[float, Bounds(0.5, 3)] = 1.0,
    small: Annotated[float, Bounds(0.01, 0.1)] = 0.05,
) -> Record:
    """States of tanh(Qh) with an orthogonal Q from a large and from a small start, and what is left of changes.

    What is left is the root mean square of the singular values of ``∂h_t/∂h_0``: the length of a small change of the
    start, averaged over directions. Without tanh it stays 1; a network is like a linear one only as long as its
    states are small.

    Parameters
    ----------
    large, small : float
        Root mean square of the entries of the first state.
    """
    return _filmed(haar_orthogonal(dim, [seed, 1]), steps, (large, small), seed)


def _filmed(matrix: FloatArray, steps: int, sizes: tuple[float, float], seed: int) -> Record:
    """Return what is left and the mean slope of tanh by step, from a large and from a small start."""
    dim, series = len(matrix), {}
    for label, size in zip(_ROLES, sizes, strict=True):
        slopes = 1 - np.array(states_from(start_of(size, dim, seed), matrix, steps)[1:]) ** 2
        changes, left = np.eye(dim), np.ones(steps + 1)
        for step, slope in enumerate(slopes, 1):
            changes = slope[:, None] * (matrix @ changes)
            left[step] = np.linalg.norm(changes) / dim**0.5
        series[f"left {label}"] = left
        # NaN before the first tanh.
        series[f"slope {label}"] = np.concatenate([[np.nan], slopes.mean(axis=1)])
    return Record(series)


def _ends(series: Mapping[str, FloatArray], step: int) -> dict[str, float]:
    """Return what is left at a step, by the size of the start."""
    return {name: float(series[f"left {name} start"][step]) for name in ("large", "small")}


@start_size.moment(
    "Step {step}: of a nudge to the large start <vanish>{large:%}</> is left, <keep>{small:%}</> to the small one.",
    on="left large start",
    note="half is lost",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["left large start"] < 0.5)
    return None if step is None else Reached(step, **_ends(series, step))


@start_size.moment(
    "Step {step}: only now has the <keep>small start</> lost a tenth; of the large one <vanish>{large:%} is left</>."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["left small start"] < _NEARLY)
    return None if step is None else Reached(step, **_ends(series, step))


@start_size.moment(
    "After {steps} steps <keep>{small:%}</> of a nudge to the small start is left, <vanish>{large:%}</> "
    "to the large one."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, **_ends(series, steps))


def small_states(size: float, steps: int, dim: int) -> FloatArray:
    """Return what is left of a change by step while states are small.

    There tanh takes ``h³ / 3`` of an entry and h² of a change of it. The mean square of turned entries is a random
    direction's: ``q_t = q / (1 + 2κ q t)`` with ``κ = n / (n + 2)``, and the product of ``1 − q_t`` comes to
    ``(1 + 2κ q t)^(−1 / 2κ)``.

    Parameters
    ----------
    size : float
        Root mean square of the entries of the first state, √q.
    steps, dim : int
        Numbers T of steps and n of units.
    """
    kappa = dim / (dim + 2)
    return np.asarray((1 + 2 * kappa * size**2 * np.arange(steps + 1)) ** (-1 / (2 * kappa)))


def _gaussian(steps: int, dim: int, seed: int, large: float, small: float) -> Record:
    """Return the same with a Gaussian matrix of that size, which stretches and shrinks by itself."""
    return _filmed(gaussian_matrix(dim, [seed, 1]), steps, (large, small), seed)


@start_size.claim("small keeps, large loses: off / allowed", headline=True, counterexample=_gaussian)
def _(series: Mapping[str, FloatArray], steps: int, dim: int, small: float) -> Claimed:
    kept, lost = series["left small start"], series["left large start"]
    theory = small_states(small, steps, dim)[1:]
    off = [
        float((np.abs(kept[1:] - theory) / (0.25 * (1 - theory))).max()),
        # Of a large start less than two thirds of that is left.
        float(lost[-1] / kept[-1]) / 0.67,
    ]
    return Claimed(
        max(off), 0.0, 1.0, "A quarter of what is lost: higher powers of states, and Q, which turns them as it does."
    )


def _derivative(steps: int, dim: int, seed: int, size: float) -> float:
    """Return what is left after so many steps, from derivatives of the whole recurrence by complex steps."""
    matrix = haar_orthogonal(dim, [seed, 1])
    true = complex_step_jacobian(lambda h: states_from(h, matrix, steps)[-1], start_of(size, dim, seed))
    return float(np.linalg.norm(true) / dim**0.5)


for _name in ("large", "small"):

    @start_size.claim(f"a tenth lost at step, {_name} start")
    def _(
        series: Mapping[str, FloatArray],
        steps: int,
        dim: int,
        seed: int,
        large: float,
        small: float,
        name: str = _name,
    ) -> Claimed:
        size = large if name == "large" else small
        # Bisection, for no slope is above 1; a step behind the last one where it is not lost.
        early, late = 0, steps + 1
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (early, middle) if _derivative(middle, dim, seed, size) < _NEARLY else (middle, late)
        seen = first_step(series[f"left {name} start"] < _NEARLY)
        reason = "A whole number; what is left on both sides of 0.9 differs from it by far more than rounding."
        return Claimed(float(steps + 1 if seen is None else seen), float(late), 0.0, reason)

    @start_size.claim(f"left − derivative, {_name} start")
    def _(
        series: Mapping[str, FloatArray],
        steps: int,
        dim: int,
        seed: int,
        large: float,
        small: float,
        name: str = _name,
    ) -> Claimed:
        true = _derivative(steps, dim, seed, large if name == "large" else small)
        left = float(series[f"left {name} start"][-1])
        return Claimed(left, true, 1e-9, "Both ways round every step by about n · eps.")


@start_size.claim("steps at which more is left")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    growing = [np.count_nonzero(np.diff(series[f"left {label}"]) > 1e-12) for label in _ROLES]
    return Claimed(float(sum(growing)), 0.0, 0.0, "No slope of tanh is above 1; 1e−12 is left for rounding.")
