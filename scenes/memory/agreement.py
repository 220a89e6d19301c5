"""Agreement of subject and verb, by networks that are written down rather than trained."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

from scenes import ACTIVATIONS, RNN, Bounds, Claimed, FloatArray, MatrixSequence, Run, first_step, scene, show

SENTENCE = ("the", "writer", "of", "the", "books", "often", "also")
# How much more a state says "is" than "are".
VERB = np.array([1.0, -1.0, 1.0, -1.0, 0.0])

# What a word tells the network: singular noun, plural noun, preposition.
_FEATURES = {"writer": (1.0, 0.0, 0.0), "books": (0.0, 1.0, 0.0), "of": (0.0, 0.0, 1.0)}
_MOST_BETWEEN = 12


def features(words: tuple[str, ...]) -> FloatArray:
    """Return what each word tells the network, shape (T, 3)."""
    return np.array([_FEATURES.get(word, (0.0, 0.0, 0.0)) for word in words])


def _number_network(kept: float, guard: float) -> RNN:
    """Return a network of five ReLU units that remembers the numbers of nouns.

    Its units: a singular or plural noun now, those remembered, prepositions so far. A step keeps the part
    `kept` of what is remembered; a preposition subtracts `guard` from every noun after it.
    """
    recurrent = np.array(
        [
            [0, 0, 0, 0, -guard],
            [0, 0, 0, 0, -guard],
            [kept, 0, kept, 0, 0],
            [0, kept, 0, kept, 0],
            [0, 0, 0, 0, 1.0],
        ]
    )
    inputs = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1.0]])
    return RNN(recurrent, inputs, np.zeros(5), ACTIVATIONS["ReLU"])


def number_networks(kept: float) -> dict[str, RNN]:
    """Return the network that listens to the last nouns, and the one that heeds the preposition.

    Parameters
    ----------
    kept : float
        Part of what is remembered that the first network keeps for the next word.
    """
    return {"by sequence": _number_network(kept, 0.0), "by syntax": _number_network(1.0, 2.0)}


def saliency(run: Run) -> FloatArray:
    """Return gradient times input, word by word, for the verb after each word, shape (T + 1, T)."""
    steps = len(run.sequence)
    found = np.zeros((steps + 1, steps))
    for step in range(1, steps + 1):
        direct = np.zeros_like(run.states)
        direct[step] = VERB
        by_input = (run.slopes * run.backward(direct)[1:]) @ run.network.inputs
        found[step] = (by_input * run.sequence).sum(axis=1)
    return found


def margins(network: RNN) -> FloatArray:
    """Return how much more "is" is said than "are" with 0 … 11 words between "books" and the verb, shape (12,)."""
    found = [network.run(features((*SENTENCE[:5], *between * ("also",)))) for between in range(_MOST_BETWEEN)]
    return np.array([run.states[-1] @ VERB for run in found])


@scene(
    show(
        "verdict",
        of={
            "in order: old words fade": "by sequence",
            "by grammar: “of the books” left out": "by syntax",
        },
        words=SENTENCE,
        verbs=("is", "are"),
        heading="what each word adds",
        note="up: is, down: are",
        roles={
            "in order: old words fade": "vanish",
            "by grammar: “of the books” left out": "keep",
        },
    ),
    title="Is or are?",
    statement="a memory that fades hears the nearest noun, books; the verb belongs to the writer",
    opening="Two networks read: the writer of the books often also … Do they go on with is or are?",
    counter="word",
    poster=1.0,
    fps="2",
    covers=(105,),
)
def agreement(kept: Annotated[float, Bounds(0.1, 0.95)] = 0.8) -> MatrixSequence:
    """Choice of a verb's number by two recurrent networks, as a sentence is read word by word.

    One remembers nouns the less the longer they are past (sequential recency), the other does not listen
    to nouns after a preposition (syntactic recency). A word's saliency is gradient times input. The product is that
    of the first network's Jacobians.

    T. Linzen, E. Dupoux, Y. Goldberg, "Assessing the ability of LSTMs to learn syntax-sensitive
    dependencies", TACL 4, 2016.

    Parameters
    ----------
    kept : float
        Part of what is remembered that the first network keeps for the next word.
    """
    runs = {name: network.run(features(SENTENCE)) for name, network in number_networks(kept).items()}
    series: dict[str, FloatArray] = {}
    for name, run in runs.items():
        series |= {name: saliency(run), f"margin {name}": run.states @ VERB}
    return MatrixSequence(runs["by sequence"].jacobians, series=series)


@agreement.moment("“writer” is one person: both networks would go on with “is”.")
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step((series["margin by syntax"] > 0) & (series["margin by sequence"] > 0))


@agreement.moment("“books” is nearer and counts more: reading in order, the net now expects <vanish>are</>.")
def _(series: Mapping[str, FloatArray]) -> int | None:
    return first_step(series["margin by sequence"] < 0)


@agreement.moment("The verb belongs to the writer: by grammar it is <keep>is</>, a fading memory says <vanish>are</>.")
def _(steps: int) -> int:
    return steps


_ROUNDING = "A few products of numbers up to 1 round by eps."


@agreement.claim("margin by sequence")
def _(series: Mapping[str, FloatArray], kept: float) -> Claimed:
    # "writer" is five words before the end, "books" two.
    return Claimed(float(series["margin by sequence"][-1]), float(kept**5 - kept**2), 1e-12, _ROUNDING)


@agreement.claim("margin by syntax")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(float(series["margin by syntax"][-1]), 1.0, 1e-12, _ROUNDING)


def _right(network: RNN, expected: int) -> Claimed:
    """Return the claim that a network chooses the right verb at so many of the 12 distances."""
    count = float(np.count_nonzero(margins(network) > 0))
    return Claimed(count, float(expected), 0.0, "The nearer noun is always louder, or never heard.")


@agreement.claim("right of 12, sequence")
def _(kept: float) -> Claimed:
    return _right(number_networks(kept)["by sequence"], 0)


@agreement.claim("right of 12, syntax")
def _(kept: float) -> Claimed:
    return _right(number_networks(kept)["by syntax"], _MOST_BETWEEN)
