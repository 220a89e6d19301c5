"""Derivatives by complex step, against those known in closed form."""

import numpy as np
import pytest

from scenes import complex_step_jacobian


def test_derivatives_are_exact_to_rounding():
    x, y = 0.7, -1.3

    def function(at):
        return np.array([at[0] ** 2 * at[1], np.exp(at[0]), np.sin(at[0] * at[1])])

    expected = [[2 * x * y, x**2], [np.exp(x), 0], [y * np.cos(x * y), x * np.cos(x * y)]]
    found = complex_step_jacobian(function, np.array([x, y]))
    assert found.shape == (3, 2)
    assert found == pytest.approx(np.array(expected), rel=1e-15, abs=0)


def test_the_derivative_of_a_matrix_is_the_matrix():
    matrix = np.arange(12.0).reshape(4, 3)
    assert complex_step_jacobian(lambda at: matrix @ at, np.ones(3)) == pytest.approx(matrix, rel=1e-15)
