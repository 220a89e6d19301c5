"""A bidirectional recurrent network that fills the blank in a sentence."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Seed, scene, show
from scenes.recurrence._reader import BEFORE, BLANKS, CORPUS, SENTENCE, Reader, one_hot, sides


@scene(
    show("heatmap", of="states", heading="states", limits=(-1, 1), rows=SENTENCE),
    show("bars", of="both", heading="the blank, by both sides", labels=BLANKS, limits=(0, 1)),
    show("bars", of="left only", heading="by the left side", labels=BLANKS, limits=(0, 1)),
    "claims",
    title="Bidirectional RNN",
    statement="I am ___ hungry …: only words to the right of the blank tell what fills it",
    poster=1.0,
    fps="1.25",
    covers=(94, 95, 119),
)
def bidirectional(
    dim: Annotated[int, Bounds(6, 8)] = 6,
    seed: Seed = 0,
) -> MatrixSequence:
    """Sweeps over a sentence from both ends, and what each side expects in the blank between them.

    Two RNNs are trained on a small corpus to fill blanks at every stage of reading, so that their probabilities come
    to the shares of words in the corpus. Each row holds the state after its word, that of the forward sweep left of the
    blank and of the backward sweep right of it, and the row of the blank holds both, 2 n numbers: the output is made
    of these. The whole sentence has to be there, so that this is no way to predict a next word. The product is that
    of both sweeps' Jacobians.

    Parameters
    ----------
    dim : int
        Units n of each direction.
    """
    left, right = sides()
    steps, blank = len(right), len(left)
    series: dict[str, FloatArray] = {}
    for name, both in (("left only", False), ("both", True)):
        reader = Reader(dim, seed, both)
        reader.train()
        forward, backward = reader.sweeps(one_hot(left, BEFORE), one_hot(right, steps))
        ahead = forward.states[np.minimum(np.arange(steps + 1), blank)]
        back = backward.states if both else np.zeros_like(backward.states)
        series[name] = reader.probabilities(np.concatenate([ahead, back], axis=1))
    states = np.zeros((steps + 1, len(SENTENCE), 2 * dim))
    states[:, blank, :dim], states[:, blank, dim:] = ahead, back
    for step in range(1, steps + 1):
        if step <= blank:
            states[step:, step - 1, :dim] = ahead[step]
        states[step:, len(SENTENCE) - step, dim:] = back[step]
    factors = np.tile(np.eye(2 * dim), (steps, 1, 1))
    factors[:blank, :dim, :dim] = forward.jacobians
    factors[:, dim:, dim:] = backward.jacobians
    return MatrixSequence(factors, series=series | {"states": states})


def share_of(word: str, left: list[str], right: list[str] | None) -> float:
    """Return how often the word fills the blank in the corpus, among sentences that begin and end like this.

    Parameters
    ----------
    word : str
        What fills the blank.
    left, right : list of str
        Words from the left end on, and words from the right end back; None for any.
    """
    found, total = 0, 0
    for before, blank, after, count in CORPUS:
        ends = right is None or after.split()[::-1][: len(right)] == right
        if ends and before.split()[: len(left)] == left:
            total += count
            found += count * (blank == word)
    return float(Fraction(found, total))


@bidirectional.claim("P(very), both sides")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(series["both"][-1, BLANKS.index("very")]),
        share_of("very", *sides()),
        0.05,
        "The network is trained for a fixed number of rounds; it should come within 0.05 of the counts.",
    )


@bidirectional.claim("P(very), left side")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    left, _ = sides()
    return Claimed(
        float(series["left only"][-1, BLANKS.index("very")]),
        share_of("very", left, None),
        0.05,
        "The network is trained for a fixed number of rounds; it should come within 0.05 of the counts.",
    )


@bidirectional.claim("left, after the blank")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    left = series["left only"]
    change = float(np.abs(left[BEFORE:] - left[BEFORE]).max())
    return Claimed(change, 0.0, 0.0, "It reads nothing more, so that nothing changes.")


@bidirectional.claim("off the corpus")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    left, right = sides()
    shares = [[share_of(word, left[:step], right[:step]) for word in BLANKS] for step in range(steps + 1)]
    return Claimed(
        float(np.abs(series["both"] - shares).max()),
        0.0,
        0.1,
        "The network is trained for a fixed number of rounds; at every stage it should be near the counts.",
    )
