"""In which line of a TOML file a key stands."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.pipeline.toml_lines import line_of, lines_of

TEXT = '''# a film
output = "films"
languages = [
  "en", # not a key = 1
  "ko",
]
title = """
[[film]]
scene = "x"
"""

[[film]]
scene = "powers"
"odd \\" key" = 'a = 1'
[ film . parameters ]
seed = { a = 1, b = [
  1 ] }

[[film]]
scene = 'rotation'
theme.name = "x"
    layout = "phone"
[film.inner]
[[film.inner.deep]]
x = 1
[[film.inner.deep]]
x = 2
'''


def test_every_key_has_its_line():
    tomllib.loads(TEXT)
    lines = lines_of(TEXT)
    rows = TEXT.splitlines()

    def row(*path):
        return rows[line_of(lines, path) - 1]

    assert row("output") == 'output = "films"'
    assert row("languages") == "languages = ["
    assert row("title") == 'title = """'
    assert row("film", 0) == "[[film]]"
    assert line_of(lines, ("film", 0, "scene")) == 13
    assert row("film", 0, 'odd " key') == '"odd \\" key" = \'a = 1\''
    assert row("film", 0, "parameters") == "[ film . parameters ]"
    assert row("film", 0, "parameters", "seed", "b", 0) == "seed = { a = 1, b = ["
    assert row("film", 1, "theme", "name") == 'theme.name = "x"'
    assert row("film", 1, "layout") == '    layout = "phone"'
    assert row("film", 1, "missing") == "[[film]]"
    assert row("film", 1, "inner", "deep", 1, "x") == "x = 2"
    assert line_of(lines, ("nowhere",)) == 1


def test_lines_that_end_as_on_windows():
    lines = lines_of('a = 1\r\n[[film]]\r\nb = """\r\nc = 1"""\r\nd = 2\r\n')
    assert [lines[path] for path in (("a",), ("film", 0), ("film", 0, "b"), ("film", 0, "d"))] == [1, 2, 3, 5]


@pytest.mark.parametrize("quotes", ['"""a""""', '"""a"""""', "'''a'''''", '"""\\""""', '""', "'\"'", '"[{="'])
def test_quotes_in_quotes(quotes):
    text = f"a = {quotes}\n[t]\nb = 1\n"
    tomllib.loads(text)
    assert lines_of(text)["t", "b"] == 3


def paths(content, prefix=()):
    for name, value in content.items():
        yield (*prefix, name)
        if isinstance(value, dict):
            yield from paths(value, (*prefix, name))


NAMES = st.text(st.sampled_from("ab.\"\\=[]{}# '한"), max_size=4)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, NAMES, max_size=3), max_size=4))
@settings(max_examples=60)
def test_any_keys_are_found(content):
    """Every key is written on a line of its own, so the lines of all keys are known."""
    written, expected = [], {}
    for name, table in content.items():
        written.append(f"[{quoted(name)}]")
        expected[name,] = len(written)
        for key, value in table.items():
            written.append(f"{quoted(key)} = {quoted(value)}  # = [")
            expected[name, key] = len(written)
    text = "\n".join(written)
    assert set(expected) == set(paths(tomllib.loads(text)))
    lines = lines_of(text)
    assert {path: lines[path] for path in expected} == expected


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
