"""Logarithms of χ² variables: what Gaussian layers add to the logarithm of a vector's length."""

from __future__ import annotations

from math import factorial, log

# Bernoulli numbers B_2, B_4 … B_12.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730)


def polygamma(order: int, x: float) -> float:
    """Return the digamma function ψ(x), x > 0, or its derivative of the given order, to about 13 digits.

    By recurrence to x ≥ 12 and the asymptotic series from there (DLMF 5.11.2, 5.15.5 and 5.15.8).
    """
    shifted = 0.0
    while x < 12:
        shifted += factorial(order) / x ** (order + 1)
        x += 1
    if order == 0:
        terms = sum(b / (2 * k * x ** (2 * k)) for k, b in enumerate(_BERNOULLI, 1))
        return log(x) - 1 / (2 * x) - terms - shifted
    series = factorial(order - 1) / x**order + factorial(order) / (2 * x ** (order + 1))
    for k, b in enumerate(_BERNOULLI, 1):
        series += b * factorial(2 * k + order - 1) / factorial(2 * k) / x ** (2 * k + order)
    return series + shifted if order % 2 else -series - shifted


def log_chi_square(count: int) -> tuple[float, float]:
    """Return mean and variance of ``ln(χ²_k / k)``: what a layer of k units adds to the log of the variance.

    C. M. Newman, "The distribution of Lyapunov exponents: exact results for random matrices",
    Communications in Mathematical Physics 103, 1986.
    """
    return polygamma(0, count / 2) - log(count / 2), polygamma(1, count / 2)
