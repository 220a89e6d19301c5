"""The textbook's gradient against what the textbook prints."""

import numpy as np
import pytest
from films import decided

from scenes.gradients.textbook import textbook


def test_the_textbook_norms():
    # As the book prints them for np.random.seed(3), N = 2, H = 3.
    printed = [2.4684068094579303, 3.3357049741610365, 4.783279375373182, 6.279587332087612, 8.080776465019053]
    columns, verdicts = decided(textbook)
    numbers = columns[None]
    assert 10 ** numbers.series["norm"][1:6] == pytest.approx(printed, rel=1e-12)
    weights = np.random.RandomState(3).randn(3, 3)
    assert np.array_equal(numbers.sequence.factor, weights)
    dh = np.ones((2, 3))
    for step in range(1, 21):
        dh = np.dot(dh, weights.T * 0.5)
        assert 10 ** numbers.series["scaled norm"][step] == pytest.approx(np.sqrt(np.sum(dh**2)) / 2, rel=1e-12)
    assert numbers.series["norm"][-1] > 2 > 0 > -3 > numbers.series["scaled norm"][-1]
    assert np.abs(np.linalg.eigvals(weights)).max() == pytest.approx(1.2552, abs=1e-4)
    assert abs(verdicts["decades per step − log10 |λ|"].value) < 0.05
