"""Networks side by side that learn the copy and the addition task: free ones, a held one, and ones with gates.

Tracks have the shape (times, nets, batch, n); every net has weights and examples of its own.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from scenes import FloatArray, relu, sigmoid, softmax


def transposed(stack: Any) -> Any:
    """Return a stack of matrices with rows and columns exchanged."""
    return np.swapaxes(stack, -1, -2)


def by_net(track: Any) -> Any:
    """Return a track as one matrix for each net, shape (nets, times · batch, n)."""
    return np.moveaxis(track, 0, 1).reshape(track.shape[1], -1, track.shape[3])


def _products(left: Any, right: Any) -> Any:
    """Return ``Σ leftᵀ right`` over times and batch for each net."""
    return transposed(by_net(left)) @ by_net(right)


class Net(Protocol):
    """A recurrent network; its weights come first in the list that training changes."""

    def forward(self, weights: Sequence[Any], inputs: Any) -> tuple[Any, Any]:
        """Return the hidden states h_1 … h_T, and what the way back needs."""

    def backward(self, weights: Sequence[Any], inputs: Any, kept: Any, by_state: Any) -> list[Any]:
        """Return the gradient by the weights from that by the hidden states."""


class Linear:
    """``h_t = h_{t−1} W + relu(x_t U + b)``: a linear transition, whose Jacobian over T steps is W to the power of T.

    After M. Henaff, A. Szlam, Y. LeCun, "Recurrent orthogonal networks and long-memory tasks", ICML 2016.
    """

    def forward(self, weights: Sequence[Any], inputs: Any) -> tuple[Any, Any]:
        """Return the hidden states h_1 … h_T, and with h_0 = 0 before them what the way back needs."""
        recurrent, kernel, bias = weights[:3]
        driven = relu(inputs @ kernel + bias)
        states = np.zeros((len(driven) + 1, *driven.shape[1:]), driven.dtype)
        for step, drive in enumerate(driven):
            states[step + 1] = states[step] @ recurrent + drive
        return states[1:], (states, driven > 0)

    def backward(self, weights: Sequence[Any], inputs: Any, kept: Any, by_state: Any) -> list[Any]:
        """Return the gradient by W, U and b."""
        states, open_ = kept
        across, adjoints = transposed(weights[0]), by_state.copy()
        for step in range(len(adjoints) - 2, -1, -1):
            adjoints[step] += adjoints[step + 1] @ across
        local = adjoints * open_
        return [_products(states[:-1], adjoints), _products(inputs, local), local.sum(axis=(0, 2))[:, None]]


class Lstm:
    """The cell of `scenes.LSTM` with row vectors: gates f, i, o and the candidate side by side."""

    def forward(self, weights: Sequence[Any], inputs: Any) -> tuple[Any, Any]:
        """Return the hidden states h_1 … h_T, and what the way back needs."""
        recurrent, kernel, bias = weights[:3]
        driven, n = inputs @ kernel + bias, recurrent.shape[1]
        shape = (len(driven) + 1, *driven.shape[1:3], n)
        hidden, cells = np.zeros(shape, driven.dtype), np.zeros(shape, driven.dtype)
        gates = np.empty_like(driven)
        for step, drive in enumerate(driven):
            now = drive + hidden[step] @ recurrent
            gates[step, ..., : 3 * n] = sigmoid(now[..., : 3 * n])
            gates[step, ..., 3 * n :] = np.tanh(now[..., 3 * n :])
            f, i, o, candidate = (gates[step, ..., k * n : (k + 1) * n] for k in range(4))
            cells[step + 1] = f * cells[step] + i * candidate
            hidden[step + 1] = o * np.tanh(cells[step + 1])
        return hidden[1:], (hidden, cells, gates)

    def backward(self, weights: Sequence[Any], inputs: Any, kept: Any, by_state: Any) -> list[Any]:
        """Return the gradient by W, U and b."""
        hidden, cells, gates = kept
        across, n = transposed(weights[0]), weights[0].shape[1]
        local = np.empty_like(gates)
        by_hidden, by_cell = np.zeros_like(hidden[0]), np.zeros_like(hidden[0])
        for step in range(len(gates) - 1, -1, -1):
            f, i, o, candidate = (gates[step, ..., k * n : (k + 1) * n] for k in range(4))
            squashed = np.tanh(cells[step + 1])
            by_hidden = by_hidden + by_state[step]
            by_cell = by_cell + by_hidden * o * (1 - squashed**2)
            local[step, ..., :n] = by_cell * cells[step] * f * (1 - f)
            local[step, ..., n : 2 * n] = by_cell * candidate * i * (1 - i)
            local[step, ..., 2 * n : 3 * n] = by_hidden * squashed * o * (1 - o)
            local[step, ..., 3 * n :] = by_cell * i * (1 - candidate**2)
            by_hidden, by_cell = local[step] @ across, by_cell * f
        return [_products(hidden[:-1], local), _products(inputs, local), local.sum(axis=(0, 2))[:, None]]


class Gru:
    """The cell of `scenes.GRU`, convention ``keep``, with row vectors: z, r and the candidate side by side."""

    def forward(self, weights: Sequence[Any], inputs: Any) -> tuple[Any, Any]:
        """Return the hidden states h_1 … h_T, and what the way back needs."""
        recurrent, kernel, bias = weights[:3]
        driven, n = inputs @ kernel + bias, recurrent.shape[1]
        hidden = np.zeros((len(driven) + 1, *driven.shape[1:3], n), driven.dtype)
        gates = np.empty_like(driven)
        for step, drive in enumerate(driven):
            gates[step, ..., : 2 * n] = sigmoid(drive[..., : 2 * n] + hidden[step] @ recurrent[..., : 2 * n])
            z, r = gates[step, ..., :n], gates[step, ..., n : 2 * n]
            gates[step, ..., 2 * n :] = np.tanh(drive[..., 2 * n :] + (r * hidden[step]) @ recurrent[..., 2 * n :])
            hidden[step + 1] = z * hidden[step] + (1 - z) * gates[step, ..., 2 * n :]
        return hidden[1:], (hidden, gates)

    def backward(self, weights: Sequence[Any], inputs: Any, kept: Any, by_state: Any) -> list[Any]:
        """Return the gradient by W, U and b."""
        hidden, gates = kept
        n = weights[0].shape[1]
        across, inner = transposed(weights[0][..., : 2 * n]), transposed(weights[0][..., 2 * n :])
        local = np.empty_like(gates)
        by_hidden = np.zeros_like(hidden[0])
        for step in range(len(gates) - 1, -1, -1):
            z, r, candidate = (gates[step, ..., k * n : (k + 1) * n] for k in range(3))
            by_hidden = by_hidden + by_state[step]
            local[step, ..., :n] = by_hidden * (hidden[step] - candidate) * z * (1 - z)
            local[step, ..., 2 * n :] = by_hidden * (1 - z) * (1 - candidate**2)
            back = local[step, ..., 2 * n :] @ inner
            local[step, ..., n : 2 * n] = back * hidden[step] * r * (1 - r)
            by_hidden = by_hidden * z + back * r + local[step, ..., : 2 * n] @ across
        reset = gates[..., n : 2 * n] * hidden[:-1]
        by_recurrent = [_products(hidden[:-1], local[..., : 2 * n]), _products(reset, local[..., 2 * n :])]
        return [np.concatenate(by_recurrent, axis=2), _products(inputs, local), local.sum(axis=(0, 2))[:, None]]


class Copy:
    """Letters, silence, a delimiter, and then the letters again; a mean of nats over all times."""

    letters, message = 8, 3
    inputs, outputs = letters + 2, letters + 1

    def baseline(self, delay: int) -> float:
        """Return the loss of a net that knows the time but no letter."""
        return float(self.message * np.log(self.letters) / (delay + 2 * self.message))

    def examples(self, random: np.random.Generator, delay: int, count: int) -> tuple[FloatArray, FloatArray]:
        """Return one-hot inputs and targets, shape (T, count, …)."""
        times, m = delay + 2 * self.message, self.message
        said = random.integers(0, self.letters, (m, count))
        symbols = np.full((times, count), self.letters)
        symbols[:m], symbols[delay + m - 1] = said, self.letters + 1
        targets = np.full((times, count), self.letters)
        targets[-m:] = said
        return np.eye(self.inputs)[symbols], np.eye(self.outputs)[targets]

    def loss(self, scores: Any, targets: FloatArray) -> tuple[Any, Any]:
        """Return the loss of every net, and its gradient by the scores."""
        highest = np.real(scores).max(axis=-1, keepdims=True)
        logs = scores - highest - np.log(np.exp(scores - highest).sum(axis=-1, keepdims=True))
        count = scores.shape[0] * scores.shape[2]
        return -(logs * targets).sum(axis=(0, 2, 3)) / count, (softmax(scores) - targets) / count

    def right(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        """Return which share of the letters every net says rightly."""
        said, asked = (track[-self.message :].argmax(axis=-1) for track in (scores, targets))
        return np.asarray((said == asked).mean(axis=(0, 2)))


class Addition:
    """Numbers from 0 to 1, two of them marked: one in each half. Their sum is asked for; the mean squared error."""

    inputs, outputs = 2, 1

    def baseline(self, delay: int) -> float:
        """Return the loss of a net that says 1: the variance of the sum of two numbers."""
        return 1 / 6

    def examples(self, random: np.random.Generator, delay: int, count: int) -> tuple[FloatArray, FloatArray]:
        """Return numbers and marks, shape (T, count, 2), and sums at the last time, (1, count, 1)."""
        inputs = np.zeros((delay, count, 2))
        inputs[..., 0] = random.uniform(size=(delay, count))
        half, every = delay // 2, np.arange(count)
        inputs[random.integers(0, half, count), every, 1] = 1.0
        inputs[random.integers(half, delay, count), every, 1] = 1.0
        return inputs, (inputs[..., 0] * inputs[..., 1]).sum(axis=0)[None, :, None]

    def loss(self, scores: Any, targets: FloatArray) -> tuple[Any, Any]:
        """Return the loss of every net, and its gradient by what it says."""
        wrong = scores[-1:] - targets
        gradient = np.zeros_like(scores)
        gradient[-1:] = 2 * wrong / scores.shape[2]
        return (wrong**2).mean(axis=(0, 2, 3)), gradient


Task = Copy | Addition


def scores_of(net: Net, weights: Sequence[Any], inputs: Any) -> Any:
    """Return what nets say at every time."""
    return net.forward(weights, inputs)[0] @ weights[3] + weights[4]


def gradient_of(net: Net, task: Task, weights: Sequence[Any], inputs: Any, targets: Any) -> tuple[Any, list[Any]]:
    """Return every net's loss, and its gradient by all weights: recurrent, inputs, bias, readout and its bias."""
    hidden, kept = net.forward(weights, inputs)
    loss, wrong = task.loss(hidden @ weights[3] + weights[4], targets)
    by_weights = net.backward(weights, inputs, kept, wrong @ transposed(weights[3]))
    return loss, [*by_weights, _products(hidden, wrong), wrong.sum(axis=(0, 2))[:, None]]
