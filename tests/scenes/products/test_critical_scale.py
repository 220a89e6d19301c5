"""The scale at which products of Gaussian matrices neither grow nor shrink."""

import numpy as np
import pytest
from films import decided

from scenes.products.critical_scale import SCALES, critical_scale


def test_growth_changes_sign_at_the_critical_scale():
    columns, verdicts = decided(critical_scale, steps=300)
    series = columns[None].series
    away = np.abs(SCALES - 1) > 0.05
    assert (np.sign(series["change"][-1]) == np.sign(SCALES - 1))[away].all()
    assert verdicts["critical scale"].value == pytest.approx(0.572, abs=0.006)
    apart = series["above"] - series["level"]
    assert apart[-1] == pytest.approx(np.full(24, 300 * np.log10(1.25)))
