"""Recurrent networks of several layers, and gradients through the grid of times and layers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log10
from typing import Annotated, Any

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
    random_unit_vector,
    scene,
    show,
)


@dataclass(frozen=True)
class Grid:
    """A network of layers ``tanh(W h + U x)``, or that and x with skips; x is the state of the layer below.

    Parameters
    ----------
    layers, length, dim, seed, gain : int, int, int, int, float
        The parameters of the scene.
    skips : bool
        Whether x is added.
    """

    layers: int
    length: int
    dim: int
    seed: int
    gain: float
    skips: bool

    @cached_property
    def weights(self) -> tuple[FloatArray, FloatArray]:
        """Every layer's recurrent matrix and its matrix for what comes from below, each (layers, n, n)."""
        random = np.random.default_rng([self.seed, 6])
        shape = (2, self.layers, self.dim, self.dim)
        recurrent, below = random.standard_normal(shape) * self.gain / self.dim**0.5
        return recurrent, below

    @property
    def inputs(self) -> FloatArray:
        """The inputs of all times, shape (length, n)."""
        return np.asarray(0.5 * np.random.default_rng([self.seed, 7]).standard_normal((self.length, self.dim)))

    @property
    def last_gradient(self) -> FloatArray:
        """The gradient that the last state is given, a unit vector, shape (n,)."""
        return random_unit_vector(self.dim, [self.seed, 8])

    def states(self, shift: Any = 0.0) -> Any:
        """Return the states of all layers and times, shape (layers, length, n); `shift` is added to the very first."""
        recurrent, below = self.weights
        rows: Any = self.inputs
        layers = []
        for layer in range(self.layers):
            h, row = np.zeros(self.dim), []
            for time, x in enumerate(rows):
                h = np.tanh(recurrent[layer] @ h + below[layer] @ x) + (x if self.skips else 0.0)
                h = h + (shift if layer == time == 0 else 0.0)
                row.append(h)
            rows = np.array(row)
            layers.append(rows)
        return np.array(layers)

    def jacobians(self) -> tuple[FloatArray, FloatArray]:
        """Return the derivatives of each state by the one before it and the one below it, (layers, length, n, n)."""
        recurrent, below = self.weights
        states = self.states()
        under = np.concatenate([self.inputs[None], states[:-1]])
        slopes = 1 - (states - under * self.skips) ** 2
        by_time = slopes[..., None] * recurrent[:, None]
        by_layer = slopes[..., None] * below[:, None] + self.skips * np.eye(self.dim)
        return by_time, by_layer

    def gradients(self) -> FloatArray:
        """Return the gradient of ``g · h`` at the last time and the top by every state, shape (layers, length, n)."""
        by_time, by_layer = self.jacobians()
        found = np.zeros((self.layers, self.length, self.dim))
        found[-1, -1] = self.last_gradient
        for layer in range(self.layers - 1, -1, -1):
            for time in range(self.length - 1, -1, -1):
                if time + 1 < self.length:
                    found[layer, time] += by_time[layer, time + 1].T @ found[layer, time + 1]
                if layer + 1 < self.layers:
                    found[layer, time] += by_layer[layer + 1, time].T @ found[layer + 1, time]
        return found


def shortest_path(layers: int, length: int, skips: bool) -> int:
    """Return how many tanhs a gradient passes at least on its way from the last state of the top to the first below."""
    return length - 1 + (0 if skips else layers - 1)


_COLUMNS = {"without skips": False, "with skips": True}
# Numbers of layers that are compared: translation does best with few, a Transformer has 24.
_DEPTHS = range(2, 25)
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
        note="down a layer: × W × slope, skips add 1; back a word: no skips",
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
        depths = [_log10_lowest(Grid(depth, length, dim, seed, gain, skips)) for depth in _DEPTHS]
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
        series["log10 by depth"] = np.tile(depths, (steps + 1, 1))
        columns[label] = MatrixSequence(factors, series=series)
    return columns


def _log10_lowest(grid: Grid) -> float:
    """Return log10 of the gradient's length in the lowest layer at the last time."""
    left = grid.last_gradient
    for jacobian in grid.jacobians()[1][:0:-1, -1]:
        left = jacobian.T @ left
    return log10(np.linalg.norm(left))


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


for _label, _skips in _COLUMNS.items():

    @stacked.claim("shortest path, in tanhs", column=_label)
    def _(layers: int, length: int, dim: int, seed: int, skips: bool = _skips) -> Claimed:
        # Weights so many times as small let a path of k tanhs carry 1/10^k as much: small ones leave the shortest.
        sizes = [
            float(np.linalg.norm(Grid(layers, length, dim, seed, gain, skips).gradients()[0, 0]))
            for gain in (1e-4, 1e-5)
        ]
        return Claimed(
            log10(sizes[0] / sizes[1]),
            float(shortest_path(layers, length, skips)),
            0.01,
            "Longer paths carry less than a thousandth of the shortest ones; slopes are 1 but for squares of weights.",
        )


@stacked.claim("24 layers, without / with, log10")
def _(columns: Mapping[str, Trajectory]) -> Claimed:
    without, kept = (float(columns[label].series["log10 by depth"][-1, -1]) for label in _COLUMNS)
    return Claimed.between(
        without - kept, -1e3, -1.0, "Through 24 layers less than a tenth of it is left without skips."
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
