"""Networks that read a sentence from both ends to fill the blank in it, and the corpus they are trained on."""

from typing import Any

import numpy as np

from scenes import ACTIVATIONS, RNN, FloatArray, Run, gaussian_matrix, softmax
from scenes.recurrence._adam import Adam

BLANKS = ("glad", "not", "very")
SENTENCE = ("I", "am", "___", "hungry", "and", "I", "can", "eat", "half", "a", "pig")
# Words before the blank, what fills it, words after it, and how often.
CORPUS = (
    ("I am", "glad", "", 4),
    ("I am", "glad", "today", 2),
    ("I am", "glad", "and I can eat half a pig", 2),
    ("I am", "not", "hungry", 3),
    ("I am", "not", "hungry and I can not eat half a pig", 3),
    ("I am", "very", "hungry", 1),
    ("I am", "very", "hungry and I can eat half a pig", 2),
    ("you are", "not", "hungry", 4),
    ("you are", "very", "hungry", 2),
)
WORDS = sorted({word for before, _, after, _ in CORPUS for word in f"{before} {after}".split()})
# The most words before a blank, and after it.
BEFORE, AFTER = 2, 9
_ROUNDS = 400
_TANH = ACTIVATIONS["tanh"]


def sides() -> tuple[list[str], list[str]]:
    """Return the words of the film's sentence left of the blank, and those right of it from the end."""
    blank = SENTENCE.index("___")
    return list(SENTENCE[:blank]), list(SENTENCE[:blank:-1])


def one_hot(words: list[str], length: int) -> FloatArray:
    """Return words as inputs, zeros after the last one, shape (length, number of words known)."""
    inputs = np.zeros((length, len(WORDS)))
    for index, word in enumerate(words):
        inputs[index, WORDS.index(word)] = 1.0
    return inputs


class Reader:
    """Two RNNs that read towards a blank from both sides, and a softmax over both states that tells what fills it.

    Parameters
    ----------
    dim : int
        Units n of each; the readout sees 2 n numbers.
    seed : int
        Seed of the weights.
    both : bool
        Whether the right context is read at all.

    Attributes
    ----------
    weights : list of ndarray
        Recurrent weights, input weights and bias of the forward network, the same of the backward one, and weights
        and bias of the readout.
    """

    def __init__(self, dim: int, seed: int, both: bool) -> None:
        self.both = both
        self.weights: list[Any] = []
        for side in range(2):
            recurrent = gaussian_matrix(dim, [seed, 4, side])
            kernel = gaussian_matrix((dim, len(WORDS)), [seed, 5, side], 1.0)
            self.weights += [recurrent, kernel, np.zeros(dim)]
        self.weights += [np.zeros((len(BLANKS), 2 * dim)), np.zeros(len(BLANKS))]

    def sweeps(self, left: FloatArray, right: FloatArray) -> tuple[Run, Run]:
        """Read words from the left end and from the right end, each of shape (length, …, number of words known)."""
        forward, kernel, bias, backward, back_kernel, back_bias, *_ = self.weights
        return (
            RNN(forward, kernel, bias, _TANH).run(left),
            RNN(backward, back_kernel, back_bias, _TANH).run(right),
        )

    def probabilities(self, states: FloatArray) -> FloatArray:
        """Return how likely each word is to fill the blank, given the states of both networks, shape (…, 2 n)."""
        return softmax(states @ self.weights[6].T + self.weights[7])

    def train(self) -> None:
        """Fit the corpus, at every stage of reading it, by cross-entropy and Adam; rates fall to zero."""
        columns = np.arange(len(CORPUS))
        lefts = [before.split() for before, *_ in CORPUS]
        rights = [after.split()[::-1] if self.both else [] for *_, after, _ in CORPUS]
        inputs = [
            np.stack([one_hot(words, length) for words in side], axis=1)
            for side, length in ((lefts, BEFORE), (rights, AFTER))
        ]
        stages = np.arange(AFTER + 1)[:, None]
        # How many words each sweep has read at each stage; a sentence is over when both have come to its blank.
        read = [np.minimum(stages, [len(words) for words in side]) for side in (lefts, rights)]
        counts = np.array([count for *_, count in CORPUS]) / sum(count for *_, count in CORPUS)
        share = counts * (stages <= np.maximum(BEFORE, [len(words) for words in rights]))
        wanted = np.eye(len(BLANKS))[[BLANKS.index(word) for _, word, *_ in CORPUS]]
        adam = Adam(self.weights)
        for count in range(1, _ROUNDS + 1):
            runs = self.sweeps(*inputs)
            states = np.concatenate([run.states[at, columns] for run, at in zip(runs, read, strict=True)], axis=-1)
            wrong = (self.probabilities(states) - wanted) * share[..., None]
            gradient: list[FloatArray] = []
            for run, at, part in zip(runs, read, np.split(wrong @ self.weights[6], 2, axis=-1), strict=True):
                direct = np.zeros_like(run.states)
                np.add.at(direct, (at, columns), part)
                found = run.gradient(run.backward(direct))
                gradient += [found.recurrent, found.inputs, found.bias]
            gradient += [np.einsum("tsk,tsh->kh", wrong, states), wrong.sum(axis=(0, 1))]
            steps = adam.steps(gradient, 0.05 * (1 - count / _ROUNDS))
            self.weights = [weight - step for weight, step in zip(self.weights, steps, strict=True)]
