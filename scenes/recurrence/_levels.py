"""Two recurrent layers on top of each other that read letters and learn whether the "no"s so far are odd in number."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from scenes import ACTIVATIONS, RNN, Adam, FloatArray, Run, gaussian_matrix, sigmoid

# Both words have the same letters, so that their order has to be noticed before a "no" can be counted.
WORDS = ("on", "no")
LETTERS = "no "
# Words of a sentence that is learnt from, and of one that states are read in; sentences of each of these two kinds.
SHORT, LONG, HELD_OUT = 5, 8, 12
UPDATES, EVERY = 400, 10
RATE = 0.04
# First recurrent weights have these deviations times √n: a short memory below, a long one above.
_BELOW, _ABOVE = 0.1, 1.5
_TANH = ACTIVATIONS["tanh"]


@dataclass(frozen=True, eq=False)
class Text:
    """Sentences of "no" and "on", letter by letter.

    Parameters
    ----------
    letters : ndarray, shape (T, sentences, 3)
        One of n, o and the space, as ones.
    odd : ndarray, shape (T, sentences)
        1 where the number of whole "no"s up to this letter is odd, else 0.
    """

    letters: FloatArray
    odd: FloatArray


def written(sentences: Sequence[Sequence[int]]) -> Text:
    """Return sentences of equally many words, a space behind each; 1 stands for "no", and 0 for "on"."""
    texts = ["".join(f"{WORDS[word]} " for word in words) for words in sentences]
    letters = np.array([[LETTERS.index(letter) for letter in text] for text in texts]).T
    odd = np.array([[text[: end + 1].count("no") % 2 for end in range(len(text))] for text in texts]).T
    return Text(np.eye(len(LETTERS))[letters], odd.astype(float))


def lessons() -> Text:
    """Return all sentences of so many words as are learnt from."""
    return written(list(product(range(2), repeat=SHORT)))


def held_out(seed: int) -> tuple[Text, Text]:
    """Return longer sentences that nothing is learnt from: some to fit readouts to, others to judge them by."""
    drawn = np.random.default_rng([seed, 12]).integers(0, 2, (2, HELD_OUT, LONG))
    return written(drawn[0].tolist()), written(drawn[1].tolist())


class Stack:
    """Two layers ``h = tanh(W h + V x + b)``, of which the upper one reads the lower; its state answers.

    Parameters
    ----------
    dim : int
        Units n of each layer.
    seed : int
        Seed of the weights.
    recurrent : bool
        Whether the upper layer remembers; if not, its W stays 0.

    Attributes
    ----------
    weights : list of ndarray
        W, V and b of the lower layer, those of the upper one, and the answer's weights and bias.
    """

    def __init__(self, dim: int, seed: int, recurrent: bool = True) -> None:
        self._recurrent = recurrent
        self.weights: list[Any] = [
            _BELOW * gaussian_matrix(dim, [seed, 4, 0]),
            gaussian_matrix((dim, len(LETTERS)), [seed, 5, 0], 1.0),
            np.zeros(dim),
            _ABOVE * recurrent * gaussian_matrix(dim, [seed, 4, 1]),
            gaussian_matrix(dim, [seed, 5, 1]),
            np.zeros(dim),
            np.zeros(dim),
            np.zeros(1),
        ]

    def run(self, letters: FloatArray) -> tuple[Run, Run]:
        """Return what the lower and the upper layer do with letters of shape (T, …, 3)."""
        recurrent, inputs, bias, recurrent_above, inputs_above, bias_above, *_ = self.weights
        lower = RNN(recurrent, inputs, bias, _TANH).run(letters)
        return lower, RNN(recurrent_above, inputs_above, bias_above, _TANH).run(lower.states[1:])

    def scores(self, upper: Run) -> Any:
        """Return the logit of "odd" after each letter, shape (T, …)."""
        return upper.states[1:] @ self.weights[6] + self.weights[7]

    def gradient(self, text: Text) -> tuple[Any, list[Any]]:
        """Return the mean cross-entropy of the answers after each letter, and its gradient by all weights."""
        lower, upper = self.run(text.letters)
        scores = self.scores(upper)
        loss = (np.log(1 + np.exp(scores)) - text.odd * scores).mean()
        wrong = (sigmoid(scores) - text.odd) / text.odd.size
        direct = np.zeros_like(upper.states)
        direct[1:] = wrong[..., None] * self.weights[6]
        adjoints = upper.backward(direct)
        above = upper.gradient(adjoints)
        # What the upper layer says of its inputs, the lower states.
        direct = np.zeros_like(lower.states)
        direct[1:] = (upper.slopes * adjoints[1:]) @ self.weights[4]
        below = lower.gradient(lower.backward(direct))
        return loss, [
            *(below.recurrent, below.inputs, below.bias),
            *(above.recurrent * self._recurrent, above.inputs, above.bias),
            np.tensordot(wrong, upper.states[1:], wrong.ndim),
            np.atleast_1d(wrong.sum()),
        ]


def recovered(states: tuple[FloatArray, FloatArray], wanted: tuple[FloatArray, FloatArray]) -> float:
    """Return how much of a feature a linear readout of states recovers: 1 for all, 0 for no more than its mean.

    Parameters
    ----------
    states, wanted : pair of ndarray, shape (…, n) and (…, k)
        What is read from and what shall be read; the first of each pair is fitted to by least squares, the second
        judges the fit.
    """
    known, asked = (np.insert(part.reshape(-1, part.shape[-1]), 0, 1.0, axis=1) for part in states)
    taught, truth = (part.reshape(-1, part.shape[-1]) for part in wanted)
    wrong = asked @ np.linalg.lstsq(known, taught, rcond=None)[0] - truth
    return max(0.0, float(1 - (wrong**2).sum() / ((truth - truth.mean(axis=0)) ** 2).sum()))


def measured(stack: Stack, texts: tuple[Text, Text]) -> dict[str, float]:
    """Return how much of the letter just read and of odd or even each layer's states hold, and the answers right."""
    runs = [stack.run(text.letters) for text in texts]
    wanted = {"letter": (texts[0].letters, texts[1].letters), "odd": (texts[0].odd[..., None], texts[1].odd[..., None])}
    found: dict[str, float] = {}
    for index, layer in enumerate(("lower", "upper")):
        states = (runs[0][index].states[1:], runs[1][index].states[1:])
        found |= {f"{feature}, {layer}": recovered(states, pair) for feature, pair in wanted.items()}
    found["right"] = float(((stack.scores(runs[1][1]) > 0) == (texts[1].odd > 0)).mean())
    return found


def trained(stack: Stack, seed: int, sentence: Text, rate: float = RATE) -> dict[str, FloatArray]:
    """Train by Adam, whose rate falls to zero from the one given, and return what is found every few updates.

    Returns
    -------
    dict
        What `measured` names, and ``lower`` and ``upper``: the states after each letter of one sentence, (T, n).
    """
    texts, lesson = held_out(seed), lessons()
    adam = Adam(stack.weights)
    rows: list[dict[str, Any]] = []
    for update in range(UPDATES + 1):
        if update % EVERY == 0:
            lower, upper = (run.states[1:, 0] for run in stack.run(sentence.letters))
            rows.append({**measured(stack, texts), "lower": lower, "upper": upper})
        if update < UPDATES:
            steps = adam.steps(stack.gradient(lesson)[1], rate * (1 - update / UPDATES))
            stack.weights = [weight - step for weight, step in zip(stack.weights, steps, strict=True)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
