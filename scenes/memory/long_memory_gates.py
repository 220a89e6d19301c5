"""Recurrent networks with an orthogonal matrix and with gates, which learn to copy and to add."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenes import Claimed, FloatArray, Reached, Record, first_step, scene, show
from scenes.memory._long_memory import Copy
from scenes.memory._long_memory_results import (
    LONGEST,
    ahead,
    at_least_nothing,
    explained,
    letters,
    off_orthogonal,
    updates,
)
from scenes.memory._long_memory_training import EVERY, SEEDS

# Networks as they are called on screen, and as the file of the training calls them: when copying, and when adding.
NETS = {
    "orthogonal": ("held", "held"),
    "W free": ("orthogonal", "identity"),
    "GRU net": ("GRU", "GRU"),
    "LSTM net": ("LSTM", "LSTM"),
}
_ORTHOGONAL, _GATES = ("orthogonal", "W free"), ("GRU net", "LSTM net")
# Those that are drawn: the best at each task.
_SHOWN = ("orthogonal", "GRU net")
_CHART: dict[str, Any] = {
    "scale": "linear",
    "unit": "%",
    "x": "updates",
    "counts": "updates",
    "limits": (0, 1),
    "roles": {"orthogonal": "keep", "GRU net": "data"},
}


@scene(
    show(
        "series",
        of={name: f"letters, {name}" for name in _SHOWN},
        heading="copying 3 letters after 80 steps",
        note="% right; orthogonal W only turns what it holds: nothing is lost",
        **_CHART,
    ),
    show(
        "series",
        of={name: f"explained, {name}" for name in _SHOWN},
        heading="adding 2 marked out of 80 numbers",
        note="% explained; what is marked must be picked out: a GRU’s gate does",
        **_CHART,
    ),
    title="Orthogonal copies, the GRU adds",
    statement="after 300 updates nets with an orthogonal matrix copy letters over 80 steps, and the GRU adds best",
    opening="Two kinds of nets learn two tasks over 80 steps: to copy letters, and to add numbers.",
    arrange="stacked",
    counter="update {updates}",
    poster=1.0,
    fps="4",
    covers=(36, 42, 43),
)
def long_memory_gates() -> Record:
    """Medians of ten networks of four kinds while they learn the copy and the addition task over 80 steps.

    Two have a linear transition, ``h_t = W h_{t−1} + relu(U x_t + b)``. One keeps W orthogonal, which is unitary with
    real entries (M. Arjovsky, A. Shah, Y. Bengio, "Unitary evolution recurrent neural networks", ICML 2016): its
    gradients turn W along the orthogonal matrices only. In the other one W is free once it is trained. Both start with
    a random orthogonal matrix in the copy task and with the identity, which is orthogonal, too, in the other one. LSTM
    and GRU have about as many recurrent weights, and gates whose bias of 1 keeps most of a state at the start. All see
    300 updates of ten examples, clipped: too few for gates to learn to copy.
    ``python -m scenes.memory._long_memory_training`` trained them once.
    """
    return _film(NETS)


def _film(nets: Mapping[str, tuple[str, str]]) -> Record:
    """Return the film of networks by name, each with its kinds for copying and for adding."""
    series = {"updates": updates()}
    for name, (copying, adding) in nets.items():
        for measure, track in (("letters", letters(copying)), ("explained", explained(adding))):
            series[f"{measure} of ten, {name}"] = track[:, LONGEST]
            # In whole per cent: letters of a test are three hundred.
            series[f"{measure}, {name}"] = np.round(at_least_nothing(np.median(track[:, LONGEST], axis=1)), 2)
    series["off orthogonal"] = np.full(len(series["updates"]), off_orthogonal())
    return Record(series)


def _neither_orthogonal_nor_gru() -> Record:
    """Return the film in which W starts Gaussian, and an LSTM takes the place of the GRU."""
    return _film(NETS | dict.fromkeys(_ORTHOGONAL, ("Gaussian", "Gaussian")) | {"GRU net": ("LSTM", "LSTM")})


@long_memory_gates.moment(
    "Update {update}: over 80 steps <keep>orthogonal W</> copies {share:%} of the letters, the GRU {gru:%}."
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["letters, orthogonal"] >= 0.5)
    if step is None:
        return None
    share, gru = (float(series[f"letters, {name}"][step]) for name in ("orthogonal", "GRU net"))
    return Reached(step, update=EVERY * step, share=share, gru=gru)


@long_memory_gates.moment("Update {update}: the GRU explains {share:%} of the sum, <keep>orthogonal W</> {other:%}.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(series["explained, GRU net"] >= 0.9)
    if step is None:
        return None
    share, other = (float(series[f"explained, {name}"][step]) for name in ("GRU net", "orthogonal"))
    return Reached(step, update=EVERY * step, share=share, other=other)


@long_memory_gates.moment(
    "Over 80 steps <keep>orthogonal W</> copies {copied:%}, adds {added:%}; the GRU copies {gru:%}, adds {sums:%}."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    copied, gru = (float(series[f"letters, {name}"][-1]) for name in ("orthogonal", "GRU net"))
    added, sums = (float(series[f"explained, {name}"][-1]) for name in ("orthogonal", "GRU net"))
    return Reached(steps, copied=copied, added=added, gru=gru, sums=sums)


def _ahead(series: Mapping[str, FloatArray], measure: str, first: str, others: tuple[str, ...]) -> int:
    """Return for how many of the ten seeds one network is ahead of all the others at the end."""
    return ahead(series[f"{measure} of ten, {first}"], *(series[f"{measure} of ten, {other}"] for other in others))


@long_memory_gates.claim("seeds ahead in both tasks, of 10", headline=True, counterexample=_neither_orthogonal_nor_gru)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    counts = [_ahead(series, "letters", net, _GATES) for net in _ORTHOGONAL]
    counts.append(_ahead(series, "explained", "GRU net", (*_ORTHOGONAL, "LSTM net")))
    return Claimed.between(
        min(counts), SEEDS - 1, SEEDS, "Of ten networks one may be an exception: either kind of W, or the GRU."
    )


@long_memory_gates.claim("kept orthogonal ahead, of 10")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        _ahead(series, "letters", "orthogonal", ("W free",)),
        0.6 * SEEDS,
        SEEDS,
        "More than half of the networks recall more letters where the matrix stays orthogonal while it learns.",
    )


@long_memory_gates.claim("copied by LSTM, GRU")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    copied = max(float(series[f"letters, {net}"][-1]) for net in _GATES)
    return Claimed.between(
        copied, 0.0, 0.2, f"300 updates are too few for gates: no more than by chance, 1 in {Copy.letters}."
    )


@long_memory_gates.claim("sums explained by the GRU")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed.between(
        float(series["explained, GRU net"][-1]), 0.9, 1.0, "It keeps a sum better than any other net here."
    )


@long_memory_gates.claim("max |WᵀW − I|, kept")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["off orthogonal"][-1]), 0.0, 1e-13, "Newton's iteration for the polar factor ends within some eps."
    )
