"""Sequences of symbols."""

import numpy as np

from scenes import FloatArray


def symbols(steps: int, kinds: int, seed: int) -> FloatArray:
    """Return a random sequence, each symbol a row with a single 1, shape (steps, kinds)."""
    return np.asarray(np.eye(kinds)[np.random.default_rng([seed, 3]).integers(0, kinds, steps)])
