"""Recurrent networks of several layers, and gradients through the grid of times and layers."""

from collections.abc import Mapping
from math import log10
from typing import Annotated

import numpy as np

from scenes import (
    Bounds,
    Claimed,
    FloatArray,
    MatrixSequence,
    Reached,
    Seed,
    Trajectory,
    complex_step_jacobian,
    scene,
    show,
)
from scenes.recurrence._grid import Grid

_COLUMNS = {"without skips": False, "with skips": True}
_ROLES = {"without skips": "vanish", "with skips": "keep"}
# One network may be an exception, so that the film's statement is claimed of so many.
_NETWORKS = 16


@scene(
    show(
        "heatmap",
        of="gradient",
        heading="gradient",
        note="up: layer, right: word",
        rows=("top layer",),
        roles=_ROLES,
    ),
    show(
        "series",
        of="log10 front",
        heading="gradient left",
        note="stacked RNN: a step, down or back, is × W × slope of tanh; skips lead down only",
        x="steps down or back",
        roles=_ROLES,
    ),
    title="Deep RNNs need skips",
    statement="back over {length} times and down {layers} layers: skips keep the gradient on its way",
    opening="A gradient starts at the last word of the top layer, top right, and goes down and back.",
    counter="step",
    poster=1.0,
    fps="4",
    covers=(120,),
)
def stacked(
    layers: Annotated[int, Bounds(1, 24)] = 10,
    length: Annotated[int, Bounds(1, 20)] = 10,
    dim: Annotated[int, Bounds(2, 16)] = 8,
    seed: Seed = 0,
    gain: Annotated[float, Bounds(0.1, 1)] = 0.5,
) -> dict[str, MatrixSequence]:
    """Gradients in a grid of times and layers, from the last state at the top right back to the first input.

    A layer is ``tanh(W h + U x)``, or that and x, the layer below it. Colours show the length of the gradient where
    it has come to, 1 at the start. Translation does best with two to four layers (D. Britz et al., "Massive
    exploration of neural machine translation architectures", 2017); deeper ones need such skips. The product is that
    of one path: down all layers at the last time, then back over all times.

    Parameters
    ----------
    layers, length : int
        Number L of layers, and T of times.
    gain : float
        Weights have the deviation gain / √n.
    """
    return _compared(layers, length, dim, seed, gain, _COLUMNS)


def _compared(
    layers: int, length: int, dim: int, seed: int, gain: float, kinds: Mapping[str, bool]
) -> dict[str, MatrixSequence]:
    """Return gradients by label; `kinds` says which networks have skips."""
    steps = layers + length - 2
    row, time = np.indices((layers, length))
    # Steps back from the top right; the top layer is drawn on top.
    distance = row + length - 1 - time
    columns = {}
    for label, skips in kinds.items():
        grids = [Grid(layers, length, dim, seed + index, gain, skips) for index in range(_NETWORKS)]
        sizes = np.linalg.norm(grids[0].gradients(), axis=2)[::-1]
        shown = np.where(distance <= np.arange(steps + 1)[:, None, None], sizes, 0.0)
        front = [np.log10(sizes[distance == step].max()) for step in range(steps + 1)]
        by_time, by_layer = grids[0].jacobians()
        path = [*by_layer[:0:-1, -1], *by_time[0, :0:-1]]
        factors = np.array([jacobian.T for jacobian in path]).reshape(steps, dim, dim)
        lowest = np.log10([np.linalg.norm(grid.gradients()[0, -1]) for grid in grids])
        lowest = np.tile(lowest, (steps + 1, 1))
        series = {"gradient": shown, "log10 front": np.array(front), "log10 lowest": lowest}
        columns[label] = MatrixSequence(factors, series=series)
    return columns


def _without_skips(layers: int, length: int, dim: int, seed: int, gain: float) -> dict[str, MatrixSequence]:
    return _compared(layers, length, dim, seed, gain, dict.fromkeys(_COLUMNS, False))


def _fronts(columns: Mapping[str, Trajectory], step: int) -> dict[str, float]:
    """Return log10 of the largest gradient where it has come to, by column."""
    names = {"without": "without skips", "kept": "with skips"}
    return {name: float(columns[label].series["log10 front"][step]) for name, label in names.items()}


@stacked.moment(
    "Step {step} reaches layer 1: at most <vanish>{without:log10}</> is left without skips, "
    "<keep>{kept:log10}</> with them."
)
def _(columns: Mapping[str, Trajectory], layers: int) -> Reached:
    return Reached(layers - 1, **_fronts(columns, layers - 1))


@stacked.moment(
    "At word 1 of layer 1 <vanish>{without:log10}</> is left without skips, <keep>{kept:log10}</> with them."
)
def _(columns: Mapping[str, Trajectory], steps: int) -> Reached:
    return Reached(steps, **_fronts(columns, steps))


@stacked.claim("lowest layer, without / with", headline=True, counterexample=_without_skips)
def _(columns: Mapping[str, Trajectory], layers: int) -> Claimed:
    without, kept = (columns[label].series["log10 lowest"][-1] for label in _COLUMNS)
    return Claimed(
        float(10 ** (without - kept).mean()),
        0.0,
        1.0 if layers == 1 else 1 - 1e-9,
        "At the last time less should be left in the lowest layer, on average of logarithms over 16 networks.",
    )


for _label, _skips in _COLUMNS.items():

    @stacked.claim("log10 at the first", column=_label)
    def _(
        series: Mapping[str, FloatArray],
        layers: int,
        length: int,
        dim: int,
        seed: int,
        gain: float,
        skips: bool = _skips,
    ) -> Claimed:
        grid = Grid(layers, length, dim, seed, gain, skips)
        jacobian = complex_step_jacobian(lambda shift: grid.states(shift)[-1, -1], np.zeros(dim))
        return Claimed(
            float(np.log10(series["gradient"][-1, -1, 0])),
            log10(np.linalg.norm(grid.last_gradient @ jacobian)),
            1e-6,
            "Sums over all paths round by about n · eps a step, relative to the size of what is left.",
        )


@stacked.claim("longest path", column="with skips")
@stacked.claim("longest path", column="without skips")
def _(series: Mapping[str, FloatArray], layers: int, length: int) -> Claimed:
    # Steps until the gradient is at the first cell, and one each for the input and the output.
    reached = series["gradient"][:, -1, 0] > 0
    return Claimed(
        float(reached.argmax() + 2),
        float(length + layers),
        0.0,
        "Whole numbers: T + L edges from the first input to the last output.",
    )
