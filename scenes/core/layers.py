"""Layers of deep networks with a way around them: one step of each, and its Jacobian.

``step(h)`` is the next layer's state and ``jacobian(h)`` the matrix of its derivatives by h. Steps take complex numbers
too, so that `complex_step_jacobian` finds a Jacobian without its formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from scenes.core.activations import ACTIVATIONS, Activation, sigmoid
from scenes.core.sequence import FloatArray

_TANH = ACTIVATIONS["tanh"]


class Layer(Protocol):
    """What is stepped through depth."""

    def step(self, state: Any) -> Any:
        """Return the next layer's state."""

    def jacobian(self, state: FloatArray) -> FloatArray:
        """Return the derivatives of the next layer's state by this one's, shape (n, n)."""


@dataclass(frozen=True, eq=False)
class ResidualLayer:
    """A layer that adds to its input: ``h + W φ(h)``.

    K. He et al., "Identity mappings in deep residual networks", ECCV 2016 (activation before the weights).

    Parameters
    ----------
    weights : ndarray, shape (n, n)
        W.
    activation : Activation
        φ.
    """

    weights: FloatArray
    activation: Activation = field(default=_TANH)

    def step(self, state: Any) -> Any:
        """Return ``h + W φ(h)``."""
        return state + self.weights @ self.activation.function(state)

    def branch_jacobian(self, state: FloatArray) -> FloatArray:
        """Return ``W diag(φ′(h))``, the Jacobian of the layer without the way around it."""
        return np.asarray(self.weights * self.activation.slope(state))

    def jacobian(self, state: FloatArray) -> FloatArray:
        """Return ``I + W diag(φ′(h))``."""
        return np.asarray(np.eye(len(state)) + self.branch_jacobian(state))


@dataclass(frozen=True, eq=False)
class HighwayLayer:
    """A layer whose gate T decides how much is transformed, and carries the rest: ``T φ(W h + b) + (1 − T) h``.

    The gate is ``T = σ(V h + a)``. R. Srivastava, K. Greff, J. Schmidhuber, "Highway networks", 2015.

    Parameters
    ----------
    weights, bias : ndarray, shape (n, n), (n,)
        W and b.
    gate_weights, gate_bias : ndarray, shape (n, n), (n,)
        V and a; with a = −∞ and V = 0 the gate is closed, T = 0.
    activation : Activation
        φ.
    """

    weights: FloatArray
    bias: FloatArray
    gate_weights: FloatArray
    gate_bias: FloatArray
    activation: Activation = field(default=_TANH)

    def step(self, state: Any) -> Any:
        """Return ``T φ(W h + b) + (1 − T) h``."""
        gate = sigmoid(self.gate_weights @ state + self.gate_bias)
        return gate * self.activation.function(self.weights @ state + self.bias) + (1 - gate) * state

    def jacobian(self, state: FloatArray) -> FloatArray:
        """Return ``diag(T φ′) W + diag(1 − T) + diag((φ − h) T (1 − T)) V``."""
        gate = sigmoid(self.gate_weights @ state + self.gate_bias)
        inside = self.weights @ state + self.bias
        return np.asarray(
            (gate * self.activation.slope(inside))[:, None] * self.weights
            + np.diag(1 - gate)
            + ((self.activation.function(inside) - state) * gate * (1 - gate))[:, None] * self.gate_weights
        )


def pass_through(layers: Sequence[Layer], state: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the states before, between and after the layers, shape (L + 1, n), and the Jacobians, shape (L, n, n)."""
    states, jacobians = [state], []
    for layer in layers:
        jacobians.append(layer.jacobian(states[-1]))
        states.append(layer.step(states[-1]))
    return np.array(states), np.array(jacobians).reshape(len(layers), len(state), len(state))
