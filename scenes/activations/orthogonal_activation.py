"""An orthogonal recurrence with inputs and tanh, which are then taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    Reached,
    Record,
    Seed,
    gaussian_matrix,
    haar_orthogonal,
    scene,
    show,
)

_PARTS = ("Q, input and tanh", "Q and tanh", "Q alone")
_ROLES = dict(zip(_PARTS, ("data", "vanish", "keep"), strict=True))


@dataclass(frozen=True)
class Driven:
    """The network ``tanh(Q h + V x)``: Q, all V x_t, the first state, and which steps have a tanh."""

    turn: FloatArray
    heard: FloatArray
    start: FloatArray
    squeezed: NDArray[np.bool_]

    @classmethod
    def drawn(cls, steps: int, dim: int, seed: int, input_scale: float) -> "Driven":
        """Return a network with inputs in the first third of its steps, and tanh in the first two thirds."""
        random = np.random.default_rng([seed, 3])
        inputs = input_scale * random.standard_normal((steps, 4))
        time = np.arange(steps)
        quiet, straight = ends_of(steps)
        heard = (inputs @ gaussian_matrix((dim, 4), [seed, 2]).T) * (time < quiet)[:, None]
        start = 0.5 * random.standard_normal(dim)
        return cls(haar_orthogonal(dim, [seed, 1]), heard, start, time < straight)

    def states(self) -> list[FloatArray]:
        """Return h_0 … h_T."""
        states = [self.start]
        for drive, squeezed in zip(self.heard, self.squeezed, strict=True):
            summed = self.turn @ states[-1] + drive
            states.append(np.tanh(summed) if squeezed else summed)
        return states


def ends_of(steps: int) -> tuple[int, int]:
    """Return the last step that hears an input, and the last one with tanh."""
    return steps // 3, 2 * steps // 3


@scene(
    show(
        "series",
        of={part: f"size {part}" for part in _PARTS},
        heading="size of the state h",
        note="h ← tanh(Q h + V x): orthogonal Q turns, tanh squeezes, V x is the input",
        roles=_ROLES,
        scale="linear",
        unit="%",
    ),
    title="Orthogonal, with input and tanh",
    statement="tanh(Qh + Vx) does not keep lengths; with the input and tanh taken away, Q keeps all of them",
    opening="h becomes tanh(Q h + V x), with an orthogonal Q. First V x is taken away, then tanh.",
    fps="6.25",
    poster=1.0,
    covers=(23, 35),
)
def orthogonal_activation(
    steps: Annotated[int, Bounds(24, 300)] = 63,
    dim: Annotated[int, Bounds(2, 32)] = 16,
    seed: Seed = 0,
    input_scale: Annotated[float, Bounds(0.2, 2)] = 0.4,
) -> Record:
    """States of tanh(Qh + Vx) with an orthogonal Q; after a third of the steps Vx is taken away, after two tanh.

    What is left is ``h_t = Q h_{t−1}``, whose lengths never change.

    Parameters
    ----------
    input_scale : float
        Deviation of the inputs, which are noise.
    """
    return _filmed(Driven.drawn(steps, dim, seed, input_scale))


def _filmed(network: Driven) -> Record:
    states = np.array(network.states())
    steps = len(states) - 1
    sizes = np.linalg.norm(states, axis=1)
    series: dict[str, FloatArray] = {"size": sizes / sizes[0]}
    time, (quiet, straight) = np.arange(steps + 1), ends_of(steps)
    for part, first, last in zip(_PARTS, (0, quiet, straight), (quiet, straight, steps), strict=True):
        inside = (first <= time) & (time <= last)
        series[f"size {part}"] = np.where(inside, series["size"], np.nan)
    return Record(series)


@orthogonal_activation.moment("Step {step}: the input pushes the size up to {size:%}; <data>tanh squeezes it back</>.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached | None:
    heard = series["size"][: ends_of(steps)[0]]
    step = int(heard.argmax())
    return _reached(series, step) if 0 < step and series["size"][step + 1] < heard[step] else None


@orthogonal_activation.moment(
    "Step {step}: now no more input. Whatever shrinks now, <vanish>tanh</> squeezes: Q only turns.",
    on="size Q and tanh",
    note="input taken away",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return _reached(series, ends_of(steps)[0])


@orthogonal_activation.moment(
    "Step {step}: tanh has taken the size to <vanish>{size:%}</>. Now no more tanh.",
    on="size Q alone",
    note="tanh taken away",
)
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return _reached(series, ends_of(steps)[1])


@orthogonal_activation.moment("Q alone, {turns} steps: the size <keep>stays {size:%}</>. Only tanh makes it shrink.")
def _(series: Mapping[str, FloatArray], steps: int) -> Reached:
    return Reached(steps, turns=steps - ends_of(steps)[1], size=float(series["size"][-1]))


def _reached(series: Mapping[str, FloatArray], step: int) -> Reached:
    return Reached(step, size=float(series["size"][step]))


def _smaller(steps: int, dim: int, seed: int, input_scale: float) -> Record:
    """Return the same with 0.9 times the orthogonal matrix."""
    network = Driven.drawn(steps, dim, seed, input_scale)
    return _filmed(Driven(0.9 * network.turn, network.heard, network.start, network.squeezed))


@orthogonal_activation.claim("Q keeps, tanh does not: off / allowed", headline=True, counterexample=_smaller)
def _(series: Mapping[str, FloatArray], steps: int) -> Claimed:
    quiet, straight = ends_of(steps)
    size = series["size"]
    off = [
        # Q alone: no size is altered, at any step.
        float(np.abs(size[straight:] / size[straight] - 1).max()) / 1e-11,
        # An input raises the size at some step, which tanh alone never does; tanh takes from it.
        1.01 / float((size[1 : quiet + 1] / size[:quiet]).max()),
        float(size[straight] / size[quiet]) / 0.98,
    ]
    return Claimed(
        max(off),
        0.0,
        1.0,
        "Q rounds by n · eps a step; an input raises the size by 1 %, tanh takes 2 % of it.",
    )
