"""Ratios against exact integers."""

import numpy as np
import pytest
from films import decided, fibonacci_numbers

from scenes.fibonacci.golden_ratio import golden_ratio


def test_golden_ratio_to_three_digits_holds_for_eight_steps():
    columns, verdicts = decided(golden_ratio)
    series = columns[None].series
    assert series["guess"][:5].tolist() == [13, 21, 34, 55, 89]
    assert series["exact"].tolist() == fibonacci_numbers(32)[7:]
    assert verdicts["1.618 fails at t"].value == 8
    assert (series["guess"][8], series["exact"][8]) == (611, 610)
    # The error shrinks by φ² a step.
    assert np.diff(series["error"])[8:14] == pytest.approx(np.full(6, -2 * np.log10(1.618034)), abs=2e-3)
    assert series["error"][10] == pytest.approx(series["envelope"][10], abs=1e-4)
