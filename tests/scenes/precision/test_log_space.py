"""A product of probabilities against exact fractions."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from films import decided

from scenes.precision.log_space import log_space, probabilities


def test_probabilities_underflow_format_by_format():
    columns, verdicts = decided(log_space)
    numbers = columns[None]
    values = probabilities(180, 0, 0.01)
    assert values.max() <= 0.5
    exact = Fraction(1)
    for value in values:
        exact *= Fraction(float(value))
    true = (mpmath.log(exact.numerator) - mpmath.log(exact.denominator)) / mpmath.log(10)
    assert numbers.log10_spectral_norm[-1] == pytest.approx(float(true), rel=1e-13)
    ends = [verdicts[f"{name} is 0 from step"].value for name in ("float16", "float32", "float64")]
    assert ends == sorted(ends)
    assert numbers.series["float64"][-1] == 0
    sizes = np.log10(numbers.series["mantissa"]) + numbers.series["exponent"] * np.log10(2)
    assert sizes == pytest.approx(numbers.log10_spectral_norm)
