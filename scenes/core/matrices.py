"""Matrices with given properties: radius, turns, reflections, permutations, singular values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.core.initialisers import Seeds, haar_orthogonal
from scenes.core.sequence import FloatArray, real_array


def with_spectral_radius(matrix: FloatArray, radius: float) -> FloatArray:
    """Return `matrix` scaled so that its largest eigenvalue modulus is `radius`.

    Raises
    ------
    ValueError
        If every eigenvalue of `matrix` is zero, since no scaling changes that, or too small beside its
        entries to be known.
    """
    largest = float(np.abs(matrix).max())
    unit = matrix / largest if largest else matrix
    found = float(np.abs(np.linalg.eigvals(unit)).max())
    if found == 0.0 or _is_nilpotent(unit):
        raise ValueError(
            "a matrix whose eigenvalues are all zero, or too small beside its entries to be known, has no other "
            "spectral radius"
        )
    return unit * (radius / found)


def _is_nilpotent(matrix: FloatArray) -> bool:
    """Whether a power of the matrix is zero but for rounding.

    The eigenvalues do not tell: rounding gives those of a nilpotent matrix a modulus of ``eps^(1/n)``.
    """
    power = matrix
    for _ in range(max(1, int(np.ceil(np.log2(len(matrix)))))):
        power = power / np.linalg.norm(power)
        power = power @ power
        if np.linalg.norm(power) <= len(matrix) * np.finfo(float).eps:
            return True
    return False


def random_unit_vector(dim: int, seed: Seeds = 0) -> FloatArray:
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


def block_rotation(angles: ArrayLike, dim: int | None = None) -> FloatArray:
    """Return a matrix that turns one coordinate plane after another, each by its own angle.

    Parameters
    ----------
    angles : array_like, shape (k,)
        Angles in radians of the planes (1, 2), (3, 4) and so on.
    dim : int, optional
        Rows and columns, 2k by default; axes beyond 2k stay where they are.

    Raises
    ------
    ValueError
        If `dim` is below 2k.
    """
    turns = real_array(angles, "angles")
    if dim is not None and dim < 2 * len(turns):
        raise ValueError(f"{len(turns)} planes need {2 * len(turns)} dimensions at least, but there are {dim}")
    matrix = np.eye(2 * len(turns) if dim is None else dim)
    for plane, angle in enumerate(turns):
        matrix[2 * plane : 2 * plane + 2, 2 * plane : 2 * plane + 2] = rotation_matrix(angle)
    return matrix


def scaled_identity(dim: int, scale: float) -> FloatArray:
    """Return ``scale · I``, shape (dim, dim)."""
    return np.eye(dim) * scale


def permutation_matrix(order: ArrayLike) -> FloatArray:
    """Return the matrix P with ``(P x)_i = x_{order[i]}``, shape (n, n).

    Raises
    ------
    ValueError
        If `order` does not hold each of 0 … n − 1 once.
    """
    places = np.asarray(order)
    if places.dtype.kind not in "iu" or sorted(places.tolist()) != list(range(len(places))):
        raise ValueError("a permutation names every place from 0 to n − 1 once")
    return np.asarray(np.eye(len(places))[places])


def reflection_matrix(normal: ArrayLike) -> FloatArray:
    """Return Householder's reflection ``I − 2 v vᵀ / (vᵀ v)`` in the plane orthogonal to v = `normal`.

    Raises
    ------
    ValueError
        If the vector is zero.
    """
    v = real_array(normal, "normal")
    if not v.any():
        raise ValueError("the normal of a reflection must not be zero")
    # Scaled first: squares of its entries may be beyond float64.
    v = v / np.abs(v).max()
    unit = v / np.linalg.norm(v)
    return np.asarray(np.eye(len(v)) - 2.0 * np.outer(unit, unit))


def jordan_block(dim: int, eigenvalue: float = 1.0) -> FloatArray:
    """Return the Jordan block: `eigenvalue` on the diagonal, 1 above it, shape (dim, dim).

    Its powers have the entries ``C(t, j) λ^(t−j)``: with |λ| = 1 they grow like ``t^(dim−1)``.
    """
    return np.eye(dim) * eigenvalue + np.eye(dim, k=1)


def nonnormal_matrix(spectrum: ArrayLike, departure: float, seed: int = 0) -> FloatArray:
    """Return a matrix with given real eigenvalues whose eigenvectors are not orthogonal.

    ``Q (Λ + N) Qᵀ`` with Q orthogonal and N strictly upper triangular (Schur form): the larger N,
    the further the norms of powers rise above those of Λ before they follow them.

    Parameters
    ----------
    spectrum : array_like, shape (n,)
        The eigenvalues.
    departure : float
        Frobenius norm of N, Henrici's departure from normality; 0 gives a symmetric matrix.
    seed : int
        Seed of Q and N.

    Raises
    ------
    ValueError
        If N is so large that rounding alone moves the eigenvalues by more than a thousandth of the largest.
    """
    values = real_array(spectrum, "spectrum")
    n = len(values)
    upper = np.triu(np.random.default_rng([seed, 1]).standard_normal((n, n)), 1)
    size = np.linalg.norm(upper)
    schur = np.diag(values) + (upper * (departure / size) if size else upper)
    q = haar_orthogonal(n, seed)
    matrix = np.asarray(q @ schur @ q.T)
    moved = np.sort(np.linalg.eigvals(matrix).real) - np.sort(values)
    if np.abs(moved).max() > 1e-3 * np.abs(values).max():
        raise ValueError(
            f"with a departure of {departure:g} from normality, rounding alone moves the eigenvalues of a matrix of "
            f"size {n} by {np.abs(moved).max():.1g}, so choose a smaller departure or size"
        )
    return matrix


def with_singular_values(values: ArrayLike, seed: int = 0) -> FloatArray:
    """Return ``U diag(values) Vᵀ`` with random orthogonal U and V, shape (n, n)."""
    sizes = real_array(values, "values")
    u, v = haar_orthogonal(len(sizes), [seed, 1]), haar_orthogonal(len(sizes), [seed, 2])
    return np.asarray((u * sizes) @ v.T)
