"""Recurrent networks of several layers: the grid of times and layers, with and without skips."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scenes import FloatArray, random_unit_vector


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

    def states(self, shift: Any = 0.0, at: int = 0) -> Any:
        """Return the states of all layers and times, shape (layers, length, n).

        In the lowest layer `shift` is added to that of the time `at`.
        """
        recurrent, below = self.weights
        rows: Any = self.inputs
        layers = []
        for layer in range(self.layers):
            h, row = np.zeros(self.dim), []
            for time, x in enumerate(rows):
                h = np.tanh(recurrent[layer] @ h + below[layer] @ x) + (x if self.skips else 0.0)
                h = h + (shift if layer == 0 and time == at else 0.0)
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
