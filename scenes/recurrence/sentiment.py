"""Whether a sentence says good or bad of something, where only words to the right tell."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, scene, show
from scenes.recurrence._reader import OPINIONS, Reader, Reading, trained_readers

SENTENCE = Reading(
    ("it", "is", "good", "they", "said", "but", "not", "in", "my", "eyes"),
    2,
    ["it", "is", "good"],
    ["eyes", "my", "in", "not", "but", "said", "they", "good"],
)
_POSITIVE = OPINIONS.answers.index("positive")


@scene(
    show(
        "sentence",
        of="states",
        words=SENTENCE.words,
        blank=SENTENCE.place,
        heading="one network reads from each end",
        note="cells: what it remembers there",
    ),
    show("bars", of="both", heading="from both ends", labels=OPINIONS.answers, limits=(0, 1), unit="%", role="keep"),
    show("bars", of="left only", heading="from the left alone", labels=OPINIONS.answers, limits=(0, 1), unit="%"),
    title="Good, or not good?",
    statement="it is good … but not in my eyes: a “not” to the right of “good” makes it negative",
    opening="Is “good” meant? One net reads towards it from both ends, one from the left alone.",
    counter="step",
    arrange="stacked",
    poster=1.0,
    fps="1.25",
    covers=(119,),
)
def sentiment(
    dim: Annotated[int, Bounds(6, 8)] = 6,
    seed: Seed = 0,
) -> MatrixSequence:
    """Two networks that tell how a word is meant: one reads the sentence from both ends, one from left to right only.

    Both are trained on short sentences in which a "not" before or behind "good" or "bad" makes the opposite of it, so
    that their probabilities come to the shares of sentences at every stage of reading. From left to right a word is
    read before what follows it. The network of both sweeps needs the whole sentence, its end first: it is no
    language model, which predicts the next word from those before it; BERT reads both sides, too, and fills in hidden
    words instead (J. Devlin et al., "BERT: Pre-training of deep bidirectional transformers", 2019). The product is
    that of both sweeps' Jacobians.

    Parameters
    ----------
    dim : int
        Units n of each direction, and of the layer above both.
    """
    return _film(*trained_readers(OPINIONS, dim, seed, dim))


def _film(both: Reader, alone: Reader) -> MatrixSequence:
    factors, series = SENTENCE.recorded(both, alone)
    for name, reader in (("both", both), ("left only", alone)):
        series[f"right, {name}"] = np.tile([_is_right(reader, *case) for case in _cases()], (SENTENCE.steps + 1, 1))
    return MatrixSequence(factors, series=series)


def _cases() -> list[tuple[list[str], list[str], str]]:
    """Return the corpus' sentences as they are read, and what they mean."""
    return [
        (left, right, answer) for (left, right), (_, answer, *_) in zip(OPINIONS.sides, OPINIONS.sentences, strict=True)
    ]


def _is_right(reader: Reader, left: list[str], right: list[str], answer: str) -> float:
    """Return 1 where the likeliest answer to a whole sentence is right, else 0."""
    states = reader.read(left, right, max(len(left), len(right)))[2]
    return float(OPINIONS.answers[int(reader.probabilities(states[-1]).argmax())] == answer)


def _without_the_way_back(dim: int, seed: int) -> MatrixSequence:
    """Return the film of two networks neither of which reads from the right."""
    _, alone = trained_readers(OPINIONS, dim, seed, dim)
    return _film(alone, alone)


@sentiment.moment("Read up to “good”, the left alone says <vanish>{left:%}</> positive; it hears of nothing later.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    step = len(SENTENCE.left)
    return Reached(step, left=float(series["left only"][step, _POSITIVE]))


@sentiment.moment("From the right comes “not”: from both ends positive falls from {before:%} to <keep>{share:%}</>.")
def _(series: Mapping[str, FloatArray]) -> Reached:
    step = SENTENCE.right.index("not") + 1
    before, share = (float(track) for track in series["both"][step - 1 : step + 1, _POSITIVE])
    return Reached(step, before=before, share=share)


@sentiment.moment("Negative: <keep>{both:%}</>, left alone {left:%}. But reading both ends needs the whole text.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    both, left = (float(series[name][-1, 1 - _POSITIVE]) for name in ("both", "left only"))
    return Reached(steps, both=both, left=left)


_TRAINED = "The networks are trained for a fixed number of rounds; they should come near the counts."


@sentiment.claim("P(positive), left − both", headline=True, counterexample=_without_the_way_back)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    both, left = (float(series[name][-1, _POSITIVE]) for name in ("both", "left only"))
    counted = [OPINIONS.share("positive", SENTENCE.left, right) for right in (None, SENTENCE.right)]
    return Claimed(left - both, counted[0] - counted[1], 0.1, _TRAINED)


@sentiment.claim("off the counts")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    off = [np.abs(series[name] - SENTENCE.shares(OPINIONS, name == "both")).max() for name in ("both", "left only")]
    return Claimed(float(max(off)), 0.0, 0.1, _TRAINED)


@sentiment.claim("sentences read rightly")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(
        float(np.average(series["right, both"][-1], weights=OPINIONS.counts)),
        1.0,
        0.0,
        "Each sentence, read to its end, has one meaning; the likeliest answer should be it.",
    )


@sentiment.claim("from the left alone")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # Nobody who reads the left alone can do better than say what is meant most often there.
    lefts = {tuple(left) for left, _ in OPINIONS.sides}
    most = sum(
        max(
            sum(count for left, _, answer, count in _counted() if tuple(left) == side and answer == said)
            for said in OPINIONS.answers
        )
        for side in lefts
    )
    return Claimed(
        float(np.average(series["right, left only"][-1], weights=OPINIONS.counts)),
        most / sum(OPINIONS.counts),
        1e-12,
        "A mean of whole numbers; the bound is counted, and a network that has learnt the counts reaches it.",
    )


def _counted() -> list[tuple[list[str], list[str], str, int]]:
    return [(*case, count) for case, count in zip(_cases(), OPINIONS.counts, strict=True)]
