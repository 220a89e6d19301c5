"""Activation functions with their slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Activation:
    """A function applied to every entry of a layer.

    Parameters
    ----------
    name : str
        Its usual name.
    function, slope : callable
        The function and its derivative; both take arrays, and the function complex ones, too.
    steepest : float
        Largest slope γ: a Jacobian ``diag(φ′) W`` has a norm of at most ``γ ‖W‖₂``.
    """

    name: str
    function: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    steepest: float


def sigmoid(x: Any) -> Any:
    """Return ``1 / (1 + exp(−x))``, by way of tanh, which neither overflows nor loses digits."""
    return (1.0 + np.tanh(x / 2.0)) / 2.0


def _sigmoid_slope(x: Any) -> Any:
    value = sigmoid(x)
    return value * (1.0 - value)


def relu(x: Any) -> Any:
    """Return ``max(0, x)``; of complex numbers those with a positive real part."""
    return np.where(np.real(x) > 0, x, 0.0)


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return ``exp(z) / Σ exp(z)`` along the last axis; complex numbers go through."""
    raised = np.exp(scores - np.real(scores).max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("identity", lambda x: x, np.ones_like, 1.0),
        Activation("tanh", np.tanh, lambda x: 1.0 - np.tanh(x) ** 2, 1.0),
        Activation("sigmoid", sigmoid, _sigmoid_slope, 0.25),
        Activation("ReLU", relu, lambda x: np.where(np.real(x) > 0, 1.0, 0.0), 1.0),
    )
}
