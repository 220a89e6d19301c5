"""Recurrent networks that learn to add with and without clipping of their gradients."""

from collections.abc import Mapping

import numpy as np

from scenes import Claimed, FloatArray, Reached, Record, first_step, scene, show
from scenes.memory._long_memory_results import (
    LONGEST,
    ahead,
    at_least_nothing,
    explained,
    letters,
    log10_changes,
    log10_longest,
    updates,
)
from scenes.memory._long_memory_training import SEEDS

_ROLES = {"clipped": "keep", "each clipped": "keep", "unclipped": "explode", "each unclipped": "explode"}


@scene(
    show(
        "series",
        of={
            "clipped": "explained, clipped",
            "unclipped": "explained, unclipped",
            "each clipped": "in order, clipped",
            "each unclipped": "in order, unclipped",
        },
        heading="sum of 2 marked out of 80 numbers",
        note="% explained; thin: single nets; clipped: gradient cut to length 1",
        scale="linear",
        unit="%",
        x="updates",
        counts="updates",
        limits=(0, 1),
        roles=_ROLES,
    ),
    show(
        "series",
        of={"clipped": "log10 change, clipped", "unclipped": "log10 change, unclipped"},
        heading="update ÷ learning rate",
        note="Adam, the training method, brakes for long after a huge gradient",
        limits=(-3, 0),
        x="updates",
        counts="updates",
        roles=_ROLES,
    ),
    title="Long memory needs clipping",
    statement="trained nets add two marked numbers out of 80 where long gradients are clipped, much less where not",
    opening="Nets learn to add 2 of 80 numbers. Back through 80 steps gradients may get huge. Clip them?",
    arrange="stacked",
    counter="update {updates}",
    poster=1.0,
    fps="4",
    covers=(36,),
)
def long_memory_clipping() -> Record:
    """Networks that learn the addition task with and without clipping, ten of each: medians and each of them.

    Both start as the identity and see the same examples. Clipped, a gradient longer than 1 is shortened to 1, all
    weights together. An update of Adam is a mean of gradients divided by the root of the mean square of all until now,
    which forgets by a thousandth an update: after a gradient of thousands those of ordinary length hardly move
    a weight for the rest of the training. How far they do is measured in learning rates, whose fall is the same for
    both. ``python -m scenes.memory._long_memory_training`` trained them once.
    """
    return _film("identity, unclipped")


def _film(unclipped: str, shift: int = 0) -> Record:
    """Return the film of clipped networks beside others, of the same seeds or shifted ones."""
    kinds = {"clipped": ("identity", 0), "unclipped": (unclipped, shift)}
    series = {"updates": updates()}
    for name, (kind, by) in kinds.items():
        series[f"each {name}"] = np.roll(explained(kind)[:, LONGEST], by, axis=-1)
        series[f"in order, {name}"] = at_least_nothing(np.sort(series[f"each {name}"], axis=1))
        series[f"explained, {name}"] = at_least_nothing(np.median(series[f"each {name}"], axis=1))
        series[f"log10 change, {name}"] = np.median(log10_changes(kind, "addition"), axis=1)
        # Letters are copied by networks that start orthogonal.
        copied = letters(kind.replace("identity", "orthogonal"))[:, LONGEST]
        series[f"letters, {name}"] = np.roll(copied, by, axis=-1)
    series["log10 longest"] = np.median(log10_longest(unclipped, "addition"), axis=1)
    return Record(series)


def _clipped_too() -> Record:
    """Return the film in which both are clipped: the others are those of the next seed."""
    return _film("identity", shift=1)


@long_memory_clipping.moment(
    "After a gradient of length {length:2} <explode>unclipped</> weights move {factor:2} times less "
    "than <keep>clipped</>."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    factor = 10.0 ** (series["log10 change, clipped"] - series["log10 change, unclipped"])
    step = first_step(factor >= 10)
    if step is None:
        return None
    # In thousands, for it is a median of ten.
    length = round(10 ** float(series["log10 longest"][step]), -3)
    return Reached(step, length=length, factor=float(factor[step]))


@long_memory_clipping.moment(
    "<keep>Clipped</> nets explain {clipped:%} of the sum, ahead in {ahead} of {of}; "
    "<explode>unclipped {unclipped:%}</>."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    clipped, unclipped = (float(series[f"explained, {name}"][-1]) for name in ("clipped", "unclipped"))
    count = ahead(series["each clipped"], series["each unclipped"])
    return Reached(steps, clipped=clipped, unclipped=unclipped, ahead=count, of=SEEDS)


@long_memory_clipping.claim("seeds ahead, of 10", headline=True, counterexample=_clipped_too)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    count = ahead(series["each clipped"], series["each unclipped"])
    return Claimed(count, SEEDS, reason="All ten: each pair has the same start and the same examples.")


@long_memory_clipping.claim("copying: clipped ahead, of 10")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        ahead(series["letters, clipped"], series["letters, unclipped"]),
        SEEDS - 1,
        SEEDS,
        "Of ten networks one may do without clipping.",
    )


@long_memory_clipping.claim("updates, clipped / unclipped, log10")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    gain = series["log10 change, clipped"] - series["log10 change, unclipped"]
    late = gain[len(gain) // 3 :]
    return Claimed.between(float(late.mean()), 0.75, 1.5, "About ten times, from a third of the training on.")


@long_memory_clipping.claim("longest gradient, log10")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        float(series["log10 longest"][-1]), 3.0, 6.0, "A thousand times as long as allowed, or more."
    )
