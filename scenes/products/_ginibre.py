"""The real Ginibre ensemble, of Gaussian matrices: the chance that an eigenvalue lies outside a disc."""

from math import erfc, exp, lgamma, log, pi, sqrt
from typing import Any

import numpy as np

from scenes import FloatArray

# Nodes of the quadratures over a disc.
_NODES = 120


def _skew_products(count: int, radius: float) -> FloatArray:
    """Return skew products of even and odd polynomials over a disc, relative to those over the plane.

    For the weight of the real Ginibre ensemble, with its skew-orthogonal polynomials ``p_2j = z^(2j)`` and
    ``p_2j+1 = z^(2j+1) − 2j z^(2j−1)``, whose products over the plane are ``2 √(2π) (2j)!`` for neighbours and 0
    for others. Row j belongs to p_2j, column k to p_2k+1; shape (count, count).
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    nodes, weights = (nodes + 1) / 2, weights / 2
    order = np.arange(count)
    # Divided by √(2j)!, so that nothing is large.
    root = np.exp([-lgamma(2 * j + 1) / 2 for j in range(count)])

    def polynomials(z: Any) -> tuple[Any, Any]:
        even = root * z[..., None] ** (2 * order)
        return even, z[..., None] * even - 2 * order * root * z[..., None] ** np.maximum(2 * order - 1, 0)

    y = radius * nodes
    inner = y[:, None] * nodes
    weight = np.exp(-(inner**2) / 2) * weights * y[:, None]
    below = np.einsum("yx,yxj->yj", weight, polynomials(inner)[0])
    odd = polynomials(y)[1] * (np.exp(-(y**2) / 2) * radius * weights)[:, None]
    real = 4 * below.T @ odd

    z = (radius * nodes)[:, None] * np.exp(1j * pi * nodes)
    area = (radius**2 * nodes * weights)[:, None] * (pi * weights)
    density = area * np.exp(z.imag**2 - z.real**2) * np.vectorize(erfc)(sqrt(2) * z.imag)
    even, odd = polynomials(z)
    pairs = -4 * np.einsum("rs,rsj,rsk->jk", density, even, odd.conj(), optimize=True).imag
    return np.asarray((real + pairs) / (2 * sqrt(2 * pi)))


def chance_of_growth(dim: int, radius: float = 1.0) -> float:
    """Return the exact probability that a Gaussian matrix of variance 1 / n has a spectral radius above `radius`.

    That no eigenvalue of the real Ginibre ensemble lies outside of a disc is a ratio of Pfaffians, of skew
    products over the disc and over the plane; they are determinants, since even and odd parts do not mix (C. D.
    Sinclair, "Averages over Ginibre's ensemble of random real matrices", IMRN 2007; P. J. Forrester, T. Nagao,
    "Eigenvalue statistics of the real Ginibre ensemble", PRL 99, 2007; B. Rider, C. D. Sinclair, "Extremal laws
    for the real Ginibre ensemble", Annals of Applied Probability 24, 2014).

    Parameters
    ----------
    dim : int
        Rows and columns n.
    radius : float
        Radius of the disc.
    """
    reach, half = radius * sqrt(dim), (dim + 1) // 2
    matrix = _skew_products(half, reach)
    if dim % 2:
        # One real eigenvalue has no partner: its column holds integrals of the even polynomials.
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        x = reach * (nodes + 1) / 2
        powers = x[:, None] ** (2 * np.arange(half)) * np.exp([-lgamma(2 * j + 1) / 2 for j in range(half)])
        border = (reach * weights * np.exp(-(x**2) / 2)) @ powers
        # Over the plane the last one is √(2π) (2m − 1)!! / √(2m)!, and the only one of its row.
        m = half - 1
        whole = sqrt(2 * pi) * exp(lgamma(2 * m + 1) / 2 - m * log(2) - lgamma(m + 1))
        matrix = np.column_stack([matrix[:, :m], border / whole])
    return float(1 - np.linalg.det(matrix))
