"""The Fibonacci matrix against exact integers."""

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from films import fitting

from render.claims import judge
from render.job import poster_step
from render.simulator import simulate
from scenes import fibonacci as scenes_of_fibonacci
from scenes.fibonacci import binet, fibonacci, fibonacci_spectrum, golden_ratio, squaring


def film(scene, **values):
    parameters = scene.resolve(**values)
    trajectory = simulate(scene.build(**parameters)[None])
    return trajectory, {v.claim: v for v in judge(scene.claims, {None: trajectory}, parameters)}


def numbers(count):
    """Exact Fibonacci numbers by fast doubling, another way than the scenes'."""

    def pair(n):
        if n == 0:
            return 0, 1
        a, b = pair(n // 2)
        c, d = a * (2 * b - a), a * a + b * b
        return (d, c + d) if n % 2 else (c, d)

    return [pair(n)[0] for n in range(count)]


@pytest.mark.parametrize("scene", [binet, fibonacci, fibonacci_spectrum, golden_ratio])
@pytest.mark.parametrize("steps", [0, 1, 2, 4, 5, 10, 70, 77, 78, 79, 300])
def test_claims_hold_for_any_length(scene, steps):
    assert all(v.holds for v in film(scene, **fitting(scene, steps=steps))[1].values())


@pytest.mark.parametrize("power", [1, 2, 3, 5, 63, 64, 100, 255, 1000])
def test_claims_hold_for_any_power(power):
    assert all(v.holds for v in film(squaring, power=power)[1].values())


def test_it_begins_with_the_identity_and_counts_on():
    trajectory, _ = film(fibonacci)
    assert np.array_equal(trajectory.matrix(0), np.eye(2))
    assert [trajectory.matrix(t)[0, 1] for t in range(5)] == [0, 1, 1, 2, 3]
    # What the poster shows.
    assert poster_step(12, fibonacci.poster) == 4
    assert trajectory.matrix(4).tolist() == [[2, 3], [3, 5]]
    assert np.array_equal(trajectory.matrix(4), [[2, 3], [3, 5]])


def test_products_are_exact_up_to_f_78():
    exact = numbers(82)
    trajectory, verdicts = film(binet)
    for step in range(78):
        entries = [[exact[step - 1] if step else 1, exact[step]], [exact[step], exact[step + 1]]]
        assert trajectory.matrix(step).astype(int).tolist() == entries
    assert int(trajectory.matrix(78)[0, 1]) == exact[78]
    assert int(trajectory.matrix(79)[0, 1]) != exact[79]
    assert exact[78] < 2**53 < exact[79]
    assert verdicts["product fails at n"].value == 79
    assert scenes_of_fibonacci._fibonacci(82) == exact


def test_the_closed_form_fails_where_the_rounded_golden_ratio_says():
    _, verdicts = film(binet)
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
    trajectory, _ = film(binet)
    series, exact = trajectory.sequence.series, numbers(89)
    assert np.isnan(series["product error"][:79]).all()
    assert series["product miss"][79] == int(trajectory.matrix(79)[0, 1]) - exact[79]
    assert series["formula miss"][72] == round(scenes_of_fibonacci._closed_form(72)) - exact[72]
    error = abs(Fraction(scenes_of_fibonacci._closed_form(50)) - exact[50])
    assert 10 ** series["formula error"][50] == pytest.approx(float(error))


def test_squaring_takes_six_products_where_one_by_one_takes_63():
    trajectory, verdicts = film(squaring)
    assert verdicts["products, squaring"].value == 6
    assert verdicts["products, one by one"].value == 63
    assert trajectory.matrix(63)[0, 1] == scenes_of_fibonacci._by_squaring(64)[1][0, 1] == 10_610_209_857_723
    for power in range(1, 300):
        exponents, product = scenes_of_fibonacci._by_squaring(power)
        assert exponents[-1] == power
        digits = f"{power:b}"[1:]
        grown = list(pairwise(exponents))
        # A doubling for every digit after the first, and one more where it is 1.
        assert sum(after == 2 * before for before, after in grown if before > 1) >= len(digits) - 1
        assert len(grown) == len(digits) + digits.count("1")
        assert len(exponents) - 1 <= 2 * np.floor(np.log2(power))
        assert product[0, 1] == pytest.approx(numbers(power + 1)[power], rel=1e-12)
    digits = trajectory.sequence.series["digits"]
    for step in (0, 3, 6, 40):
        rows = [int("".join(str(int(bit)) for bit in row), 2) for row in digits[step]]
        assert rows == [64, min(2**step, 64), step + 1]


def test_spectrum_has_the_textbook_numbers():
    trajectory, verdicts = film(fibonacci_spectrum)
    values, vectors = scenes_of_fibonacci._spectrum()
    assert values == pytest.approx([-0.6180339887498949, 1.618033988749895], abs=1e-15)
    assert np.sort(np.abs(vectors).ravel()) == pytest.approx([0.5257, 0.5257, 0.8507, 0.8507], abs=5e-5)
    assert np.linalg.norm(vectors * values @ np.linalg.inv(vectors) - [[0, 1], [1, 1]]) < 1e-15
    assert verdicts["λ₁¹⁰"].value == pytest.approx(122.9919, abs=5e-5)
    assert verdicts["λ₂¹⁰"].value == pytest.approx(0.0081, abs=5e-5)
    # The powers of the smaller one change sign at every step.
    assert (np.sign(trajectory.sequence.series["power"][:, 0, 0]) == (-1.0) ** np.arange(15)).all()
    series = trajectory.sequence.series
    for step in (0, 1, 10):
        power = series["basis"][step] @ series["power"][step] @ series["inverse"][step]
        assert power == pytest.approx(trajectory.matrix(step), rel=1e-13, abs=1e-13)


def test_golden_ratio_to_three_digits_holds_for_eight_steps():
    trajectory, verdicts = film(golden_ratio)
    series = trajectory.sequence.series
    assert series["guess"][:5].tolist() == [13, 21, 34, 55, 89]
    assert series["exact"].tolist() == numbers(32)[7:]
    assert verdicts["1.618 fails at t"].value == 8
    assert (series["guess"][8], series["exact"][8]) == (611, 610)
    # The error shrinks by φ² a step.
    assert np.diff(series["error"])[8:14] == pytest.approx(np.full(6, -2 * np.log10(1.618034)), abs=2e-3)
    assert series["error"][10] == pytest.approx(series["envelope"][10], abs=1e-4)
