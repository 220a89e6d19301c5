"""The copy task, solved by a matrix that is written down rather than trained."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    permutation_matrix,
    repeated,
    scene,
    show,
)

# Numbers of symbols: letters, then the blank and the delimiter.
Symbols = NDArray[np.intp]

_LETTERS, _MESSAGE = 8, 10
_BLANK, _DELIMITER = _LETTERS, _LETTERS + 1
# Messages from which one who only counts steps learns how often each letter is wanted.
_LEARNT = 4_000


def message(delay: int, seed: int) -> tuple[Symbols, Symbols]:
    """Return inputs and targets of the copy task, numbers of symbols, each of shape (delay + 20,).

    Ten letters, blanks, a delimiter at last, blanks: the answer is blanks, and the letters after the delimiter.
    """
    letters = np.random.default_rng([seed, delay]).integers(0, _LETTERS, _MESSAGE)
    inputs, targets = np.full(delay + 2 * _MESSAGE, _BLANK), np.full(delay + 2 * _MESSAGE, _BLANK)
    inputs[:_MESSAGE], inputs[delay + _MESSAGE - 1], targets[-_MESSAGE:] = letters, _DELIMITER, letters
    return inputs, targets


def _slots(delay: int) -> int:
    """Return how many slots a tape needs that hands a letter out so many steps after it came."""
    return delay + _MESSAGE + 1


def shift(delay: int, kept: float = 1.0) -> FloatArray:
    """Return the matrix S that moves what stands on a tape by one slot, and the last slot to the first.

    Parameters
    ----------
    delay : int
        The delay that the tape is made for.
    kept : float
        What S is multiplied by; it is orthogonal for 1.
    """
    return kept * permutation_matrix(np.roll(np.arange(_slots(delay)), 1))


def tapes(inputs: Symbols, matrix: FloatArray) -> FloatArray:
    """Return the states ``h_t = W h_{t−1} + V x_t``, shape (T + 1, slots, letters).

    V writes a letter into the first slot. Blanks and delimiter write nothing.

    Parameters
    ----------
    inputs : ndarray, shape (T,)
        Numbers of symbols.
    matrix : ndarray, shape (slots, slots)
        W.
    """
    states = np.zeros((len(inputs) + 1, len(matrix), _LETTERS))
    for step, symbol in enumerate(inputs):
        states[step + 1] = matrix @ states[step]
        if symbol < _LETTERS:
            states[step + 1, 0, symbol] += 1.0
    return states


def answers(states: FloatArray) -> Symbols:
    """Return what the network says after each step: the letter in the last slot, or blank where there is none.

    It is the largest of the scores ``U h_t + b``: U reads the last slot, and the blank's b is 1/2.

    Parameters
    ----------
    states : ndarray, shape (T + 1, slots, letters)
        The tapes.

    Returns
    -------
    ndarray, shape (T,)
    """
    scores = np.concatenate([states[1:, -1], np.full((len(states) - 1, 1), 0.5)], axis=1)
    return np.asarray(scores.argmax(axis=1))


# The number that is drawn for each letter; 0 would be an empty slot.
_SHOWN = np.array([-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0])


def _shown(symbols: Symbols) -> FloatArray:
    """Return the numbers drawn for letters, and NaN for blanks and delimiters."""
    return np.where(symbols < _LETTERS, _SHOWN[np.minimum(symbols, _LETTERS - 1)], np.nan)


@scene(
    show(
        "heatmap",
        of="history",
        limits=(-4, 4),
        heading="memory",
        note="row: step, column: slot",
        footer="at each step W shifts all by a slot",
    ),
    show(
        "series",
        of={"read": "input", "said": "output"},
        heading="letters in and out",
        note="height: which of 8 letters",
        scale="linear",
        limits=(-5, 5),
        roles={"read": "data", "said": "keep"},
    ),
    title="The copy task",
    statement="row by row, an orthogonal shift carries ten letters through memory over {delay} steps",
    opening="Read ten letters, wait {delay} steps, say them: W moves memory one slot at each step.",
    poster=1.0,
    fps="6.25",
    covers=(43,),
)
def copy_task(
    delay: Annotated[int, Bounds(1, 44)] = 40,
    seed: Seed = 0,
) -> MatrixSequence:
    """Tape of a recurrent network that solves the copy task by an orthogonal matrix, a shift.

    M. Henaff, A. Szlam, Y. LeCun, "Recurrent orthogonal networks and long-memory tasks", ICML 2016.

    Parameters
    ----------
    delay : int
        The T of the task: a letter is asked for T + 10 steps after it came.
    """
    return _copied(delay, seed, shift(delay))


def _copied(delay: int, seed: int, matrix: FloatArray) -> MatrixSequence:
    """Return the film of a network with the matrix W."""
    inputs, _ = message(delay, seed)
    states = tapes(inputs, matrix)
    steps, slots = len(inputs), len(matrix)
    lines = states @ _SHOWN
    history = np.zeros((steps + 1, steps, slots))
    for step in range(1, steps + 1):
        history[step, :step] = lines[1 : step + 1]
    series = {
        "history": history,
        "input": np.concatenate([[np.nan], _shown(inputs)]),
        "output": np.concatenate([[np.nan], _shown(answers(states))]),
    }
    return repeated(matrix, steps, series)


def _fading(delay: int, seed: int) -> MatrixSequence:
    """Return the film of a shift that is not orthogonal: a tenth is lost at every step."""
    return _copied(delay, seed, shift(delay, kept=0.9))


@copy_task.moment("Step {step}: ten letters are stored, one a slot. At every step W shifts each by one slot.")
def _(series: Mapping[str, FloatArray]) -> int:
    return int(np.flatnonzero(np.isfinite(series["input"]))[-1])


@copy_task.moment("Step {step}: the first letter is in the last slot, is <keep>said again</>, then wraps to slot 1.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(np.isfinite(series["output"]))
    return None if step is None else Reached(step)


def memoryless_loss(delay: int) -> float:
    """Return the mean cross-entropy, in nats, of who says blanks at their time, and then any of eight letters."""
    return float(_MESSAGE * np.log(_LETTERS) / (delay + 2 * _MESSAGE))


@copy_task.moment(
    "All ten letters <keep>come back</>: loss 0. Without memory it is {loss:.2}: each letter is a guess of eight."
)
def _(series: Mapping[str, FloatArray], steps: int, delay: int) -> Reached | None:
    right = np.array_equal(series["output"][-_MESSAGE:], series["input"][1 : _MESSAGE + 1])
    return Reached(steps, loss=memoryless_loss(delay)) if right else None


_EXACT = "A permutation of exact numbers rounds nothing."


@copy_task.claim("answers right", headline=True, counterexample=_fading)
def _(product: Trajectory, delay: int, seed: int) -> Claimed:
    # Read off the powers of W, without the tapes: V writes e₁, and a letter is heard where the last slot holds more
    # than one half of it.
    inputs, targets = message(delay, seed)
    matrix, written, heard = product.matrix(1), np.eye(product.dim)[0], []
    for _ in inputs:
        heard.append(float(written[-1]))
        written = matrix @ written
    said = np.full(len(inputs), _BLANK)
    for step in range(len(inputs)):
        for back in range(step + 1):
            if inputs[step - back] < _LETTERS and heard[back] > 0.5:
                said[step] = inputs[step - back]
    return Claimed(float(np.mean(said == targets)), 1.0, 0.0, _EXACT)


@copy_task.claim("letters in less letters out")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    away = np.abs(series["output"][-_MESSAGE:] - series["input"][1 : _MESSAGE + 1])
    return Claimed(float(np.nan_to_num(away, nan=9.0).max()), 0.0, 0.0, _EXACT)


@copy_task.claim("delays recalled, of 9")
def _(seed: int) -> Claimed:
    delays = (1, 2, 3, 5, 10, 20, 40, 70, 100)
    right = 0
    for delay in delays:
        inputs, targets = message(delay, seed)
        right += np.array_equal(answers(tapes(inputs, shift(delay))), targets)
    return Claimed(float(right), float(len(delays)), 0.0, _EXACT)


@copy_task.claim("loss of guessing by time")
def _(delay: int, seed: int) -> Claimed:
    # Who only counts steps learns from some messages how often each letter is wanted, and is tested on others.
    letters = np.random.default_rng([seed, 9]).integers(0, _LETTERS, (2, _LEARNT, _MESSAGE))
    often = np.array([np.bincount(place, minlength=_LETTERS) for place in letters[0].T]) / _LEARNT
    costs = -np.log(often[np.arange(_MESSAGE), letters[1]])
    return Claimed(
        float(costs.sum(axis=1).mean() / (delay + 2 * _MESSAGE)),
        memoryless_loss(delay),
        0.1 / (delay + 2 * _MESSAGE),
        "Frequencies of 4,000 letters are off by a few per cent, which cost some thousandths at each of ten places.",
    )
