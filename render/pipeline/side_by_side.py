"""What a film says of products side by side: by how much the largest and the smallest are apart."""

from __future__ import annotations

import math

from render.numerics.trajectory import Columns
from render.text import unmarked
from scenes import Reached, Scene

# What a film begins with whose colours are of each matrix's own scale: where columns are narrow, nothing else says it.
RESCALED = "All begin together. Each matrix is rescaled: its largest entry has full colour."


def _gap(columns: Columns, step: int) -> float:
    """Return how many decades the largest product is above the smallest."""
    sizes = [float(column.log10_spectral_norm[step]) for column in columns.values()]
    return max(sizes) - min(sizes)


def add_ends(made: Scene) -> None:
    """Add what is told in a scene whose columns all multiply matrices: when they are apart, and how far at the end."""

    @made.moment("From step {step} on the largest is more than a hundred times as large as the smallest.")
    def _(columns: Columns, steps: int) -> int | None:
        return next((step for step in range(1, steps) if _gap(columns, step) > 2), None)

    @made.moment("After {steps} steps the largest, {largest}, is {gap:log10} times as large as {smallest}.")
    def _(columns: Columns, steps: int) -> Reached | None:
        gap = _gap(columns, steps)
        if not steps or not math.isfinite(gap) or gap < 0.01:
            return None
        order = sorted(columns, key=lambda label: float(columns[label].log10_spectral_norm[steps]))
        return Reached(steps, largest=unmarked(str(order[-1])), smallest=unmarked(str(order[0])), gap=gap)
