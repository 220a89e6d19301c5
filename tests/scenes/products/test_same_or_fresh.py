"""Powers of one matrix, against its spectral radius and its powers multiplied out."""

import numpy as np
import pytest
from films import decided

from scenes.products.same_or_fresh import repeated_matrices, same_or_fresh


def test_powers_follow_the_spectral_radius():
    columns, _ = decided(same_or_fresh, steps=300, dim=5, seed=2)
    same = columns[None].series["same"]
    matrices = repeated_matrices(5, 2)
    radii = np.abs(np.linalg.eigvals(matrices)).max(axis=1)
    assert same[-1] / 300 == pytest.approx(np.log10(radii), abs=0.02)
    direct = np.linalg.norm(np.linalg.matrix_power(matrices[3], 9)[:, 0])
    assert same[9, 3] == pytest.approx(np.log10(direct))
