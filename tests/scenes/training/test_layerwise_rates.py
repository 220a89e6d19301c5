"""Rates by layer, against the closed form of trust ratios."""

import numpy as np
import pytest

from scenes.training.layerwise_rates import layerwise_rates


def test_trust_ratios_of_scaled_layers():
    for spread in (1.0, 3.0, 10.0):
        columns = layerwise_rates.build(spread=spread, steps=3)
        trust = columns["one rate"].series["trust"][0]
        # ‖w‖ / ‖g‖ grows like the square of a layer's scale.
        scales = spread ** np.linspace(-1, 1, 8)
        assert trust - trust[0] == pytest.approx(2 * np.log10(scales / scales[0]), abs=1e-11)
        shares = columns["one each (LARS)"].series["updates"]
        assert np.ptp(shares, axis=1).max() < 1e-14
        # What a layer has moved is all of its updates before.
        moved = columns["one each (LARS)"].series["moved"]
        assert not moved[0].any()
        assert np.diff(moved, axis=0) == pytest.approx(shares[:-1], abs=1e-15)


def test_lars_learns_faster():
    columns = layerwise_rates.build()
    assert columns["one each (LARS)"].series["loss"][-1] < columns["one rate"].series["loss"][-1] - 2
