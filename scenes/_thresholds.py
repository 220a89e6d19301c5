"""Claims on when powers of one matrix have doubled or halved, and when they have come to a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenes._growth import log10_norm_of_power
from scenes._scene import Claim


def _steps_to_double(trajectory: Any, parameters: Mapping[str, Any]) -> float:
    """Return in how many steps the spectral radius of the product doubles, or halves; 0 where there are no steps."""
    if not trajectory.steps:
        return 0.0
    return float(trajectory.steps * np.log10(2) / abs(trajectory.eigenvalues(trajectory.steps)[0].max()))


def doubling_claim(text: str, radius: str) -> Claim:
    """Return the claim that the radius doubles or halves in ``ln 2 / |ln ρ|`` steps, ρ being that parameter."""

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        return float(np.log(2) / abs(np.log(parameters[radius]))) if trajectory.steps else 0.0

    def tolerance(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        # ρ is off by 1e−11 at worst, and ln ρ by as much.
        return float(1e-11 / abs(np.log(parameters[radius])) * expected(trajectory, parameters) + 1e-12)

    return Claim(text, _steps_to_double, expected, tolerance, "Eigenvalues of a general matrix are off by n · eps · κ.")


def crossing_claim(text: str, log10: float) -> Claim:
    """Return the claim that the norm is beyond a threshold, below 1 or above, when ``‖V Λᵗ V⁻¹‖`` is."""

    def beyond(norms: Any) -> Any:
        return norms < log10 if log10 < 0 else norms > log10

    def seen(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        there = beyond(trajectory.log10_spectral_norm)
        return float(there.argmax() if there.any() else trajectory.steps + 1)

    def expected(trajectory: Any, parameters: Mapping[str, Any]) -> float:
        steps, factor = trajectory.steps, trajectory.sequence.factor
        if factor is None:
            return float(steps + 1)
        # Where it is seen is looked at first; all others only if it is not so.
        first = int(seen(trajectory, parameters))
        before = first == 1 or not beyond(log10_norm_of_power(factor, first - 1))
        if before and (first > steps or beyond(log10_norm_of_power(factor, first))):
            return float(first)
        there = (step for step in range(1, steps + 1) if beyond(log10_norm_of_power(factor, step)))
        return float(next(there, steps + 1))

    return Claim(
        text,
        seen,
        expected,
        0.0,
        "A whole number, or one more than there are steps; norms differ from step to step by far more than rounding.",
    )
