"""The usual ways to draw square weights, with what is known of each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenes import (
    FloatArray,
    gaussian_matrix,
    glorot_normal,
    glorot_uniform,
    haar_orthogonal,
    he_normal,
    lecun_normal,
    uniform_matrix,
)
from scenes.initialisation._deviations import normal_deviation, uniform_deviation

# Every entry of a constant matrix.
_CONSTANT = 0.1
# Connections a unit of a sparse layer has.
_CONNECTIONS = 15


@dataclass(frozen=True)
class Kind:
    """A way to draw an n × n matrix.

    Parameters
    ----------
    make : callable
        Draws the matrix, shape (n, n), given n and a seed.
    square : callable
        Mean of the squared entries, given n: the variance, where their mean is zero.
    deviation : callable
        How far a sample may be from that, relative, given n.
    total : callable, optional
        Sum of all entries, given n, where it is no accident. Else it is 0 but for chance: the sum has a variance of
        n² times `square`.
    """

    make: Callable[[int, int | list[int]], FloatArray]
    square: Callable[[int], float]
    deviation: Callable[[int], float] = lambda n: 0.0
    total: Callable[[int], float] | None = None


def _normal(sigma: Callable[[int], float]) -> Kind:
    return Kind(
        lambda n, seed: gaussian_matrix(n, seed, scale=sigma(n)),
        lambda n: sigma(n) ** 2,
        lambda n: normal_deviation(n * n),
    )


def _uniform(bound: Callable[[int], float]) -> Kind:
    return Kind(
        lambda n, seed: uniform_matrix(n, seed, bound(n)),
        lambda n: bound(n) ** 2 / 3,
        lambda n: uniform_deviation(n * n),
    )


def _made_by(maker: Callable[[int, int | list[int]], FloatArray], kind: Kind) -> Kind:
    """Return the kind that a function draws, with what is known of another."""
    return Kind(maker, kind.square, kind.deviation)


def sparse_connections(n: int) -> int:
    """Return how many connections a unit of a sparse layer has."""
    return min(n, _CONNECTIONS)


def _sparse(n: int, seed: int | list[int]) -> FloatArray:
    """Return a matrix in which every unit has 15 connections (fewer where n is), standard normal.

    J. Martens, "Deep learning via Hessian-free optimization", ICML 2010.
    """
    rng = np.random.default_rng(seed)
    matrix = np.zeros((n, n))
    for row in matrix:
        row[rng.permutation(n)[:_CONNECTIONS]] = rng.standard_normal(sparse_connections(n))
    return matrix


def tent(n: int) -> FloatArray:
    """Return the weights of linear interpolation by the factor ``⌈n / 2⌉``, shape (n,)."""
    factor = (n + 1) // 2
    return np.asarray(1 - np.abs(np.arange(n) - (n - 1) / 2) / factor)


def tent_square(n: int) -> float:
    """Return the sum of the squares of `tent` in closed form."""
    factor = (n + 1) // 2
    return (2 * factor**2 + 1) / (3 * factor) if n % 2 else (4 * factor**2 - 1) / (6 * factor)


# By name, in the order in which they are offered.
KINDS = {
    "normal": _normal(lambda n: 1.0),
    "uniform": _uniform(lambda n: 1.0),
    "normal_001": _normal(lambda n: 0.01),
    "uniform_007": _uniform(lambda n: 0.07),
    "lecun_normal": _made_by(lecun_normal, _normal(lambda n: n**-0.5)),
    "lecun_uniform": _uniform(lambda n: (3 / n) ** 0.5),
    "glorot_normal": _made_by(glorot_normal, _normal(lambda n: n**-0.5)),
    "glorot_uniform": _made_by(glorot_uniform, _uniform(lambda n: (3 / n) ** 0.5)),
    "he_normal": _made_by(he_normal, _normal(lambda n: (2 / n) ** 0.5)),
    "he_uniform": _uniform(lambda n: (6 / n) ** 0.5),
    "pytorch_linear": _uniform(lambda n: n**-0.5),
    "sparse": Kind(
        _sparse,
        lambda n: sparse_connections(n) / n,
        lambda n: normal_deviation(n * sparse_connections(n)),
    ),
    "identity": Kind(lambda n, seed: np.eye(n), lambda n: 1 / n, total=float),
    "orthogonal_qr": Kind(haar_orthogonal, lambda n: 1 / n),
    "orthogonal_svd": Kind(lambda n, seed: haar_orthogonal(n, seed, "svd"), lambda n: 1 / n),
    "zeros": Kind(lambda n, seed: np.zeros((n, n)), lambda n: 0.0, total=lambda n: 0.0),
    "constant": Kind(
        lambda n, seed: np.full((n, n), _CONSTANT), lambda n: _CONSTANT**2, total=lambda n: n * n * _CONSTANT
    ),
    # A point becomes ⌈n / 2⌉² points of the enlarged picture, and the weights that make up one of them sum to 1.
    "bilinear": Kind(
        lambda n, seed: np.outer(tent(n), tent(n)),
        lambda n: (tent_square(n) / n) ** 2,
        total=lambda n: float((n + 1) // 2) ** 2,
    ),
}

# What they are called in a film.
NAMES = {
    "normal": "Normal, σ = 1",
    "uniform": "Uniform within ±1",
    "normal_001": "Normal, σ = 0.01",
    "uniform_007": "Uniform within ±0.07",
    "lecun_normal": "LeCun, normal",
    "lecun_uniform": "LeCun, uniform",
    "glorot_normal": "Xavier, normal",
    "glorot_uniform": "Xavier, uniform",
    "he_normal": "He, normal",
    "he_uniform": "He, uniform",
    "pytorch_linear": "PyTorch's Linear",
    "sparse": "Sparse",
    "identity": "Identity",
    "orthogonal": "Orthogonal",
    "orthogonal_qr": "Orthogonal, by QR",
    "orthogonal_svd": "Orthogonal, by SVD",
    "zeros": "Zeros",
    "constant": "All 0.1",
    "bilinear": "Bilinear kernel",
}
