"""Updates until they overflow."""

import numpy as np
import pytest
from films import decided

from scenes.gradients.overflow_step import overflow_step, quadratic


def test_updates_end_where_float64_says_they_have_to():
    hessian, start = quadratic(8, 0)
    series = decided(overflow_step)[0][None].series
    for name, kind in (("float16", np.float16), ("float32", np.float32)):
        end = int(np.isnan(series[f"log10_{name}"]).argmax())
        point = start.copy()
        for _ in range(end - 1):
            point = point - 4.0 * hessian @ point
        largest = float(np.finfo(kind).max)
        assert np.abs(point).max() < largest
        assert 4.0 * np.abs(hessian @ point).max() > largest
    assert not np.isnan(series["log10_float64"]).any()


def test_the_film_of_updates_is_their_product():
    numbers = decided(overflow_step, steps=30)[0][None]
    _, start = quadratic(8, 0)
    found = np.log10(np.abs(numbers.matrix(30) @ start).max())
    assert found == pytest.approx(numbers.series["log10_float64"][30], abs=1e-9)
