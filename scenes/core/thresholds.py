"""Claims on when powers of one matrix have doubled or halved, and when they have crossed a threshold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scenes.core.claims import Claimed
from scenes.core.growth import log10_norm_of_power
from scenes.core.trajectory import Trajectory


def doubling(product: Trajectory, radius: float) -> Claimed:
    """Return the claim that the spectral radius doubles or halves in ``ln 2 / |ln ρ|`` steps, ρ being `radius`."""
    reason = "Eigenvalues of a general matrix are off by n · eps · κ."
    if not product.steps:
        return Claimed(0.0, 0.0, 1e-12, reason)
    seen = product.steps * np.log10(2) / abs(product.eigenvalues(product.steps)[0].max())
    expected = float(np.log(2) / abs(np.log(radius)))
    # ρ is off by 1e−11 at worst, and ln ρ by as much.
    return Claimed(float(seen), expected, float(1e-11 / abs(np.log(radius)) * expected + 1e-12), reason)


def crossing(product: Trajectory, log10: float) -> Claimed:
    """Return the claim on the first step whose norm is beyond a threshold, found from ``‖V Λᵗ V⁻¹‖``.

    Parameters
    ----------
    product : Trajectory
        The powers.
    log10 : float
        log10 of the threshold: below 0 the norm has to fall below it, else to rise above it.
    """

    def beyond(norms: Any) -> Any:
        return norms < log10 if log10 < 0 else norms > log10

    steps, factor = product.steps, product.sequence.factor
    there = beyond(product.log10_spectral_norm)
    seen = int(there.argmax()) if there.any() else None
    reason = "A whole number, infinite where no step is beyond; norms of steps differ by more than rounding."
    value = math.inf if seen is None else float(seen)
    if factor is None:
        return Claimed(value, math.inf, 0.0, reason)
    # The step seen is looked at first, and all others only where it is wrong.
    last = steps if seen is None else seen - 1
    before = last == 0 or not beyond(log10_norm_of_power(factor, last))
    if before and (seen is None or beyond(log10_norm_of_power(factor, seen))):
        return Claimed(value, value, 0.0, reason)
    crossed = (float(step) for step in range(1, steps + 1) if beyond(log10_norm_of_power(factor, step)))
    return Claimed(value, next(crossed, math.inf), 0.0, reason)
