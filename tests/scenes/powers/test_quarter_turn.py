"""Powers of a turn by 90°, which are exact."""

import numpy as np
import pytest
from films import decided

from scenes.powers.quarter_turn import quarter_turn


def test_four_quarter_turns_are_none():
    columns, verdicts = decided(quarter_turn, steps=1000)
    numbers = columns[None]
    assert np.array_equal(numbers.matrix(1000), np.eye(2))
    assert np.array_equal(numbers.matrix(999), [[0, -1], [1, 0]])
    assert verdicts["R⁴ − I"].value == verdicts["det R − 1"].value == 0
    # The vector drawn is the one that the matrix turns, and the waves are its first row.
    for step in range(9):
        product = numbers.matrix(step)
        assert np.array_equal(numbers.series["vector"][step], product @ [1, 0])
        assert product[0, 0] == numbers.series["cosine"][step]
        assert product[0, 1] == numbers.series["sine"][step]
    assert sorted(np.linalg.eigvals(numbers.sequence.factor), key=np.imag) == pytest.approx([-1j, 1j], abs=1e-15)
