"""How far random samples may stray from what theory says of their mean."""

from collections.abc import Sequence

import numpy as np

# Standard deviations that a claim allows a sample.
SIGMAS = 5.0

# −log of half the probability that a normal number lies 4.5 deviations from its mean: the chance that bounds leave.
_RARE = 12.6


def normal_deviation(count: float) -> float:
    """Return how far the mean of `count` squared standard normal numbers may be from 1.

    B. Laurent, P. Massart, "Adaptive estimation of a quadratic functional by model selection",
    Annals of Statistics 28, 2000, lemma 1: beyond ``2√(x/k) + 2x/k`` with a probability of ``exp(−x)``.
    """
    return float(2 * np.sqrt(_RARE / count) + 2 * _RARE / count)


def uniform_deviation(count: float) -> float:
    """Return the same, relative, for squares of uniform numbers: Hoeffding's bound for numbers from 0 to 3."""
    return float(3 * np.sqrt(_RARE / (2 * count)))


def log10_deviation(widths: Sequence[int], batch: int, nets: int = 1) -> float:
    """Return five deviations of log10 of the mean square of batches behind Gaussian layers.

    With ``G = XᵀX`` and Y = W X the first two moments are those of a Wishart matrix (its parameter m the number of
    rows of W, of variance 1 here): ``E tr²(YᵀY) = m² tr² G + 2m tr G²`` and
    ``E tr((YᵀY)²) = m(m + 1) tr G² + m tr² G``.

    Parameters
    ----------
    widths : sequence of int
        Units of every layer, first the number of inputs, which are Gaussian as well.
    batch : int
        Vectors that each network is shown.
    nets : int
        Independent networks that the mean is taken of.
    """
    square, trace = 1.0, 1 / batch
    for m in widths:
        # Both divided by (m tr G)².
        square, trace = square + 2 * trace / m, (1 + 1 / m) * trace + square / m
    # The logarithm of a variable of relative variance v has a variance of about ln(1 + v), if not quite:
    # its lower tail is the longer one.
    log_variance = np.log1p((square - 1) / nets)
    return float((1.2 * SIGMAS * np.sqrt(log_variance) + log_variance / 2) / np.log(10))
