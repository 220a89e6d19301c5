"""The text that puts a film into a page: ``render embed`` and what it is made of."""

import re

import pytest
from embedding import unescape, untold
from films import manifest_of, run
from pages import parse

import render
from render.errors import UsageError
from render.publish.captions import describe
from render.publish.embed import snippet

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


# Markdown


def test_markdown_is_an_image_linked_to_the_video(folder):
    text = snippet(folder / "vanishing.mp4", "markdown")
    found = re.fullmatch(r"\[!\[(.+)\]\(vanishing\.gif\)\]\(vanishing\.mp4\)", text)
    assert unescape(found[1]) == describe(manifest_of(folder / "vanishing"))


def test_markdown_of_a_film_without_mp4_is_an_image(folder):
    assert re.fullmatch(r"!\[.+\]\(silent\.gif\)", snippet(folder / "silent.gif", "markdown"))


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
