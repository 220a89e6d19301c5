"""Highway networks as their gates open."""

import numpy as np
import pytest

from scenes.depth.highway import highway


def test_highway_is_a_blend_of_identity_and_jacobian():
    series = highway.build(steps=10)[None].series
    layers = series["layer"]
    assert layers[0] == pytest.approx(np.eye(16), abs=0)
    for step in range(11):
        assert layers[step] == pytest.approx((1 - step / 10) * np.eye(16) + step / 10 * layers[10], abs=1e-14)
    assert series["norm"][0] == 0
