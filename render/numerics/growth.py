"""How fast a product grows: its decades a step, when the first steps are past."""

from __future__ import annotations

import numpy as np

from scenes import FloatArray


def log10_growth(track: FloatArray) -> float:
    """Return the slope of a size over the second half of its steps, in decades a step.

    The least-squares line through ``log10 ‖P_t‖`` for ``t = ⌊T/2⌋ … T``: over many steps it is the decimal logarithm
    of the spectral radius (I. Gelfand's formula, ``‖Wᵗ‖^{1/t} → ρ(W)``), or of the mean growth of a random product.

    Parameters
    ----------
    track : ndarray, shape (T + 1,)
        Decimal logarithms of the size.

    Returns
    -------
    float
        −inf where the product has become zero, NaN where there are fewer than two steps.
    """
    steps = len(track) - 1
    if steps < 2:
        return float("nan")
    late = track[steps // 2 :]
    if np.isneginf(late[-1]):
        return float("-inf")
    if not np.isfinite(late).all():
        return float("nan")
    times = np.arange(len(late)) - (len(late) - 1) / 2
    return float(times @ (late - late.mean()) / (times @ times))
