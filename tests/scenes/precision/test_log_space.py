"""A product of probabilities against exact fractions."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from films import decided

from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes import Record
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
    zeros = [verdicts[f"products that {name} calls 0"].value for name in ("float16", "float32", "float64")]
    assert zeros == sorted(zeros, reverse=True)
    assert zeros[-1] > 0
    assert numbers.series["float64"][-1] == 0
    sizes = np.log10(numbers.series["mantissa"]) + numbers.series["exponent"] * np.log10(2)
    assert sizes == pytest.approx(numbers.log10_spectral_norm)


def test_a_format_that_does_not_end_is_not_said_to():
    found = resolve("log_space", {"probability": 0.5})
    assert all(verdict.holds for verdict in found.verdicts)
    verdicts = {verdict.claim: verdict for verdict in found.verdicts}
    # 2⁻¹⁸⁰ is in the range of float64.
    assert verdicts["products that float64 calls 0"].value == 0
    assert verdicts["products that float16 calls 0"].value == 180 - 24
    texts = [moment.moment.otherwise for moment in found.moments if moment.step is None]
    assert texts == ["Within {steps} factors float64 does not say 0."]


def test_the_headline_notices_a_wrong_exponent_and_a_format_that_goes_on():
    series = dict(log_space.build()[None].series)
    one_off = series | {"exponent": series["exponent"] - 1}
    goes_on = series | {"float32": np.maximum(series["float32"], 1e-45)}
    rounded = series | {"mantissa": series["mantissa"].astype(np.float32).astype(float)}
    for changed, holds in ((series, True), (one_off, False), (goes_on, False), (rounded, False)):
        verdict = judge([log_space.headline], {None: Record(changed)}, log_space.resolve())[0]
        assert verdict.holds is holds
