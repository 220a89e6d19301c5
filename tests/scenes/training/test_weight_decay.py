"""Weight decay, against ridge regression and the closed form of its factors."""

import numpy as np
import pytest

from render.numerics.trajectory import simulate
from scenes.training.weight_decay import weight_decay


def test_weights_end_at_ridge_regression():
    for decay in (0.01, 0.3):
        series = weight_decay.build(steps=300, decay=decay, rate=0.2)[None].series
        assert series["distance"][-1] < 1e-3
        assert series["data alone"][-1] == pytest.approx(1.2, abs=1e-3)
        assert series["data and decay"][-1] < series["data alone"][-1]


def test_decay_alone_is_the_product():
    sequence = weight_decay.build(steps=40)[None]
    final = simulate(sequence).matrix(40)
    assert final == pytest.approx(sequence.initial * (1 - 0.05 * 0.4) ** 40, rel=1e-12)
    assert np.abs(np.linalg.eigvals(final)).max() == pytest.approx(sequence.series["decay alone"][-1], rel=1e-10)
