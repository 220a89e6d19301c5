"""Agreement of subject and verb, by networks that learn it from sentences."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import Bounds, Claimed, FloatArray, MatrixSequence, Reached, Seed, first_step, scene, show, sigmoid
from scenes.memory._sentences import (
    SENTENCE,
    Speaker,
    first_speaker,
    lessons,
    one_hot,
    right_beside_attractors,
    taught,
)

_NEAREST, _BOTH = "taught: the nearest noun is right", "taught: not always the nearest"
# Names of the two in series, and whether lessons hold a noun that misleads.
_TAUGHT = {"by order": False, "by grammar": True}
_LEAST = 0.5


def film_sentence() -> FloatArray:
    """Return the words of the film as inputs, shape (6, number of words known)."""
    return one_hot(SENTENCE)[-len(SENTENCE) :]


@scene(
    show(
        "verdict",
        of={_NEAREST: "by order", _BOTH: "by grammar"},
        words=SENTENCE,
        verbs=("is", "are"),
        heading="what each word adds",
        note="up: is, down: are; they sum to ln P(is)/P(are), P: probability",
        roles={_NEAREST: "vanish", _BOTH: "keep"},
    ),
    title="Is or are?",
    statement="a net to which the nearest noun was always right goes by it; other lessons teach it the subject",
    opening="Two networks, taught differently, read a new sentence. Do they go on with is or are?",
    counter="word",
    poster=1.0,
    fps="2",
    covers=(105,),
)
def agreement(dim: Annotated[int, Bounds(8, 24)] = 12, seed: Seed = 0) -> MatrixSequence:
    """Choice of a verb's number by two trained recurrent networks, as a sentence is read word by word.

    Both have learnt that the last clause has the subject, and that in "the writer of the book" the first noun is it.
    Only the second one had lessons in which these nouns differ in number, none of them the film's sentence; to the
    first one the nearest noun has always been right (sequential recency, against syntactic recency). What a word adds
    is gradient times input. The product is that of the first network's Jacobians.

    T. Linzen, E. Dupoux, Y. Goldberg, "Assessing the ability of LSTMs to learn syntax-sensitive
    dependencies", TACL 4, 2016.

    Parameters
    ----------
    dim : int
        Number of units.
    """
    return _read({name: taught(dim, seed, attractors) for name, attractors in _TAUGHT.items()})


def _read(speakers: Mapping[str, Speaker]) -> MatrixSequence:
    """Return what the two networks make of the film's sentence, and how often they are right."""
    sentence = film_sentence()
    series: dict[str, FloatArray] = {}
    for name, speaker in speakers.items():
        right = right_beside_attractors(speaker)
        series |= {name: speaker.saliency(sentence), f"margin {name}": speaker.margins(sentence)}
        series[f"right {name}"] = np.tile(right, (len(sentence) + 1, 1))
    run = speakers["by order"].network.run(sentence)
    return MatrixSequence(run.jacobians, series=series)


def _nearest_everywhere(dim: int, seed: int) -> MatrixSequence:
    """Return the film of lessons in which the nearest noun is said to be right even where it is not."""
    return _read({name: taught(dim, seed, kind, by_nearest=True) for name, kind in _TAUGHT.items()})


@agreement.moment("“writer” is one person: both networks would go on with “is”.")
def _(series: Mapping[str, FloatArray]) -> int | None:
    step = first_step((series["margin by grammar"] > 0) & (series["margin by order"] > 0))
    return step if step == SENTENCE.index("writer") + 1 else None


@agreement.moment("“books” is nearer: the net to which the nearest noun was always right now expects <vanish>are</>.")
def _(series: Mapping[str, FloatArray]) -> int | None:
    step = SENTENCE.index("books") + 1
    before, after = series["margin by order"][step - 1 : step + 1]
    return step if after < min(before, 0.0) else None


@agreement.moment(
    "P(is): <keep>{both:%}</>, by nearest noun <vanish>{nearest:%}</>. "
    "Right in all such sentences: <keep>{many:%}</>, <vanish>{few:%}</>."
)
def _(series: Mapping[str, FloatArray]) -> Reached:
    chances = {"both": "by grammar", "nearest": "by order"}
    shares = {"many": "by grammar", "few": "by order"}
    return Reached(
        len(SENTENCE),
        **{key: float(sigmoid(series[f"margin {name}"][-1])) for key, name in chances.items()},
        **{key: float(series[f"right {name}"][-1].mean()) for key, name in shares.items()},
    )


@agreement.claim("right, taught both − nearest only", headline=True, counterexample=_nearest_everywhere)
def _(series: Mapping[str, FloatArray]) -> Claimed:
    both, nearest = (float(series[f"right {name}"][-1].mean()) for name in ("by grammar", "by order"))
    return Claimed.between(
        both - nearest, _LEAST, 1.0, "Shares of 48 sentences; who goes by the nearest noun is right in none of them."
    )


@agreement.claim("P(is) of an untaught sentence")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    chance = float(sigmoid(series["margin by grammar"][-1]))
    return Claimed.between(chance, 0.5, 1.0, "It is the right verb if it is the likelier one.")


@agreement.claim("right by the first noun at least")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    least = float(series["right by grammar"][-1].min())
    return Claimed.between(least, 0.5, 1.0, "At every distance up to five words more than guessing is right.")


@agreement.claim("words' shares − log odds")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    away = [np.abs(series[name].sum(axis=1) - series[f"margin {name}"]).max() for name in _TAUGHT]
    return Claimed(float(max(away)), 0.0, 1e-6, "A hundred nodes integrate a smooth gradient to some digits more.")


@agreement.claim("gradient − derivative")
def _(dim: int, seed: int) -> Claimed:
    # By complex step along a random direction, at the weights that training begins with.
    start, told = first_speaker(dim, seed), lessons(seed, attractors=True)
    weights = (start.recurrent, start.inputs, start.readout)
    random = np.random.default_rng([seed, 7])
    ways = [random.standard_normal(weight.shape) for weight in weights]
    moved = Speaker(*(weight + 1e-30j * way for weight, way in zip(weights, ways, strict=True)))
    found = sum(float(np.sum(part * way)) for part, way in zip(start.gradient(*told), ways, strict=True))
    return Claimed(
        found, float(moved.loss(*told).imag / 1e-30), 1e-10, "The complex step rounds, but forms no differences."
    )
