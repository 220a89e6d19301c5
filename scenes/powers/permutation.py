"""Powers of a random permutation."""

from collections.abc import Mapping
from math import lcm
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    peak,
    permutation_matrix,
    repeated,
    scene,
    show,
)


def order_of(dim: int, seed: int) -> NDArray[np.int64]:
    """Return which item each place takes its own from, shape (dim,): every index once, in random order."""
    return np.random.default_rng([seed, 0]).permutation(dim)


@scene(
    show("matrix", limits=(-1, 1), numbers=False, note="from column to row"),
    show("series", of="at home", heading="items in their place", note="of {dim}", scale="linear", roles={"": "keep"}),
    show("eigenvalues", role="keep", note="all of size 1, equal ones coincide"),
    title="Permutation",
    statement="shuffling the same way again and again ends where it began",
    opening="W shuffles {dim} items. Each step shuffles the same way once more.",
    running="Items go round in cycles of several lengths. Nothing is lost: each cell is 0 or 1.",
    counter="shuffle",
    fps="5",
)
def permutation(
    steps: Annotated[int, Bounds(0, 2_000)] = 60,
    dim: Annotated[int, Bounds(2, 64)] = 16,
    seed: Seed = 36,
) -> MatrixSequence:
    """Powers of a random permutation return to the identity after the common multiple of its cycles.

    Parameters
    ----------
    dim : int
        Number of items that are shuffled.
    seed : int
        Seed of the permutation.
    """
    order = order_of(dim, seed)
    items, at_home = np.arange(dim), np.empty(steps + 1)
    for step in range(steps + 1):
        at_home[step] = np.count_nonzero(items == np.arange(dim))
        items = items[order]
    return repeated(permutation_matrix(order), steps, {"at home": at_home})


def cycle_lengths(order: NDArray[np.int64]) -> list[int]:
    """Return the lengths of a permutation's cycles.

    Parameters
    ----------
    order : ndarray, shape (n,)
        The permutation: every index from 0 to n − 1 once.
    """
    lengths, seen = [], set()
    for start in range(len(order)):
        index, length = start, 0
        while index not in seen:
            seen.add(index)
            index, length = int(order[index]), length + 1
        if length:
            lengths.append(length)
    return lengths


def _shuffled(order: NDArray[np.int64], times: int) -> NDArray[np.int64]:
    """Return the items after shuffling `times` times, by repeated squaring."""
    items = np.arange(len(order))
    while times:
        if times % 2:
            items = items[order]
        order, times = order[order], times // 2
    return items


@permutation.moment("After {step} shuffles {home:3} of {dim} items are home: those whose cycle fits into {step}.")
def _(series: Mapping[str, FloatArray], dim: int) -> Reached | None:
    home = series["at home"]
    again = first_step((home == dim) & (np.arange(len(home)) > 0)) or len(home)
    between = np.where((np.arange(len(home)) > 0) & (np.arange(len(home)) < again), home, -1)
    step = peak(between)
    return Reached(step, home=float(home[step])) if between[step] > 0 else None


@permutation.moment(
    "After {step} shuffles <keep>every item is home again</>: every cycle fits into {step}.",
    note="cycles of {cycles}:\nall home after {step}",
    on="at home",
    otherwise="After {steps} shuffles they are not all home yet; they will be, however long it takes.",
)
def _(series: Mapping[str, FloatArray], dim: int, seed: int) -> Reached | None:
    home = series["at home"]
    step = first_step((home == dim) & (np.arange(len(home)) > 0))
    cycles = ", ".join(str(length) for length in sorted({1, *cycle_lengths(order_of(dim, seed))})[1:] or [1])
    return None if step is None else Reached(step, cycles=cycles)


@permutation.claim("I again at step")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    again = (step for step in range(1, steps + 1) if np.array_equal(product.matrix(step), np.eye(dim)))
    return Claimed(
        float(next(again, steps + 1)),
        float(min(lcm(*cycle_lengths(order_of(dim, seed))), steps + 1)),
        0.0,
        "Products of 0 and 1 are exact.",
    )


@permutation.claim("items back at the end")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    # Back are the items of cycles whose lengths divide T.
    back = sum(length for length in cycle_lengths(order_of(dim, seed)) if steps % length == 0)
    return Claimed(float(np.trace(product.matrix(steps))), float(back), 0.0, "Products of 0 and 1 are exact.")


@permutation.claim("items out of order")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    expected = permutation_matrix(_shuffled(order_of(dim, seed), steps))
    wrong = (product.matrix(steps) != expected).any(axis=1)
    return Claimed(float(np.count_nonzero(wrong)), 0.0, 0.0, "Products of 0 and 1 are exact.")


def _doubling_an_item(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return powers of a rule that is no permutation: the first place takes the same item as the second."""
    order = order_of(dim, seed)
    order[0] = order[1]
    return repeated(np.eye(dim)[order], steps)


@permutation.claim("from I, a round later", headline=True, counterexample=_doubling_an_item)
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    last = product.matrix(steps)
    if steps:
        # The film may end before the round does, so the rest of it is shuffled here, by the film's own factor.
        rest = -steps % lcm(*cycle_lengths(order_of(dim, seed)))
        last = last[_shuffled(product.sequence.factors[0].argmax(axis=1), rest)]
    return Claimed(float(np.linalg.norm(last - np.eye(dim))), 0.0, 0.0, "Products of 0 and 1 are exact.")
