"""A matrix and its transpose in turn."""

import numpy as np
import pytest
from films import decided

from scenes.powers.transposes import transposes


def test_the_transpose_undoes_only_orthogonal_matrices():
    columns, verdicts = decided(transposes, seed=2)
    w = columns["orthogonal"].matrix(1)
    assert columns["orthogonal"].matrix(2) == pytest.approx(np.eye(8), abs=1e-14)
    assert columns["orthogonal"].matrix(3) == pytest.approx(w, abs=1e-14)
    w = columns["random"].matrix(1)
    assert columns["random"].matrix(3) == pytest.approx(w @ w.T @ w, rel=1e-12)
    assert verdicts["random", "log10 norm at last"].expected == pytest.approx(6 * np.log10(np.linalg.norm(w.T @ w, 2)))
