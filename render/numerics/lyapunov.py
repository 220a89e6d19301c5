"""Lyapunov exponents: the growth rates of the axes of a product."""

from __future__ import annotations

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
    if not sequence.steps:
        raise ValueError("growth rates need one factor at least")
    q = np.eye(sequence.dim)
    total, missed = np.zeros(sequence.dim), np.zeros(sequence.dim)
    highest = 1020 - int(np.ceil(np.log2(sequence.dim)))
    for factor in sequence.factors:
        size = largest_exponent(factor)
        # Near the ends of float64 a factorisation overflows, or has digits too few.
        shift = size if size < -400 else max(0, size - highest)
        q, r = np.linalg.qr(np.ldexp(factor, -shift) @ q)
        with np.errstate(divide="ignore"):
            term = np.log(np.abs(r.diagonal())) + shift * np.log(2.0)
        # Neumaier's summation: what the sum loses is kept.
        larger = total + term
        with np.errstate(invalid="ignore"):
            missed += np.where(np.abs(total) >= np.abs(term), (total - larger) + term, (term - larger) + total)
        total = larger
    rates = np.where(np.isneginf(total), -np.inf, total + missed) / sequence.steps
    return np.asarray(np.sort(rates)[::-1])
