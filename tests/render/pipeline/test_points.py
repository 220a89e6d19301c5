"""Points of a product of values, and the names of their files."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.errors import UsageError
from render.pipeline.points import axes_of, points, stem_of
from render.storage import check_stem
from scenes.core.parameters import Bounds, Choices, Parameter

GAIN = Parameter("gain", float, 1.0, Bounds(-10, 10), "")
SEED = Parameter("seed", int, 0, Bounds(0, 2**32 - 1), "")
KIND = Parameter("kind", str, "relu", None, "", Choices(("relu", "he_normal", "ReLU")))
NAME = Parameter("name", str, "", None, "")
BIAS = Parameter("bias", bool, False, None, "")
ALL = (GAIN, SEED, KIND, NAME, BIAS)


def test_points_are_the_product_with_the_last_axis_fastest():
    axes = axes_of(["gain=0.5:1.5:3", "seed=0:2", "bias=false,true"], ALL)
    assert axes == [("gain", [0.5, 1.0, 1.5]), ("seed", [0, 1]), ("bias", [False, True])]
    expected = [{"gain": g, "seed": s, "bias": b} for g in np.linspace(0.5, 1.5, 3) for s in (0, 1) for b in (False, 1)]
    assert list(points(axes)) == expected
    assert list(points([])) == [{}]


def test_a_large_product_is_not_built_at_once():
    first = next(points(axes_of(["seed=0:1000", "gain=0:1:100"], ALL)))
    assert first == {"seed": 0, "gain": 0.0}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["gian=1,2"], "there is no parameter 'gian', did you mean 'gain'?"),
        (["gain=1,2", "seed=1,2", "gain=3,4"], "gain varies twice, so give all of its values at once"),
        (["gain"], "over must be a parameter and its values"),
        (["gain=1,20"], "gain must be a number from -10 to 10, but it is 20.0"),
        (["seed=0:1000", "gain=0:1:101"], "there would be 101,000 points where 100,000 are the most"),
    ],
)
def test_refusals(texts, said):
    with pytest.raises(UsageError) as refused:
        axes_of(texts, ALL)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("point", "name"),
    [
        ({}, "powers"),
        ({"seed": 3}, "powers-seed-3"),
        ({"spectral_radius": 0.8, "seed": 0}, "powers-spectral_radius-0_8-seed-0"),
        ({"gain": -1.0}, "powers-gain-m1"),
        ({"gain": 1e-5, "bias": True}, "powers-gain-1em05-bias-true"),
        ({"gain": 1e300}, "powers-gain-1e300"),
        ({"kind": "ReLU"}, "powers-kind-ReLU"),
        ({"name": "가"}, "powers-name-가"),
    ],
)
def test_names(point, name):
    assert stem_of("powers", point) == name


def test_a_name_that_no_file_has_is_refused():
    with pytest.raises(UsageError, match="a file cannot be named 'a/b'"):
        stem_of("a/b", {"seed": 1})


VALUES = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**40), 2**40), st.booleans())
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(
    st.lists(st.lists(VALUES, min_size=1, max_size=4, unique=True), max_size=3),
    st.lists(TEXTS, min_size=1, max_size=4, unique_by=str.casefold),
    st.from_regex(r"\A[a-z0-9가-힣_]([A-Za-z0-9가-힣_-]{0,63})\Z"),
)
def test_names_of_a_product_are_legal_and_differ(numbers, texts, stem):
    axes = [(f"parameter_{index}", [float(v) for v in values]) for index, values in enumerate(numbers)]
    axes = [(name, list(dict.fromkeys(values))) for name, values in axes] + [("text", texts)]
    try:
        check_stem(stem)
    except UsageError:
        return
    names = [stem_of(stem, point) for point in points(axes)]
    assert all(check_stem(name) == name for name in names)
    folded = [name.casefold() for name in names]
    assert len(set(folded)) == len(names)


def test_cut_names_tell_long_stems_apart():
    stems = ["a" * 63 + end for end in "bc"]
    names = {stem_of(stem, {"seed": seed}) for stem, seed in itertools.product(stems, (0, 1))}
    assert len(names) == 4 and all(len(name) <= 64 for name in names)
