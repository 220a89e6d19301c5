"""The spectrum against the textbook's numbers."""

import numpy as np
import pytest
from films import decided

from scenes.fibonacci.fibonacci_spectrum import fibonacci_spectrum, spectrum


def test_spectrum_has_the_textbook_numbers():
    columns, verdicts = decided(fibonacci_spectrum)
    values, vectors = spectrum()
    assert values == pytest.approx([-0.6180339887498949, 1.618033988749895], abs=1e-15)
    assert np.sort(np.abs(vectors).ravel()) == pytest.approx([0.5257, 0.5257, 0.8507, 0.8507], abs=5e-5)
    assert np.linalg.norm(vectors * values @ np.linalg.inv(vectors) - [[0, 1], [1, 1]]) < 1e-15
    assert verdicts["λ₁¹⁰"].value == pytest.approx(122.9919, abs=5e-5)
    assert verdicts["λ₂¹⁰"].value == pytest.approx(0.0081, abs=5e-5)
    # The powers of the smaller one change sign at every step.
    assert (np.sign(columns[None].series["power"][:, 0, 0]) == (-1.0) ** np.arange(15)).all()
    series = columns[None].series
    for step in (0, 1, 10):
        power = series["basis"][step] @ series["power"][step] @ series["inverse"][step]
        assert power == pytest.approx(columns[None].matrix(step), rel=1e-13, abs=1e-13)
