"""The claim that powers of one matrix grow or shrink at the rate of its spectral radius."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenes._scene import Claim


def growth_claim(radius: str, column: str | None = None) -> Claim:
    """Return the claim that ``log10 ‖W^T‖ / T`` is ``log10 ρ``, for the parameter named `radius`.

    Gelfand's formula gives the limit; for a diagonalisable W the difference is at most
    ``log10 κ(V) / T``, with κ(V) the condition number of the eigenvectors.
    """

    def measured(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(trajectory.log10_spectral_norm[-1] / max(trajectory.steps, 1))

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(np.log10(parameters[radius])) if trajectory.steps else 0.0

    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        if trajectory.sequence.factor is None:
            return 0.0
        vectors = np.linalg.eig(trajectory.sequence.factor)[1]
        return float(np.log10(np.linalg.cond(vectors)) / trajectory.steps)

    return Claim(
        "decades per step",
        measured,
        expected,
        tolerance,
        "A diagonalisable matrix departs from its spectral radius by at most the condition of its eigenvectors.",
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
