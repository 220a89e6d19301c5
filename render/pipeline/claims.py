"""What a film claims, decided by its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from render.errors import RenderError
from render.numerics.trajectory import Columns
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
        if self.value == self.expected == math.inf:
            # A step that should not come, and does not.
            return self.tolerance == 0
        return abs(self.value - self.expected) <= self.tolerance

    def as_json(self) -> dict[str, Any]:
        """Return the entry of manifests; null stands for a number that is not finite."""
        return {
            "claim": self.claim if self.column is None else f"{self.column}: {self.claim}",
            "value": finite(self.value),
            "expected": finite(self.expected),
            "tolerance": finite(self.tolerance),
            "holds": self.holds,
        }


def judge(
    claims: Sequence[Claim],
    columns: Columns,
    parameters: Mapping[str, Any],
) -> list[Verdict]:
    """Return the verdict on every claim.

    Parameters
    ----------
    claims : sequence of Claim
        The scene's claims.
    columns : mapping of str to Trajectory
        Its numbers by column label.
    parameters : mapping of str to object
        The scene's parameters.
    """
    verdicts = []
    for claim in claims:
        try:
            claimed = claim.decide(columns, parameters)
            value, expected, tolerance = map(float, (claimed.value, claimed.expected, claimed.tolerance))
        except Exception as error:
            error.add_note(f"in the claim {claim.text!r}")
            raise
        verdicts.append(Verdict(claim.text, claim.column, value, expected, tolerance))
    return verdicts


def require_true(verdicts: Sequence[Verdict]) -> None:
    """Refuse to film what is not so.

    Raises
    ------
    RenderError
        If a claim is false.
    """
    for verdict in verdicts:
        if not verdict.holds:
            column = f" of {verdict.column}" if verdict.column else ""
            raise RenderError(
                f"the claim {verdict.claim!r}{column} is false: its number is {verdict.value:.6g} where "
                f"{verdict.expected:.6g} ± {verdict.tolerance:.2g} was expected, so change the parameters, mend the "
                "scene, or pass --allow-false-claims"
            )


def finite(value: float) -> float | None:
    """Return the number, or None where JSON has no name for it."""
    return value if math.isfinite(value) else None
