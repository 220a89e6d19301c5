"""Recurrent networks that learn to add two of many numbers, from four starts of the recurrent matrix."""

from collections.abc import Mapping

import numpy as np

from scenes import Claimed, FloatArray, Reached, Record, first_step, scene, show
from scenes.memory._long_memory_results import LONGEST, ahead, at_least_nothing, explained, percents, updates
from scenes.memory._long_memory_training import DELAYS, EVERY, SEEDS, STARTS

_OTHERS = tuple(start for start in STARTS if start != "identity")
_ROWS = ("identity", *_OTHERS)


@scene(
    show(
        "series",
        of={
            "identity": "explained, identity",
            "other starts": "explained, others",
            "each identity": "in order, identity",
            "each other": "in order, others",
        },
        heading="sum of 2 marked out of 80 numbers",
        note="% explained; thin: single nets; W = I keeps its state, so it adds up",
        scale="linear",
        unit="%",
        x="updates",
        counts="updates",
        limits=(0, 1),
        roles={"identity": "keep", "each identity": "keep", "other starts": "vanish", "each other": "vanish"},
    ),
    show(
        "heatmap",
        of="percent",
        heading="other starts lose the sum",
        note="% explained; rows: how W starts; columns: numbers read",
        limits=(0, 100),
        rows=_ROWS,
        columns=tuple(map(str, DELAYS)),
        numbers=True,
        decimals=0,
        signed=False,
    ),
    title="Adding is learnt from the identity",
    statement="trained nets add two marked numbers out of 80 where the recurrent matrix starts as the identity",
    opening="Recurrent nets learn the sum of two marked out of 80 numbers. How must W start?",
    arrange="stacked",
    counter="update {updates}",
    poster=1.0,
    fps="4",
    covers=(43, 44),
)
def long_memory_adding() -> Record:
    """Networks that learn the addition task from four starts, ten of each: medians and each of them.

    Two marked numbers among as many as the delay are to be added; whoever always says their mean, 1, is left with a
    variance of 1 / 6, and what a network has less is the share it explains. Its transition is linear,
    ``h_t = W h_{t−1} + relu(U x_t + b)``: with W = I the state is a running sum. W starts as the identity, random
    orthogonal, normal, or uniform within ±1 / √n, and is trained by 300 updates of ten examples (M. Henaff, A. Szlam,
    Y. LeCun, "Recurrent orthogonal networks and long-memory tasks", ICML 2016).
    ``python -m scenes.memory._long_memory_training`` trained them once.
    """
    return _film({start: explained(start) for start in STARTS})


def _film(tracks: Mapping[str, FloatArray]) -> Record:
    """Return the film of shares explained by start, each (tests, delays, seeds)."""
    each = tracks["identity"][:, LONGEST]
    others = np.concatenate([tracks[start][:, LONGEST] for start in _OTHERS], axis=1)
    return Record(
        {
            "updates": updates(),
            "explained, identity": at_least_nothing(np.median(each, axis=1)),
            "explained, others": at_least_nothing(np.median(others, axis=1)),
            "each identity": each,
            "each other": others,
            "in order, identity": at_least_nothing(np.sort(each, axis=1)),
            "in order, others": at_least_nothing(np.sort(others, axis=1)),
            "percent": percents([tracks[start] for start in _ROWS]),
        }
    )


def _gaussian_instead() -> Record:
    """Return the film of networks that start Gaussian where others start as the identity."""
    tracks = {start: explained(start) for start in STARTS}
    # Other Gaussian networks than those they are compared with: of the next seed.
    return _film(tracks | {"identity": np.roll(tracks["Gaussian"], 1, axis=-1)})


@long_memory_adding.moment(
    "Update {update}: from the <keep>identity</> {share:%} is explained, from <vanish>other starts</> {others:%}."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["explained, identity"] >= 1 / 3)
    if step is None:
        return None
    share, others = (float(series[f"explained, {name}"][step]) for name in ("identity", "others"))
    return Reached(step, update=EVERY * step, share=share, others=others)


@long_memory_adding.moment(
    "Each <keep>identity</> net explains {least:%} or more of the sum; no <vanish>other start</> over {most:%}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, least=float(series["each identity"][-1].min()), most=float(series["each other"][-1].max()))


@long_memory_adding.claim("worst identity − best other", headline=True, counterexample=_gaussian_instead)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        float(series["each identity"][-1].min() - series["each other"][-1].max()),
        1 / 3,
        1.0,
        "Shares of the sum explained, by ten networks and by thirty: the two lie apart by a third at least.",
    )


@long_memory_adding.claim("seeds ahead, of 10")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    others = np.split(series["each other"], len(_OTHERS), axis=1)
    return Claimed(ahead(series["each identity"], *others), SEEDS, reason="All ten, each against three of its seed.")


@long_memory_adding.claim("explained by the others")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["explained, others"][-1]),
        0.0,
        0.05,
        "No better than who always says the mean; a test of a hundred sums comes to it within some hundredths.",
    )
