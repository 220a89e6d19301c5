"""What a film claims, decided by its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from render.simulator import Trajectory
from scenes import Claim


@dataclass(frozen=True)
class Verdict:
    """A claim with its numbers; it holds when the value is within the tolerance of the expected."""

    claim: str
    column: str | None
    value: float
    expected: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the claim is true of this film."""
        return abs(self.value - self.expected) <= self.tolerance


def judge(
    claims: Sequence[Claim],
    columns: Mapping[str | None, Trajectory],
    parameters: Mapping[str, Any],
) -> list[Verdict]:
    """Return the verdict on every claim.

    Parameters
    ----------
    claims : sequence of Claim
        The scene's claims.
    columns : mapping of str to Trajectory
        Its trajectories by column label.
    parameters : mapping of str to object
        The scene's parameters.
    """
    verdicts = []
    for claim in claims:
        trajectory = columns[claim.column]
        value, expected, tolerance = (
            float(part(trajectory, parameters) if callable(part) else part)
            for part in (claim.value, claim.expected, claim.tolerance)
        )
        verdicts.append(Verdict(claim.text, claim.column, value, expected, tolerance))
    return verdicts


def finite(value: float) -> float | None:
    """Return the number, or None where JSON has no name for it."""
    return value if math.isfinite(value) else None
