"""The claim that powers of one matrix grow or shrink at the rate of its spectral radius."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes._scene import Claim
from scenes._sequence import FloatArray


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

    By eigenvectors, ``V (Λ / ρ)^T V⁻¹``, so that it owes nothing to a product multiplied step by step; as long as
    W is diagonalisable it stays between 0 and log10 of the condition of V. It is 0 where every eigenvalue is.
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


def growth_claim(radius: str, column: str | None = None) -> Claim:
    """Return the claim that the norm of ``W^T`` grows by ``log10 ρ`` a step, for the parameter named `radius`.

    Gelfand's formula gives that only in the limit. What the norm of so few powers has besides is known from the
    eigenvectors and expected as well, so that rounding alone is left to tolerate.
    """

    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.log10_spectral_norm[-1] / max(trajectory.steps, 1))

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        if trajectory.steps == 0:
            return 0.0
        start = transient(trajectory.sequence.factors[0], trajectory.steps)
        return float(np.log10(parameters[radius]) + start / trajectory.steps)

    return Claim(
        "decades per step",
        measured,
        expected,
        1e-8,
        "log10 ρ, and what the eigenvectors add to a power: even if their condition were a million, it rounds by 1e-9.",
        column,
    )


def constant_norm_claim(column: str | None = None) -> Claim:
    """Return the claim that the spectral norm is 1 at every step, up to rounding."""

    def drift(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(np.abs(trajectory.log10_spectral_norm).max())

    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(max(trajectory.steps, 1) * trajectory.sequence.dim * np.finfo(float).eps)

    return Claim(
        "drift of log10 norm",
        drift,
        0.0,
        tolerance,
        "A multiplication rounds by at most about n · eps of the norm.",
        column,
    )


def orthogonality_claim(column: str | None = None) -> Claim:
    """Return the claim that the last product is orthogonal, ``‖PᵀP − I‖_F = 0``, up to rounding.

    A multiplication by an orthogonal matrix of size n adds at most about ``n · eps`` to each column's
    departure, in practice ``√n · eps`` to the norm of all.
    """

    def drift(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.orthogonality_drift(trajectory.steps))

    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(4 * (trajectory.steps + 1) * np.sqrt(trajectory.dim) * np.finfo(float).eps)

    return Claim(
        "‖PᵀP − I‖ at the end",
        drift,
        0.0,
        tolerance,
        "A multiplication adds about sqrt(n) · eps; factor and rounding may be off by twice that each.",
        column,
    )
