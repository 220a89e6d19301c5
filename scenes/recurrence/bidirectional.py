"""A bidirectional recurrent network that fills the blank in a sentence."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, scene, show
from scenes.recurrence._reader import BLANKS, Reader, Reading, trained_readers

SENTENCE = Reading(
    ("I", "am", "___", "hungry", "and", "I", "can", "eat", "half", "a", "pig"),
    2,
    ["I", "am"],
    ["pig", "a", "half", "eat", "can", "I", "and", "hungry"],
)
# Three sentences that begin alike, and what follows the blank.
ENDINGS = {"I am ___.": "", "I am ___ hungry.": "hungry", "I am ___ hungry … pig.": " ".join(SENTENCE.right[::-1])}
_LABELS = BLANKS.answers


@scene(
    show(
        "sentence",
        of="states",
        words=SENTENCE.words,
        blank=SENTENCE.place,
        heading="one network reads from each end",
        note="the output sees both states: 2 × {dim} numbers",
    ),
    show("bars", of="both", heading="guess from both ends", labels=_LABELS, limits=(0, 1), unit="%", role="keep"),
    show(
        "heatmap",
        of="sentences",
        heading="three sentences",
        note="alike on the left",
        limits=(0, 1),
        signed=False,
        rows=tuple(ENDINGS),
        columns=_LABELS,
    ),
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
    return _film(*trained_readers(BLANKS, dim, seed))


def _film(both: Reader, alone: Reader) -> MatrixSequence:
    factors, series = SENTENCE.recorded(both, alone)
    rows = [
        both.probabilities(both.read(SENTENCE.left, ending.split()[::-1], SENTENCE.steps)[2])
        for ending in ENDINGS.values()
    ]
    return MatrixSequence(factors, series=series | {"sentences": np.stack(rows, axis=1)})


def _left_alone(dim: int, seed: int) -> MatrixSequence:
    """Return the film of a network that does not hear what is right of the blank."""
    _, alone = trained_readers(BLANKS, dim, seed)
    return _film(alone, alone)


@bidirectional.moment("“I am” and “a pig” leave it open: {glad:%} glad, {no:%} not, {very:%} very.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    glad, no, very = (float(share) for share in series["both"][SENTENCE.place])
    return Reached(SENTENCE.place, glad=glad, no=no, very=very)


@bidirectional.moment("“… can eat half a pig” comes from the right: “not” falls to {share:%}.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    step = SENTENCE.right.index("can") + 1
    return Reached(step, share=float(series["both"][step, _LABELS.index("not")]))


@bidirectional.moment("“I am ___.” takes glad: {glad:%}, “… hungry.” not: {no:%}, “… pig.” <keep>very: {very:%}</>.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    glad, no, very = (float(series["sentences"][-1, row, row]) for row in range(3))
    return Reached(steps, glad=glad, no=no, very=very)


_TRAINED = "The network is trained for a fixed number of rounds; it should come within 0.05 of the counts."


@bidirectional.claim("P(very), both sides", headline=True, counterexample=_left_alone)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    counted = BLANKS.share("very", SENTENCE.left, SENTENCE.right)
    return Claimed(float(series["both"][-1, _LABELS.index("very")]), counted, 0.05, _TRAINED)


@bidirectional.claim("P(very), left side")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    counted = BLANKS.share("very", SENTENCE.left, None)
    return Claimed(float(series["left only"][-1, _LABELS.index("very")]), counted, 0.05, _TRAINED)


@bidirectional.claim("three sentences, off the corpus")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    counted = [
        [BLANKS.share(word, SENTENCE.left, ending.split()[::-1], whole=True) for word in _LABELS]
        for ending in ENDINGS.values()
    ]
    return Claimed(float(np.abs(series["sentences"][-1] - counted).max()), 0.0, 0.1, _TRAINED)


@bidirectional.claim("off the corpus")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(np.abs(series["both"] - SENTENCE.shares(BLANKS, True)).max()),
        0.0,
        0.1,
        "The network is trained for a fixed number of rounds; at every stage it should be near the counts.",
    )
