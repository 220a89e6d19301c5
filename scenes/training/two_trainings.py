"""Training of recurrent networks whose gradients vanish, keep their size and explode."""

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
    first_step,
    haar_orthogonal,
    peak,
    scene,
    show,
)

# By what the first orthogonal matrix is multiplied.
_TRAININGS = {"vanishing": 0.7, "orthogonal": 1.0, "exploding": 2.0}
# What they are called on screen, and their colours.
_NAMES = {f"times {factor:g}": name for name, factor in _TRAININGS.items()}
_ROLES = {"times 0.7": "vanish", "times 1": "keep", "times 2": "explode"}
# Steps of time of a network, examples learnt from, and learning rate.
_TIMES, _EXAMPLES, _RATE = 30, 16, 0.04


def _task(dim: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return first states, shape (examples, n), and what the last ones shall be: half the first, turned."""
    rng = np.random.default_rng([seed, 0])
    start = 0.2 * rng.standard_normal((_EXAMPLES, dim))
    return start, 0.5 * start @ haar_orthogonal(dim, [seed, 1]).T


def _first_weights(factor: float, dim: int, seed: int) -> FloatArray:
    """Return the recurrent matrix that a training begins with: so many times an orthogonal one."""
    return factor * haar_orthogonal(dim, [seed, 2])


def memory_gradient(weights: Any, start: FloatArray, wanted: FloatArray) -> tuple[Any, Any]:
    """Return the halved mean squared error of ``h_T`` for ``h_t = tanh(W h_{t−1})``, T = 30, and its gradient by W.

    Parameters
    ----------
    weights : ndarray, shape (n, n)
        W; real, or complex for a derivative by complex step.
    start, wanted : ndarray, shape (examples, n)
        First states ``h_0``, and what the last ones shall be.

    Returns
    -------
    loss, gradient : number and ndarray, shape (n, n)
    """
    states = [start]
    for _ in range(_TIMES):
        states.append(np.tanh(states[-1] @ weights.T))
    error = states[-1] - wanted
    back, gradient = error / len(start), np.zeros_like(weights)
    for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
        local = back * (1 - after**2)
        gradient = gradient + local.T @ before
        back = local @ weights
    return (error**2).sum() / 2 / len(start), gradient


def _train(factors: Mapping[str, float], steps: int, dim: int, seed: int) -> Record:
    """Return losses and updates of trainings that begin so many times as large."""
    start, wanted = _task(dim, seed)
    series: dict[str, FloatArray] = {}
    for name, factor in factors.items():
        weights = _first_weights(factor, dim, seed)
        updates, losses = np.empty(steps + 1), np.empty(steps + 1)
        for step in range(steps + 1):
            losses[step], gradient = memory_gradient(weights, start, wanted)
            updates[step] = _RATE * np.linalg.norm(gradient) / np.linalg.norm(weights)
            weights = weights - _RATE * gradient
        # Where tanh saturates to the last bit, no gradient is left.
        updates = np.log10(np.maximum(updates, 1e-300))
        series |= {name: updates, f"{name} loss": losses / losses[0]}
    return Record(series)


@scene(
    show(
        "series",
        of={label: f"{name} loss" for label, name in _NAMES.items()},
        heading="loss",
        note="30 times tanh(W h) should turn a vector h; W starts as a turn × 0.7, 1 or 2",
        scale="linear",
        unit="%",
        limits=(0, 2),
        roles=_ROLES,
    ),
    show(
        "series",
        of=_NAMES,
        heading="size of an update",
        note="each of 30 steps back multiplies the gradient by up to 0.7, 1 or 2",
        unit="× W",
        limits=(-9, 3),
        values=False,
        roles=_ROLES,
    ),
    title="Two ways to fail at training",
    statement="thirty steps back in time: a vanished gradient moves nothing, an exploded one leaps about",
    opening="Three nets learn to turn a vector in 30 steps. Their weights begin as a turn times 0.7, 1, 2.",
    counter="update",
    arrange="stacked",
    fps="12.5",
    covers=(34,),
    sensitive="a training that leaps about enlarges every rounding error",
)
def two_trainings(
    steps: Annotated[int, Bounds(60, 200)] = 120,
    dim: Annotated[int, Bounds(8, 32)] = 8,
    seed: Seed = 0,
) -> Record:
    """Gradient descent on recurrent tanh networks that shall turn their first state, thirty steps later.

    Losses are relative to the first. Their matrices begin as 0.7, 1 and 2 times the same orthogonal one.

    Parameters
    ----------
    steps : int
        Number of updates.
    """
    return _train(_TRAININGS, steps, dim, seed)


@two_trainings.moment(
    "After {step} updates <keep>times 1</> is half as wrong as at first: its gradient keeps its size."
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["orthogonal loss"] < 0.5)


@two_trainings.moment(
    "<explode>Times 2</>: one update changes its weights by {part:%}, and its loss is {left:%} of the first.",
    on="exploding",
    note="weights change by {part:%}",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    # After the first updates, in which all three begin; where tanh has saturated by then nothing moves any more.
    step = 20 + peak(series["exploding"][20:-1])
    if series["exploding"][step] < -2:
        return None
    return Reached(step, part=10 ** float(series["exploding"][step]), left=float(series["exploding loss"][step + 1]))


@two_trainings.moment(
    "<vanish>Times 0.7: updates too small, loss {vanishing:%}</>; <explode>times 2: it leaps, "
    "{exploding:%}</>; <keep>times 1: {orthogonal:%}</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, **{name: round(float(series[f"{name} loss"][-1]), 3) for name in _TRAININGS})


def _tame(steps: int, dim: int, seed: int) -> Record:
    """Return the same with the third net hardly above the second: it learns best of all."""
    return _train(_TRAININGS | {"exploding": 1.2}, steps, dim, seed)


@two_trainings.claim("still, learns, leaps: off / allowed", headline=True, counterexample=_tame)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    changes = np.diff(series["exploding loss"])
    off = [
        float(np.abs(series["vanishing loss"] - 1).max()) / 1e-3,
        float(series["orthogonal loss"][-1]) / 0.7,
        # By luck a leap may land where the loss is lower, but never where it is small.
        0.1 / float(series["exploding loss"].min()),
        0.05 / float(10 ** series["exploding"].max()),
        0.1 / max(float(changes[changes > 0].sum()), 1e-9),
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "One loses no thousandth, one three tenths; one rises by a tenth, leaps by 5 % and never falls to a tenth.",
    )


@two_trainings.claim("first step, orthogonal")
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Claimed:
    start, wanted = _task(dim, seed)
    weights = _first_weights(_TRAININGS["orthogonal"], dim, seed)
    gradient = memory_gradient(weights, start, wanted)[1]
    direction = gradient / np.linalg.norm(gradient)
    # Along the gradient the loss's derivative is the gradient's norm.
    moved = memory_gradient(weights + 1e-30j * direction, start, wanted)[0]
    return Claimed(
        float(10 ** series["orthogonal"][0]),
        float(_RATE * abs(moved.imag) / 1e-30 / np.linalg.norm(weights)),
        1e-8,
        "The derivative along the gradient, by complex step.",
    )
