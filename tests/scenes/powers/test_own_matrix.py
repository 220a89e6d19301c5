"""A user's own kernel, and the orthogonal matrix next to it."""

import numpy as np
import pytest
from films import decided

from scenes import ParameterError
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


def test_singular_kernels_are_filmed(tmp_path):
    rng = np.random.default_rng(3)
    twice = rng.normal(size=(8, 8))
    twice[:, 7] = twice[:, 6]
    padded = np.zeros((6, 6))
    padded[:3, :3] = rng.normal(size=(3, 3))
    matrices = [twice, padded, np.outer([1, 2, 3], [1, 0, 2])]
    matrices += [rng.normal(size=(5, rank)) @ rng.normal(size=(rank, 5)) for rank in (1, 2, 3, 4)]
    for matrix in matrices:
        np.save(tmp_path / "w.npy", matrix)
        for steps in (0, 1, 20):
            _, verdicts = decided(own_matrix, steps=steps, file=str(tmp_path / "w.npy"))
            assert all(verdict.holds for verdict in verdicts.values())
        found = verdicts["untouched", "spectral radius"]
        # Coefficients of the characteristic polynomial by traces (Faddeev and LeVerrier).
        power, coefficients = np.eye(len(matrix)), [1.0]
        for order in range(1, len(matrix) + 1):
            power = matrix @ power if order == 1 else matrix @ (power + coefficients[-1] * np.eye(len(matrix)))
            coefficients.append(-np.trace(power) / order)
        assert found.value == pytest.approx(np.abs(np.roots(coefficients)).max(), rel=1e-6)


@pytest.mark.parametrize("gates", [3, 4])
def test_one_of_the_matrices_of_gates(tmp_path, gates):
    rng = np.random.default_rng(gates)
    below = rng.normal(size=(5 * gates, 5)) / 4
    path = tmp_path / "w.npy"
    for gate in range(1, gates + 1):
        wanted = below[5 * (gate - 1) : 5 * gate]
        # Beside each other they multiply a row.
        for stored in (below, below.T):
            np.save(path, stored)
            columns, verdicts = decided(own_matrix, steps=4, file=str(path), gate=gate)
            assert np.array_equal(columns["untouched"].sequence.factor, wanted)
            assert all(verdict.holds for verdict in verdicts.values())
    for wrong in (0, 5 if gates == 4 else 4):
        with pytest.raises(ParameterError, match=f"from 1 to {gates}|must be a whole number"):
            own_matrix.build(file=str(path), gate=wrong)


def test_what_is_no_real_square_matrix_is_refused(tmp_path):
    path = tmp_path / "w.npy"
    for array, reason in [
        (1j * np.eye(3), "real numbers, but their type is complex128"),
        (np.array([["a", "b"], ["c", "d"]]), "real numbers, but their type is <U1"),
        (np.ones((4, 6)), "3 or 4 of them side by side, but its shape is \\(4, 6\\)"),
        (np.ones(4), "its shape is \\(4,\\)"),
        (np.ones((3, 3, 3)), "its shape is"),
    ]:
        np.save(path, array)
        with pytest.raises(ParameterError, match=reason):
            own_matrix.build(file=str(path))
    np.save(path, np.eye(3))
    with pytest.raises(ParameterError, match="leave out the gate"):
        own_matrix.build(file=str(path), gate=2)
    with pytest.raises(ParameterError, match="needs a file"):
        own_matrix.build(gate=2)
    (tmp_path / "w.csv").write_text("")
    with pytest.raises(ParameterError, match="no table of numbers"):
        own_matrix.build(file=str(tmp_path / "w.csv"))
