"""The valves of an LSTM at work."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import (
    LSTM,
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    first_step,
    scene,
    show,
    stacked_blocks,
    unroll,
)
from scenes.memory._commands import carried_out, command_weights, product_over, signals, units_of
from scenes.memory._gradients import same_log10_norm, whole_jacobian

_EPS = float(np.finfo(float).eps)


def conveyor(steps: int, dim: int, seed: int) -> tuple[LSTM, FloatArray, FloatArray]:
    """Return an LSTM whose input gate opens when told to write, the output gate when told to read, and so on.

    Returns
    -------
    cell : LSTM
        The cell with n = `dim` units.
    start : ndarray, shape (2 n,)
        Its first state, zeros.
    inputs : ndarray, shape (T, n + 6)
        The values and commands of `signals`.
    """
    # The forget gate is open, the others are shut, unless a command of twice that strength says otherwise.
    rest = 5.0
    write, read, erase = command_weights(dim, 3, 2 * rest)
    values = np.zeros((dim, dim + 6))
    # A command lasts two steps, so that what is written is added twice.
    values[:, :dim] = 0.5 * np.eye(dim)
    kernel = np.vstack([np.hstack([np.zeros((dim, dim)), gate]) for gate in (-erase, write, read)] + [values])
    bias = np.repeat([rest, -rest, -rest, 0.0], dim)
    recurrent = 0.5 * stacked_blocks(4, dim, seed)
    return LSTM(recurrent, kernel, bias), np.zeros(2 * dim), signals(steps, 3, dim, seed)


@scene(
    show(
        "conveyor",
        cell="cell",
        new="new",
        keep="f",
        add="i",
        read="o",
        output="hidden",
        heading="cell after = forget × before + input × new",
        note="bar along: open, across: shut; output = gate × tanh(cell)",
    ),
    title="One LSTM cell",
    statement="what is written into the cell stays until the forget gate shuts; the output gate shows it",
    opening="A memory cell rides on a belt past three gates. An open forget gate keeps it, a shut one clears.",
    smooth=True,
    fps="5",
    covers=(98, 109),
)
def lstm(
    steps: Annotated[int, Bounds(0, 300)] = 24,
    dim: Annotated[int, Bounds(2, 16)] = 6,
    seed: Seed = 0,
) -> MatrixSequence:
    """Valves of an LSTM: values are written into the cell, kept, read and erased, as its inputs command.

    The first unit is shown. A round of commands takes 24 steps. S. Hochreiter and J. Schmidhuber made the cell in
    1997; the forget gate is of F. Gers, J. Schmidhuber and F. Cummins, 2000. The product is that of the Jacobians of
    c and h together.
    """
    return at_work(*conveyor(steps, dim, seed))


def at_work(cell: LSTM, start: FloatArray, inputs: FloatArray) -> MatrixSequence:
    """Return the Jacobians of an LSTM's steps with all its valves, and those of the first unit one by one.

    Parameters
    ----------
    cell, start, inputs : LSTM, ndarray and ndarray
        As `conveyor` returns them.
    """
    states, jacobians = unroll(cell, start, inputs)
    steps, dim = len(inputs), cell.dim
    valves = np.zeros((steps + 1, 7, dim))
    for step, x in enumerate(inputs):
        f, i, o, candidate = cell.gates(states[step], x)
        c, h = np.split(states[step + 1], 2)
        valves[step + 1] = states[step, :dim], f, i, candidate, c, o, h
    names = {"f": 1, "i": 2, "new": 3, "cell": 4, "o": 5, "hidden": 6}
    first = {name: valves[:, row, 0].copy() for name, row in names.items()}
    # Before the first step there are no gates yet.
    for name in ("f", "i", "new", "o"):
        first[name][0] = np.nan
    return MatrixSequence(jacobians, series={"valves": valves} | first)


def _written(series: Mapping[str, FloatArray]) -> int | None:
    """Return the last step of the first command to write; None if it does not come."""
    begun = first_step(series["i"] > 0.5)
    if begun is None:
        return None
    ended = first_step(series["i"][begun:] < 0.5)
    return len(series["i"]) - 1 if ended is None else begun + ended - 1


def _after_writing(series: Mapping[str, FloatArray], condition: NDArray[np.bool_]) -> int | None:
    """Return the first step after writing at which a condition holds; None if there is none."""
    written = _written(series)
    return None if written is None else first_step(condition & (np.arange(len(condition)) > written))


@lstm.moment(
    "Write at step {step}: the open input gate adds {added:.2} to what is there.",
    note="write",
    on="cell",
    otherwise="The film ends before anything is written.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = _written(series)
    return None if step is None else Reached(step, added=series["i"][step] * series["new"][step])


@lstm.moment(
    "Keep: the open forget gate <keep>keeps the cell</>; the shut input gate adds next to nothing.",
    note="keep",
    on="cell",
    otherwise="The film ends before the cell is read.",
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    written, read = _written(series), _after_writing(series, series["o"] > 0.5)
    # In the middle of the time between writing and reading.
    return None if written is None or read is None else (written + read + 1) // 2


@lstm.moment(
    "Read at step {step}: the output gate opens. The cell is seen outside and loses nothing by it.",
    note="read",
    on="cell",
    otherwise="",
)
def _(series: Mapping[str, FloatArray]) -> int | None:
    return _after_writing(series, series["o"] > 0.5)


@lstm.moment(
    "Erase at step {step}: the shut forget gate <vanish>empties the cell</>; {left:%} was left until then.",
    note="erase",
    on="cell",
    otherwise="The film ends before the cell is erased.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    written, step = _written(series), _after_writing(series, series["f"] < 0.5)
    if written is None or step is None:
        return None
    return Reached(step, left=series["cell"][step - 1] / series["cell"][written])


def _forgetful(steps: int, dim: int, seed: int) -> MatrixSequence:
    """Return the same with the forget gate shut throughout: nothing is kept."""
    cell, start, inputs = conveyor(steps, dim, seed)
    cell.bias[:dim] *= -1
    return at_work(cell, start, inputs)


def _off(valves: FloatArray, factors: FloatArray, half: int, values: FloatArray) -> Iterator[float]:
    """Yield how far half of the units are off what they were told, each as a part of what is allowed.

    Told to write, a cell holds what its values add, and told to read, the output is the cell's tanh; otherwise there
    is none. In between the cell and its derivative by what was written stay, the latter as the product of the forget
    gates; told to erase, both are gone.
    """
    steps, dim = len(valves) - 1, valves.shape[2]
    units = units_of(half, dim)
    cells, outputs, gates = valves[:, 4, units], valves[:, 6, units], valves[:, 1, units]
    erased = carried_out(steps, 2, half)
    for written in carried_out(steps, 0, half):
        added = 2 * np.tanh(values[written - 1, units] / 2)
        yield float(np.abs(cells[written] - added).max()) / 0.1
        end = min(written + 14, steps)
        by_cell = product_over(factors, written, end)[:dim, :dim][units]
        kept = np.zeros_like(by_cell)
        kept[:, units] = np.diag(np.prod(gates[written + 1 : end + 1], axis=0))
        yield float(np.abs(by_cell - kept).max()) / 0.1
        yield float(np.abs(kept[:, units].diagonal() - 1).max()) / 0.2
        yield float(np.abs(cells[end] / cells[written] - 1).max()) / 0.25
        if end + 2 in erased:
            yield float(np.abs(cells[end + 2]).max()) / 0.05
            yield float(np.abs(product_over(factors, written, end + 2)[:dim, :dim][units]).max()) / 0.05
    for step in carried_out(steps, 1, half):
        yield float(np.abs(outputs[step] - np.tanh(cells[step])).max()) / 0.05
        yield float(np.abs(outputs[step - 4]).max()) / 0.05


@lstm.claim("written, kept, read, erased: off / allowed", headline=True, counterexample=_forgetful)
def _(product: Trajectory, series: Mapping[str, FloatArray], steps: int, dim: int, seed: int) -> Claimed:
    values, factors = signals(steps, 3, dim, seed), product.sequence.factors
    off = [part for half in range(2) for part in _off(series["valves"], factors, half, values)]
    return Claimed(
        max(off, default=0.0),
        0.0,
        1.0,
        "Gates of 0.993 and 0.007: in 14 steps a tenth is lost, and two steps of writing are a hundredth short.",
    )


@lstm.claim("c from f, i and c̃")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    # More digits than float64 has, so that only the film's own rounding is measured.
    rows = series["valves"][1:, :5].astype(np.longdouble)
    before, f, i, candidate, after = np.moveaxis(rows, 1, 0)
    return Claimed(
        float(np.abs(f * before + i * candidate - after).max(initial=0)),
        0.0,
        4 * _EPS * max(1.0, float(np.abs(series["valves"][:, 4]).max())),
        "Two products and a sum round by eps / 2 each.",
    )


@lstm.claim("c as a sum over time")
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    _, f, i, candidate, *_ = series["valves"][1:, :, 0].T
    # All that was written into the first unit, each part times the forget gates after it.
    written = sum(i[t] * candidate[t] * np.prod(f[t + 1 :]) for t in range(steps))
    return Claimed(
        float(series["cell"][-1]),
        float(written),
        8 * _EPS * (steps + 1) * max(1.0, float(np.abs(series["cell"]).max())),
        "A part that was written T steps ago has been rounded T times.",
    )


@lstm.claim("log10 ‖∂s_T/∂s₀‖")
def _(product: Trajectory, steps: int, dim: int, seed: int) -> Claimed:
    return same_log10_norm(float(product.log10_spectral_norm[-1]), whole_jacobian(*conveyor(steps, dim, seed)))
