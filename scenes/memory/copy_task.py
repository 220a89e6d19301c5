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


def tapes(inputs: Symbols, delay: int) -> FloatArray:
    """Return the states ``h_t = S h_{t−1} + V x_t``, shape (T + 1, slots, letters).

    S moves what stands on the tape by one slot, and the last slot to the first; V writes a letter into the
    first slot. Blanks and delimiter write nothing.

    Parameters
    ----------
    inputs : ndarray, shape (T,)
        Numbers of symbols.
    delay : int
        The delay that the tape is made for; it has ``delay + 11`` slots.
    """
    states = np.zeros((len(inputs) + 1, _slots(delay), _LETTERS))
    for step, symbol in enumerate(inputs):
        states[step + 1] = np.roll(states[step], 1, axis=0)
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
    show("heatmap", of="history", limits=(-4, 4), heading="W shifts slots", note="row: step"),
    show(
        "series",
        of={"read": "input", "said": "output"},
        heading="letters in and out",
        note="8 letters, drawn as ±1 … ±4",
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
    inputs, _ = message(delay, seed)
    states = tapes(inputs, delay)
    steps, slots = len(inputs), _slots(delay)
    lines = states @ _SHOWN
    history = np.zeros((steps + 1, steps, slots))
    for step in range(1, steps + 1):
        history[step, :step] = lines[1 : step + 1]
    series = {
        "history": history,
        "input": np.concatenate([[np.nan], _shown(inputs)]),
        "output": np.concatenate([[np.nan], _shown(answers(states))]),
    }
    return repeated(permutation_matrix(np.roll(np.arange(slots), 1)), steps, series)


@copy_task.moment("Step {step}: ten letters are stored, one a slot. At every step W shifts each by one slot.")
def _(series: Mapping[str, FloatArray]) -> int:
    return int(np.flatnonzero(np.isfinite(series["input"]))[-1])


@copy_task.moment("Step {step}: the first letter is in the last slot, is <keep>said again</>, then wraps to slot 1.")
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = first_step(np.isfinite(series["output"]))
    return None if step is None else Reached(step)


@copy_task.moment("All ten letters <keep>come back in order</>: an orthogonal W, a shift, moves them and loses none.")
def _(steps: int) -> int:
    return steps


_EXACT = "A permutation of exact numbers rounds nothing."


@copy_task.claim("letters recalled")
def _(delay: int, seed: int) -> Claimed:
    inputs, targets = message(delay, seed)
    said = answers(tapes(inputs, delay))
    return Claimed(float(np.mean(said[-_MESSAGE:] == targets[-_MESSAGE:])), 1.0, 0.0, _EXACT)


@copy_task.claim("delays recalled, of 9")
def _(seed: int) -> Claimed:
    delays = (1, 2, 5, 10, 20, 50, 100, 200, 500)
    right = 0
    for delay in delays:
        inputs, targets = message(delay, seed)
        right += np.array_equal(answers(tapes(inputs, delay)), targets)
    return Claimed(float(right), float(len(delays)), 0.0, _EXACT)


@copy_task.claim("loss without memory")
def _(delay: int, seed: int) -> Claimed:
    _, targets = message(delay, seed)
    # Who knows the time but no letter says blank, then any letter.
    chances = np.zeros((len(targets), _LETTERS + 1))
    chances[:-_MESSAGE, _BLANK], chances[-_MESSAGE:, :_LETTERS] = 1.0, 1 / _LETTERS
    return Claimed(
        float(-np.log(chances[np.arange(len(targets)), targets]).mean()),
        float(10 * np.log(8) / (delay + 20)),
        1e-12,
        "A mean of logarithms rounds by some eps.",
    )
