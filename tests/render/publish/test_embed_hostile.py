"""Whatever a manifest holds stays text in a snippet, and what is no manifest is refused."""

import re
from urllib.parse import unquote

import pytest
from embedding import MISSING, moment, put, unescape, untold
from pages import parse

from render.errors import InputError
from render.publish.embed import snippet

HOSTILE = [
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "--><!-- ]]> </figure></video>",
    "](javascript:alert(1)) ![x](y) [z]: /w",
    "{{< x >}} {{% y %}} {{ z }} {% w %} {# v #}",
    "`code` ``more`` $math$ ~~gone~~ **bold** _it_ <!--",
    "first\n\n# second\n\n    third\r\nfourth",
    "tab\tbell\x07escape\x1b[31m null\x00 next\x85line\u2028",
    "from right \u202e to left",
    "back\\slash & &amp; &lt;b&gt; \\",
    "한글 이름 50% #1 ?x=y",
    "half a character \ud800",
]


# What a manifest may say without getting out of its place


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["title", "statement", "label", "steps", "moment", "value"])
def test_hostile_words_stay_words(altered, text, place):
    film = altered(hostile(place, text), of="article" if place == "label" else "vanishing")
    try:
        page, markdown = snippet(film), snippet(film, "markdown")
    except InputError as error:
        assert_sentence(error)
        return
    figure = parse(page).one("figure")
    assert [e.tag for e in figure.all()] == ["video", "source", "img", "figcaption"]
    assert figure.one("video").attributes.keys() <= {
        "controls", "muted", "loop", "playsinline", "preload", "width", "height", "poster", "style", "aria-label",
        "loading",
    }  # fmt: skip
    assert figure.one("img").attributes.keys() <= {"src", "width", "height", "style", "alt", "loading"}
    assert_harmless(page)
    found = re.fullmatch(r"\[!\[(.+)\]\((\w+)\.gif\)\]\(\2\.mp4\)", markdown)
    assert found, markdown
    unescape(found[1])
    assert_harmless(markdown)


def hostile(place, text):
    def change(content):
        if place == "label":
            for key in ("tracks", "matrix", "matrix_sha256"):
                content[key][text] = content[key].pop("exploding")
            content["columns"][1] = text
            # So that the caption tells the columns.
            untold(content)
        elif place in ("moment", "value"):
            content["moments"] = [moment(1, text if place == "moment" else "{x} {x:%}", x=text)]
        else:
            content[place] = text

    return change


def assert_harmless(text):
    """Check for what a static site generator, a terminal or an encoder would stumble over."""
    text.encode()
    # Jekyll, Hugo, Jinja and others look for these before they look at the HTML or the Markdown.
    assert not re.search(r"\{\{|\{%|\{#", text)
    # An empty line ends HTML in Markdown; other control characters are orders to a terminal.
    assert "\n\n" not in text
    assert all(c == "\n" or c.isprintable() for c in text), ascii(text)


@pytest.mark.parametrize("name", [*HOSTILE, "a b.c", "x)y(z", "../up", "//example.org/x", "javascript:alert(1)"])
def test_hostile_file_names_stay_names(altered, name):
    def change(content):
        for entry in content["files"]:
            entry["name"] = name + entry["name"][-4:]

    film = altered(change)
    try:
        page, markdown = snippet(film), snippet(film, "markdown")
    except InputError as error:
        assert_sentence(error)
        return
    figure = parse(page).one("figure")
    assert [e.tag for e in figure.all()] == ["video", "source", "img", "figcaption"]
    addresses = [figure.one("source").attributes["src"], figure.one("img").attributes["src"]]
    for address, suffix in zip(addresses, (".mp4", ".gif"), strict=True):
        # No character of an address ends it, begins another part of it, or leads to another folder.
        assert re.fullmatch(r"[A-Za-z0-9_.~%-]+", address)
        assert unquote(address) == name + suffix
    assert markdown.endswith(f"]({addresses[1]})]({addresses[0]})")
    assert_harmless(page)
    assert_harmless(markdown)


@pytest.mark.parametrize("base", ["a b/", 'x" onerror="y/', "x)](y/", "{{< x >}}/", "<>/", "`/", "\n\n# x/", "한글/"])
def test_hostile_base_stays_an_address(folder, base):
    page, markdown = (snippet(folder / "vanishing.mp4", d, base=base) for d in ("html", "markdown"))
    figure = parse(page).one("figure")
    assert [e.tag for e in figure.all()] == ["video", "source", "img", "figcaption"]
    assert "onerror" not in figure.one("img").attributes
    assert unquote(figure.one("source").attributes["src"]) == base + "vanishing.mp4"
    assert re.search(r"\]\([^\s()<>\[\]{}`]+\.gif\)\]\([^\s()<>\[\]{}`]+\.mp4\)$", markdown), markdown
    assert_harmless(page)
    assert_harmless(markdown)


def test_address_of_another_place_is_kept_as_it_is(folder):
    base = "https://user@example.org:8080/a%20b/~me/x,y;z=1/"
    source = parse(snippet(folder / "vanishing.mp4", base=base)).one("source")
    assert source.attributes["src"] == base + "vanishing.mp4"


# What is not a film's manifest


def assert_sentence(error):
    assert type(error) is InputError
    assert error.exit_code == 3
    text = str(error)
    assert 20 < len(text) < 400, text
    assert text.isprintable()
    assert "Error" not in text
    assert "Traceback" not in text


NORMS = ("tracks", "log10_spectral_norm")
INFINITE = float("inf")
WRONG = [
    *(((key,), MISSING) for key in ("eigenreel", "scene", "title", "statement", "steps", "frames")),
    *(((key,), MISSING) for key in ("tracks", "columns", "panels", "files", "moments")),
    *((("frames", key), MISSING) for key in ("width", "height")),
    (NORMS, MISSING),
    *((("steps",), v) for v in (None, [], {}, -1)),
    *(((key,), v) for key in ("title", "statement") for v in (None, [], {}, 5)),
    *((("columns",), v) for v in ([], {}, "x", 5, ["none"], [5])),
    *((("panels",), v) for v in (None, {}, "x", [{}], [{"panel": 1}], [{"panel": "series", "heading": ""}])),
    *(
        (("moments",), v)
        for v in (None, {}, "x", 5, [None], [{}], [moment("x", "")], [moment(1, 5)], [moment(1.0, "")])
    ),
    *((("moments",), [moment(1, "", **values)]) for values in ({"x": {}}, {"x": INFINITE}, {"x": []}, {"x": True})),
    *((("moments",), [moment(1, f"{{x:{form}}}", x=1.5)]) for form in (".", ".x", "z")),
    *((("moments",), [moment(1, "{x:%}", x=value)]) for value in ([1.0], 10**400)),
    *((("moments", 0, key), MISSING) for key in ("step", "text", "sentence", "values")),
    *((("scene",), v) for v in (None, [], {}, 5)),
    *((("frames",), v) for v in (None, [], {}, "x", 5)),
    *((("frames", "width"), v) for v in (None, [], "x", "5", 0, -1, 1.5, INFINITE, True)),
    *((("tracks",), v) for v in (None, [], {}, "x", 5, {"a": None}, {"a": {}}, {"a": [1]})),
    *((NORMS, v) for v in (None, [], {}, "abc", 5, ["a"], [[]], [float("nan")], [INFINITE, 0.0])),
    *((("files",), v) for v in (None, [], {}, "x", 5, [None], ["a"], [[]], [{}], {"name": "film.mp4"})),
    *((("files", 0, "name"), v) for v in (None, 5, [], "", ".mp4", "film")),
]


def test_manifest_with_a_wrong_part_is_refused(altered):
    for keys, value in WRONG:
        film = altered(put(keys, value))
        for dialect in ("html", "markdown"):
            with pytest.raises(InputError) as caught:
                pytest.fail(f"{keys} may be {value}: {snippet(film, dialect)}")
            assert_sentence(caught.value)


def test_manifest_with_more_in_it_is_read(altered):
    # A later version may write more than this one knows.
    assert "Vanishing" in snippet(altered(put(("later",), [1])))


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"{}", b"[]", b"null", b"5", b'"x"', b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000, b"\x00" * 100],
    ids=lambda text: ascii(text[:8]),
)
def test_what_is_no_manifest_is_refused(tmp_path, text):
    film = tmp_path / "film.mp4"
    film.touch()
    film.with_suffix(".json").write_bytes(text)
    with pytest.raises(InputError) as caught:
        snippet(film)
    assert_sentence(caught.value)
