"""The gates of a GRU at work."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import numpy as np

from scenes import (
    GRU,
    Bounds,
    Choices,
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
# Below the one the gate is shut, above the other open.
_SHUT, _OPEN = 0.1, 0.9
_SHOWN = {"old": "old", "new": "new", "state": "hidden"}


def blender(steps: int, dim: int, seed: int, convention: str) -> tuple[GRU, FloatArray, FloatArray]:
    """Return a GRU whose inputs open its update gate, wholly or by half.

    Returns
    -------
    cell : GRU
        The cell with n = `dim` units.
    start : ndarray, shape (n,)
        Its first state, zeros.
    inputs : ndarray, shape (T, n + 4)
        The values and commands of `signals`.
    """
    sign = 1.0 if convention == "update" else -1.0
    rest = 5.0
    # The first command replaces the state, with the reset gate shut; the second blends old and new by about halves.
    replace, blend = command_weights(dim, 2, 2 * rest)
    values = np.zeros((dim, dim + 4))
    values[:, :dim] = 2.0 * np.eye(dim)
    idle = np.zeros((dim, dim))
    kernel = np.vstack([sign * np.hstack([idle, replace + blend / 2]), np.hstack([idle, -replace]), values])
    bias = np.repeat([-sign * rest, rest, 0.0], dim)
    recurrent = 0.5 * stacked_blocks(3, dim, seed)
    recurrent[:dim] *= sign
    recurrent[2 * dim :] *= 3.0
    return GRU(recurrent, kernel, bias, convention), np.zeros(dim), signals(steps, 2, dim, seed)


@scene(
    show(
        "conveyor",
        cell="hidden",
        new="candidate",
        keep="old",
        add="new",
        whole="keep + replace",
        names={
            "before": "state before",
            "after": "state after",
            "past": "state so far",
            "new": "new value",
            "keep": "keep",
            "add": "replace",
        },
        heading="state after = keep × before + replace × new",
        note="one gate: keep + replace = 1",
    ),
    title="A GRU blends old and new",
    statement="the state is a blend of old and new, by weights that add up to 1 (gate convention: {convention})",
    opening="A GRU has one gate for two valves: what it does not keep of its state, it replaces.",
    smooth=True,
    fps="5",
    covers=(98, 112),
)
def gru(
    steps: Annotated[int, Bounds(0, 300)] = 16,
    dim: Annotated[int, Bounds(2, 16)] = 6,
    seed: Seed = 0,
    convention: Annotated[str, Choices(("update", "keep"))] = "update",
) -> MatrixSequence:
    """Blending in a GRU: it has no cell; its gates decide how much of h is old and how much is new.

    The first unit is shown. K. Cho et al., 2014. The network is the same in both conventions; only what is called the
    gate differs.

    Parameters
    ----------
    convention : str
        What the gate says: update (u weighs the new state, the old one is kept by 1 − u) or keep (z weighs the old
        state, as in PyTorch and Keras).
    """
    return blending(*blender(steps, dim, seed, convention))


def blending(cell: GRU, start: FloatArray, inputs: FloatArray) -> MatrixSequence:
    """Return the Jacobians of a GRU's steps with all its gates, and those of the first unit one by one.

    Parameters
    ----------
    cell, start, inputs : GRU, ndarray and ndarray
        As `blender` returns them.
    """
    states, jacobians = unroll(cell, start, inputs)
    steps, dim = len(inputs), cell.dim
    blend = np.zeros((steps + 1, 7, dim))
    for step, x in enumerate(inputs):
        old, new, reset, candidate = cell.gates(states[step], x)
        gate = new if cell.convention == "update" else old
        blend[step + 1] = states[step], reset, candidate, gate, old, new, states[step + 1]
    names = {"candidate": 2, "old": 4, "new": 5, "hidden": 6}
    first = {name: blend[:, row, 0].copy() for name, row in names.items()}
    # Before the first step there are no gates yet.
    for name in ("candidate", "old", "new"):
        first[name][0] = np.nan
    return MatrixSequence(jacobians, series={"blend": blend} | first)


def _replaced(series: Mapping[str, FloatArray]) -> int | None:
    """Return the first step at which the state is replaced; None if it is not."""
    return first_step(series["new"] > _OPEN)


def _blended(series: Mapping[str, FloatArray]) -> int | None:
    """Return the first step at which both weights count; None if there is none."""
    return first_step((series["new"] > _SHUT) & (series["new"] < _OPEN))


@gru.moment(
    "Replace at step {step}: the new state is {new:.2} of the new value and {old:.2} of the old state.",
    note="replace",
    on="hidden",
    otherwise="The film ends before the state is replaced.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = _replaced(series)
    return None if step is None else Reached(step, new=series["new"][step], old=series["old"][step])


@gru.moment(
    "Keep: the new value is shut out, and the state stays {state:.2}.",
    note="keep",
    on="hidden",
    otherwise="The film ends before old and new are blended.",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    replaced, blended = _replaced(series), _blended(series)
    if replaced is None or blended is None or blended < replaced:
        return None
    # In the middle of the time between the two.
    step = (replaced + blended + 1) // 2
    return Reached(step, state=series["hidden"][step])


@gru.moment(
    "Blend at step {step}: {old:.2} of the old state and {new:.2} of the new value make {state:.2}.",
    note="blend",
    on="hidden",
)
def _(series: Mapping[str, FloatArray]) -> Reached | None:
    step = _blended(series)
    if step is None:
        return None
    return Reached(step, **{name: series[track][step] for name, track in _SHOWN.items()})


_RESULT = "One gate sets both: keep + replace = 1 at every step, so the state is always a blend."


# The strip's word must be what the valves say at the end.
@gru.moment(_RESULT, note="keep", on="hidden", otherwise=_RESULT)
def _(series: Mapping[str, FloatArray], steps: int) -> int | None:
    return steps if series["old"][-1] > _OPEN else None


def _stuck(steps: int, dim: int, seed: int, convention: str) -> MatrixSequence:
    """Return the same with the update gate stuck open: every step replaces the state."""
    cell, start, inputs = blender(steps, dim, seed, convention)
    cell.bias[:dim] *= -1
    return blending(cell, start, inputs)


def _off(blend: FloatArray, factors: FloatArray, half: int) -> Iterator[float]:
    """Yield how far half of the units are off what they were told, each as a part of what is allowed.

    Told to replace, these units hold the new value, which by the shut reset gate nothing of their own past is in; told
    to blend, some of both. In between they stay, and so does their derivative.
    """
    steps, dim = blend.shape[0] - 1, blend.shape[2]
    units = units_of(half, dim)
    states, new = blend[:, 6, units], blend[:, 5, units]
    replaced, blended = (carried_out(steps, command, half) for command in range(2))
    for step in replaced:
        yield float(np.abs(states[step] - blend[step, 2, units]).max()) / 0.1
        yield float(np.abs(product_over(factors, step - 2, step - 1)[units, units]).max()) / 0.1
    for step in blended:
        yield float(np.abs(new[step - 1 : step + 1] - 0.5).max()) / 0.4
    for step, length in [(step, 6) for step in replaced] + [(step, 14) for step in blended]:
        end = min(step + length, steps)
        yield float(np.abs(states[end] - states[step]).max()) / 0.4
        yield float(np.abs(product_over(factors, step, end)[units] - np.eye(dim)[units]).max()) / 0.5


@gru.claim("replaced, kept, blended: off / allowed", headline=True, counterexample=_stuck)
def _(product: Trajectory, series: Mapping[str, FloatArray]) -> Claimed:
    off = [part for half in range(2) for part in _off(series["blend"], product.sequence.factors, half)]
    return Claimed(
        max(off, default=0.0),
        0.0,
        1.0,
        "Gates of 0.993 and 0.007, but for what the state adds to their sums.",
    )


@gru.claim("sum of weights less 1")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    rows = series["blend"][1:]
    return Claimed(
        float(np.abs(rows[:, 4] + rows[:, 5] - 1.0).max(initial=0)),
        0.0,
        2 * _EPS,
        "Each of the two weights rounds by eps / 2.",
    )


@gru.claim("h beyond old and new")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    rows = series["blend"][1:]
    before, candidate, after = rows[:, 0], rows[:, 2], rows[:, 6]
    low, high = np.minimum(before, candidate), np.maximum(before, candidate)
    return Claimed(
        float(np.count_nonzero((after < low - 4 * _EPS) | (after > high + 4 * _EPS))),
        0.0,
        0.0,
        "A blend lies between; 4 eps are allowed for its rounding.",
    )


@gru.claim("log10 ‖∂h_T/∂h₀‖")
def _(product: Trajectory, steps: int, dim: int, seed: int, convention: str) -> Claimed:
    jacobian = whole_jacobian(*blender(steps, dim, seed, convention))
    return same_log10_norm(float(product.log10_spectral_norm[-1]), jacobian)
