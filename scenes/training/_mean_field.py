"""What is known of gradients behind wide layers of tanh: their size, and how many directions they keep."""

import numpy as np

from scenes import FloatArray, normal_quadrature


def mean_field(gain: float, steps: int) -> FloatArray:
    """Return log10 of the root mean square entry of ``√n ∂h_t/∂h_0`` for wide tanh layers without bias.

    The variance follows ``q ← E tanh²(g √q z)``, and a Jacobian multiplies by ``g √(E tanh′²(g √q z))`` (B. Poole et
    al., "Exponential expressivity in deep neural networks through transient chaos", NeurIPS 2016).

    Parameters
    ----------
    gain : float
        g, √n times the standard deviation of a weight.
    steps : int
        Number of layers T.

    Returns
    -------
    ndarray, shape (T + 1,)
    """
    nodes, weights = normal_quadrature()
    variance, growth = 1.0, np.zeros(steps + 1)
    for step in range(steps):
        value = np.tanh(gain * np.sqrt(variance) * nodes)
        growth[step + 1] = growth[step] + np.log10(gain * np.sqrt(weights @ (1 - value**2) ** 2))
        variance = float(weights @ value**2)
    return growth


def mean_field_in_use(kind: str, steps: int) -> float:
    """Return which part of all directions wide tanh layers of gain 1 keep: ``(Σ σ²)² / (n Σ σ⁴)`` of their Jacobian.

    For free factors ``n Σ σ⁴ / (Σ σ²)²``, less 1, adds up over layers: the variance of the squared slopes over their
    squared mean, and for Gaussian weights 1 more (J. Pennington, S. Schoenholz, S. Ganguli, "Resurrecting the sigmoid
    in deep learning through dynamical isometry", NeurIPS 2017).

    Parameters
    ----------
    kind : str
        ``orthogonal`` or ``Gaussian``.
    steps : int
        Number of layers.
    """
    nodes, weights = normal_quadrature()
    variance, spread = 1.0, 1.0
    for _ in range(steps):
        value = np.tanh(np.sqrt(variance) * nodes)
        squares = (1 - value**2) ** 2
        spread += float(weights @ squares**2 / (weights @ squares) ** 2) - (kind == "orthogonal")
        variance = float(weights @ value**2)
    return 1 / spread
