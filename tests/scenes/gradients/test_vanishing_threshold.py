"""Growth of gradients by the norm of W."""

import numpy as np
import pytest
from films import decided

from scenes.gradients._common import with_norm
from scenes.gradients.vanishing_threshold import vanishing_threshold


def test_thresholds_of_the_sweep():
    series = decided(vanishing_threshold)[0][None].series
    assert series["norm"][0] == pytest.approx(0.05)
    assert series["norm"][-1] == 6.0
    # The linear network explodes above 1/ρ, not above 1.
    norm, decades = series["norm"], series["log10_identity"] / 60
    crossing = norm[np.flatnonzero(decades > 0)[0]]
    radius = np.abs(np.linalg.eigvals(with_norm(12, 0, 1.0))).max()
    assert 1.5 < crossing == pytest.approx(1 / radius, rel=0.11)
    for step in (20, 80):
        power = np.linalg.norm(np.linalg.matrix_power(with_norm(12, 0, norm[step]), 60), 2)
        assert decades[step] == pytest.approx(np.log10(power) / 60, abs=1e-12)


def test_no_curve_crosses_its_bound():
    series = decided(vanishing_threshold)[0][None].series
    for name, slope in (("tanh", 1.0), ("sigmoid", 0.25)):
        norm, factor = series[name].T
        assert series[f"bound of {name}"] == pytest.approx(np.column_stack([norm, slope * norm]))
        assert (factor <= slope * norm * (1 + 1e-12)).all()
        assert (factor[norm * slope < 1] < 1).all()
