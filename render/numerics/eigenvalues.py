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
    values, errors = eigenvalues_with_errors(matrix)
    # Those of a triangular matrix are exact, zero among them.
    return np.where((np.abs(values) > 1e4 * errors) | (errors == 0), values, np.nan)


def eigenvalues_with_errors(matrix: FloatArray) -> tuple[NDArray[Any], FloatArray]:
    """Return the eigenvalues, complex, and by how much rounding may have moved each, to first order; both shape (n,).

    The errors are ``n eps ‖A‖_F / |yᴴ x|`` (see `known_eigenvalues`), 0 where the matrix is triangular, and infinite
    where it has not n eigenvectors.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix A.
    """
    largest = float(np.abs(matrix).max())
    if not np.tril(matrix, -1).any() or not np.triu(matrix, 1).any():
        return matrix.diagonal().astype(complex), np.zeros(len(matrix))
    unit = matrix / largest
    error = len(unit) * _EPS * np.linalg.norm(unit)
    # The left and right eigenvectors of a normal matrix are the same, and need not be computed.
    if np.linalg.norm(unit @ unit.T - unit.T @ unit) <= 10 * error * np.linalg.norm(unit):
        return _times(largest, np.linalg.eigvals(unit), error * np.ones(len(unit)))
    values, vectors = np.linalg.eig(unit)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            condition = np.linalg.norm(np.linalg.inv(vectors), axis=1)
    except np.linalg.LinAlgError:
        condition = np.full(len(values), np.inf)
    return _times(largest, values, error * condition)


def _times(largest: float, values: NDArray[Any], errors: FloatArray) -> tuple[NDArray[Any], FloatArray]:
    """Return eigenvalues and errors of a matrix from those of the matrix divided by its largest entry."""
    # What is beyond float64 is infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(complex) * largest, errors * largest


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
    return _joined(distance)


def followed(spectra: NDArray[Any]) -> NDArray[Any]:
    """Return eigenvalues in an order in which each continues that of the row before, shape (K, n).

    Distances are those of the complex plane, squared; they are joined as `match_eigenvalues` does. NaN comes last.

    Parameters
    ----------
    spectra : ndarray of complex, shape (K, n)
        The eigenvalues of K matrices.
    """
    ordered = np.array(spectra, complex)
    for now in range(1, len(ordered)):
        distance = np.abs(ordered[now - 1][:, None] - ordered[now][None])
        # Of any size: only what is nearer counts.
        scale = float(np.max(distance, initial=0.0, where=np.isfinite(distance))) or 1.0
        ordered[now] = ordered[now][_joined(np.where(np.isnan(distance), np.inf, distance / scale))]
    return ordered


def _joined(distance: FloatArray) -> NDArray[np.intp]:
    """Return a partner for each row of distances: near ones first, then exchanged while squares become less."""
    order = _nearest_first(distance)
    cost = np.minimum(distance, 1e6) ** 2
    crossed = cost[:, order]
    own = crossed.diagonal().copy()
    gain = own[:, None] + own[None] - crossed - crossed.T
    for _ in range(len(order) ** 2):
        i, j = divmod(int(gain.argmax()), len(order))
        if gain[i, j] <= 1e-9 * (own[i] + own[j]):
            break
        # Only what the two take part in changes.
        order[[i, j]], crossed[:, [i, j]] = order[[j, i]], crossed[:, [j, i]]
        for k in (i, j):
            own[k] = crossed[k, k]
        for k in (i, j):
            gain[k], gain[:, k] = own[k] + own - crossed[k] - crossed[:, k], own + own[k] - crossed[:, k] - crossed[k]
    return order


def _nearest_first(distance: FloatArray) -> NDArray[np.intp]:
    """Return partners so that the nearest two of all that are free are joined: all at once that are each other's."""
    order = np.full(len(distance), -1)
    # Farther than any that is free: those that are joined.
    left = np.minimum(distance, 1e300)
    while (order < 0).any():
        column, row = left.argmin(axis=1), left.argmin(axis=0)
        found = np.flatnonzero((row[column] == np.arange(len(order))) & (order < 0))
        order[found] = column[found]
        left[found], left[:, column[found]] = np.inf, np.inf
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
