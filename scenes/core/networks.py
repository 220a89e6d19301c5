"""A plain recurrent network: its states, its Jacobians, and gradients through time.

With the loss L and δ_t = ∂L/∂h_t (both the states and δ have T + 1 entries, the inputs T):

- forward: ``z_t = W h_{t−1} + V x_t + b`` and ``h_t = φ(z_t)`` for t = 1 … T,
- Jacobian: ``∂h_t/∂h_{t−1} = diag(φ′(z_t)) W``,
- backward: ``δ_{t−1} = g_{t−1} + Wᵀ (φ′(z_t) ∘ δ_t)``, where g_t is what the loss says of h_t directly,
- gradients: ``∂L/∂W = Σ_t (φ′(z_t) ∘ δ_t) h_{t−1}ᵀ``, the same with x_tᵀ for V and with 1 for b.

J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990; P. J. Werbos, "Backpropagation
through time", Proceedings of the IEEE 78, 1990.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.core.activations import Activation

# Real numbers, or complex ones: a derivative by complex step runs the same code.
Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class RNN:
    """A recurrent network ``h_t = φ(W h_{t−1} + V x_t + b)``, or a gradient by its parameters.

    Parameters
    ----------
    recurrent : ndarray, shape (n, n)
        W, from state to state.
    inputs : ndarray, shape (n, m)
        V, from input to state.
    bias : ndarray, shape (n,)
        The vector b.
    activation : Activation
        The function φ with its slope.
    """

    recurrent: Numbers
    inputs: Numbers
    bias: Numbers
    activation: Activation

    def run(self, sequence: Numbers, start: Numbers | None = None) -> Run:
        """Return the states for a sequence of inputs.

        Parameters
        ----------
        sequence : ndarray, shape (T, …, m)
            The inputs x_1 … x_T; between time and entries there may be axes for many sequences at once.
        start : ndarray, shape (…, n), optional
            The state h_0, zero by default.
        """
        driven = sequence @ self.inputs.T + self.bias
        first = np.zeros(driven.shape[1:]) if start is None else np.broadcast_to(start, driven.shape[1:])
        kind = np.result_type(driven, self.recurrent, first)
        summed, states = np.empty(driven.shape, kind), np.empty((len(driven) + 1, *driven.shape[1:]), kind)
        states[0] = first
        for step, drive in enumerate(driven):
            summed[step] = states[step] @ self.recurrent.T + drive
            states[step + 1] = self.activation.function(summed[step])
        return Run(self, sequence, summed, states)

    def moved(self, gradient: RNN, rate: float) -> RNN:
        """Return the network after a step of gradient descent: every parameter less ``rate · gradient``."""
        return RNN(
            self.recurrent - rate * gradient.recurrent,
            self.inputs - rate * gradient.inputs,
            self.bias - rate * gradient.bias,
            self.activation,
        )


@dataclass(frozen=True, eq=False)
class Run:
    """What a network did with a sequence: h_0 … h_T in `states`, and z_1 … z_T in `summed`."""

    network: RNN
    sequence: Numbers
    summed: Numbers
    states: Numbers

    @cached_property
    def slopes(self) -> Numbers:
        """The slopes ``φ′(z_t)``, shape (T, …, n)."""
        return np.asarray(self.network.activation.slope(self.summed))

    @cached_property
    def jacobians(self) -> Numbers:
        """The factors ``∂h_t/∂h_{t−1} = diag(φ′(z_t)) W``, shape (T, …, n, n)."""
        return np.asarray(self.slopes[..., :, None] * self.network.recurrent)

    def backward(self, direct: Numbers, cut: int = 0) -> Numbers:
        """Return ``δ_0 … δ_T``, the gradient of the loss by every state, shape (T + 1, …, n).

        Parameters
        ----------
        direct : ndarray, shape (T + 1, …, n)
            Gradient of the loss by each state where the states before and after it are held.
        cut : int
            Truncation: nothing flows back from step ``k · cut + 1`` into ``h_{k · cut}``. 0 for none.
        """
        adjoints = np.array(direct, dtype=np.result_type(direct, self.slopes))
        for step in range(len(self.slopes), 0, -1):
            if not cut or (step - 1) % cut:
                adjoints[step - 1] += (self.slopes[step - 1] * adjoints[step]) @ self.network.recurrent
        return adjoints

    def summands(self, adjoints: Numbers) -> Numbers:
        """Return what each use of W adds to ``∂L/∂W``: ``(φ′(z_t) ∘ δ_t) h_{t−1}ᵀ``, shape (T, n, n)."""
        local, before = (_flat(part, 1) for part in (self.slopes * adjoints[1:], self.states[:-1]))
        return np.asarray(np.swapaxes(local, 1, 2) @ before)

    def gradient(self, adjoints: Numbers) -> RNN:
        """Return the gradient of the loss by W, V and b, from ``δ_0 … δ_T``."""
        local, before, inputs = (_flat(part) for part in (self.slopes * adjoints[1:], self.states[:-1], self.sequence))
        return RNN(local.T @ before, local.T @ inputs, local.sum(axis=0), self.network.activation)


def _flat(numbers: Numbers, kept: int = 0) -> Numbers:
    """Return an array with all its axes but the first `kept` and the last made one."""
    first, last = numbers.shape[:kept], numbers.shape[-1:]
    return numbers.reshape(*first, int(np.prod(numbers.shape[kept:-1])), *last)
