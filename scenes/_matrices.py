"""Makers of the matrices that scenes multiply."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes._sequence import FloatArray


def gaussian_matrix(dim: int, seed: int = 0, scale: float | None = None) -> FloatArray:
    """Return a matrix of independent Gaussian entries, shape (dim, dim).

    Parameters
    ----------
    dim : int
        Rows and columns n.
    seed : int
        Seed of `numpy.random.default_rng`.
    scale : float, optional
        Standard deviation of an entry; ``1 / sqrt(n)`` by default, for which the eigenvalues fill
        the unit disc as n grows (circular law).
    """
    sigma = dim**-0.5 if scale is None else scale
    return np.random.default_rng(seed).standard_normal((dim, dim)) * sigma


def haar_orthogonal(dim: int, seed: int = 0) -> FloatArray:
    """Return a random orthogonal matrix, uniform on the orthogonal group, shape (dim, dim).

    The Q of a Gaussian matrix's QR factorisation is uniform (Haar-distributed) only when the signs
    are fixed by ``Q · sign(diag R)``: F. Mezzadri, "How to generate random matrices from the
    classical compact groups", Notices of the AMS 54 (2007).
    """
    q, r = np.linalg.qr(gaussian_matrix(dim, seed, scale=1.0))
    return q * np.where(np.diagonal(r) < 0, -1.0, 1.0)


def with_spectral_radius(matrix: FloatArray, radius: float) -> FloatArray:
    """Return `matrix` scaled so that its largest eigenvalue modulus is `radius`.

    Raises
    ------
    ValueError
        If every eigenvalue of `matrix` is zero, since no scaling changes that.
    """
    found = float(np.abs(np.linalg.eigvals(matrix)).max())
    if found == 0.0:
        raise ValueError("a matrix whose eigenvalues are all zero has no other spectral radius")
    return matrix * (radius / found)


def random_unit_vector(dim: int, seed: int = 0) -> FloatArray:
    """Return a vector of length one, uniform on the sphere, shape (dim,)."""
    vector = np.random.default_rng(seed).standard_normal(dim)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def rotation_matrix(angle: float, plane: NDArray[np.float64] | None = None) -> FloatArray:
    """Return the matrix that turns one plane by `angle` and leaves the rest where it is.

    ``R = I + (cos θ − 1)(u uᵀ + v vᵀ) + sin θ (v uᵀ − u vᵀ)`` for the orthonormal pair u, v.

    Parameters
    ----------
    angle : float
        Turning angle θ in radians, from u towards v.
    plane : ndarray, shape (n, 2), optional
        The columns u and v. By default the coordinate axes of the plane, so that the result is the
        2 × 2 matrix ``[[cos θ, −sin θ], [sin θ, cos θ]]``.
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    if plane is None:
        return np.array([[cosine, -sine], [sine, cosine]])
    u, v = plane.T
    turned = (cosine - 1.0) * (np.outer(u, u) + np.outer(v, v)) + sine * (np.outer(v, u) - np.outer(u, v))
    return np.asarray(np.eye(len(u)) + turned)
