"""Lyapunov exponents: the growth rates of the axes of a product."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from render.numerics.scaled import largest_exponent
from scenes import FloatArray, MatrixSequence


def lyapunov_exponents(sequence: MatrixSequence) -> FloatArray:
    """Return the growth rates of the product's axes in natural logarithms a step, descending, shape (n,).

    ``μ_k = (1 / T) Σ log |r_kk|`` over the QR factorisations ``W_t Q_{t−1} = Q_t R_t``: their sum is
    the mean of ``log |det W_t|``, and for large T they are the rates of the singular values
    (G. Benettin et al., "Lyapunov characteristic exponents", 1980). −inf where a factor is singular.

    Raises
    ------
    ValueError
        If the sequence has no factors.
    """
    return growth_rates(sequence.factors)


def growth_rates(factors: Iterable[FloatArray]) -> FloatArray:
    """Return `lyapunov_exponents` of factors that come one after the other, each of shape (n, n); none is kept.

    Raises
    ------
    ValueError
        If there are none.
    """
    q: FloatArray = np.empty((0, 0))
    total, missed = np.empty(0), np.empty(0)
    highest = count = 0
    for count, factor in enumerate(factors, 1):
        if count == 1:
            q, total, missed = np.eye(len(factor)), np.zeros(len(factor)), np.zeros(len(factor))
            highest = 1020 - int(np.ceil(np.log2(len(factor))))
        size = largest_exponent(factor)
        # Near the ends of float64 a factorisation overflows, or has digits too few.
        shift = size if size < -400 else max(0, size - highest)
        q, r = np.linalg.qr(np.ldexp(factor, -shift) @ q)
        with np.errstate(divide="ignore"):
            term = np.log(np.abs(r.diagonal())) + shift * np.log(2.0)
        # Neumaier's summation: what the sum loses is kept.
        larger = total + term
        with np.errstate(invalid="ignore"):
            missed = missed + np.where(np.abs(total) >= np.abs(term), (total - larger) + term, (term - larger) + total)
        total = larger
    if not count:
        raise ValueError("growth rates need one factor at least")
    rates = np.where(np.isneginf(total), -np.inf, total + missed) / count
    return np.asarray(np.sort(rates)[::-1])
