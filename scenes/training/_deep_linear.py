"""Deep linear networks: the product of their layers, and its gradients."""

import numpy as np

from scenes import FloatArray


def product_of(layers: FloatArray) -> FloatArray:
    """Return ``W_L … W_1``, what a deep linear network multiplies its input by.

    Parameters
    ----------
    layers : ndarray, shape (L, n, n)
        The layers' weights, the first layer first.

    Returns
    -------
    ndarray, shape (n, n)
    """
    product = np.eye(layers.shape[1])
    for weights in layers:
        product = weights @ product
    return product


def chain_gradients(layers: FloatArray, error: FloatArray) -> FloatArray:
    """Return the gradients of ``f(W_L … W_1)`` by every layer: ``(W_L … W_{l+1})ᵀ E (W_{l−1} … W_1)ᵀ``.

    Parameters
    ----------
    layers : ndarray, shape (L, n, n)
        The layers' weights, the first layer first.
    error : ndarray, shape (n, n)
        E, the gradient of f by the product.

    Returns
    -------
    ndarray, shape (L, n, n)
    """
    below = np.empty_like(layers)
    below[0] = np.eye(layers.shape[1])
    for layer in range(1, len(layers)):
        below[layer] = layers[layer - 1] @ below[layer - 1]
    gradients, above = np.empty_like(layers), error
    for layer in range(len(layers) - 1, -1, -1):
        gradients[layer] = above @ below[layer].T
        above = layers[layer].T @ above
    return gradients
