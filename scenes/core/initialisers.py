"""Random matrices as networks are initialised with."""

from __future__ import annotations

import numpy as np

from scenes.core.sequence import FloatArray

Shape = int | tuple[int, int]
# Whatever `numpy.random.default_rng` takes; lists that do not end in 0 give streams of their own.
Seeds = int | list[int]


def _rectangle(shape: Shape) -> tuple[int, int]:
    return (shape, shape) if isinstance(shape, int) else shape


def gaussian_matrix(shape: Shape, seed: Seeds = 0, scale: float | None = None) -> FloatArray:
    """Return a matrix of independent normal entries with mean 0.

    Parameters
    ----------
    shape : int or tuple of int
        n for n × n, or (rows, columns).
    seed : int
        Seed of `numpy.random.default_rng`.
    scale : float, optional
        Standard deviation of an entry; ``1 / sqrt(columns)`` by default, for which the eigenvalues of
        a square matrix fill the unit disc as n grows (circular law).
    """
    rows, columns = _rectangle(shape)
    sigma = columns**-0.5 if scale is None else scale
    return np.random.default_rng(seed).standard_normal((rows, columns)) * sigma


def uniform_matrix(shape: Shape, seed: Seeds = 0, bound: float = 0.07) -> FloatArray:
    """Return a matrix of independent entries, uniform in [−bound, bound), of variance ``bound² / 3``."""
    return np.random.default_rng(seed).uniform(-bound, bound, _rectangle(shape))


def glorot_normal(shape: Shape, seed: Seeds = 0) -> FloatArray:
    """Return Glorot's (Xavier's) normal initialisation: variance ``2 / (fan_in + fan_out)``.

    A layer is ``y = W x``, so fan_out is the number of rows and fan_in that of columns.
    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.
    """
    return gaussian_matrix(shape, seed, float(np.sqrt(2 / sum(_rectangle(shape)))))


def glorot_uniform(shape: Shape, seed: Seeds = 0) -> FloatArray:
    """Return Glorot's uniform initialisation: entries within ``±sqrt(6 / (fan_in + fan_out))``."""
    return uniform_matrix(shape, seed, float(np.sqrt(6 / sum(_rectangle(shape)))))


def he_normal(shape: Shape, seed: Seeds = 0) -> FloatArray:
    """Return He's initialisation, for layers followed by ReLU: variance ``2 / fan_in``.

    K. He et al., "Delving deep into rectifiers", ICCV 2015.
    """
    return gaussian_matrix(shape, seed, float(np.sqrt(2 / _rectangle(shape)[1])))


def lecun_normal(shape: Shape, seed: Seeds = 0) -> FloatArray:
    """Return LeCun's initialisation: variance ``1 / fan_in``.

    Y. LeCun et al., "Efficient BackProp", 1998.
    """
    return gaussian_matrix(shape, seed, float(np.sqrt(1 / _rectangle(shape)[1])))


def haar_orthogonal(shape: Shape, seed: Seeds = 0, method: str = "qr") -> FloatArray:
    """Return a random matrix with orthonormal columns (or rows, where those are fewer), Haar-distributed.

    Parameters
    ----------
    shape : int or tuple of int
        n for n × n, or (rows, columns).
    seed : int
        Seed of the Gaussian matrix it is made from.
    method : str
        ``qr``: Q of the QR factorisation. That is uniform only when the signs are fixed by
        ``Q · sign(diag R)`` (F. Mezzadri, "How to generate random matrices from the classical compact
        groups", Notices of the AMS 54, 2007). ``svd``: ``U Vᵀ`` of the singular value decomposition,
        the nearest matrix with orthonormal columns: every singular value set to 1.

    Raises
    ------
    ValueError
        If there is no such method.
    """
    rows, columns = _rectangle(shape)
    if rows < columns:
        return np.asarray(haar_orthogonal((columns, rows), seed, method).T)
    random = gaussian_matrix((rows, columns), seed, scale=1.0)
    if method == "qr":
        q, r = np.linalg.qr(random)
        return np.asarray(q * np.where(np.diagonal(r) < 0, -1.0, 1.0))
    if method == "svd":
        u, _, vt = np.linalg.svd(random, full_matrices=False)
        return np.asarray(u @ vt)
    raise ValueError(f"there is no method {method!r}, choose qr or svd")
