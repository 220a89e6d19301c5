"""What is written as TOML, read back by the parser of the standard library."""

import datetime
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.errors import UsageError
from render.pipeline.toml_writer import dump

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.one_of(TEXTS, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=12) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


def typed(value):
    """Return a value with its types, which == does not compare, and without the order of keys."""
    if isinstance(value, dict):
        return {key: typed(single) for key, single in value.items()}
    return [typed(single) for single in value] if isinstance(value, list) else (type(value), repr(value))


@given(st.dictionaries(TEXTS, VALUES, max_size=6))
@settings(max_examples=60)
def test_what_is_read_back_is_the_same(content):
    assert typed(tomllib.loads(dump(content))) == typed(content)


@pytest.mark.parametrize(
    "title",
    [
        '"""', "'''", "\\", 'a"\n[[film]]\nscene = "evil"', "\x00\x01\x1f\x7f\x80\x9b", "\u2028\u2029\u202e",
        "a\r\nb\tc", "\U000e0001",
        "# no comment", "가 ∞ 😀", "{steps} <keep>a</>", " ", "",
    ],
)  # fmt: skip
def test_hostile_titles(title):
    content = {"title": title, title: 1, "film": [{"title": title, "parameters": {title: title}}]}
    text = dump(content)
    assert tomllib.loads(text) == content
    # A terminal that shows it finds no orders in it.
    assert all(letter.isprintable() or letter == "\n" for letter in text)


@pytest.mark.parametrize("number", [0.1, -0.0, 1e300, 5e-324, 1e16, 123456789.0, 2**63 - 1, -(2**63), True])
def test_numbers_keep_their_value_and_type(number):
    found = tomllib.loads(dump({"n": number}))["n"]
    assert repr(found) == repr(number)


def test_the_layout_is_that_of_a_person():
    text = dump({
        "output": "films",
        "film": [
            {
                "matrices": {"": [[0.5] * 3] * 9}, "scene": "powers", "parameters": {"steps": 4},
                "theme": {"name": "x", "roles": {"keep": "#000000"}},
            },
            {"scene": "rotation"},
        ],
    })  # fmt: skip
    rows = "".join("  [0.5, 0.5, 0.5],\n" for _ in range(9))
    assert text == (
        'output = "films"\n\n[[film]]\nscene = "powers"\nparameters = { steps = 4 }\n\n'
        f'[film.matrices]\n"" = [\n{rows}]\n\n'
        '[film.theme]\nname = "x"\nroles = { keep = "#000000" }\n\n[[film]]\nscene = "rotation"\n'
    )


def test_what_is_nested_too_deep_is_refused():
    value = 0
    for _ in range(5000):
        value = [value]
    with pytest.raises(UsageError, match=r"^a file of films cannot hold what is nested so deep"):
        dump({"value": value})


@pytest.mark.parametrize("value", [None, 2**63, datetime.date(2020, 1, 1), "\udc80", {"a": [None]}, {"\udc80": 1}])
def test_what_toml_cannot_hold_is_refused(value):
    with pytest.raises(UsageError, match=r"^a file of films "):
        dump({"value": value})
