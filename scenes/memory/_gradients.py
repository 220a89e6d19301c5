"""Gradients through time: norms of products of Jacobians, and the same derivative without their formulas."""

from math import log10

import numpy as np

from scenes import Cell, Claimed, FloatArray, complex_step_jacobian, last_state, log10_norm


def log10_norms(jacobians: FloatArray) -> FloatArray:
    """Return log10 of ``‖J_t … J_1‖₂`` for t = 0 … T, shape (T + 1,); the products are rescaled on the way.

    Parameters
    ----------
    jacobians : ndarray, shape (T, n, n)
        The factors ``J_1 … J_T``.
    """
    product, exponent, found = np.eye(jacobians.shape[1]), 0.0, [0.0]
    for jacobian in jacobians:
        product = jacobian @ product
        size = float(np.linalg.norm(product, 2))
        exponent += log10(size) if size else -np.inf
        product = product / size if size else product
        found.append(exponent)
    return np.array(found)


def whole_jacobian(cell: Cell, start: FloatArray, inputs: FloatArray) -> FloatArray:
    """Return the derivatives of a cell's last state by its first, by complex steps through all inputs.

    Parameters
    ----------
    cell : Cell
        What is stepped.
    start : ndarray, shape (n,)
        The first state.
    inputs : ndarray, shape (T, m)
        One input a step.

    Returns
    -------
    ndarray, shape (n, n)
    """
    return complex_step_jacobian(lambda state: last_state(cell, state, inputs), start)


def same_log10_norm(value: float, jacobian: FloatArray) -> Claimed:
    """Return the claim that a number is log10 of the norm of the whole derivative.

    Parameters
    ----------
    value : float
        log10 of the norm of a product of Jacobians.
    jacobian : ndarray, shape (n, n)
        The derivative of the last state by the first, by complex steps.
    """
    return Claimed(
        value,
        log10_norm(jacobian),
        1e-6,
        "Both ways round every step by about n · eps, relative to the size of what is left.",
    )
