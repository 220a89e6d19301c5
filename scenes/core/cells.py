"""Recurrent cells with gates: one step of each, and its Jacobian.

A cell has a state s, one vector, and is given an input x at every step: ``step(s, x)`` is the next state and
``jacobian(s, x)`` the matrix of its derivatives by s. Steps take complex numbers too, so that
`complex_step_jacobian` finds a Jacobian without its formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from scenes.core.activations import sigmoid
from scenes.core.sequence import FloatArray


class Cell(Protocol):
    """What is stepped through time."""

    def step(self, state: Any, x: Any) -> Any:
        """Return the next state."""

    def jacobian(self, state: FloatArray, x: FloatArray) -> FloatArray:
        """Return the derivatives of the next state by this one, shape (n, n)."""


@dataclass(frozen=True, eq=False)
class LSTM:
    """Long short-term memory; its state is the cell c and the hidden state h, one after the other.

    With the gates ``f, i, o = σ(W h + U x + b)`` and the candidate ``c̃ = tanh(W h + U x + b)``, each with weights of
    its own, ``c ← f c + i c̃`` and then ``h ← o tanh c``.

    S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997. Its cell could not forget:
    the gate f is of F. Gers, J. Schmidhuber, F. Cummins, "Learning to forget", Neural Computation 12, 2000.

    Parameters
    ----------
    recurrent, kernel, bias : ndarray, shape (4 n, n), (4 n, m), (4 n,)
        W, U and b of f, i, o and c̃, one below the other.
    """

    recurrent: FloatArray
    kernel: FloatArray
    bias: FloatArray

    @property
    def dim(self) -> int:
        """Number of units n; the state has 2 n numbers."""
        return int(self.recurrent.shape[1])

    @property
    def parameters(self) -> int:
        """Number of weights, 4 n (n + m + 1)."""
        return self.recurrent.size + self.kernel.size + self.bias.size

    def gates(self, state: Any, x: Any) -> tuple[Any, Any, Any, Any]:
        """Return f, i, o and c̃, each of shape (n,)."""
        f, i, o, candidate = np.split(self.recurrent @ state[self.dim :] + self.kernel @ x + self.bias, 4)
        return sigmoid(f), sigmoid(i), sigmoid(o), np.tanh(candidate)

    def step(self, state: Any, x: Any) -> Any:
        """Return the next state, c and h."""
        f, i, o, candidate = self.gates(state, x)
        c = f * state[: self.dim] + i * candidate
        return np.concatenate([c, o * np.tanh(c)])

    def jacobian(self, state: FloatArray, x: FloatArray) -> FloatArray:
        """Return the derivatives of the next c and h by c and h, shape (2 n, 2 n).

        ::

            ∂c′/∂c = diag f                          ∂h′/∂c = diag(o (1 − tanh² c′)) ∂c′/∂c
            ∂c′/∂h = diag(c f (1 − f)) W_f + diag(c̃ i (1 − i)) W_i + diag(i (1 − c̃²)) W_c̃
            ∂h′/∂h = diag(o (1 − tanh² c′)) ∂c′/∂h + diag(tanh c′ · o (1 − o)) W_o
        """
        before = state[: self.dim]
        f, i, o, candidate = self.gates(state, x)
        squashed = np.tanh(f * before + i * candidate)
        by_f, by_i, by_o, by_candidate = np.split(self.recurrent, 4)
        cell = np.hstack(
            [
                np.diag(f),
                (before * f * (1 - f))[:, None] * by_f
                + (candidate * i * (1 - i))[:, None] * by_i
                + (i * (1 - candidate**2))[:, None] * by_candidate,
            ]
        )
        hidden = (o * (1 - squashed**2))[:, None] * cell
        hidden[:, self.dim :] += (squashed * o * (1 - o))[:, None] * by_o
        return np.vstack([cell, hidden])


@dataclass(frozen=True, eq=False)
class GRU:
    """Gated recurrent unit; its state is h.

    With the reset gate r and the candidate ``h̃ = tanh(W (r h) + U x + b)`` the next state is a blend of old and new,
    ``h ← (1 − u) h + u h̃``. What the network computes is either u itself or ``z = 1 − u``, by its convention:

    - ``update``: ``u = σ(W h + U x + b)``, so that the old state is kept by 1 − u (J. Chung et al., "Empirical
      evaluation of gated recurrent neural networks on sequence modeling", 2014, and most lectures),
    - ``keep``: ``z = σ(W h + U x + b)``, so that it is kept by z (K. Cho et al., "Learning phrase representations
      using RNN encoder–decoder", 2014; PyTorch, Keras).

    Here r comes before the multiplication by W. Others put it after, ``r (W h)``: the first version of Cho's paper
    (arXiv 1406.1078v1), PyTorch, and Keras with ``reset_after=True``; that is not modelled here.

    Parameters
    ----------
    recurrent, kernel, bias : ndarray, shape (3 n, n), (3 n, m), (3 n,)
        W, U and b of the gate u or z, of r and of h̃, one below the other.
    convention : str
        ``update`` or ``keep``.
    """

    recurrent: FloatArray
    kernel: FloatArray
    bias: FloatArray
    convention: str = "update"

    def __post_init__(self) -> None:
        """Refuse a convention that is none."""
        if self.convention not in ("update", "keep"):
            raise ValueError(f"there is no convention {self.convention!r}, choose update or keep")

    @property
    def dim(self) -> int:
        """Number of units n."""
        return int(self.recurrent.shape[1])

    @property
    def parameters(self) -> int:
        """Number of weights, 3 n (n + m + 1)."""
        return self.recurrent.size + self.kernel.size + self.bias.size

    def gates(self, state: Any, x: Any) -> tuple[Any, Any, Any, Any]:
        """Return the weight of the old state, that of the new one, r and h̃, each of shape (n,)."""
        by_gate, by_reset, by_candidate = np.split(self.recurrent, 3)
        gate, reset, candidate = np.split(self.kernel @ x + self.bias, 3)
        gate, reset = gate + by_gate @ state, sigmoid(reset + by_reset @ state)
        # σ(−a) = 1 − σ(a), without its rounding where σ is close to 1.
        new, old = sigmoid(gate), sigmoid(-gate)
        if self.convention == "keep":
            new, old = old, new
        return old, new, reset, np.tanh(candidate + by_candidate @ (reset * state))

    def step(self, state: Any, x: Any) -> Any:
        """Return the next h."""
        old, new, _, candidate = self.gates(state, x)
        return old * state + new * candidate

    def jacobian(self, state: FloatArray, x: FloatArray) -> FloatArray:
        """Return the derivatives of the next h by h, shape (n, n).

        ``diag(1 − u) ± diag((h̃ − h) u (1 − u)) W + diag(u (1 − h̃²)) W_h̃ (diag r + diag(h r (1 − r)) W_r)``,
        the sign being that of ∂u: − where the network computes z = 1 − u.
        """
        old, new, reset, candidate = self.gates(state, x)
        by_gate, by_reset, by_candidate = np.split(self.recurrent, 3)
        sign = 1.0 if self.convention == "update" else -1.0
        inner = np.diag(reset) + (state * reset * (1 - reset))[:, None] * by_reset
        return np.asarray(
            np.diag(old)
            + (sign * (candidate - state) * new * old)[:, None] * by_gate
            + (new * (1 - candidate**2))[:, None] * (by_candidate @ inner)
        )


def unroll(cell: Cell, state: FloatArray, inputs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the states of all steps, shape (T + 1, n), and their Jacobians, shape (T, n, n).

    Parameters
    ----------
    cell : Cell
        What is stepped.
    state : ndarray, shape (n,)
        The first state.
    inputs : ndarray, shape (T, m)
        One input a step.
    """
    states, jacobians = [state], []
    for x in inputs:
        jacobians.append(cell.jacobian(states[-1], x))
        states.append(cell.step(states[-1], x))
    return np.array(states), np.array(jacobians).reshape(len(inputs), len(state), len(state))


def last_state(cell: Cell, state: Any, inputs: FloatArray) -> Any:
    """Return the state after all inputs; complex numbers go through."""
    for x in inputs:
        state = cell.step(state, x)
    return state
