"""Tasks that need memory, solved by matrices written down rather than trained."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from scenes._activations import ACTIVATIONS
from scenes._matrices import permutation_matrix
from scenes._networks import RNN, Run
from scenes._scene import Bounds, Claim, Seed, scene, show
from scenes._sequence import FloatArray, MatrixSequence, repeated

Places = NDArray[np.intp]

# --- Copying -----------------------------------------------------------------------------------------------

_LETTERS, _MESSAGE = 8, 10
_BLANK, _DELIMITER = _LETTERS, _LETTERS + 1


def _message(delay: int, seed: int) -> tuple[Places, Places]:
    """Return inputs and targets of the copy task, numbers of symbols, each of length ``delay + 20``.

    Ten letters, blanks, a delimiter at last, blanks: the answer is blanks, and the letters after the delimiter.
    """
    letters = np.random.default_rng([seed, delay]).integers(0, _LETTERS, _MESSAGE)
    inputs, targets = np.full(delay + 2 * _MESSAGE, _BLANK), np.full(delay + 2 * _MESSAGE, _BLANK)
    inputs[:_MESSAGE], inputs[delay + _MESSAGE - 1], targets[-_MESSAGE:] = letters, _DELIMITER, letters
    return inputs, targets


def _slots(delay: int) -> int:
    """Return how many places a tape needs that hands a letter out so many steps after it came."""
    return delay + _MESSAGE + 1


def _tapes(inputs: Places, delay: int) -> FloatArray:
    """Return the states ``h_t = S h_{t−1} + V x_t``, shape (T + 1, slots, letters).

    S moves what stands on the tape by one slot, and the last slot to the first; V writes a letter into the
    first slot. Blanks and delimiter write nothing.
    """
    tapes = np.zeros((len(inputs) + 1, _slots(delay), _LETTERS))
    for step, symbol in enumerate(inputs):
        tapes[step + 1] = np.roll(tapes[step], 1, axis=0)
        if symbol < _LETTERS:
            tapes[step + 1, 0, symbol] += 1.0
    return tapes


def _answers(tapes: FloatArray) -> Places:
    """Return what the network says after each step: the letter in the last slot, or blank where there is none.

    It is the largest of the scores ``U h_t + b``: U reads the last slot, and the blank's b is 1/2.
    """
    scores = np.concatenate([tapes[1:, -1], np.full((len(tapes) - 1, 1), 0.5)], axis=1)
    return np.asarray(scores.argmax(axis=1))


_DELAYS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def _recalled_delays(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return for how many delays every answer is right."""
    right = 0
    for delay in _DELAYS:
        inputs, targets = _message(delay, parameters["seed"])
        right += np.array_equal(_answers(_tapes(inputs, delay)), targets)
    return float(right)


def _accuracy(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    inputs, targets = _message(parameters["delay"], parameters["seed"])
    said = _answers(_tapes(inputs, parameters["delay"]))
    return float(np.mean(said[-_MESSAGE:] == targets[-_MESSAGE:]))


def _memoryless_loss(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return the cross-entropy of one who knows the time but no letter: blank, then any letter."""
    _, targets = _message(parameters["delay"], parameters["seed"])
    chances = np.zeros((len(targets), _LETTERS + 1))
    chances[:-_MESSAGE, _BLANK], chances[-_MESSAGE:, :_LETTERS] = 1.0, 1 / _LETTERS
    return float(-np.log(chances[np.arange(len(targets)), targets]).mean())


def _baseline(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    return float(10 * np.log(8) / (parameters["delay"] + 20))


def _shown(symbols: Places) -> FloatArray:
    """Return letters as 1 … 8, blanks and delimiters as NaN."""
    return np.where(symbols < _LETTERS, symbols + 1.0, np.nan)


@scene(
    show("heatmap", of="history", limits=(-1, 1)),
    show("series", of={"input": "input", "output": "output"}, heading="letters", scale="linear", limits=(0, 9)),
    "eigenvalues",
    "claims",
    title="The copy task",
    statement="row by row, an orthogonal shift carries the ten letters on the tape over {delay} steps",
    claims=(
        Claim("letters recalled", _accuracy, 1.0, 0.0, "A permutation of exact numbers rounds nothing."),
        Claim(
            "delays recalled, of 9",
            _recalled_delays,
            float(len(_DELAYS)),
            0.0,
            "A permutation of exact numbers rounds nothing.",
        ),
        Claim("loss without memory", _memoryless_loss, _baseline, 1e-12, "A mean of logarithms rounds by some eps."),
    ),
    poster=1.0,
    fps="6.25",
    covers=(43,),
)
def copy_task(
    delay: Annotated[int, Bounds(1, 44)] = 44,
    seed: Seed = 0,
) -> MatrixSequence:
    """Tape of a recurrent network that solves the copy task by an orthogonal matrix, a shift.

    M. Henaff, A. Szlam, Y. LeCun, "Recurrent orthogonal networks and long-memory tasks", ICML 2016.

    Parameters
    ----------
    delay : int
        The T of the task: a letter is asked for T + 10 steps after it came.
    """
    inputs, _ = _message(delay, seed)
    tapes = _tapes(inputs, delay)
    steps, slots = len(inputs), _slots(delay)
    # Eight colours without the neutral middle, which is an empty slot.
    colors = np.linspace(-1, 1, _LETTERS)
    lines = tapes @ colors
    history = np.zeros((steps + 1, steps, slots))
    for step in range(1, steps + 1):
        history[step, :step] = lines[1 : step + 1]
    series = {
        "history": history,
        "input": np.concatenate([[np.nan], _shown(inputs)]),
        "output": np.concatenate([[np.nan], _shown(_answers(tapes))]),
    }
    return repeated(permutation_matrix(np.roll(np.arange(slots), 1)), steps, series)


# --- Agreement of subject and verb -------------------------------------------------------------------------

_SENTENCE = ("the", "writer", "of", "the", "books", "often", "also")
# What a word tells the network: singular noun, plural noun, preposition.
_FEATURES = {"writer": (1.0, 0.0, 0.0), "books": (0.0, 1.0, 0.0), "of": (0.0, 0.0, 1.0)}
_MOST_BETWEEN = 12


def _features(words: tuple[str, ...]) -> FloatArray:
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


# How much more a state says "is" than "are".
_VERB = np.array([1.0, -1.0, 1.0, -1.0, 0.0])


def _networks(kept: float) -> dict[str, RNN]:
    """Return the network that listens to the last nouns, and the one that heeds the preposition."""
    return {"sequential": _number_network(kept, 0.0), "syntactic": _number_network(1.0, 2.0)}


def _saliency(run: Run) -> FloatArray:
    """Return gradient times input, word by word, for the verb after each word, shape (T + 1, T)."""
    steps = len(run.sequence)
    found = np.zeros((steps + 1, steps))
    for step in range(1, steps + 1):
        direct = np.zeros_like(run.states)
        direct[step] = _VERB
        by_input = (run.slopes * run.backward(direct)[1:]) @ run.network.inputs
        found[step] = (by_input * run.sequence).sum(axis=1)
    return found


def _margins(network: RNN) -> FloatArray:
    """Return how much more "is" is said than "are" with 0, 1, … words between "books" and the verb."""
    found = [network.run(_features((*_SENTENCE[:5], *between * ("also",)))) for between in range(_MOST_BETWEEN)]
    return np.array([run.states[-1] @ _VERB for run in found])


_SHORT = {"sequential": "sequence", "syntactic": "syntax"}


def _margin_claim(name: str) -> Claim:
    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.sequence.series[f"{name} margin"][-1])

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        kept = parameters["kept"] if name == "sequential" else 1.0
        # "writer" is five words before the end, "books" two.
        return float(kept**5 - kept**2) if name == "sequential" else 1.0

    return Claim(
        f"margin by {_SHORT[name]}", measured, expected, 1e-12, "A few products of numbers up to 1 round by eps."
    )


def _right_claim(name: str, count: int) -> Claim:
    def right(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(np.count_nonzero(_margins(_networks(parameters["kept"])[name]) > 0))

    return Claim(
        f"right of 12, {_SHORT[name]}", right, float(count), 0.0, "The nearer noun is always louder, or never heard."
    )


@scene(
    show(
        "bars",
        of="sequential",
        reference="syntactic",
        heading="saliency of each word, marked: syntax",
        labels=_SENTENCE,
        limits=(-1, 1),
    ),
    show(
        "series",
        of={"by sequence": "sequential margin", "by syntax": "syntactic margin"},
        heading="is − are",
        scale="linear",
        limits=(-1, 1),
    ),
    show("bars", of="by distance", reference="by distance, syntactic", heading="by distance", limits=(-1, 1)),
    "claims",
    title="Is or are?",
    statement="a memory that fades hears the nearest noun, books; the verb belongs to the writer",
    claims=(
        _margin_claim("sequential"),
        _margin_claim("syntactic"),
        _right_claim("sequential", 0),
        _right_claim("syntactic", _MOST_BETWEEN),
    ),
    poster=1.0,
    fps="2",
    covers=(105,),
)
def agreement(kept: Annotated[float, Bounds(0.1, 0.95)] = 0.8) -> MatrixSequence:
    """Choice of a verb's number by two recurrent networks, as a sentence is read word by word.

    One remembers nouns the less the longer they are past (sequential recency), the other does not listen
    to nouns after a preposition (syntactic recency). A word's saliency is gradient times input.
    T. Linzen, E. Dupoux, Y. Goldberg, "Assessing the ability of LSTMs to learn syntax-sensitive
    dependencies", TACL 4, 2016.

    Parameters
    ----------
    kept : float
        Part of what is remembered that the first network keeps for the next word.
    """
    runs = {name: network.run(_features(_SENTENCE)) for name, network in _networks(kept).items()}
    series: dict[str, FloatArray] = {}
    for name, run in runs.items():
        series |= {name: _saliency(run), f"{name} margin": run.states @ _VERB}
        label = "by distance" if name == "sequential" else "by distance, syntactic"
        series[label] = np.broadcast_to(_margins(run.network), (len(_SENTENCE) + 1, _MOST_BETWEEN))
    return MatrixSequence(runs["sequential"].jacobians, series=series)
