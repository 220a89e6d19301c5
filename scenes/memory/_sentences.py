"""Sentences whose verb agrees with a noun, and recurrent networks that learn from them whether to say is or are."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenes import ACTIVATIONS, RNN, Adam, FloatArray, gaussian_matrix, sigmoid

# 1 for one of them, −1 for many.
NOUNS = {"writer": 1.0, "book": 1.0, "writers": -1.0, "books": -1.0}
_ADVERBS = ("often", "also")
WORDS = ("the", *NOUNS, "of", "and", *_ADVERBS)
# The sentence of the film; no lesson holds it.
SENTENCE = ("the", "writer", "of", "the", "books", "often")
# Most words of a sentence, most adverbs behind the last noun in lessons and in tests, and updates.
_LONGEST, _TAUGHT, _TESTED, _UPDATES = 11, 4, 6, 100
# Nodes and weights of an integral from 0 to 1, most of them near 0: there a network changes fastest.
_NODES, _SHARES = (0.5 * part for part in np.polynomial.legendre.leggauss(100))
_NODES, _SHARES = (_NODES + 0.5) ** 3, 3 * (_NODES + 0.5) ** 2 * _SHARES


def one_hot(words: tuple[str, ...]) -> FloatArray:
    """Return a sentence as rows with a single 1, zeros before it, shape (11, number of words known)."""
    rows = np.zeros((_LONGEST, len(WORDS)))
    for place, word in enumerate(words, _LONGEST - len(words)):
        rows[place, WORDS.index(word)] = 1.0
    return rows


def lessons(seed: int, attractors: bool, by_nearest: bool = False) -> tuple[FloatArray, FloatArray]:
    """Return sentences, shape (11, count, number of words known), and for each 1, is, or −1, are.

    Most end with the noun that the verb belongs to, and adverbs. In "the writer of the books" the verb belongs to the
    first one.

    Parameters
    ----------
    seed : int
        Seed of the adverbs.
    attractors : bool
        Whether there are sentences in which the nouns around "of" differ in number.
    by_nearest : bool
        Whether answers follow the nearest noun there, too, which is wrong.
    """
    random, found = np.random.default_rng([seed, 3]), []

    def adverbs(count: int) -> list[str]:
        return [_ADVERBS[index] for index in random.integers(0, len(_ADVERBS), count)]

    for count in range(_TAUGHT):
        for first, number in NOUNS.items():
            found.append((("the", first, *adverbs(count)), number))
            for second, nearest in NOUNS.items():
                between = adverbs(int(random.integers(0, 3)))
                found.append((("the", first, *between, "and", "the", second, *adverbs(count)), nearest))
                if number == nearest or (attractors and (first, second) != ("writer", "books")):
                    subject = nearest if by_nearest else number
                    found.append((("the", first, "of", "the", second, *adverbs(count)), subject))
    sentences = np.stack([one_hot(words) for words, _ in found], axis=1)
    return sentences, np.array([number for _, number in found])


@dataclass(frozen=True)
class Speaker:
    """A recurrent network without biases, and the readout of its last state: above 0 for is, below for are.

    Parameters
    ----------
    recurrent, inputs, readout : ndarray, shape (n, n), (n, number of words known), (n,)
        Its weights.
    """

    recurrent: Any
    inputs: Any
    readout: Any

    @property
    def network(self) -> RNN:
        """The network itself."""
        return RNN(self.recurrent, self.inputs, np.zeros(len(self.readout)), ACTIVATIONS["tanh"])

    def margins(self, sentences: FloatArray) -> Any:
        """Return log odds of is against are after every word, from before the first on, shape (T + 1, …)."""
        return self.network.run(sentences).states @ self.readout

    def loss(self, sentences: FloatArray, wanted: FloatArray) -> Any:
        """Return the mean cross-entropy of the verbs after the last word."""
        return np.log1p(np.exp(-wanted * self.margins(sentences)[-1])).mean()

    def gradient(self, sentences: FloatArray, wanted: FloatArray) -> list[FloatArray]:
        """Return the gradient of the loss by the recurrent weights, the input weights and the readout."""
        run = self.network.run(sentences)
        wrong = -wanted * sigmoid(-wanted * (run.states[-1] @ self.readout)) / len(wanted)
        direct = np.zeros_like(run.states)
        direct[-1] = wrong[:, None] * self.readout
        found = run.gradient(run.backward(direct))
        return [found.recurrent, found.inputs, wrong @ run.states[-1]]

    def saliency(self, sentence: FloatArray) -> FloatArray:
        """Return what each word adds to the log odds after each word, shape (T + 1, T).

        It is gradient times input, a mean over inputs that grow from nothing to what they are: so a row adds up to
        the log odds (M. Sundararajan, A. Taly, Q. Yan, "Axiomatic attribution for deep networks", ICML 2017).
        """
        run = self.network.run(sentence[:, None] * _NODES[:, None])
        found = np.zeros((len(sentence) + 1, len(sentence)))
        for step in range(1, len(found)):
            direct = np.zeros_like(run.states)
            direct[step] = self.readout
            by_input = (run.slopes * run.backward(direct)[1:]) @ self.inputs
            found[step] = np.einsum("k,tkm,tm->t", _SHARES, by_input, sentence)
        return found


def first_speaker(dim: int, seed: int) -> Speaker:
    """Return a network before training; its recurrent weights are small, so that old words fade."""
    return Speaker(
        gaussian_matrix(dim, [seed, 4], 0.1),
        gaussian_matrix((dim, len(WORDS)), [seed, 5], 0.2),
        gaussian_matrix((1, dim), [seed, 6], 0.5)[0],
    )


def taught(dim: int, seed: int, attractors: bool, by_nearest: bool = False) -> Speaker:
    """Return a network that has learnt from `lessons` by Adam; its rate falls to zero."""
    speaker = first_speaker(dim, seed)
    told = lessons(seed, attractors, by_nearest)
    adam = Adam([speaker.recurrent, speaker.inputs, speaker.readout])
    for count in range(_UPDATES):
        changes = adam.steps(speaker.gradient(*told), 0.05 * (1 - count / _UPDATES))
        weights = (speaker.recurrent, speaker.inputs, speaker.readout)
        speaker = Speaker(*(weight - change for weight, change in zip(weights, changes, strict=True)))
    return speaker


def right_beside_attractors(speaker: Speaker) -> FloatArray:
    """Return the share of right verbs with 0 … 5 words between the wrong noun and the verb, shape (6,)."""
    found = []
    for between in range(_TESTED):
        adverbs = tuple(_ADVERBS[index % 2] for index in range(between))
        pairs = [(a, b) for a in NOUNS for b in NOUNS if NOUNS[a] != NOUNS[b]]
        sentences = np.stack([one_hot(("the", a, "of", "the", b, *adverbs)) for a, b in pairs], axis=1)
        said = speaker.margins(sentences)[-1]
        found.append(np.mean(said * np.array([NOUNS[a] for a, _ in pairs]) > 0))
    return np.array(found)
