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
    Seed,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)

_UNITS = 8


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


def _pages(values: FloatArray, windows: list[list[int]], window: int, steps: int) -> FloatArray:
    """Return the series line by line for every step: faint where unread, the windows at work in full red."""
    side = int(np.ceil(np.sqrt(len(values))))
    lines = -(-len(values) // side)
    pages = np.zeros((steps + 1, lines * side))
    pages[:, : len(values)] = 0.12 * values
    for step in range(1, steps + 1):
        if (step - 1) % len(windows) == 0:
            seen = pages[0].copy()
        pages[step] = seen
        for start in windows[(step - 1) % len(windows)]:
            pages[step, start : start + window] = 1.0
            seen[start : start + window] = 0.6 * values[start : start + window]
    return pages.reshape(steps + 1, lines, side)


def _read(values: FloatArray, starts: list[int], window: int) -> FloatArray:
    """Return the inputs of one step of the batch, shape (window, batch, 1)."""
    return np.stack([values[start : start + window] for start in starts], axis=1)[:, :, None]


@scene(
    show("heatmap", of="pages", limits=(-1, 1)),
    show("series", of={"state carried": "carried", "begun anew": "anew"}, heading="a hidden unit", scale="linear"),
    show("series", of="starts", heading="where each row is", scale="linear"),
    show("readout", of={"epoch": "epoch", "step of the epoch": "place", "values read": "read"}, heading="now"),
    title="A series read in batches",
    statement="{length} values in {batch} rows, {window} at a time: states are carried, gradients cut",
    poster=0.6,
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
    values, network = wavy_series(length, seed), reader(seed)
    windows = list(windows_of_epoch(length, window, batch))
    states, anew = np.zeros((steps + 1, batch, _UNITS)), np.zeros((steps + 1, _UNITS))
    starts, factors = np.full((steps + 1, batch), np.nan), np.empty((steps, _UNITS, _UNITS))
    for step in range(steps):
        rows = windows[step % len(windows)]
        inputs = _read(values, rows, window)
        run = network.run(inputs, states[step] if step % len(windows) else None)
        states[step + 1], starts[step + 1] = run.states[-1], rows
        anew[step + 1] = network.run(inputs[:, 0]).states[-1]
        factors[step] = reduce(lambda product, factor: factor @ product, run.jacobians[:, 0])
    since = np.arange(steps + 1)
    step_of_epoch = np.where(since > 0, (since - 1) % len(windows) + 1, 0)
    series: dict[str, FloatArray] = {
        "pages": _pages(values, windows, window, steps),
        "states": states,
        "carried": states[:, 0, 0],
        "anew": anew[:, 0],
        "starts": starts,
        "epoch": np.maximum(-(-since // len(windows)), 1.0),
        "place": np.asarray(step_of_epoch, dtype=np.float64),
        "read": np.asarray(step_of_epoch * window * batch, dtype=np.float64),
    }
    return MatrixSequence(factors, series=series)


@tbptt_cursors.claim("steps an epoch")
def _(length: int, window: int, batch: int) -> Claimed:
    counted = sum(1 for _ in windows_of_epoch(length, window, batch))
    return Claimed(float(counted), float(length // batch // window), 0.0, "They are counted.")


@tbptt_cursors.claim("second row starts at")
def _(length: int, window: int, batch: int) -> Claimed:
    start = next(windows_of_epoch(length, window, batch))[1]
    return Claimed(float(start), float(length // batch), 0.0, "It is a whole number.")


@tbptt_cursors.claim("carried − one pass")
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
