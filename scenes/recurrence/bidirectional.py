"""A bidirectional recurrent network that fills the blank in a sentence."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, scene, show
from scenes.recurrence._reader import BEFORE, BLANKS, CORPUS, SENTENCE, Reader, one_hot, sides


@scene(
    show(
        "sentence",
        of="states",
        words=SENTENCE,
        blank=BEFORE,
        heading="one network reads from each end",
        note="cells: what it remembers there",
    ),
    show("bars", of="both", heading="guess from both ends", labels=BLANKS, limits=(0, 1), unit="%", role="keep"),
    show("bars", of="left only", heading="guess from the left alone", labels=BLANKS, limits=(0, 1), unit="%"),
    title="Reading from both ends",
    statement="I am ___ hungry …: only words to the right of the blank tell what fills it",
    opening="Which word fills the blank? Two networks read towards it, the whole sentence at hand.",
    counter="step",
    arrange="stacked",
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


def _left_alone(dim: int, seed: int) -> MatrixSequence:
    """Return the film of a network that does not hear what is right of the blank."""
    recording = bidirectional.function(dim, seed)
    return MatrixSequence(recording.factors, series=dict(recording.series) | {"both": recording.series["left only"]})


@bidirectional.moment("The left alone, “I am”, leaves it open: {glad:%} glad, {no:%} not, {very:%} very.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    glad, no, very = (float(share) for share in series["left only"][BEFORE])
    return Reached(BEFORE, glad=glad, no=no, very=very)


@bidirectional.moment("“… can eat half a pig” comes from the right: “not” falls to {share:%}.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    _, right = sides()
    step = right.index("can") + 1
    return Reached(step, share=float(series["both"][step, BLANKS.index("not")]))


@bidirectional.moment("“hungry” settles it: “very” <keep>{share:%}</>. The left alone still gives “very” {left:%}.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    share, left = (float(series[name][-1, BLANKS.index("very")]) for name in ("both", "left only"))
    return Reached(steps, share=share, left=left)


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


@bidirectional.claim("P(very), both sides", headline=True, counterexample=_left_alone)
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
