"""Recurrent networks trained on two tasks that need a long memory, from different starts and of different kinds."""

from collections.abc import Mapping
from functools import cache
from math import log

import numpy as np

from scenes import Claimed, FloatArray, Reached, Record, first_step, scene, show
from scenes.memory._long_memory import Copy
from scenes.memory._long_memory_training import DELAYS, EVERY, KINDS, SEEDS, TASKS, learnt, unpacked

# The nets, as the file of the training calls them.
NETS = (
    *("orthogonal", "orthogonal, unclipped", "identity", "identity, unclipped"),
    *("Gaussian", "uniform", "held", "LSTM", "GRU"),
)
_ROW = {name: row for row, name in enumerate(NETS)}
# Those whose letters are drawn by delay, as they are called on screen. The shortest delay is left out: all learn it.
_DRAWN = {
    "orthogonal": "orthogonal",
    "Gaussian": "Gaussian",
}


@cache
def _results() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return log10 of losses as shares of those without memory, letters recalled, and how far W is from orthogonal."""
    found = learnt()
    return unpacked(found["losses"]), found["right"] / 1000.0, found["off_orthogonal"]


@scene(
    show(
        "series",
        of={
            "orthogonal": "letters, orthogonal",
            "Gaussian": "letters, Gaussian",
            "guessing": "letters, guessing",
        },
        heading="letters copied after 80 × W",
        note="W starts orthogonal: it keeps lengths; Gaussian: it does not",
        scale="linear",
        unit="%",
        x="tens of updates",
        limits=(0, 1),
        theory=("guessing",),
        roles={"orthogonal": "keep", "Gaussian": "vanish"},
    ),
    show(
        "heatmap",
        of="copied",
        heading="Gaussian fades with more × W",
        note="% of letters; columns: steps of × W in between",
        limits=(0, 100),
        rows=tuple(_DRAWN.values()),
        columns=tuple(map(str, DELAYS[1:])),
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
    covers=(36, 42, 43, 44),
)
def long_memory() -> Record:
    """Medians of ten networks of each kind while they learn the copy and the addition task, by delay.

    In the copy task three letters of eight come back after a delay; whoever remembers nothing loses
    ``3 ln 8 / (delay + 6)`` nats a step, as it is ``10 ln 8 / (T + 20)`` with ten letters. In the addition task two
    marked numbers among as many as the delay are to be added; whoever remembers nothing is left with a variance of
    1 / 6. Plain nets have a linear transition, ``h_t = W h_{t−1} + relu(U x_t + b)``, so that gradients of long ago are
    multiplied by a power of W (M. Henaff, A. Szlam, Y. LeCun, "Recurrent orthogonal networks and long-memory tasks",
    ICML 2016): W starts random orthogonal, as the identity, normal, or uniform within ±1 / √n. One net keeps W
    orthogonal while it learns, from an orthogonal matrix in the copy task and from the identity in the other one.
    LSTM and GRU have about as many recurrent weights. All saw 300 updates of ten examples: too few for gates to learn
    to copy, while the GRU adds best of all. ``python -m scenes.memory._long_memory_training`` trained them once.
    """
    losses, right, off = _results()
    rows = [list(KINDS).index(name) for name in NETS]
    copied, added = losses[:, rows]
    letters, explained = right[rows], 1 - 10.0**added
    last = len(DELAYS) - 1
    baseline = np.log10(TASKS["copy"].baseline(DELAYS[-1]))
    copying, adding = (np.median(track, axis=2).transpose(2, 0, 1) for track in (letters, explained))
    series: dict[str, FloatArray] = {
        "updates": np.linspace(0, EVERY * (losses.shape[-1] - 1), losses.shape[-1]),
        "letters": copying,
        "explained": adding,
        # In per cent, as they are written into cells.
        "copied": np.round(100 * copying[:, [_ROW[name] for name in _DRAWN], 1:]),
        # Those of every network, at the longest delay.
        "letters of ten": letters[:, last].transpose(2, 0, 1),
        "explained of ten": explained[:, last].transpose(2, 0, 1),
        "letters, guessing": np.full(losses.shape[-1], 1 / Copy.letters),
        "log10 Gaussian": np.median(copied[_ROW["Gaussian"], last], axis=0) + baseline,
        "off orthogonal": np.full(losses.shape[-1], off.max()),
    }
    for name in ("orthogonal", "Gaussian"):
        series[f"letters, {name}"] = copying[:, _ROW[name], last]
    return Record(series)


def _gaussian_instead() -> Record:
    """Return the film of networks that start Gaussian where others start orthogonal, or as the identity."""
    record = long_memory.function()
    series = dict(record.series)
    for name in ("letters of ten", "explained of ten"):
        changed = series[name].copy()
        for start in ("orthogonal", "identity"):
            # Other Gaussian networks than those they are compared with: of the next seed.
            changed[:, _ROW[start]] = np.roll(changed[:, _ROW["Gaussian"]], 1, axis=-1)
        series[name] = changed
    return Record(series)


def ahead(series: Mapping[str, FloatArray], name: str, first: str, others: tuple[str, ...]) -> int:
    """Return for how many of the ten seeds one net is ahead of all the others, at the longest delay and the end."""
    track = series[name][-1]
    return int((track[_ROW[first]] > track[[_ROW[other] for other in others]].max(axis=0)).sum())


_RANDOM = ("Gaussian", "uniform")


def _at(series: Mapping[str, FloatArray], name: str, net: str, step: int = -1) -> float:
    """Return the median at the longest delay."""
    return float(series[name][step, _ROW[net], -1])


@long_memory.moment(
    "Update {update}: <keep>orthogonal</> copies {share:%} of the letters, <vanish>Gaussian</> {gaussian:%}."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["letters"][:, _ROW["orthogonal"], -1] >= 0.5)
    if step is None:
        return None
    share, gaussian = (_at(series, "letters", name, step) for name in ("orthogonal", "Gaussian"))
    return Reached(step, update=EVERY * step, share=share, gaussian=gaussian)


@long_memory.moment(
    "After 80 × W <keep>orthogonal copies {orthogonal:%}</>, <vanish>Gaussian {gaussian:%}</>; "
    "guessing gives {chance:%}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    ends = {name.lower(): _at(series, "letters", name) for name in ("orthogonal", "Gaussian")}
    return Reached(steps, chance=1 / Copy.letters, **ends)


@long_memory.claim("seeds ahead, of 10", headline=True, counterexample=_gaussian_instead)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    counts = (
        ahead(series, "letters of ten", "orthogonal", _RANDOM),
        ahead(series, "explained of ten", "identity", _RANDOM),
    )
    return Claimed.between(
        min(counts),
        SEEDS - 1,
        SEEDS,
        "Of ten networks one may be an exception: orthogonal ones when copying, identity ones when adding.",
    )


@long_memory.claim("clipped ahead, of 10")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    counts = (
        ahead(series, "letters of ten", "orthogonal", ("orthogonal, unclipped",)),
        ahead(series, "explained of ten", "identity", ("identity, unclipped",)),
    )
    return Claimed.between(min(counts), SEEDS - 1, SEEDS, "Of ten networks one may do without clipping.")


@long_memory.claim("kept orthogonal ahead, of 10")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        ahead(series, "letters of ten", "held", ("orthogonal",)),
        0.6 * SEEDS,
        SEEDS,
        "More than half of the networks recall more letters where the matrix stays orthogonal while it learns.",
    )


@long_memory.claim("Gaussian loss / baseline")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # Ten letters and the usual delays would make it 10 ln 8 / (T + 20).
    return Claimed(
        10 ** float(series["log10 Gaussian"][-1]) / (3 * log(8) / (80 + 6)),
        1.0,
        0.05,
        "Nothing is remembered; 300 letters of a test come to chance within some hundredths.",
    )


@long_memory.claim("copied by LSTM, GRU")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    copied = max(_at(series, "letters", net) for net in ("LSTM", "GRU"))
    return Claimed.between(copied, 0.0, 0.2, "300 updates are too few for gates: no more than by chance, 1 in 8.")


@long_memory.claim("sums explained by the GRU")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(_at(series, "explained", "GRU"), 0.9, 1.0, "It keeps a sum better than any other net here.")


@long_memory.claim("max |WᵀW − I|, kept")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["off orthogonal"][-1]), 0.0, 1e-13, "Newton's iteration for the polar factor ends within some eps."
    )
