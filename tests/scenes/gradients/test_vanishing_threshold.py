"""Growth of gradients by the norm of W."""

import numpy as np
import pytest
from films import decided

from scenes.gradients._common import with_norm
from scenes.gradients.vanishing_threshold import regions, vanishing_threshold


def test_thresholds_of_the_sweep():
    series = decided(vanishing_threshold)[0][None].series
    assert series["norm"][0] == pytest.approx(0.05)
    assert series["norm"][-1] == 6.0
    # The linear network explodes above 1/ρ, not above 1.
    norm, decades = series["identity"].T
    crossing = norm[np.flatnonzero(decades > 0)[0]]
    radius = np.abs(np.linalg.eigvals(with_norm(12, 0, 1.0))).max()
    assert 1.5 < crossing == pytest.approx(1 / radius, rel=0.11)
    for step in (20, 80):
        power = np.linalg.norm(np.linalg.matrix_power(with_norm(12, 0, norm[step]), 60), 2)
        assert decades[step] == pytest.approx(np.log10(power) / 60, abs=1e-12)


def test_regions_begin_at_the_thresholds():
    x = np.array([0.5, 2.0, 5.0])
    assert regions(x, x).tolist() == [0, 1, 2]
