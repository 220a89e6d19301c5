"""How truncated backpropagation reads a long series: rows of a batch, a window at a time."""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Annotated

import numpy as np

from scenes import (
    ACTIVATIONS,
    RNN,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Run,
    Seed,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)

_UNITS = 8
# The most cells of a row and the most rows, and how windows not read yet, read before and read now are coloured.
_CELLS, _ROWS = 50, 4
_UNREAD, _READ, _NOW = -0.1, -0.5, 0.7
# Windows whose states and gradient are drawn, the one read now at the end.
_BESIDE = 3


def windows_of_epoch(length: int, window: int, batch: int) -> Iterator[list[int]]:
    """Give for every step of an epoch where each row of the batch begins to read.

    Parameters
    ----------
    length, window, batch : int
        Number of values in the series, values read at a time, and rows.
    """
    rows = [row * (length // batch) for row in range(batch)]
    while all(start + window <= (row + 1) * (length // batch) for row, start in enumerate(rows)):
        yield rows
        rows = [start + window for start in rows]


def wavy_series(length: int, seed: int) -> FloatArray:
    """Return a series of two waves and some noise, between −1 and 1, shape (length,)."""
    time, rng = np.arange(length), np.random.default_rng([seed, 6])
    waves = np.sin(2 * np.pi * (time / 25 + rng.random())) + np.sin(2 * np.pi * (time / 90 + rng.random()))
    return np.asarray(np.clip(0.4 * waves + 0.1 * rng.standard_normal(length), -1, 1))


def reader(seed: int) -> RNN:
    """Return a tanh network of eight units with one input."""
    recurrent, inputs = 0.95 * haar_orthogonal(_UNITS, [seed, 0]), gaussian_matrix((_UNITS, 1), [seed, 1], scale=0.7)
    return RNN(recurrent, inputs, np.zeros(_UNITS), ACTIVATIONS["tanh"])


def _pages(count: int, batch: int, steps: int) -> FloatArray:
    """Return the first rows of the batch, a cell for each window, for every step: unread, read before, and read now.

    A row is three lines high, with an empty one below it; of many windows several share a cell.
    """
    share = -(-count // _CELLS)
    cells = -(-count // share)
    lines = np.add.outer(4 * np.arange(min(batch, _ROWS)), np.arange(3)).ravel()
    pages = np.zeros((steps + 1, lines[-1] + 1, cells))
    for step in range(steps + 1):
        now = (step - 1) % count // share
        row = np.full(cells, _UNREAD)
        if step:
            row[:now], row[now] = _READ, _NOW
        pages[step, lines] = row
    return pages


def _reach(run: Run) -> FloatArray:
    """Return the first row's states in a window, and how much of a gradient at its end comes to each, shape (2, w)."""
    left = [np.eye(_UNITS)]
    for jacobian in run.jacobians[:0:-1, 0]:
        left.append(left[-1] @ jacobian)
    sizes = np.linalg.norm(run.states[1:, 0], axis=1) / _UNITS**0.5
    return np.array([sizes, np.linalg.norm(left[::-1], 2, axis=(1, 2))])


def _side_by_side(parts: list[FloatArray], window: int) -> FloatArray:
    """Return the last windows beside each other, nothing where fewer were read: bands of three lines, and gaps."""
    nothing = np.zeros((2, window))
    shown = [*[nothing] * _BESIDE, *parts][-_BESIDE:]
    cut = [np.vstack([states, gradient * (place == _BESIDE - 1)]) for place, (states, gradient) in enumerate(shown)]
    beside = np.insert(np.hstack(cut), range(window, _BESIDE * window, window), 0.0, axis=1)
    return np.insert(np.repeat(beside, 3, axis=0), 3, 0.0, axis=0)


def _read(values: FloatArray, starts: list[int], window: int) -> FloatArray:
    """Return the inputs of one step of the batch, shape (window, batch, 1)."""
    return np.stack([values[start : start + window] for start in starts], axis=1)[:, :, None]


@scene(
    show(
        "heatmap",
        of="reach",
        limits=(-1, 1),
        rows=("", "state", "", "", "", "gradient", ""),
        heading="RNN: state goes on, gradient is cut",
        note="right: {window} values read now; left: before",
    ),
    show(
        "heatmap",
        of="pages",
        limits=(-1, 1),
        heading="rows of the series, read at the same time",
        note="orange: now, blue: before",
        key=False,
    ),
    title="A long series, read in windows",
    statement="{length} values in {batch} rows, {window} at a time: states are carried on, gradients are cut",
    opening="A gradient back through a long series costs too much: {batch} rows are read, {window} values at a time.",
    running="Each window starts from the state of the one before; its gradient goes no further back.",
    counter="window",
    arrange="stacked",
    fps="5",
    covers=(93,),
)
def tbptt_cursors(
    steps: Annotated[int, Bounds(0, 400)] = 50,
    seed: Seed = 0,
    length: Annotated[int, Bounds(512, 4_096)] = 1_000,
    window: Annotated[int, Bounds(1, 32)] = 10,
    batch: Annotated[int, Bounds(2, 16)] = 2,
) -> MatrixSequence:
    """Windows of a long series as a batch of rows reads it, with the hidden state carried from window to window.

    A factor is the derivative of the first row's state after a window by the one before it.

    Parameters
    ----------
    steps : int
        Number of windows; after the last one of an epoch the rows begin again.
    length : int
        Number of values in the series.
    window : int
        Values read at a time, after which the gradient is cut.
    batch : int
        Number of rows: row b begins at b · length / batch.
    """
    return _filmed(steps, seed, length, window, batch, carried=True)


def _filmed(steps: int, seed: int, length: int, window: int, batch: int, *, carried: bool) -> MatrixSequence:
    """Return the film, its states carried on from window to window, or each window begun anew."""
    values, network = wavy_series(length, seed), reader(seed)
    windows = list(windows_of_epoch(length, window, batch))
    states = np.zeros((steps + 1, batch, _UNITS))
    starts, factors = np.full((steps + 1, batch), np.nan), np.empty((steps, _UNITS, _UNITS))
    parts: list[FloatArray] = []
    reach = [_side_by_side(parts, window)]
    for step in range(steps):
        rows = windows[step % len(windows)]
        inputs = _read(values, rows, window)
        run = network.run(inputs, states[step] if carried and step % len(windows) else None)
        states[step + 1], starts[step + 1] = run.states[-1], rows
        factors[step] = reduce(lambda product, factor: factor @ product, run.jacobians[:, 0])
        parts = [*(parts if step % len(windows) else []), _reach(run)]
        reach.append(_side_by_side(parts, window))
    series: dict[str, FloatArray] = {
        "reach": np.array(reach),
        "pages": _pages(len(windows), batch, steps),
        "states": states,
        "starts": starts,
    }
    return MatrixSequence(factors, series=series)


def _in_epoch(length: int, window: int, batch: int) -> int:
    """Return how many windows of each row an epoch has."""
    return sum(1 for _ in windows_of_epoch(length, window, batch))


@tbptt_cursors.moment("Window {step}: the state of window 1 is carried on, but no gradient goes back into it.")
def _(steps: int, length: int, window: int, batch: int) -> int | None:
    return 2 if steps > 2 and _in_epoch(length, window, batch) > 2 else None


@tbptt_cursors.moment("Window {step}: half is read. The last row began at {start}, no row waits for another.")
def _(steps: int, length: int, window: int, batch: int) -> Reached | None:
    half = _in_epoch(length, window, batch) // 2
    if not 2 < half < steps:
        return None
    return Reached(half, start=(batch - 1) * (length // batch))


@tbptt_cursors.moment(
    "After {step} windows each row ends: {read} of {length} values, each read once (an epoch).",
    otherwise="After {steps} windows no row has come to its end: they read on.",
)
def _(steps: int, length: int, window: int, batch: int) -> Reached | None:
    count = _in_epoch(length, window, batch)
    return Reached(count, read=count * window * batch) if count <= steps else None


def _begun_anew(steps: int, seed: int, length: int, window: int, batch: int) -> MatrixSequence:
    """Return the film with states that are forgotten before each window."""
    return _filmed(steps, seed, length, window, batch, carried=False)


@tbptt_cursors.claim("values read twice or never")
def _(series: Mapping[str, FloatArray], steps: int, length: int, window: int, batch: int) -> Claimed:
    # In the first epoch, of the values that fill whole windows.
    shown = min(steps, length // batch // window)
    starts = series["starts"][1 : shown + 1].astype(int)
    times = np.zeros(length, dtype=int)
    np.add.at(times, starts[..., None] + np.arange(window), 1)
    due = np.zeros(length, dtype=int)
    for row in range(batch):
        due[row * (length // batch) :][: shown * window] = 1
    return Claimed(float(np.count_nonzero(times != due)), 0.0, 0.0, "They are counted.")


@tbptt_cursors.claim("values a gradient goes back")
def _(seed: int, length: int, window: int) -> Claimed:
    # Two windows in one pass, the gradient of the last state cut between them.
    run = reader(seed).run(wavy_series(length, seed)[: 2 * window, None])
    direct = np.zeros_like(run.states)
    direct[-1] = 1.0
    reached = np.abs(run.backward(direct, window)).max(axis=1) > 0
    return Claimed(float(np.count_nonzero(reached[1:])), float(window), 0.0, "Whole numbers.")


@tbptt_cursors.claim("carried − one pass", headline=True, counterexample=_begun_anew)
def _(
    series: Mapping[str, FloatArray],
    steps: int,
    seed: int,
    length: int,
    window: int,
    batch: int,
) -> Claimed:
    values, network = wavy_series(length, seed), reader(seed)
    windows = list(windows_of_epoch(length, window, batch))
    worst = 0.0
    for row, start in enumerate(windows[0]):
        # One pass over the row without any windows.
        states = network.run(values[start : start + window * len(windows), None]).states
        for step in range(1, steps + 1):
            at = ((step - 1) % len(windows) + 1) * window
            worst = max(worst, float(np.abs(series["states"][step, row] - states[at]).max()))
    return Claimed(worst, 0.0, 1e-12, "Sums of a few numbers round, and the network forgets.")
