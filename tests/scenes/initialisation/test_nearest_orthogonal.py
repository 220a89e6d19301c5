"""The nearest orthogonal matrix, against the singular value decomposition and 200 others."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from scenes import haar_orthogonal
from scenes.initialisation.nearest_orthogonal import nearest_orthogonal


@pytest.mark.parametrize("dim", [2, 5, 12])
def test_nearest_orthogonal_is_that_of_the_svd_and_none_is_nearer(dim):
    sequence = nearest_orthogonal.build(dim=dim, seed=4)[None]
    start, end = sequence.initial, simulate(sequence).matrix(sequence.steps)
    u, _, vt = np.linalg.svd(start)
    assert end == pytest.approx(u @ vt, abs=1e-10)
    others = [haar_orthogonal(dim, seed) for seed in range(200)]
    assert min(np.linalg.norm(start - q) for q in others) >= np.linalg.norm(start - end)
