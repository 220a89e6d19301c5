"""Hidden units that change places, one swap a step, through all their orders."""

from collections.abc import Mapping
from math import factorial
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    first_step,
    permutation_matrix,
    scene,
    show,
)
from scenes.initialisation._weights import outputs, same_outputs


def _transpositions(count: int, steps: int) -> list[int]:
    """Return indices i at which i and i + 1 are swapped, so that all orders of `count` things come up in turn.

    The rule of Steinhaus, Johnson and Trotter ("Algorithm 115: Perm", Communications of the ACM 5, 1962); after
    all of them one more swap leads back to the first.
    """
    values, directions = list(range(count)), [-1] * count
    swaps: list[int] = []
    while len(swaps) < min(steps, factorial(count) - 1):
        mobile = [
            value
            for index, value in enumerate(values)
            if 0 <= index + directions[value] < count and values[index + directions[value]] < value
        ]
        chosen = max(mobile)
        index = values.index(chosen)
        other = index + directions[chosen]
        values[index], values[other] = values[other], values[index]
        swaps.append(min(index, other))
        for value in range(chosen + 1, count):
            directions[value] *= -1
    while len(swaps) < steps:
        whole = factorial(count)
        swaps.append(0 if len(swaps) % whole == whole - 1 else swaps[len(swaps) - whole * (len(swaps) // whole)])
    return swaps


# The inputs at which outputs are compared lie between these.
_ENDS = (-2.0, 2.0)
_POINTS = 49


def _swap(steps: int, seed: int, units: int, moved: slice = slice(None)) -> MatrixSequence:
    """Return hidden units that change places with these of their weights: in, bias and out."""
    weights, factors = np.empty((steps + 1, units, 3)), np.empty((steps, units, units))
    weights[0] = np.random.default_rng([seed, 0]).standard_normal((units, 3)) * [1.5, 1.0, 1.0]
    places = np.tile(np.arange(units), (steps + 1, 1))
    for step, index in enumerate(_transpositions(units, steps)):
        order = np.arange(units)
        order[[index, index + 1]] = order[[index + 1, index]]
        factors[step] = permutation_matrix(order)
        weights[step + 1] = weights[step]
        weights[step + 1][:, moved] = weights[step][order, moved]
        places[step + 1] = places[step][order]
    # The second input is 1: its weight is the bias.
    inputs = np.stack([np.linspace(*_ENDS, _POINTS), np.ones(_POINTS)])
    apart = np.concatenate([weights[:, :, :2], np.broadcast_to(weights[0, :, 2:], (steps + 1, units, 1))], axis=2)
    alone = outputs(apart, inputs, np.tanh)["output"]
    return MatrixSequence(factors, series=outputs(weights, inputs, np.tanh) | {"order": places, "alone": alone})


@scene(
    show(
        "moving_rows",
        of="weights",
        order="order",
        columns=("in", "bias", "out"),
        limits=(-2, 2),
        heading="weights",
        note="row: a hidden unit",
    ),
    show("curve", of="output", ends=_ENDS, x="input", heading="output", note="wide: at the start, thin: now"),
    show("curve", of="alone", ends=_ENDS, x="input", heading="output, if “out” stayed", role="explode"),
    title="Hidden units change places",
    statement="units that change places together with their weights leave what the net computes as it was",
    opening="Hidden units swap places, and take their weights along. Watch what the net computes.",
    counter="swap",
    smooth=True,
    poster=0.5,
    fps="2",
    covers=(57,),
)
def hidden_permutation(
    steps: Annotated[int, Bounds(0, 300)] = 23,
    seed: Seed = 0,
    units: Annotated[int, Bounds(2, 7)] = 4,
) -> MatrixSequence:
    """Hidden units that change places, rows of W₁ and columns of W₂ together: the output stays.

    The factors are the permutation matrices, which bring up all orders of the units one after the other.

    Parameters
    ----------
    units : int
        Hidden units.
    """
    return _swap(steps, seed, units)


@hidden_permutation.moment("The first swap: {one} and {other} have changed places, and the output has not moved.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    if steps < 2:
        return None
    one, other = (chr(ord("A") + int(unit)) for unit in np.flatnonzero(series["order"][1] != series["order"][0]))
    return Reached(1, one=one, other=other)


@hidden_permutation.moment("Turned round: {first} … {last} is {last} … {first} now, and the output is the same.")
def _(series: Mapping[str, FloatArray], steps: int, units: int) -> Reached | None:
    step = first_step((series["order"] == np.arange(units)[::-1]).all(axis=1))
    if step is None or not 1 < step < steps:
        return None
    return Reached(step, first="A", last=chr(ord("A") + units - 1))


@hidden_permutation.moment("{seen} of {possible} orders seen, and in each of these the net computes the same curve.")
def _(series: Mapping[str, FloatArray], steps: int, units: int) -> Reached:
    seen = len({order.tobytes() for order in series["order"]})
    return Reached(steps, seen=seen, possible=factorial(units))


def _seen(series: Mapping[str, FloatArray], steps: int, units: int) -> Claimed:
    """Return how many networks with weights of their own there were."""
    seen = len({weights.tobytes() for weights in series["weights"]})
    possible = min(steps + 1, factorial(units))
    return Claimed(float(seen), float(possible), 0.0, "A new order at every step, until all n! have been there.")


def _same(series: Mapping[str, FloatArray]) -> Claimed:
    return same_outputs(series, "The same numbers are added in another order: n · eps of the sum of their sizes.")


def _left_behind(steps: int, seed: int, units: int) -> MatrixSequence:
    """Return the same with weights out that stay where they were: rows of W₁ alone change places."""
    return _swap(steps, seed, units, slice(0, 2))


@hidden_permutation.claim("new nets, one function: off / allowed", headline=True, counterexample=_left_behind)
def _(series: Mapping[str, FloatArray], steps: int, units: int) -> Claimed:
    nets, same = _seen(series, steps, units), _same(series)
    moved = float(np.abs(series["alone"] - series["output"]).max())
    return Claimed(
        max(
            2 * abs(nets.value - nets.expected), same.value / same.tolerance, 1e-3 / max(moved, 1e-300) if steps else 0
        ),
        0.0,
        1.0,
        "All nets have weights of their own, and outputs that differ by rounding; without weights out by a thousandth.",
    )


@hidden_permutation.claim("largest |f − f′|")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return _same(series)


@hidden_permutation.claim("networks seen")
def _(series: Mapping[str, FloatArray], steps: int, units: int) -> Claimed:
    return _seen(series, steps, units)
