"""Eigenvalues of matrices and their powers, without those that rounding may have made."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.numerics.scaled import frobenius_norm
from scenes import FloatArray

_EPS = float(np.finfo(float).eps)


def known_eigenvalues(matrix: FloatArray) -> NDArray[Any]:
    """Return the eigenvalues, complex, shape (n,); NaN for those that rounding may have made.

    Those of a triangular matrix are its diagonal. Else rounding moves an eigenvalue by some
    ``n eps ‖A‖ / |yᴴ x|``, with x and y its right and left eigenvectors of length one (J. H. Wilkinson,
    "The Algebraic Eigenvalue Problem", 1965), and one that is not 10⁴ times as large is not known: the
    eigenvalues of a nilpotent matrix, for one, which are computed as some ``eps^(1/n)``.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix A.
    """
    largest = float(np.abs(matrix).max())
    if not np.tril(matrix, -1).any() or not np.triu(matrix, 1).any():
        return matrix.diagonal().astype(complex)
    unit = matrix / largest
    size = np.linalg.norm(unit)
    # The left and right eigenvectors of a normal matrix are the same, and need not be computed.
    if np.linalg.norm(unit @ unit.T - unit.T @ unit) <= 10 * len(unit) * _EPS * size**2:
        values = np.linalg.eigvals(unit).astype(complex)
        return np.where(np.abs(values) > 1e4 * len(unit) * _EPS * size, values, np.nan) * largest
    values, vectors = np.linalg.eig(unit)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            condition = np.linalg.norm(np.linalg.inv(vectors), axis=1)
    except np.linalg.LinAlgError:
        condition = np.full(len(values), np.inf)
    known = np.abs(values) > 1e4 * len(unit) * _EPS * size * condition
    return np.where(known, values, np.nan) * largest


def eigenvalues_of_power(spectrum: NDArray[Any], power: int) -> tuple[FloatArray, FloatArray]:
    """Return log10 of the moduli and the angles of λ^power, in radians within (−π, π].

    Parameters
    ----------
    spectrum : ndarray of complex, shape (n,)
        Eigenvalues λ of the factor.
    power : int
        Number of multiplications.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        modulus = np.where(power, power * np.log10(np.abs(spectrum)), 0.0)
    turned = power * np.angle(spectrum) if power else np.zeros(len(spectrum))
    return modulus, np.arctan2(np.sin(turned), np.cos(turned))


def match_eigenvalues(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.intp]:
    """Return for each eigenvalue of `before` the index of the one in `after` that continues it, shape (n,).

    Eigenvalues are complex logarithms ``log |λ| + i arg λ``. The nearest two of all pairs are joined
    first; then pairs change partners as long as that lowers the sum of squared distances, so that
    eigenvalues which grow at different rates keep their order. Those that are NaN come last, in theirs.
    """
    # Zero stands far below everything.
    before, after = (np.where(np.isneginf(log.real), -1e4 + 1j * log.imag, log) for log in (before, after))
    gap = before[:, None] - after[None]
    distance = np.hypot(gap.real, np.abs((gap.imag + np.pi) % (2 * np.pi) - np.pi))
    distance = np.where(np.isnan(distance), np.inf, distance)
    order = np.full(len(before), -1)
    free = np.ones(len(after), bool)
    for pair in np.argsort(distance, axis=None, kind="stable"):
        i, j = divmod(int(pair), len(after))
        if order[i] < 0 and free[j]:
            order[i], free[j] = j, False
    cost = np.minimum(distance, 1e6) ** 2
    for _ in range(len(order) ** 2):
        crossed = cost[:, order]
        own = crossed.diagonal()
        gain = own[:, None] + own[None] - crossed - crossed.T
        i, j = divmod(int(gain.argmax()), len(order))
        if gain[i, j] <= 1e-9 * (own[i] + own[j]):
            break
        order[i], order[j] = order[j], order[i]
    return order


def departure_from_normality(matrix: FloatArray) -> float:
    """Return ``√(‖A‖_F² − Σ |λ|²) / ‖A‖_F``, from 0 for a normal matrix to 1 for a nilpotent one.

    It measures how far ‖Aᵗ‖ may rise above ρ(A)ᵗ: P. Henrici, "Bounds for iterates, inverses,
    spectral variation and fields of values of non-normal matrices", Numer. Math. 4 (1962).

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix A, not zero.
    """
    unit = matrix / frobenius_norm(matrix)
    values, vectors = np.linalg.eig(unit)
    if np.linalg.cond(vectors) < 1e6:
        # Orthonormal vectors of the same spans give a Schur form: what is above its diagonal is the departure.
        q = np.linalg.qr(vectors)[0]
        departure = np.linalg.norm(np.triu(q.conj().T @ unit @ q, 1))
    else:
        departure = np.sqrt(max(1.0 - float((np.abs(values) ** 2).sum()), 0.0))
    return float(departure) if departure > 10 * len(matrix) * _EPS else 0.0
