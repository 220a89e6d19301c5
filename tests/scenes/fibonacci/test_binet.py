"""Closed form and products against exact integers."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from films import decided, fibonacci_numbers

from scenes.fibonacci import _common as shared
from scenes.fibonacci.binet import binet, closed_form


def test_products_are_exact_up_to_f_78():
    exact = fibonacci_numbers(82)
    columns, verdicts = decided(binet)
    for step in range(78):
        entries = [[exact[step - 1] if step else 1, exact[step]], [exact[step], exact[step + 1]]]
        assert columns[None].matrix(step).astype(int).tolist() == entries
    assert int(columns[None].matrix(78)[0, 1]) == exact[78]
    assert int(columns[None].matrix(79)[0, 1]) != exact[79]
    assert exact[78] < 2**53 < exact[79]
    assert verdicts["product fails at n"].value == 79
    assert shared.fibonacci_numbers(82) == exact


def test_the_closed_form_fails_where_the_rounded_golden_ratio_says():
    _, verdicts = decided(binet)
    assert verdicts["formula fails at n"].value == verdicts["formula fails at n"].expected == 71
    with localcontext() as context:
        context.prec = 60
        root = Decimal(5).sqrt()
        golden = (1 + root) / 2
        # Only the rounding of φ and √5: 0.44 at n = 70, 0.72 at n = 71.
        for n, moved in ((70, 0.438), (71, 0.719)):
            error = Decimal((1 + np.sqrt(5)) / 2) ** n / Decimal(np.sqrt(5)) - golden**n / root
            assert float(error) == pytest.approx(moved, abs=1e-3)


def test_errors_are_distances_from_exact_integers():
    columns, _ = decided(binet)
    series, exact = columns[None].series, fibonacci_numbers(89)
    assert np.isnan(series["product error"][:79]).all()
    assert series["product miss"][79] == abs(int(columns[None].matrix(79)[0, 1]) - exact[79])
    assert series["formula miss"][72] == round(closed_form(72)) - exact[72]
    error = abs(Fraction(closed_form(50)) - exact[50])
    assert 10 ** series["formula error"][50] == pytest.approx(float(error))
