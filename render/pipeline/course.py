"""The numbers of a matrix over training: its eigenvalues, its size, and how far it is from orthogonal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.numerics.eigenvalues import eigenvalues_with_errors, followed
from render.numerics.scaled import frobenius_norm, orthogonality_drift
from render.pipeline.networks import Networks
from scenes import FloatArray

# An eigenvalue that rounding may have moved farther than can be seen is not shown.
_SEEN = 1e-3


def course_of(matrices: FloatArray, clock: Sequence[int], networks: Networks | None = None) -> dict[str, FloatArray]:
    """Return the numbers of a matrix over training.

    These are its eigenvalues, each followed from checkpoint to checkpoint, with ``Σ λ`` and ``√Σ |λ|²``; the spectral
    radius ``ρ = max |λ|``; ``σ₁ = ‖W‖₂``; ``‖WᵀW − I‖_F``; and along data the Lyapunov exponents. NaN stands for an
    eigenvalue that rounding may have made.

    Parameters
    ----------
    matrices : ndarray, shape (K, n, n)
        W at every checkpoint.
    clock : sequence of int
        The number of each checkpoint.
    networks : Networks, optional
        The networks that W is of, with data.
    """
    found = [eigenvalues_with_errors(matrix) for matrix in matrices]
    values = np.array([single for single, _ in found])
    moduli = np.abs(values)
    unseen = np.array([errors for _, errors in found]) > _SEEN * np.maximum(1.0, moduli.max(axis=1))[:, None]
    # The largest is known where it is itself.
    radius = np.where(np.take_along_axis(unseen, moduli.argmax(axis=1)[:, None], 1)[:, 0], np.nan, moduli.max(axis=1))
    shown = followed(np.where(unseen, complex(np.nan, np.nan), values))
    with np.errstate(over="ignore", invalid="ignore"):
        series = {
            "clock": np.array(clock, float),
            "eigenvalues": np.stack([shown.real, shown.imag], axis=2),
            "unknown": unseen.sum(axis=1).astype(float),
            "sum": values.sum(axis=1).real,
            "root": np.array([frobenius_norm(single[:, None]) for single in moduli]),
            "radius": radius,
            "stretch": np.array([np.linalg.norm(matrix, 2) for matrix in matrices]),
            "departure": np.array([orthogonality_drift(matrix) for matrix in matrices]),
        }
    if networks is not None:
        exponents = networks.exponents(clock)
        series |= {
            "largest": exponents[:, 0],
            "others": exponents[:, 1:] if exponents.shape[1] > 1 else np.empty((len(exponents), 0)),
            "lost": np.isneginf(exponents).sum(axis=1).astype(float),
        }
    return {name: track for name, track in series.items() if track.size}
