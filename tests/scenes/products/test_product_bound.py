"""Two matrices with the spectral radius 0, and the radius of their product."""

import numpy as np
import pytest
from films import decided

from scenes.products.product_bound import NILPOTENT, product_bound, turned


def test_two_radii_of_zero_make_four():
    a = np.array([[0, 2], [0, 0]])
    assert np.linalg.eigvals(a).tolist() == [0, 0]
    assert np.linalg.eigvalsh(a @ a.T).tolist() == [0, 4]
    assert turned(-NILPOTENT, 90.0) == pytest.approx(a.T, abs=1e-15)
    columns, verdicts = decided(product_bound)
    series = columns[None].series
    assert series["radius"][90] == pytest.approx(4)
    assert series["AB"][90] == pytest.approx(np.diag([4, 0]), abs=1e-14)
    assert verdicts["bound exceeded"].value == 0
    assert (series["random radius"] < series["random bound"]).all()
