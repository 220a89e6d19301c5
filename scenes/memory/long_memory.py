"""Recurrent networks trained to copy letters over a long delay, from four starts of the recurrent matrix."""

from collections.abc import Mapping
from math import log

import numpy as np

from scenes import Claimed, FloatArray, Reached, Record, first_step, scene, show
from scenes.memory._long_memory import Copy
from scenes.memory._long_memory_results import LONGEST, ahead, letters, log10_loss, percents, updates
from scenes.memory._long_memory_training import DELAYS, EVERY, SEEDS, STARTS, TASKS


@scene(
    show(
        "series",
        of={
            "orthogonal": "letters, orthogonal",
            "Gaussian": "letters, Gaussian",
            "guessing": "letters, guessing",
            "each orthogonal": "in order, orthogonal",
            "each Gaussian": "in order, Gaussian",
        },
        heading="letters copied after 80 × W",
        note="W starts orthogonal: it keeps lengths; Gaussian: it does not",
        scale="linear",
        unit="%",
        x="updates",
        counts="updates",
        limits=(0, 1),
        theory=("guessing",),
        roles={"orthogonal": "keep", "each orthogonal": "keep", "Gaussian": "vanish", "each Gaussian": "vanish"},
    ),
    show(
        "heatmap",
        of="percent",
        heading="only orthogonal lasts",
        note="% of letters; rows: how W starts; columns: steps of × W in between",
        limits=(0, 100),
        rows=STARTS,
        columns=tuple(map(str, DELAYS)),
        numbers=True,
        decimals=0,
        signed=False,
    ),
    title="Long memory, learnt",
    statement="trained nets copy letters after 80 steps where the recurrent matrix starts orthogonal, not Gaussian",
    opening="Recurrent nets learn to say three letters again, 80 steps later. How must W start?",
    arrange="stacked",
    counter="update {updates}",
    poster=1.0,
    fps="4",
    covers=(36, 43, 44),
)
def long_memory() -> Record:
    """Networks that learn the copy task from four starts, ten of each: medians and each of them.

    Three letters of eight come back after a delay; whoever remembers nothing loses ``3 ln 8 / (delay + 6)`` nats
    a step, as it is ``10 ln 8 / (T + 20)`` with ten letters. The nets have a linear transition,
    ``h_t = W h_{t−1} + relu(U x_t + b)``, so that gradients of long ago are multiplied by a power of W (M. Henaff,
    A. Szlam, Y. LeCun, "Recurrent orthogonal networks and long-memory tasks", ICML 2016): W starts random orthogonal,
    as the identity, normal, or uniform within ±1 / √n. All see 300 updates of ten examples, clipped.
    ``python -m scenes.memory._long_memory_training`` trained them once.
    """
    return _film({start: letters(start) for start in STARTS})


def _film(tracks: Mapping[str, FloatArray]) -> Record:
    """Return the film of shares of letters by start, each (tests, delays, seeds)."""
    series = {
        "updates": updates(),
        "percent": percents([tracks[start] for start in STARTS]),
        "letters, guessing": np.full(len(updates()), 1 / Copy.letters),
        "log10 Gaussian": np.median(log10_loss("Gaussian")[:, LONGEST], axis=1),
    }
    for start in STARTS:
        series[f"each {start}"] = tracks[start][:, LONGEST]
        series[f"in order, {start}"] = np.sort(series[f"each {start}"], axis=1)
        series[f"letters, {start}"] = np.median(series[f"each {start}"], axis=1)
    return Record(series)


def _gaussian_instead() -> Record:
    """Return the film of networks that start Gaussian where others start orthogonal."""
    tracks = {start: letters(start) for start in STARTS}
    # Other Gaussian networks than those they are compared with: of the next seed.
    return _film(tracks | {"orthogonal": np.roll(tracks["Gaussian"], 1, axis=-1)})


@long_memory.moment(
    "Update {update}: <keep>orthogonal</> copies {share:%} of the letters, <vanish>Gaussian</> {gaussian:%}."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["letters, orthogonal"] >= 0.5)
    if step is None:
        return None
    share, gaussian = (float(series[f"letters, {name}"][step]) for name in ("orthogonal", "Gaussian"))
    return Reached(step, update=EVERY * step, share=share, gaussian=gaussian)


@long_memory.moment(
    "After 80 × W <keep>orthogonal copies {orthogonal:%}</>, <vanish>Gaussian {gaussian:%}</>; "
    "guessing gives {chance:%}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    ends = {name.lower(): float(series[f"letters, {name}"][-1]) for name in ("orthogonal", "Gaussian")}
    return Reached(steps, chance=1 / Copy.letters, **ends)


@long_memory.claim("seeds ahead, of 10", headline=True, counterexample=_gaussian_instead)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    others = (series[f"each {start}"] for start in STARTS if start != "orthogonal")
    return Claimed.between(
        ahead(series["each orthogonal"], *others), SEEDS - 1, SEEDS, "Of ten networks one may be an exception."
    )


@long_memory.claim("Gaussian loss / baseline")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # Ten letters and the usual delays would make it 10 ln 8 / (T + 20).
    delay = DELAYS[LONGEST]
    loss = 10 ** float(series["log10 Gaussian"][-1]) * TASKS["copy"].baseline(delay)
    return Claimed(
        loss / (3 * log(8) / (delay + 6)),
        1.0,
        0.05,
        "Nothing is remembered; 300 letters of a test come to chance within some hundredths.",
    )
