"""Several values of a parameter: lists, ranges with exact ends and steps, and what is none."""

import math
from decimal import Decimal

import numpy as np
import pytest

from render.errors import UsageError
from render.pipeline.catalog import load_scene
from render.pipeline.values import listed, values_of

PARAMETERS = load_scene("powers").parameters


def values(text):
    return values_of(text, PARAMETERS)[1]


@pytest.mark.parametrize(
    ("low", "high", "count"), [("0.8", "1.2", 9), ("0.1", "10", 100), ("0.3", "0.9", 2), ("1", "2", 3)]
)
def test_so_many_numbers_from_the_least_to_the_greatest(low, high, count):
    found = values(f"spectral_radius={low}:{high}:{count}")
    spread = (Decimal(high) - Decimal(low)) / (count - 1)
    assert found == [float(Decimal(low) + index * spread) for index in range(count)]
    assert np.allclose(found, np.linspace(float(low), float(high), count), rtol=1e-14, atol=0)
    assert (found[0], found[-1]) == (float(low), float(high))


def test_numbers_by_a_step_are_those_that_are_written():
    """0.1 + 0.2 is not 0.3 in binary, and ten steps of 0.1 would miss the end."""
    assert values("spectral_radius=0.1:1.2:0.1") == [float(f"{index / 10:.1f}") for index in range(1, 13)]
    assert values("spectral_radius=0.5:1:0.2") == [0.5, 0.7, 0.9]
    assert values("spectral_radius=0.5:2:5e-1") == [0.5, 1.0, 1.5, 2.0]


@pytest.mark.parametrize("text", ["0:4", "3:10:2", "3:11:4", "0:100:7", "2 : 5"])
def test_whole_numbers_are_those_of_python(text):
    assert values(f"seed={text}") == list(range(*map(int, [*text.split(":"), "1"][:3])))


def test_lists_are_taken_as_they_stand():
    assert values_of("spectral-radius = 1.1, 0.9,1", PARAMETERS) == ("spectral_radius", [1.1, 0.9, 1.0])
    assert values("dim=64,4") == [64, 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dim", "over must be a parameter and its values, as dim=4,16,64"),
        ("dim= ", "over must be a parameter and its values"),
        ("radius=1,2", "there is no parameter 'radius'"),
        ("dim=4,x", "dim must be a whole number"),
        ("spectral_radius=0.01,1", "from 0.1 to 10"),
        ("dim=4,8,4", "over has a value of dim twice, so leave one out"),
        ("seed=4:4", "LOW:HIGH or LOW:HIGH:STEP"),
        ("seed=0:4:1:1", "LOW:HIGH or LOW:HIGH:STEP"),
        ("seed=0:4:-1", "LOW:HIGH or LOW:HIGH:STEP"),
        ("seed=0:9:1.5", "seed must be a whole number"),
        ("spectral_radius=0.5:1", "LOW:HIGH:COUNT or LOW:HIGH:STEP"),
        ("spectral_radius=0.5:1:5/2", "LOW:HIGH:COUNT or LOW:HIGH:STEP"),
        ("spectral_radius=0.5:nan:3", "LOW:HIGH:COUNT or LOW:HIGH:STEP"),
        ("spectral_radius=0.5:inf:3", "LOW:HIGH:COUNT or LOW:HIGH:STEP"),
        ("spectral_radius=0.5:1e400:3", "LOW:HIGH:COUNT or LOW:HIGH:STEP"),
        ("spectral_radius=0.5:1:1", "from 2 to 100,000 values, but '0.5:1:1' has 1"),
        ("seed=0:100001", "from 2 to 100,000 values, but '0:100001' has 100,001"),
        ("spectral_radius=0.5:1:1e-300", "has many more"),
    ],
)
def test_what_is_no_values_is_said(text, said):
    with pytest.raises(UsageError) as caught:
        values(text)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999", "1e-999999999"])
@pytest.mark.parametrize("place", ["{}:1:3", "0.5:{}:3", "0.5:1:{}"])
def test_numbers_of_a_billion_digits_are_not_written_out(number, place):
    """They would be for ever."""
    with pytest.raises(UsageError, match="LOW:HIGH:COUNT"):
        values("spectral_radius=" + place.format(number))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((0.8, 1.2), [float(Decimal("0.8") + index * Decimal("0.05")) for index in range(9)]),
        ((0.5, 1.0, 3), [0.5, 0.75, 1.0]),
        ((1, 2.0, 2), [1.0, 2.0]),
        ([0.9, 1.1], [0.9, 1.1]),
    ],
)
def test_values_from_python_are_those_of_the_command_line(given, expected):
    assert values(f"spectral_radius={listed('spectral_radius', given)}") == expected


@pytest.mark.parametrize(("low", "high", "count"), [(0, 8, 9), (0, 3, 9), (2, 100, 5), (0, 1, 2), (0, 7, 4)])
def test_whole_numbers_from_python_are_evenly_spread(low, high, count):
    found = values(f"seed={listed('seed', (low, high, count))}")
    assert (found[0], found[-1], len(found)) == (low, high, min(count, high - low + 1))
    gaps = np.diff(found)
    assert gaps.min() >= 1
    # Evenly, as nearly as whole numbers can.
    assert gaps.max() - gaps.min() <= 1
    ideal = np.linspace(low, high, len(found))
    assert np.abs(found - ideal).max() <= 0.5


@pytest.mark.parametrize(
    "given",
    [(1, 0), (0.5, 0.5), (0, 1, 1), (0.5, 1.0, 2.5), (0.5, 1.0, math.inf), (0.5, 1.0, math.nan), (math.nan, 1.0)],
)
def test_tuples_that_do_not_rise_are_refused(given):
    with pytest.raises(UsageError, match="must rise from the least to the greatest value in 2 or more"):
        listed("seed", given)


@pytest.mark.parametrize("given", [(1,), (1, 2, 3, 4), (True, 2), ("1", 2)])
def test_tuples_of_other_things_are_refused(given):
    with pytest.raises(UsageError, match="as a tuple must be the least, the greatest and the number of values"):
        listed("seed", given)
