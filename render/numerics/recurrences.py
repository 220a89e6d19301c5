"""Recurrent networks along data: the Jacobians of their steps, and the growth rates of products of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from render.numerics.lyapunov import growth_rates
from scenes import ACTIVATIONS, RNN, Cell, FloatArray, sigmoid


@dataclass(frozen=True, eq=False)
class ResetAfterGRU:
    """Gated recurrent unit that resets after the multiplication, as PyTorch's and Keras's do; its state is h.

    ::

        z, r = σ(W h + U x + b + d)          the update gate and the reset gate, each with its own W, U, b, d
        h̃    = tanh(U x + b + r (W h + d))
        h    ← z h + (1 − z) h̃

    K. Cho et al., "Learning phrase representations using RNN encoder–decoder", arXiv 1406.1078v1, 2014. `scenes.GRU`
    resets before it.

    Parameters
    ----------
    recurrent, kernel, bias, recurrent_bias : ndarray, shape (3 n, n), (3 n, m), (3 n,), (3 n,)
        W, U, b and d of z, of r and of h̃, one below the other.
    """

    recurrent: FloatArray
    kernel: FloatArray
    bias: FloatArray
    recurrent_bias: FloatArray

    def gates(self, state: Any, x: Any) -> tuple[Any, Any, Any, Any]:
        """Return z, r, h̃ and what r multiplies, ``W h + d``, each of shape (n,)."""
        of_update, of_reset, of_new = np.split(self.kernel @ x + self.bias, 3)
        update, reset, inner = np.split(self.recurrent @ state + self.recurrent_bias, 3)
        update, reset = sigmoid(update + of_update), sigmoid(reset + of_reset)
        return update, reset, np.tanh(of_new + reset * inner), inner

    def step(self, state: Any, x: Any) -> Any:
        """Return the next h."""
        update, _, new, _ = self.gates(state, x)
        return update * state + (1 - update) * new

    def jacobian(self, state: FloatArray, x: FloatArray) -> FloatArray:
        """Return the derivatives of the next h by h, shape (n, n).

        ``diag z + diag((h − h̃) z (1 − z)) W_z + diag((1 − z)(1 − h̃²)) (diag r W_h̃ + diag((W_h̃ h + d) r (1 − r)) W_r)``
        """
        update, reset, new, inner = self.gates(state, x)
        by_update, by_reset, by_new = np.split(self.recurrent, 3)
        within = reset[:, None] * by_new + (inner * reset * (1 - reset))[:, None] * by_reset
        return np.asarray(
            np.diag(update)
            + ((state - new) * update * (1 - update))[:, None] * by_update
            + ((1 - update) * (1 - new**2))[:, None] * within
        )


def jacobians_along(network: RNN | Cell, inputs: FloatArray, start: FloatArray) -> Iterator[FloatArray]:
    """Yield ``∂h_t/∂h_{t−1}`` for t = 1 … T, each of shape (n, n); none is kept.

    Of ``h_t = φ(W h_{t−1} + U x_t + b)`` it is ``diag(φ′) W``, which is W at every step where φ is the identity.

    Parameters
    ----------
    network : RNN or Cell
        The network.
    inputs : ndarray, shape (T, m)
        The data x_1 … x_T.
    start : ndarray, shape (n,)
        The state h_0; of an LSTM c and h, one after the other.

    Raises
    ------
    OverflowError
        If a state is beyond float64; its step is the error's argument.
    """
    if isinstance(network, RNN):
        if network.activation is ACTIVATIONS["identity"]:
            yield from repeat(network.recurrent, len(inputs))
            return
        with np.errstate(over="ignore", invalid="ignore"):
            run = network.run(inputs, start)
        for step, slopes in enumerate(run.slopes):
            _refuse_endless(run.states[step + 1], step + 1)
            yield slopes[:, None] * network.recurrent
        return
    state = start
    for step, x in enumerate(inputs):
        with np.errstate(over="ignore", invalid="ignore"):
            following = network.step(state, x)
        _refuse_endless(following, step + 1)
        yield network.jacobian(state, x)
        state = following


def exponents_along(network: RNN | Cell, inputs: FloatArray, start: FloatArray) -> FloatArray:
    """Return the Lyapunov exponents of a network along data, natural logarithms a step, descending, shape (n,).

    Those of the product of its Jacobians (R. Vogt et al., "On Lyapunov exponents for RNNs: understanding information
    propagation using dynamical systems tools", Frontiers in Applied Mathematics and Statistics 8, 2022): the largest
    above 0 says that states which are close part. −inf where a Jacobian is singular.

    Parameters
    ----------
    network, inputs, start
        As for `jacobians_along`.

    Raises
    ------
    ValueError
        If there are no inputs.
    OverflowError
        If a state is beyond float64.
    """
    return growth_rates(jacobians_along(network, inputs, start))


def _refuse_endless(state: FloatArray, step: int) -> None:
    if not np.isfinite(state).all():
        raise OverflowError(step)
