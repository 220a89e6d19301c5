"""Weights of a hidden layer over time: the outputs they give, and how far apart its units are."""

from collections.abc import Callable, Mapping

import numpy as np

from scenes import Claimed, FloatArray


def row_distance(weights: FloatArray) -> FloatArray:
    """Return the largest distance of two rows, shape (T + 1,), of weights of shape (T + 1, rows, columns)."""
    apart = np.linalg.norm(weights[:, :, None] - weights[:, None], axis=3)
    return np.asarray(apart.max(axis=(1, 2)))


def outputs(
    weights: FloatArray, inputs: FloatArray, activation: Callable[[FloatArray], FloatArray]
) -> dict[str, FloatArray]:
    """Return the outputs ``w₂ᵀ φ(W₁ x)`` of networks at every step, and the first of them for comparison.

    Parameters
    ----------
    weights : ndarray, shape (T + 1, units, inputs + 1)
        A row for every hidden unit: its row of W₁, and last its entry of w₂.
    inputs : ndarray, shape (inputs, points)
        Where to compare; no entry is larger than 4.
    activation : callable
        The function φ.

    Returns
    -------
    dict of str to ndarray
        The weights, and outputs and first outputs of shape (T + 1, points).
    """
    output = np.stack([w[:, -1] @ activation(w[:, :-1] @ inputs) for w in weights])
    return {"weights": weights, "output": output, "first output": np.broadcast_to(output[0], output.shape)}


def same_outputs(series: Mapping[str, FloatArray], reason: str) -> Claimed:
    """Return the claim that the outputs of all steps are the first ones, up to the rounding of a sum.

    A sum is off by at most ``n eps Σ|terms|``.
    """
    weights = np.abs(series["weights"])
    sizes = weights[:, :, -1] * 4 * weights[:, :, :-1].sum(axis=2)
    return Claimed(
        float(np.abs(series["output"] - series["first output"]).max()),
        0.0,
        float(2 * weights.shape[1] * np.finfo(float).eps * sizes.sum(axis=1).max()),
        reason,
    )
