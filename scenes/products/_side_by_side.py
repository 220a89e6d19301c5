"""Many products at once: their norms, and how far apart their two largest singular values are."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from scenes import FloatArray


class Ensemble(NamedTuple):
    """Natural logarithms of many products at every step, shape (T + 1, draws): of σ₁, and of σ₁ / σ₂."""

    norms: FloatArray
    ratios: FloatArray


def second_compounds(stack: FloatArray) -> FloatArray:
    """Return the matrices of all 2 × 2 minors: their norms are σ₁ σ₂, and they multiply as the matrices do.

    Parameters
    ----------
    stack : ndarray, shape (k, n, n)
        The matrices.

    Returns
    -------
    ndarray, shape (k, n (n − 1) / 2, n (n − 1) / 2)
    """
    i, j = np.triu_indices(stack.shape[1], 1)
    upper, lower = stack[:, i], stack[:, j]
    return np.asarray(upper[:, :, i] * lower[:, :, j] - upper[:, :, j] * lower[:, :, i])


def _log_norms(stacks: Iterable[FloatArray]) -> FloatArray:
    """Return log ‖W_t … W_0‖ for products made side by side, each kept at size one."""
    product, sizes, norms = None, 0.0, []
    for factors in stacks:
        product = factors if product is None else factors @ product
        largest = np.abs(product).max(axis=(1, 2))
        product, sizes = product / largest[:, None, None], sizes + np.log(largest)
        norms.append(sizes + np.log(np.linalg.svd(product, compute_uv=False)[:, 0]))
    return np.array(norms)


def multiplied(factors: FloatArray) -> Ensemble:
    """Multiply side by side; `factors` has the shape (T + 1, draws, n, n)."""
    norms = _log_norms(factors)
    # log (σ₁ / σ₂) = 2 log σ₁ − log (σ₁ σ₂), right even where σ₂ itself is lost in the product.
    return Ensemble(norms, 2 * norms - _log_norms(second_compounds(stack) for stack in factors))
