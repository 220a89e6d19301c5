"""A state-space model: the step size sets how long it remembers, and bf16 cannot add up a long memory."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from scenes import Bounds, Claimed, FloatArray, Reached, Record, first_step, scene, show

# Step sizes that bars are drawn for.
STEP_SIZES = (0.1, 0.03, 0.01, 0.003, 0.001)
_NAMES = {"exact": "exact", "bf16": "bf16"}
_ROLES = {"exact": "keep", "bf16": "vanish"}
# Digits of a bf16, in bits, with the one that is not stored.
_BITS = 8


def bfloat16(values: ArrayLike) -> FloatArray:
    """Return numbers rounded to bf16, to the nearest and halves to even: the upper half of a float32.

    They are normal numbers of float32, or 0.
    """
    bits = np.asarray(values, np.float32).view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return (rounded & np.uint32(0xFFFF0000)).view(np.float32).astype(np.float64)


def decay(step_size: ArrayLike) -> FloatArray:
    """Return by what a step multiplies the state: λ = exp(−Δ), of the continuous system h′ = −h + x."""
    return np.asarray(np.exp(-np.asarray(step_size, float)))


def stalls_at(step_size: float) -> float:
    """Return the least bf16 number to which a step of input 1 adds less than half its spacing."""
    gained = -float(np.expm1(-step_size))
    for exponent in range(-12, 1):
        spacing = 2.0 ** (exponent - _BITS)
        numbers = 2.0 ** (exponent - 1) + spacing * np.arange(2 ** (_BITS - 1))
        stuck = numbers[gained * (1 - numbers) <= spacing / 2]
        if stuck.size:
            return float(stuck[0])
    return 1.0


def _states(steps: int, step_sizes: FloatArray, low: bool) -> FloatArray:
    """Return states that are given 1 at every step, shape (T + 1, k); with `low` each is rounded to bf16."""
    kept, states = decay(step_sizes), np.zeros((steps + 1, len(step_sizes)))
    for step in range(steps):
        after = kept * states[step] + (1 - kept)
        states[step + 1] = bfloat16(after) if low else after
    return states


def _record(steps: int, step_size: float, low: bool = True) -> Record:
    sizes = np.array([step_size, *STEP_SIZES])
    rounded, exact = _states(steps, sizes, low), _states(steps, sizes, False)
    left = np.arange(steps + 1)[:, None] * np.log10(decay(np.array(STEP_SIZES[::2])))
    return Record(
        {
            "exact": exact[:, 0],
            "bf16": rounded[:, 0],
            "reached": rounded[:, 1:],
            **{f"left {size:g}": 10.0**track for size, track in zip(STEP_SIZES[::2], left.T, strict=True)},
        }
    )


@scene(
    show(
        "series",
        of=_NAMES,
        scale="linear",
        limits=(0.0, 1.0),
        heading="state",
        note="should rise to 1; step size Δ = {step_size}",
        roles=_ROLES,
    ),
    show(
        "series",
        of={f"Δ = {size:g}": f"left {size:g}" for size in STEP_SIZES[::2]},
        scale="linear",
        limits=(0.0, 1.0),
        values=False,
        heading="memory",
        note="left of an input, exp(−Δt)",
        roles={"Δ = 0.1": "vanish", "Δ = 0.01": "data", "Δ = 0.001": "keep"},
    ),
    show(
        "bars",
        of="reached",
        labels=[f"{size:g}" for size in STEP_SIZES],
        x="step size Δ",
        limits=(0.0, 1.0),
        heading="bf16 states",
        note="by Δ; all should reach 1",
    ),
    title="A state-space model in 16 bits",
    statement="a small step size Δ remembers long, λ = exp(−Δ); added up in bf16, such a state comes to a halt too low",
    opening="Each step keeps λ = exp(−Δ) of the state and adds 1 − λ. It should rise to 1. Does it in bf16?",
    fps="120",
)
def state_space(
    steps: Annotated[int, Bounds(800, 8_000)] = 1_200,
    step_size: Annotated[float, Bounds(0.002, 0.01)] = 0.003,
) -> Record:
    """Give 1 at every step to a discretised diagonal state-space model: exact, and with its state in bf16.

    h′ = −h + x becomes h = λ h + (1 − λ) x with λ = exp(−Δ), where a step lasts Δ.

    Parameters
    ----------
    steps : int
        Number of inputs.
    step_size : float
        Δ: how long a step lasts, in the time in which the state falls to 1 / e.
    """
    return _record(steps, step_size)


@state_space.moment(
    "From step {step} on <vanish>bf16 stands still</> at {stuck:3}: what a step adds is less than half a last digit.",
    on="bf16",
    note="stands still\nwhat is added rounds away",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    step = first_step(series["bf16"] == series["bf16"][-1])
    return None if step is None or step >= steps else Reached(step, stuck=float(series["bf16"][-1]))


@state_space.moment(
    "Exact: <keep>{exact:3}</>, bf16: <vanish>{low:3}</>. Smaller Δ remembers longer, and bf16 halts the lower."
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, exact=float(series["exact"][-1]), low=float(series["bf16"][-1]))


def _in_float32(steps: int, step_size: float) -> Record:
    """Return the same with a state that is not rounded to bf16."""
    return _record(steps, step_size, low=False)


@state_space.claim("bf16 halts: off / allowed", headline=True, counterexample=_in_float32)
def _(series: Mapping[str, FloatArray], step_size: float) -> Claimed:
    halted, exact = float(series["bf16"][-1]), float(series["exact"][-1])
    return Claimed(
        max(abs(halted - stalls_at(step_size)) / (2.0 ** (1 - _BITS) * halted), halted / exact / 0.9),
        0.0,
        1.0,
        "It halts within a spacing or two of the first number whose half spacing is not passed, a tenth too low.",
    )


@state_space.claim("exact − (1 − exp(−Δt))")
def _(series: Mapping[str, FloatArray], step_size: float) -> Claimed:
    closed = -np.expm1(-step_size * np.arange(len(series["exact"])))
    return Claimed(float(np.abs(series["exact"] - closed).max()), 0.0, 1e-12, "Each of T steps rounds by eps.")


@state_space.claim("large Δ, bf16")
def _(series: Mapping[str, FloatArray]) -> Claimed:
    return Claimed(float(series["reached"][-1, 0]), stalls_at(STEP_SIZES[0]), 0.01, "Two spacings below 1, each 2⁻⁸.")
