"""Claims on the norms of powers of one matrix: their rate of growth, and that they stay 1."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.core.claims import Claimed
from scenes.core.sequence import FloatArray
from scenes.core.trajectory import Trajectory


# Several claims ask for the same matrix, and a large one takes seconds.
@lru_cache(maxsize=4)
def _eigen(matrix: bytes) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return eigenvalues, eigenvectors and their inverse of a square matrix, given as its bytes."""
    square = np.frombuffer(matrix)
    values, vectors = np.linalg.eig(square.reshape(math.isqrt(square.size), -1))
    # A pseudo-inverse exists for eigenvectors of any matrix, also where they are too few; it takes longer.
    inverse = np.linalg.pinv(vectors) if len(values) <= 256 else np.linalg.inv(vectors)
    return values, vectors, inverse


def log10_norm_of_power(matrix: FloatArray, steps: int) -> float:
    """Return ``log10 ‖W^t‖₂`` of a matrix with a radius above 0, by its eigenvectors, as `transient` does."""
    if steps == 0:
        return 0.0
    radius = np.abs(_eigen(matrix.tobytes())[0]).max()
    return transient(matrix, steps) + steps * float(np.log10(radius))


def transient(matrix: FloatArray, steps: int) -> float:
    """Return ``log10 ‖(W / ρ)^T‖₂``: what the norm of a power has besides ``T log10 ρ``.

    It is computed by eigenvectors, ``V (Λ / ρ)^T V⁻¹``, and so independently of a product multiplied step by step.
    As long as W is diagonalisable it stays between 0 and log10 of the condition of V. It is 0 where every
    eigenvalue is.
    """
    if np.array_equal(matrix, matrix.T):
        # Orthogonal eigenvectors add nothing; found with rounding, those of equal eigenvalues may be all but parallel.
        return 0.0
    values, vectors, inverse = _eigen(matrix.tobytes())
    radius = np.abs(values).max()
    if radius == 0:
        return 0.0
    power = ((vectors * (values / radius) ** steps) @ inverse).real
    return float(np.log10(np.linalg.norm(power, 2)))


def growth(product: Trajectory, radius: float) -> Claimed:
    """Return the claim that the norm of ``W^T`` grows by ``log10 ρ`` a step, ρ being the spectral radius `radius`.

    Gelfand's formula gives that only in the limit. What the eigenvectors add to the norm of a finite power is taken
    away first, so that rounding alone has to be tolerated.
    """
    reason = "What the eigenvectors add to a power, which is taken away, rounds by 1e-9 with a condition of a million."
    expected = float(np.log10(radius))
    if product.steps == 0:
        # Nothing has grown yet.
        return Claimed(expected, expected, 1e-8, reason)
    grown = product.log10_spectral_norm[-1] - transient(product.sequence.factors[0], product.steps)
    return Claimed(float(grown / product.steps), expected, 1e-8, reason)


def constant_norm(product: Trajectory) -> Claimed:
    """Return the claim that the spectral norm is 1 at every step, up to rounding."""
    return Claimed(
        float(np.abs(product.log10_spectral_norm).max()),
        0.0,
        float(max(product.steps, 1) * product.dim * np.finfo(float).eps),
        "A multiplication rounds by at most about n · eps of the norm.",
    )


def orthogonality(product: Trajectory) -> Claimed:
    """Return the claim that the last product is orthogonal, ``‖PᵀP − I‖_F = 0``, up to rounding.

    A multiplication by an orthogonal matrix of size n adds at most about ``n · eps`` to each column's
    departure, in practice ``√n · eps`` to the norm of all.
    """
    return Claimed(
        product.orthogonality_drift(product.steps),
        0.0,
        float(4 * (product.steps + 1) * np.sqrt(product.dim) * np.finfo(float).eps),
        "A multiplication adds about sqrt(n) · eps; factor and rounding may be off by twice that each.",
    )
