"""What is known exactly of products of Gaussian matrices, and how far a sample of them may be from it.

For a standard normal W and every unit vector x, ``log ‖W x‖ = ½ log χ²(n)``, independent from step to step
(C. M. Newman, "The distribution of Lyapunov exponents", Communications in Mathematical Physics 103, 1986).
"""

from math import pi

import numpy as np

from scenes import FloatArray, Trajectory

LN10 = float(np.log(10.0))

# Standard errors by which a mean over random draws may be off: beyond 4.5 comes once in 150,000 draws.
SIGMAS = 4.5
# A headline allows more: beyond 6 comes once in 500 million draws.
HEADLINE_SIGMAS = 6.0

# Vectors that a mean is taken of, and of them those that are drawn.
DRAWS, WALKERS = 200, 24


def digamma(halves: int) -> float:
    """Return ``ψ(halves / 2)``, the logarithmic derivative of the gamma function, by its recurrence."""
    if halves <= 2:
        return -float(np.euler_gamma) - (2 * float(np.log(2)) if halves == 1 else 0.0)
    return digamma(halves - 2) + 2 / (halves - 2)


def trigamma(halves: int) -> float:
    """Return ``ψ′(halves / 2)``, by its recurrence."""
    if halves <= 2:
        return pi**2 / (2 if halves == 1 else 6)
    return trigamma(halves - 2) - 4 / (halves - 2) ** 2


def lyapunov_exponent(dim: int, index: int = 1) -> float:
    """Return the exponent μₖ = ``(log 2 + ψ((n − k + 1) / 2)) / 2`` of products of standard normal matrices.

    Parameters
    ----------
    dim : int
        Rows and columns n.
    index : int
        Which exponent k, from 1 for the largest to n.
    """
    return float(np.log(2) + digamma(dim - index + 1)) / 2


def slope_error(dim: int, samples: int, sigmas: float = SIGMAS) -> float:
    """Return by how much the mean of so many ``log ‖W x‖``, in decades, may be off.

    The second term is for few samples: the logarithm of a χ² number has an exponential tail, e^(n x). By the series
    of its cumulants the bound is exceeded with a probability of at most ``exp(−sigmas² / 2)`` to either side
    (S. Boucheron, G. Lugosi, P. Massart, "Concentration Inequalities", 2013, section 2.4).

    Parameters
    ----------
    dim : int
        Degrees of freedom n of the χ² numbers.
    samples : int
        Independent logarithms that the mean is taken of.
    sigmas : float
        Standard errors that are allowed.
    """
    error = sigmas * np.sqrt(trigamma(dim) / 4 / samples) + sigmas**2 / 2 / (dim * samples)
    return float(error / LN10)


def growths(steps: int, dim: int, draws: int, seed: int) -> FloatArray:
    """Return log ‖W x‖ at every step of so many vectors, each multiplied by its own standard normal matrices.

    The vectors are kept at length one.

    Returns
    -------
    ndarray, shape (steps, draws)
    """
    random = np.random.default_rng([seed, 2])
    vectors, logs = np.zeros((draws, dim)), np.empty((steps, draws))
    vectors[:, 0] = 1.0
    for step in range(steps):
        vectors = np.einsum("dij,dj->di", random.standard_normal((draws, dim, dim)), vectors)
        lengths = np.linalg.norm(vectors, axis=1)
        logs[step] = np.log(lengths)
        vectors /= lengths[:, None]
    return logs


def share(off: float, allowed: float) -> float:
    """Return how far a number is off as a share of what is allowed, 1e-9 for rounding included."""
    return abs(float(off)) / (allowed + 1e-9)


def axes_off(product: Trajectory) -> float:
    """Return how far the growth of the first and the last axis of this product is from theory, in shares allowed.

    By QR of every factor times the last Q, log R_kk is a sum of independent logarithms of χ(n − k + 1).
    """
    n, factors = product.dim, product.sequence.factors
    q, r = np.linalg.qr(product.sequence.initial)
    sums = np.log(np.abs(np.diagonal(r)))
    for factor in factors:
        q, r = np.linalg.qr(factor @ q)
        sums = sums + np.log(np.abs(np.diagonal(r)))
    means = sums / (len(factors) + 1)
    return max(
        share(
            (means[k - 1] - lyapunov_exponent(n, k)) / LN10, slope_error(n - k + 1, len(factors) + 1, HEADLINE_SIGMAS)
        )
        for k in (1, n)
    )
