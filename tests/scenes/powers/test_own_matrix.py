"""A user's own kernel, and the orthogonal matrix next to it."""

import numpy as np
import pytest
from films import decided

from scenes.powers.own_matrix import own_matrix


def test_the_kernel_before_and_after():
    columns, verdicts = decided(own_matrix, seed=4)
    kernel = columns["untouched"].sequence.factor
    gram = sum(np.outer(row, row) for row in kernel)
    found = verdicts["untouched", "‖WᵀW − I‖"]
    assert found.value == pytest.approx(np.linalg.norm(gram - np.eye(16)), rel=1e-12)
    assert found.value > 1 > 1e-12 > verdicts["orthogonal", "‖WᵀW − I‖"].value
    polynomial = np.roots(np.poly(kernel))
    assert verdicts["untouched", "spectral radius"].expected == pytest.approx(np.abs(polynomial).max(), rel=1e-6)
    assert verdicts["orthogonal", "spectral radius"].value == pytest.approx(1, abs=1e-13)


def test_kernels_without_a_basis_of_eigenvectors_are_filmed_too(tmp_path):
    for matrix in (np.eye(5, k=1), np.zeros((3, 3)), np.eye(6) + np.eye(6, k=1), 1e8 * np.eye(3, k=-1)):
        np.save(tmp_path / "w.npy", matrix)
        _, verdicts = decided(own_matrix, steps=8, file=str(tmp_path / "w.npy"))
        assert all(verdict.holds for verdict in verdicts.values())
