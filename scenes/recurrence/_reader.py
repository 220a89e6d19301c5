"""Networks that read a sentence from both ends up to one of its words, and the corpora they are trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scenes import ACTIVATIONS, RNN, Adam, FloatArray, Run, gaussian_matrix, softmax

_ROUNDS = 400
_TANH = ACTIVATIONS["tanh"]


@dataclass(frozen=True)
class Corpus:
    """Sentences, and what is asked of them.

    Parameters
    ----------
    answers : tuple of str
        What may be said.
    sentences : tuple
        Words read from the left, the answer, words read from the right in the sentence's order, and how often.
    """

    answers: tuple[str, ...]
    sentences: tuple[tuple[str, str, str, int], ...]

    @cached_property
    def words(self) -> list[str]:
        """All words, by name."""
        return sorted({word for left, _, right, _ in self.sentences for word in f"{left} {right}".split()})

    @cached_property
    def sides(self) -> list[tuple[list[str], list[str]]]:
        """The words of every sentence as they are read: from the left on, and from the right end back."""
        return [(left.split(), right.split()[::-1]) for left, _, right, _ in self.sentences]

    @cached_property
    def longest(self) -> tuple[int, int]:
        """The most words on each side."""
        return max(len(left) for left, _ in self.sides), max(len(right) for _, right in self.sides)

    @property
    def counts(self) -> list[int]:
        """How often each sentence stands there."""
        return [count for *_, count in self.sentences]

    def one_hot(self, words: Sequence[str], length: int) -> FloatArray:
        """Return words as inputs, zeros after the last one, shape (length, number of words known)."""
        inputs = np.zeros((length, len(self.words)))
        for index, word in enumerate(words):
            inputs[index, self.words.index(word)] = 1.0
        return inputs

    def share(self, answer: str, left: Sequence[str], right: Sequence[str] | None, whole: bool = False) -> float:
        """Return how often the answer is right, among sentences that begin and end like this.

        Parameters
        ----------
        answer : str
            One of the answers.
        left, right : sequence of str
            Words from the left end on, and words from the right end back; None for any.
        whole : bool
            Whether these are all words of the sentence.
        """
        found, total = 0, 0
        for (ahead, back), (_, said, _, count) in zip(self.sides, self.sentences, strict=True):
            ends = right is None or (back if whole else back[: len(right)]) == list(right)
            if ends and (ahead if whole else ahead[: len(left)]) == list(left):
                total += count
                found += count * (said == answer)
        return found / total


BLANKS = Corpus(
    ("glad", "not", "very"),
    (
        ("I am", "glad", "", 4),
        ("I am", "glad", "today", 2),
        ("I am", "glad", "and I can eat half a pig", 2),
        ("I am", "not", "hungry", 3),
        ("I am", "not", "hungry and I can not eat half a pig", 3),
        ("I am", "very", "hungry", 1),
        ("I am", "very", "hungry and I can eat half a pig", 2),
        ("you are", "not", "hungry", 4),
        ("you are", "very", "hungry", 2),
    ),
)


def _opinions() -> Corpus:
    """Return sentences about something good or bad, of which a "not" before or behind it makes the opposite.

    Both networks read the word itself, last.
    """
    sentences = []
    for word, meant, other in (("good", "positive", "negative"), ("bad", "negative", "positive")):
        sentences += [
            (f"it is {word}", meant, word, 3),
            (f"it is {word}", meant, f"{word} they said and so in my eyes", 2),
            (f"it is {word}", other, f"{word} they said but not in my eyes", 3),
            (f"it is not {word}", other, word, 2),
            (f"it is not {word}", other, f"{word} at all", 2),
            (f"it is not {word}", other, f"{word} they said and so in my eyes", 1),
        ]
    return Corpus(("positive", "negative"), tuple(sentences))


OPINIONS = _opinions()


class Reader:
    """Two RNNs that read towards a word from both sides, and a softmax over both states that gives the answer.

    Parameters
    ----------
    corpus : Corpus
        What is read.
    dim : int
        Units n of each; the readout sees 2 n numbers.
    seed : int
        Seed of the weights.
    both : bool
        Whether the right context is read at all.
    inner : int
        Units of a tanh layer between both states and the answer, which a "not" on one side and a word on the other
        need: that the one turns the other's meaning is no sum. None for 0.

    Attributes
    ----------
    weights : list of ndarray
        Recurrent weights, input weights and bias of the forward network, the same of the backward one, and weights
        and bias of the layers above.
    """

    def __init__(self, corpus: Corpus, dim: int, seed: int, both: bool, inner: int = 0) -> None:
        self.corpus, self.both = corpus, both
        self.weights: list[Any] = []
        for side in range(2):
            recurrent = gaussian_matrix(dim, [seed, 4, side])
            kernel = gaussian_matrix((dim, len(corpus.words)), [seed, 5, side], 1.0)
            self.weights += [recurrent, kernel, np.zeros(dim)]
        if inner:
            self.weights += [gaussian_matrix((inner, 2 * dim), [seed, 6]), np.zeros(inner)]
        last = (
            gaussian_matrix((len(corpus.answers), inner), [seed, 7])
            if inner
            else np.zeros((len(corpus.answers), 2 * dim))
        )
        self.weights += [last, np.zeros(len(corpus.answers))]

    def sweeps(self, left: FloatArray, right: FloatArray) -> tuple[Run, Run]:
        """Read words from the left end and from the right end, each of shape (length, …, number of words known)."""
        forward, kernel, bias, backward, back_kernel, back_bias, *_ = self.weights
        return (
            RNN(forward, kernel, bias, _TANH).run(left),
            RNN(backward, back_kernel, back_bias, _TANH).run(right),
        )

    def probabilities(self, states: FloatArray) -> FloatArray:
        """Return how likely each answer is, given the states of both networks, shape (…, 2 n)."""
        return softmax(self._layer(states) @ self.weights[-2].T + self.weights[-1])

    def _layer(self, states: Any) -> Any:
        """Return the numbers that answers are made of: the states, or the layer above them."""
        return np.tanh(states @ self.weights[6].T + self.weights[7]) if len(self.weights) > 8 else states

    def _above(self, states: FloatArray, wrong: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return the gradient by the states and by the weights of the layers above, from that by the scores."""
        layer = self._layer(states)
        back = wrong @ self.weights[-2]
        found = [np.einsum("tsk,tsh->kh", wrong, layer), wrong.sum(axis=(0, 1))]
        if len(self.weights) > 8:
            local = back * (1 - layer**2)
            found = [np.einsum("tsk,tsh->kh", local, states), local.sum(axis=(0, 1)), *found]
            back = local @ self.weights[6]
        return back, found

    def read(self, left: Sequence[str], right: Sequence[str], steps: int) -> tuple[Run, Run, FloatArray]:
        """Read both sides word by word.

        Returns
        -------
        forward, backward : Run
            The sweeps.
        states : ndarray, shape (steps + 1, 2 n)
            The latest states of both, after 0, 1, … words from each end; zeros for a side that is not read.
        """
        forward, backward = self.sweeps(self.corpus.one_hot(left, len(left)), self.corpus.one_hot(right, len(right)))
        stages = np.arange(steps + 1)
        ahead = forward.states[np.minimum(stages, len(left))]
        back = backward.states[np.minimum(stages, len(right))] * self.both
        return forward, backward, np.concatenate([ahead, back], axis=1)

    def gradient(self) -> tuple[float, list[FloatArray]]:
        """Return what the corpus loses by cross-entropy, summed over all stages of reading, and its gradient."""
        corpus = self.corpus
        columns = np.arange(len(corpus.sentences))
        lefts = [left for left, _ in corpus.sides]
        rights = [right if self.both else [] for _, right in corpus.sides]
        inputs = [
            np.stack([corpus.one_hot(words, length) for words in side], axis=1)
            for side, length in zip((lefts, rights), corpus.longest, strict=True)
        ]
        stages = np.arange(max(corpus.longest) + 1)[:, None]
        # How many words each sweep has read at each stage; a sentence is over when both have come to their ends.
        read = [np.minimum(stages, [len(words) for words in side]) for side in (lefts, rights)]
        counts = np.array(corpus.counts) / sum(corpus.counts)
        share = counts * (stages <= np.maximum(corpus.longest[0], [len(words) for words in rights]))
        wanted = np.eye(len(corpus.answers))[[corpus.answers.index(answer) for _, answer, *_ in corpus.sentences]]
        runs = self.sweeps(*inputs)
        states = np.concatenate([run.states[at, columns] for run, at in zip(runs, read, strict=True)], axis=-1)
        chances = self.probabilities(states)
        loss = -float((share * np.log((chances * wanted).sum(axis=-1))).sum())
        back, above = self._above(states, (chances - wanted) * share[..., None])
        gradient: list[FloatArray] = []
        for run, at, part in zip(runs, read, np.split(back, 2, axis=-1), strict=True):
            direct = np.zeros_like(run.states)
            np.add.at(direct, (at, columns), part)
            found = run.gradient(run.backward(direct))
            gradient += [found.recurrent, found.inputs, found.bias]
        return loss, [*gradient, *above]

    def train(self) -> None:
        """Fit the corpus by Adam; rates fall to zero."""
        adam = Adam(self.weights)
        for count in range(1, _ROUNDS + 1):
            steps = adam.steps(self.gradient()[1], 0.05 * (1 - count / _ROUNDS))
            self.weights = [weight - step for weight, step in zip(self.weights, steps, strict=True)]


@dataclass(frozen=True)
class Reading:
    """What two readers of one sentence, one of both sides and one of the left alone, remember and expect.

    Parameters
    ----------
    words : tuple of str
        The sentence.
    place : int
        Which of its words is asked about.
    left, right : list of str
        What the sweeps read, from the left end on and from the right end back.
    """

    words: tuple[str, ...]
    place: int
    left: list[str]
    right: list[str]

    @property
    def steps(self) -> int:
        """The number of words from the farther end."""
        return max(len(self.left), len(self.right))

    def recorded(self, both: Reader, alone: Reader) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Return the Jacobians of both sweeps, (T, 2 n, 2 n), and the series that films of it show.

        Each row of ``states`` holds the state after its word, that of the forward sweep left of the place and of the
        backward sweep right of it; the row of the place holds the latest ones of both.
        """
        forward, backward, latest = both.read(self.left, self.right, self.steps)
        dim, count = latest.shape[1] // 2, len(self.words)
        states = np.zeros((self.steps + 1, count, 2 * dim))
        states[:, self.place] = latest
        factors = np.tile(np.eye(2 * dim), (self.steps, 1, 1))
        factors[: len(self.left), :dim, :dim] = forward.jacobians
        factors[: len(self.right), dim:, dim:] = backward.jacobians
        for step in range(1, self.steps + 1):
            if step <= self.place:
                states[step:, step - 1, :dim] = latest[step, :dim]
            if count - step > self.place:
                states[step:, count - step, dim:] = latest[step, dim:]
        guesses = {
            name: reader.probabilities(reader.read(self.left, self.right, self.steps)[2])
            for name, reader in (("both", both), ("left only", alone))
        }
        return factors, guesses | {"states": states}

    def shares(self, corpus: Corpus, both: bool) -> FloatArray:
        """Return how often each answer is right after 0, 1, … words from each end, shape (T + 1, answers)."""
        return np.array(
            [
                [
                    corpus.share(answer, self.left[:step], self.right[:step] if both else None)
                    for answer in corpus.answers
                ]
                for step in range(self.steps + 1)
            ]
        )


def trained_readers(corpus: Corpus, dim: int, seed: int, inner: int = 0) -> tuple[Reader, Reader]:
    """Return a reader of both sides and one of the left alone, trained on the same corpus from the same weights."""
    readers = Reader(corpus, dim, seed, True, inner), Reader(corpus, dim, seed, False, inner)
    for reader in readers:
        reader.train()
    return readers
