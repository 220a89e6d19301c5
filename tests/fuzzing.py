"""Words, numbers and JSON that no sensible person would give, for tests that give them."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# How many times as much is tried as in a quick run; `make fuzz` sets it.
TIMES = int(os.environ.get("FUZZ", "1"))

# What programs stumble over, besides whatever letters there are.
STUMBLES = [
    *("", " ", "-", "--", "-vf", ".", "..", "../x", "a/b", "/", "~", "CON", "nul.mp4", "a" * 300, "가" * 100, "행렬"),
    *("é", "e\u0301", "\u202egpm", "\u200b", "🎬", "\x00", "\n", "\r\n", "\t", "\x1b[2J", "\x7f", "\ud800", "\ufeff"),
    *('"><script>alert(1)</script>', "$x", r"\frac{1}{", "{{< x >}}", "{steps}", "%s", "{0}", "`x`", "<keep>x</>"),
    *("0", "1", "-1", "1e9", "1e999", "nan", "inf", "1/0", "1/3", "٦٤", "1_0", "0x10", "1" * 5_000, "64.5", "+1"),
    *("1,2", "a=b", "steps=1:2:3", "16=2.5", "0=nan", "1:2", "2MB", "true", "None", "x.py", "x.toml", "x.npy"),
]
# No lone halves of characters: a shell hands over bytes, which decode to those of one kind alone.
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TEXTS = st.sampled_from(STUMBLES) | st.text(max_size=20)
WORDS = st.sampled_from([word for word in STUMBLES if "\0" not in word and "\ud800" not in word]) | LETTERS.filter(
    lambda word: "\0" not in word
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(2**63), 2**53 + 1, 1e308, 5e-324, -0.0])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def many(examples):
    """Return settings for a test with so many examples in a quick run; its folders and patches serve all of them."""
    return settings(
        max_examples=examples * TIMES,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def places(value, above=()):
    """Yield the path of every value within JSON, from the outside in."""
    if above:
        yield above
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, single in inner:
        yield from places(single, (*above, key))


def changed(content, path, how, value):
    """Return JSON in which the value at a path is another one, or gone, or has been given a neighbour."""
    key, *rest = path
    copy = dict(content) if isinstance(content, dict) else list(content)
    # An earlier change may have put an object in the place of a list.
    key = str(key) if isinstance(copy, dict) else key
    if rest:
        copy[key] = changed(copy[key], rest, how, value)
    elif how == "remove":
        del copy[key]
    elif how == "add" and isinstance(copy, dict):
        copy[key + "_"] = value
    elif how == "add":
        copy.insert(key, value)
    else:
        copy[key] = value
    return copy


def mutations(content):
    """Return a strategy for JSON that differs from this in one to three places."""
    # Deep places are many, and shallow ones matter as much.
    by_depth = {}
    for path in places(content):
        by_depth.setdefault(len(path), []).append(path)
    one_place = st.sampled_from(sorted(by_depth)).flatmap(lambda depth: st.sampled_from(by_depth[depth]))
    change = st.tuples(one_place, st.sampled_from(["replace", "replace", "remove", "add"]), JSON)

    def apply(changes):
        made = content
        for path, how, value in changes:
            try:
                made = changed(made, path, how, value)
            except (KeyError, IndexError, TypeError, ValueError):
                # An earlier change has taken that place away.
                continue
        return made

    return st.lists(change, min_size=1, max_size=3).map(apply)
