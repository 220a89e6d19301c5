"""Repeated squaring against counted products."""

from itertools import pairwise

import numpy as np
import pytest
from films import decided, fibonacci_numbers

from render.pipeline.moments import find_moments
from scenes.fibonacci.squaring import by_squaring, squaring


def test_squaring_takes_six_products_where_one_by_one_takes_63():
    columns, verdicts = decided(squaring)
    assert verdicts["products, squaring"].value == 6
    assert verdicts["products, one by one"].value == 63
    assert columns[None].matrix(63)[0, 1] == by_squaring(64)[1][0, 1] == 10_610_209_857_723
    for power in range(1, 300):
        exponents, product = by_squaring(power)
        assert exponents[-1] == power
        digits = f"{power:b}"[1:]
        grown = list(pairwise(exponents))
        # A doubling for every digit after the first, and one more where it is 1.
        assert sum(after == 2 * before for before, after in grown if before > 1) >= len(digits) - 1
        assert len(grown) == len(digits) + digits.count("1")
        assert len(exponents) - 1 <= 2 * np.floor(np.log2(power))
        assert product[0, 1] == pytest.approx(fibonacci_numbers(power + 1)[power], rel=1e-12)
    series = columns[None].series
    numbers = fibonacci_numbers(66)
    for step in (0, 3, 6, 40):
        power = min(2**step, 64)
        assert series["by squaring"][step] == power
        assert series["squared"][step][0].tolist() == [numbers[power - 1], numbers[power]]
        assert series["one by one"][step] == step + 1


def test_the_film_stops_where_squaring_is_there():
    for power, step in ((64, 6), (65, 7), (3, None), (1, None)):
        found = find_moments(squaring, decided(squaring, power=power)[0], {"power": power})
        assert found[0].step == step or (step is None and found[-1].step is None)
    values = find_moments(squaring, decided(squaring)[0], {"power": 64})[0].values
    assert values["other"] == 7


def test_claims_hold_for_any_power():
    for power in (1, 2, 3, 5, 6, 7, 63, 64, 65, 100, 255, 256, 999, 1000):
        assert all(verdict.holds for verdict in decided(squaring, power=power)[1].values()), power
