"""The interval that five Newton–Schulz steps lead into, found exactly."""

import mpmath as mp
import numpy as np
import pytest

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes.today import muon_step as film
from scenes.today.muon_step import COEFFICIENTS, IMAGE, SPREAD, muon_step

A, B, C = (mp.mpf(str(number)) for number in COEFFICIENTS)


def p(s):
    return A * s + B * s**3 + C * s**5


def turning_points():
    """Return the positive zeros of a + 3 b s² + 5 c s⁴."""
    root = mp.sqrt(9 * B * B - 20 * A * C)
    return [mp.sqrt((-3 * B + sign * root) / (10 * C)) for sign in (-1, 1)]


def image(low, high):
    """Return the interval that the polynomial makes of an interval: its ends are at ends or turning points."""
    values = [p(s) for s in (low, high, *(s for s in turning_points() if low < s < high))]
    return min(values), max(values)


def test_the_image_of_the_interval_is_exact():
    with mp.workdps(40):
        low, high = mp.mpf("0.01"), mp.mpf(1)
        for _ in range(5):
            low, high = image(low, high)
        assert abs(low - IMAGE[0]) < 1e-11
        assert abs(high - IMAGE[1]) < 1e-11
        # It is the least value at a turning point, and what becomes of that; and it stays.
        assert abs(low - p(turning_points()[1])) < 1e-30
        assert abs(high - p(low)) < 1e-30
        again = image(low, high)
        assert low <= again[0] + mp.mpf("1e-30") and again[1] <= high + mp.mpf("1e-30")
        # Rounded outwards, as it is quoted.
        assert low > 0.68 and high < 1.14


def test_singular_values_are_those_of_the_polynomial():
    found = np.sort(muon_step.build(seed=3)[None].series["singular values"][-1])
    with mp.workdps(30):
        starts = [mp.mpf(SPREAD[0]) ** (mp.mpf(k) / 11) for k in range(12)]
        for _ in range(5):
            starts = [p(s) for s in starts]
        assert np.allclose(found, [float(s) for s in sorted(starts)], rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    "coefficients",
    [(1.9, -0.9, 0.0), (3.0, -4.7750, 2.0315), (3.4445, -4.2, 2.0315), (3.4445, -4.7750, 1.9)],
)
def test_other_coefficients_make_the_headline_false(coefficients):
    other = film._steps(5, 12, 0, coefficients)
    assert not judge([muon_step.headline], {None: simulate(other)}, muon_step.resolve())[0].holds
