"""Sequences of symbols, and probabilities of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes import FloatArray


def symbols(steps: int, kinds: int, seed: int) -> FloatArray:
    """Return a random sequence, each symbol a row with a single 1, shape (steps, kinds)."""
    return np.asarray(np.eye(kinds)[np.random.default_rng([seed, 3]).integers(0, kinds, steps)])


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return ``exp(z) / Σ exp(z)`` along the last axis; complex numbers go through."""
    raised = np.exp(scores - np.real(scores).max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
