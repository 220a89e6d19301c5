"""The text that puts a film into a page: ``render embed`` and what it is made of."""

import copy
import json
import re
from urllib.parse import unquote

import numpy as np
import pytest
from films import manifest_of, painter_for, run, study_of
from pages import parse

import render
from render.errors import InputError, UsageError
from render.pipeline import manifest
from render.pipeline.catalog import all_scenes
from render.pipeline.moments import Captions, as_json
from render.publish.captions import describe
from render.publish.embed import snippet
from render.text import Words, unmarked

MISSING = object()

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    render.film("vanishing", steps=32, dim=3, output=folder)
    render.film("article", steps=4, output=folder)
    render.film("rotation", steps=1, output=folder, name="silent", formats="gif")
    render.film("rotation", steps=1, output=folder, name="loud", formats="mp4")
    return folder


@pytest.fixture
def altered(folder, tmp_path):
    """Write a manifest with something changed beside an empty film, and return that film."""

    def alter(change, of="vanishing"):
        content = copy.deepcopy(manifest_of(folder / of))
        replaced = change(content)
        film = tmp_path / "film.mp4"
        film.touch()
        film.with_suffix(".json").write_text(json.dumps(content if replaced is None else replaced), encoding="ascii")
        return film

    return alter


def untold(content):
    """Leave out what the film says, so that its caption tells its tracks."""
    content["moments"] = []


def put(keys, value):
    """Return a change that puts a value at a place in the manifest, or removes what is there."""

    def change(content):
        for key in keys[:-1]:
            content = content[key]
        if value is MISSING:
            del content[keys[-1]]
        else:
            content[keys[-1]] = value

    return change


# HTML


def test_html_holds_video_poster_image_and_caption(folder):
    figure = parse(snippet(folder / "vanishing.mp4")).one("figure")
    assert [e.tag for e in figure.all()] == ["video", "source", "img", "figcaption"]
    video = figure.one("video").attributes
    assert (video["width"], video["height"], video["poster"]) == ("1280", "720", "vanishing.png")
    assert {"controls", "muted", "loop", "playsinline"} <= video.keys()
    assert "autoplay" not in video
    assert video["preload"] == "metadata"
    assert video["aria-label"]
    assert figure.one("source").attributes == {"src": "vanishing.mp4", "type": "video/mp4"}
    image = figure.one("img").attributes
    assert (image["src"], image["width"], image["height"]) == ("vanishing.gif", "1280", "720")
    caption = figure.one("figcaption").text
    assert image["alt"] == caption
    assert caption.startswith("Vanishing")
    assert "32" in caption


@pytest.mark.parametrize("layout", ["wide", "square"])
def test_size_is_that_of_the_film(tmp_path, layout):
    film = render.film("rotation", steps=0, output=tmp_path, layout=layout, formats="mp4")
    video = parse(snippet(film.files["mp4"])).one("video").attributes
    assert (int(video["width"]), int(video["height"])) == ((1280, 720) if layout == "wide" else (720, 720))


def test_film_without_mp4_is_an_image(folder):
    figure = parse(snippet(folder / "silent.gif")).one("figure")
    assert [e.tag for e in figure.all()] == ["picture", "source", "img", "figcaption"]
    assert figure.one("img").attributes["src"] == "silent.gif"
    assert figure.one("img").attributes["alt"]
    still = {"media": "(prefers-reduced-motion: reduce)", "srcset": "silent.png"}
    assert figure.one("source").attributes == still


def test_film_without_gif_falls_back_to_its_poster(folder):
    assert parse(snippet(folder / "loud.mp4")).one("img").attributes["src"] == "loud.png"
    assert snippet(folder / "loud.mp4", "markdown").startswith("[![")
    assert snippet(folder / "loud.mp4", "markdown").endswith("](loud.png)](loud.mp4)")


def test_no_address_is_empty(altered):
    film = altered(lambda content: content["files"].__delitem__(slice(1, None)))
    for element in parse(snippet(film)).all():
        assert all(element.attributes.get(name) != "" for name in ("src", "poster"))


@pytest.mark.parametrize("ending", ["mp4", "gif", "png", "json"])
def test_any_file_of_the_film_will_do(folder, ending):
    assert snippet(folder / f"vanishing.{ending}") == snippet(folder / "vanishing.mp4")


def test_base_comes_before_every_name(folder):
    page = snippet(folder / "vanishing.mp4", base="https://example.org/films/")
    figure = parse(page).one("figure")
    sources = [e.attributes["src"] for e in figure.all() if "src" in e.attributes]
    addresses = [figure.one("video").attributes["poster"], *sources]
    assert addresses == [f"https://example.org/films/vanishing.{e}" for e in ("png", "mp4", "gif")]
    assert snippet(folder / "vanishing.mp4", base="https://example.org/films") == page
    assert 'src="/get?file=vanishing.mp4"' in snippet(folder / "vanishing.mp4", base="/get?file=")


@pytest.mark.parametrize(
    ("log10", "text"), [(None, "0"), (0.0, "1.000"), (-350.5, "3.16×10⁻³⁵¹"), (1000.0, "1.00×10¹⁰⁰⁰")]
)
def test_norms_beyond_float64_have_a_text(altered, log10, text):
    def change(content):
        untold(content)
        content["tracks"]["log10_spectral_norm"][-1] = log10

    film = altered(change)
    assert f" → {text}." in parse(snippet(film)).one("figcaption").text


def test_a_caption_says_what_the_film_says_and_not_where_its_scene_lies(altered):
    def change(content):
        content["scene"] = content["job"]["scene"] = "/home/somebody/x.py"
        content["title"], content["statement"] = (
            "My own",
            "size {dim}: it grows",
        )

    film = altered(change)
    caption = parse(snippet(film)).one("figcaption").text
    said = manifest_of(film)["moments"][-1]["sentence"]
    assert said == "Within 32 steps more than 1/1000 is left; it would go on shrinking."
    assert caption == f"My own, 32 steps: size 3: it grows. {said}"
    assert "somebody" not in caption
    caption = parse(snippet(altered(lambda content: (change(content), untold(content))[1]))).one("figcaption").text
    assert caption.startswith("My own, 32 steps: size 3: it grows. Size of Wᵗ: 1.000 → ")
    assert "somebody" not in caption


def moment(step, text, **values):
    return {"step": step, "column": None, "text": text, "sentence": "?", "note": "", "values": values}


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        ([moment(1, "One."), moment(3, "<keep>Three</> are {x:%}.", x=0.25)], "Three are 25 %."),
        # As in the film, whose last sentence is of what did not come.
        ([moment(1, "One."), moment(None, "It never fell to {x}.", x=0.5)], "It never fell to 0.5."),
        ([moment(1, "One."), moment(None, "")], "One."),
        # A number that is not finite is null in a manifest.
        ([moment(1, "{x:%}, {x:log10}, {x:3}, {x}.", x=None)], "? %, ?, ?, ?."),
    ],
)
def test_a_caption_ends_as_its_film_does(altered, moments, said):
    assert parse(snippet(altered(put(("moments",), moments)))).one("figcaption").text.endswith(f"dies out. {said}")


@pytest.mark.slow
def test_captions_of_all_films_end_with_the_sentence_of_their_last_step():
    for name, scene in all_scenes().items():
        found = study_of(name)
        content = {
            "title": scene.title, "statement": scene.statement, "steps": found.steps, "parameters": found.parameters,
            "moments": as_json(found.moments, Words("en")), "panels": [], **manifest.numbers(found.columns),
        }  # fmt: skip
        for language in ("en", "ko"):
            words = Words(language)
            captions = Captions(scene, found.parameters, found.columns, found.moments, found.verdicts, words)
            last = unmarked(captions.at(found.steps)).removeprefix("✓ ")
            assert " ".join(last.split()) in describe(content, language), (name, language)


def test_a_title_of_the_users_own_is_in_the_caption(tmp_path):
    made = render.film("rotation", steps=1, output=tmp_path, title="Mine & yours", formats="gif")
    assert describe(made.manifest).startswith("Mine & yours, 1 steps: ")


# Films without a product: what they show, from the numbers


WITHOUT_PRODUCT = [
    name for name in all_scenes() if not any(column.has_product for column in study_of(name).columns.values())
]


def ends_and_extremes(found, panels):
    """Return what a caption may tell of the tracks that these panels draw, as sizes and as plain numbers."""
    for column in found.columns.values():
        for name in {name for panel in panels for name in panel["tracks"].values()}:
            track = column.series[name]
            known = track[np.isfinite(track)] if track.ndim == 1 else track[:0]
            for value in (known[0], known[-1], known.min(), known.max()) if known.size else ():
                yield from (value, 10.0 ** min(value, 300.0))


def told_numbers(caption):
    """Return the numbers around the arrows of a caption."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    # Labels have arrows, too.
    for part in re.findall(r"−?\d\S*(?: → −?\d\S*)+", caption):
        for word in part.split(" → "):
            mantissa, _, power = word.rstrip(".,").replace("−", "-").partition("×10")
            yield float(mantissa) * 10.0 ** int(power.translate(raised) or 0)


@pytest.mark.slow
def test_captions_of_films_without_a_product_say_what_they_show():
    with_numbers = 0
    for name in WITHOUT_PRODUCT:
        found, scene = study_of(name), all_scenes()[name]
        panels = painter_for(found).describe()
        # What a manifest has, without a film being rendered.
        content = {
            "title": scene.title, "statement": scene.statement, "steps": found.steps, "parameters": found.parameters,
            "moments": [], "panels": panels, **manifest.numbers(found.columns),
        }  # fmt: skip
        assert content["matrix_sha256"] is None or set(content["matrix_sha256"].values()) == {None}
        assert "log10_spectral_norm" not in json.dumps(content["tracks"])
        captions = {language: describe(content, language) for language in ("en", "ko")}
        for language, caption in captions.items():
            words = Words(language)
            assert caption.startswith(words(scene.title))
            assert words(scene.statement, found.parameters) in caption
            assert words("spectral norm") not in caption.lower()
            assert language == "en" or re.search("[가-힣]", caption)
        told = list(told_numbers(captions["en"]))
        assert told == list(told_numbers(captions["ko"]))
        with_numbers += bool(told)
        possible = np.array(list(ends_and_extremes(found, panels)))
        for value in told:
            assert np.isclose(possible, value, rtol=6e-3, atol=1e-12).any(), (name, value)
    assert len(WITHOUT_PRODUCT) >= 10
    assert with_numbers >= 8


def test_caption_tells_a_peak_between_the_ends():
    content = {
        "title": "A", "statement": "b", "steps": 4, "parameters": {}, "columns": None, "moments": [],
        "tracks": {"log10_x": [0, 1, 3, 2, 1], "y": [5.0, 4.0, None, 2.0, 5.0], "z": [1, 2, 3, 4, 5], "w": [[1]] * 5},
        "panels": [
            {"panel": "heatmap", "heading": "no", "tracks": {"": "w"}, "scale": "linear"},
            {"panel": "series", "heading": "sizes", "tracks": {"y": "y", "z": "z", "w": "w"}, "scale": "linear"},
            {"panel": "series", "heading": "not told", "tracks": {"": "log10_x"}, "scale": "log10"},
        ],
    }  # fmt: skip
    assert describe(content) == "A, 4 steps: b. Sizes: 5 → 2 → 5 (y), 1 → 5 (z)."
    del content["panels"][1]
    assert describe(content) == "A, 4 steps: b. Not told: 1.000 → 1000 → 10.00."


# Markdown


def test_markdown_is_an_image_linked_to_the_video(folder):
    text = snippet(folder / "vanishing.mp4", "markdown")
    found = re.fullmatch(r"\[!\[(.+)\]\(vanishing\.gif\)\]\(vanishing\.mp4\)", text)
    assert unescape(found[1]) == describe(manifest_of(folder / "vanishing"))


def test_markdown_of_a_film_without_mp4_is_an_image(folder):
    assert re.fullmatch(r"!\[.+\]\(silent\.gif\)", snippet(folder / "silent.gif", "markdown"))


def unescape(text):
    """Return the text of escaped Markdown; fail where something in it is not escaped."""
    assert not re.search(r"(?<!\\)[\[\]`*_<>{}$~|!]", re.sub(r"\\\\", "", text))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


# Comparisons and Korean


def test_comparison_is_told_column_by_column(altered):
    film = altered(untold, of="article")
    content = manifest_of(film)
    caption = parse(snippet(film)).one("figcaption").text
    places = [caption.index(f"({label})") for label in content["tracks"]]
    assert list(content["tracks"]) == ["vanishing", "exploding", "orthogonal"]
    assert places == sorted(places)
    assert caption.count("4 steps") == 1
    for column in content["tracks"].values():
        assert f"{10 ** column['log10_spectral_norm'][-1]:#.4g}" in caption


@pytest.mark.parametrize(("change", "said"), [(lambda content: None, "직교: 크기 그대로"), (untold, "Wᵗ의 크기: ")])
def test_korean(altered, change, said):
    film = altered(change, of="article")
    figure = parse(snippet(film, language="ko")).one("figure")
    caption = figure.one("figcaption").text
    assert figure.attributes["lang"] == "ko"
    for word in ("소실", "폭발", "직교", said):
        assert word in caption
    assert not re.search("[a-z]", caption)
    assert figure.one("img").attributes["alt"] == caption
    assert caption == unescape(snippet(film, "markdown", "ko")[3:].partition("](")[0])


def test_unknown_language_is_refused(folder):
    with pytest.raises(UsageError, match="choose from en, ko"):
        snippet(folder / "vanishing.mp4", language="xx")


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


# The command


def test_command_prints_the_snippet(folder):
    for options, arguments in (
        ((), {}),
        (("--for", "markdown", "--lang", "ko"), {"dialect": "markdown", "language": "ko"}),
        (("--base", "/films/"), {"base": "/films/"}),
    ):
        process = run("embed", folder / "article.mp4", *options)
        assert (process.returncode, process.stderr) == (0, "")
        assert process.stdout == snippet(folder / "article.mp4", **arguments) + "\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp949"])
def test_command_prints_what_a_poor_terminal_cannot_show(folder, encoding):
    # On Windows the text that goes into a file has one of these encodings.
    for language in ("en", "ko"):
        process = run("embed", folder / "vanishing.mp4", "--lang", language, env={"PYTHONIOENCODING": encoding})
        assert (process.returncode, process.stderr) == (0, "")
        assert parse(process.stdout).one("figcaption").text == describe(manifest_of(folder / "vanishing"), language)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.mp4", None),
        ("missing/film.mp4", None),
        ("x" * 300 + ".mp4", None),
        (".", None),
        ("/", None),
        ("", None),
        ("lonely.mp4", None),
        ("broken.mp4", "{"),
        ("strange.mp4", "[1, 2]"),
        ("typed.mp4", '{"eigenreel": "0", "scene": "x", "steps": 1, "frames": {}, "tracks": {}, "files": 5}'),
    ],
)
def test_command_refuses_with_one_sentence(tmp_path, name, content):
    if name.startswith("lonely") or content is not None:
        (tmp_path / name).touch()
    if content is not None:
        (tmp_path / name).with_suffix(".json").write_text(content)
    process = run("embed", name, cwd=tmp_path)
    assert process.stdout == ""
    assert process.returncode == 3, process.stderr
    assert re.fullmatch(r"render: .+[.?]\n", process.stderr)


@pytest.mark.parametrize("options", [("--lang", "xx"), ("--for", "pdf"), ("--frames",)])
def test_command_refuses_wrong_options(folder, options):
    process = run("embed", folder / "vanishing.mp4", *options)
    assert (process.returncode, process.stdout) == (2, "")
    assert re.fullmatch(r"render: .+[.?]\n", process.stderr)
