"""What ``render embed`` prints for each kind of page, put through the programs that make such pages."""

import ast
import base64
import contextlib
import json
import re
import shutil
import sys
import types
from html.parser import HTMLParser
from pathlib import Path

import pytest
from films import edit, manifest_of
from page_tools import github, hugo, jekyll, pandoc, sphinx, tool
from pages import VOID, Element, parse

import render
from render.cli.page_commands import DIALECTS as COMMAND_DIALECTS
from render.errors import EigenreelError, InputError, UsageError
from render.publish.captions import describe
from render.publish.dialects import DIALECTS
from render.publish.embed import embedding, snippet
from render.publish.vtt import write_texts

HOSTILE = [
    '"><script>alert(1)</script>',
    "{{< x >}} {{% y %}} {% raw %} {# z #} {{ w }}",
    r"$x_1$ $$y$$ \(z\)",
    "a|b *c* _d_ `e` ``` f ~~g~~ [h](i) ![j](k) :::",
    "행렬 W",
    "${x} {y} <!-- z",
    "]]> --> {/* a */} import b",
    "@{#each}&amp; &lt; \\",
    "''' + \"\"\" # %s {0}",
    "# one: - two @three #4 ^5^ :tada:",
]
# The four films of a page, and how their names end.
LOOKS = {
    "": {}, "-dark": {"theme": "dark"}, "-phone": {"layout": "phone"},
    "-phone-dark": {"layout": "phone", "theme": "dark"},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Films for light and dark pages and for wide and narrow screens, and copies with hostile titles."""
    folder = tmp_path_factory.mktemp("films")
    for ending, look in LOOKS.items():
        formats = ("mp4", "webp", "gif")
        render.film("rotation", steps=1, output=folder, name=f"film{ending}", formats=formats, duration=1, **look)
        for index, title in enumerate(HOSTILE):
            (folder / f"hostile{index}{ending}.mp4").touch()
            shutil.copy(folder / f"film{ending}.json", folder / f"hostile{index}{ending}.json")
            edit(folder / f"hostile{index}{ending}.json", renaming(f"hostile{index}{ending}", title))
    return folder


def renaming(stem, title):
    def change(content):
        content["title"] = title
        for entry in content["files"]:
            entry["name"] = stem + Path(entry["name"]).suffix

    return change


def four(folder, stem="film"):
    return [folder / f"{stem}{ending}.mp4" for ending in LOOKS]


class Lenient(HTMLParser):
    """The elements of a page that a program has made, whatever it leaves open."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name.lower(): value for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID | {"meta", "link", "hr"}:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID | {"meta", "link", "hr"}:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in [element.tag for element in self.open[1:]]:
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data):
        # Text belongs to all elements around it.
        for element in self.open:
            element.text += data


def read(page):
    parser = Lenient()
    parser.feed(page)
    parser.close()
    return parser.root


def run_cell(text, folder, monkeypatch):
    """Return the HTML that a notebook's cell shows."""
    display = types.ModuleType("IPython.display")
    display.HTML = str
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.chdir(folder)
    tree = ast.parse(text)
    names = {}
    exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)
    return eval(compile(ast.Expression(tree.body[-1].value), "cell", "eval"), names)


def built(dialect, stems, folder, tmp_path, monkeypatch):
    """Return the page that comes of films, each of them alone or with its counterparts, one after the other."""
    if dialect == "jupyter":
        # Only the first titles have files of their own to be put into a notebook.
        cells = [snippet(paths, dialect, base="https://example.org") for paths in stems]
        return "\n".join(run_cell(cell, folder, monkeypatch) for cell in cells)
    texts = [snippet(paths, dialect) for paths in stems]
    if dialect == "hugo":
        return hugo({paths[0].stem: text for paths, text in zip(stems, texts, strict=True)}, tmp_path)
    page = "\n\n".join(["Before.", *texts, "After."]) + "\n"
    if dialect in ("docusaurus", "marp"):
        return tool(dialect, page, tmp_path)
    if dialect == "quarto":
        return pandoc(page)
    if dialect == "jekyll":
        return jekyll(page, tmp_path)
    if dialect in ("markdown", "github"):
        return github(page)
    return page


IN_VIDEOS = ["html", "jekyll", "hugo", "quarto", "docusaurus", "marp", "reveal", "jupyter"]
ONE_FILM = ["markdown", "myst", "marp", "reveal"]


@pytest.mark.slow
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("dialect", IN_VIDEOS)
def test_page_has_a_video_with_everything_and_its_text(folder, tmp_path, monkeypatch, dialect, several):
    stems = [four(folder, f"hostile{i}")[: 4 if several else 1] for i in range(len(HOSTILE))]
    page = read(built(dialect, stems, folder, tmp_path, monkeypatch))
    tags = {element.tag for element in page.all()}
    assert tags <= {
        *("body", "figure", "video", "source", "img", "figcaption", "p", "style", "section", "h1", "div", "svg"),
        *("foreignobject", "code", "small"),
    }  # fmt: skip
    count = 4 if several and dialect not in ONE_FILM else 1
    figures = page.all("figure" if dialect != "reveal" else "section")
    figures = [figure for figure in figures if figure.all("video")]
    if dialect == "quarto":
        # Pandoc alone shows what is for print, too; Quarto takes it away.
        assert page.text.count(HOSTILE[0]) == 2
    for index, figure in enumerate(figures):
        said = describe(manifest_of(folder / f"hostile{index}"))
        assert HOSTILE[index] in said
        (caption,) = figure.all("figcaption" if dialect != "reveal" else "p")
        # A slide of Marp's has room for a name; what stands for a video that is not shown says all.
        assert caption.text == (HOSTILE[index] if dialect == "marp" else said)
        if dialect == "marp":
            assert figure.one("img").attributes["alt"] == said
        videos = figure.all("video")
        assert len(videos) == count
        for video, ending in zip(videos, ("", "-phone", "-dark", "-phone-dark"), strict=False):
            found, (source,) = video.attributes, video.all("source")
            assert {"controls", "loop", "muted", "playsinline", "width", "height"} <= found.keys()
            assert not found.keys() & {"autoplay", "data-autoplay"}
            assert found["preload"] == "metadata"
            wide = int(found["width"]) / int(found["height"]) > 1
            assert wide == ("phone" not in ending)
            assert Path(source.attributes["src"]).name == f"hostile{index}{ending}.mp4"
            assert Path(found["poster"]).name == f"hostile{index}{ending}.png"
            # Marp takes the label away, and leaves a title.
            assert found["title" if dialect == "marp" else "aria-label"] == HOSTILE[index]
        assert not any(name.startswith("on") for e in figure.all() for name in e.attributes)
    assert len(figures) == len(HOSTILE)


@pytest.mark.slow
@pytest.mark.parametrize("several", [False, True])
def test_github_gets_pictures_it_leaves_alone(folder, tmp_path, monkeypatch, several):
    stems = [four(folder, f"hostile{i}")[: 4 if several else 1] for i in range(len(HOSTILE))]
    page = read(built("github", stems, folder, tmp_path, monkeypatch))
    pictures = page.all("picture")
    assert len(pictures) == len(HOSTILE)
    assert {element.tag for element in page.all()} == {"p", "a", "picture", "source", "img", "br"}
    kept = {"lang", "href", "media", "type", "srcset", "src", "alt", "width"}
    assert {name for element in page.all() for name in element.attributes} <= kept
    for index, picture in enumerate(pictures):
        said = describe(manifest_of(folder / f"hostile{index}"))
        image = picture.one("img").attributes
        assert (image["src"], image["alt"]) == (f"hostile{index}.gif", said)
        assert [link.attributes["href"] for link in page.all("a")][index] == f"hostile{index}.mp4"
        assert page.text.count(said) == 1
        sources = [(e.attributes.get("media", ""), e.attributes["srcset"]) for e in picture.all("source")]
        assert sources[-2:] == [
            ("(prefers-reduced-motion: reduce)", f"hostile{index}.png"), ("", f"hostile{index}.webp"),
        ]  # fmt: skip
        assert len(sources) == (8 if several else 2)


def chosen(picture, reduced, narrow, dark):
    """Return what a browser takes from a picture: the first source that fits, as HTML has it."""
    holds = {"(prefers-reduced-motion: reduce)": reduced, "(max-width: 600px)": narrow,
             "(prefers-color-scheme: dark)": dark}  # fmt: skip
    for source in picture.all("source"):
        if all(holds[part] for part in source.attributes.get("media", "").split(" and ") if part):
            return source.attributes["srcset"]
    return picture.one("img").attributes["src"]


@pytest.mark.parametrize("formats", [("webp", "gif"), ("gif",), ("webp",)])
def test_every_reader_gets_the_picture_that_suits(folder, tmp_path, formats):
    for path in four(folder):
        shutil.copy(path, tmp_path)
        shutil.copy(path.with_suffix(".json"), tmp_path)
        kept = {f".{name}" for name in (*formats, "png")}
        edit(
            tmp_path / path.with_suffix(".json").name,
            lambda content, kept=kept: content.update(
                files=[entry for entry in content["files"] if Path(entry["name"]).suffix in kept]
            ),
        )
    for dialect in ("github", "html"):
        (picture,) = read(snippet(four(tmp_path), dialect)).all("picture")
        for reduced, narrow, dark in [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]:
            name = f"film{'-phone' * narrow}{'-dark' * dark}.{'png' if reduced else formats[0]}"
            assert chosen(picture, reduced, narrow, dark) == name


@pytest.mark.slow
def test_markdown_and_myst_link_a_picture_to_the_film(folder, tmp_path):
    stems = [four(folder, f"hostile{i}")[:1] for i in range(len(HOSTILE))]
    page = read(github("\n\n".join(snippet(paths, "markdown") for paths in stems)))
    assert {element.tag for element in page.all()} == {"p", "a", "img"}
    for index, link in enumerate(page.all("a")):
        assert link.attributes["href"] == f"hostile{index}.mp4"
        image = link.one("img").attributes
        assert image == {"src": f"hostile{index}.webp", "alt": describe(manifest_of(folder / f"hostile{index}"))}
    page = "\n\n".join(snippet(paths, "myst") for paths in stems)
    nodes = list(walk(json.loads(tool("myst", page, tmp_path))))
    assert not {node["type"] for node in nodes} & {
        "html",
        "inlineMath",
        "math",
        "mystRole",
        "code",
        "mystDirectiveError",
    }
    images = [node for node in nodes if node["type"] == "image"]
    links = [node["url"] for node in nodes if node["type"] == "link"]
    texts = [node["value"] for node in nodes if node["type"] == "text" and node["value"] != "The film (MP4)"]
    for index, (image, link, text) in enumerate(zip(images, links, texts, strict=True)):
        said = describe(manifest_of(folder / f"hostile{index}"))
        assert (image["url"], image["alt"], link) == (f"hostile{index}.png", said, f"hostile{index}.mp4")
        assert text.removeprefix(" · ") == said
    assert len(images) == len(HOSTILE)


@pytest.mark.slow
def test_site_of_myst_shows_the_poster_and_leads_to_the_film(folder, tmp_path):
    for path in folder.glob("hostile*"):
        shutil.copy(path, tmp_path)
    stems = [four(tmp_path, f"hostile{i}")[:1] for i in range(len(HOSTILE))]
    for (film,) in stems:
        shutil.copy(folder / "film.png", film.with_suffix(".png"))
    page = sphinx("\n\n".join(snippet(paths, "myst") for paths in stems), tmp_path)
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    for (film,), text in zip(stems, figures, strict=True):
        said, figure = describe(manifest_of(film)), parse(text.replace(" />", ">"))
        image, caption = figure.one("img"), figure.one("p")
        assert image.attributes["alt"] == said
        assert (tmp_path / "site" / image.attributes["src"]).read_bytes() == (folder / "film.png").read_bytes()
        address = figure.all("a")[0].attributes["href"]
        assert Path(address).name == film.name and (tmp_path / "site" / address).is_file()
        texts = [element.text for element in caption.all() if element.text]
        assert texts == [f" · {said}", "The film (MP4)", "¶"]


def walk(node):
    yield node
    for child in node.get("children", ()):
        yield from walk(child)


@pytest.mark.slow
def test_print_of_quarto_has_the_poster(folder):
    text = snippet(folder / "film.mp4", "quarto")
    # Raw HTML is left out of what is printed.
    assert pandoc(text, "latex").count("\\includegraphics") == 1
    assert "film.png" in pandoc(text, "latex")
    assert "film.mp4" not in pandoc(text, "latex")


def test_website_of_quarto_is_told_of_posters(folder):
    (note,) = embedding(four(folder)[:2], "quarto").notes
    assert note.endswith('resources: ["film.png", "film-dark.png"]')
    assert embedding(four(folder)[:2], "quarto", base="/films").notes == ()


def test_cell_puts_the_film_into_the_notebook(folder, monkeypatch, tmp_path):
    for ending in ("mp4", "png", "json"):
        shutil.copy(folder / f"film.{ending}", tmp_path)
    write_texts([tmp_path / "film.mp4"])
    page = parse(run_cell(snippet(tmp_path / "film.mp4", "jupyter"), tmp_path, monkeypatch))
    folder = tmp_path
    for address, name in (
        (page.one("source").attributes["src"], "film.mp4"),
        (page.one("video").attributes["poster"], "film.png"),
        (page.one("track").attributes["src"], "film.vtt"),
    ):
        assert base64.b64decode(address.partition("base64,")[2], validate=True) == (folder / name).read_bytes()


@pytest.mark.parametrize(
    ("dialect", "dark"),
    [
        ("html", "@media (prefers-color-scheme: dark)"), ("docusaurus", 'html[data-theme="dark"]'),
        ("quarto", "body.quarto-dark"), ("jupyter", 'body:is([data-jp-theme-light="false"]'),
    ],
)  # fmt: skip
def test_page_with_a_dark_mode_of_its_own_decides(folder, dialect, dark):
    assert dark in snippet(four(folder), dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_base_comes_with_and_without_a_slash(folder, dialect):
    text = snippet(four(folder), dialect, base="/films")
    assert snippet(four(folder), dialect, base="/films/") == text
    names = re.findall(r"[^\"'(\s}]*film[a-z-]*\.(?:mp4|png|gif|webp)", text)
    assert names
    assert all(name.startswith("/films/film") for name in names), names


def test_one_film_is_named_where_a_place_shows_one(folder):
    for dialect in DIALECTS:
        notes = " ".join(embedding(four(folder), dialect).notes)
        assert ("one film is shown, film, and not film-dark, film-phone, film-phone-dark" in notes) == (
            dialect in ONE_FILM
        )


# What goes together


@pytest.mark.parametrize(
    ("endings", "said"),
    [
        (["", ""], "both light and for wide screens"),
        (["", "-dark", "-phone"], "no film dark and for narrow screens"),
        (["", "-phone-dark"], "no film light and for narrow"),
    ],
)
def test_films_that_do_not_go_together_are_refused(folder, endings, said):
    with pytest.raises(UsageError, match=said):
        embedding([folder / f"film{ending}.mp4" for ending in endings])


def test_films_of_two_scenes_are_refused(folder):
    with pytest.raises(UsageError, match="two scenes"):
        embedding([folder / "film.mp4", folder / "hostile0-dark.mp4"])


def test_a_third_layout_is_refused(folder, tmp_path):
    render.film("rotation", steps=1, output=tmp_path, name="square", formats="mp4", duration=1, layout="square")
    with pytest.raises(UsageError, match="two layouts"):
        embedding([*four(folder)[:3:2], tmp_path / "square.mp4"])


def test_own_theme_is_dark_by_its_background(folder, tmp_path):
    theme = {"base": "dark", "name": "mine", "background": "#101018"}
    render.film("rotation", steps=1, output=tmp_path, name="own", formats="mp4", duration=1, theme=theme)
    assert "own.mp4" in snippet([folder / "film.mp4", tmp_path / "own.mp4"])
    with pytest.raises(UsageError, match="both dark"):
        embedding([folder / "film-dark.mp4", tmp_path / "own.mp4"])


def test_the_command_knows_the_same_dialects():
    assert tuple(DIALECTS) == COMMAND_DIALECTS


# Films that play by themselves, and films that flash


def test_autoplay_keeps_controls_and_spares_those_who_want_little_motion(folder):
    for dialect in IN_VIDEOS:
        text = embedding([folder / "film.mp4"], dialect, autoplay=True).text
        assert {"reveal": "data-autoplay", "docusaurus": "film.autoplay = "}.get(dialect, "autoplay") in text
        assert "controls" in text
        # Marp's slides allow no program, which is said.
        assert ("prefers-reduced-motion: reduce" in text) == (dialect != "marp")
    notes = embedding([folder / "film.mp4"], "marp", autoplay=True).notes
    assert sum("for those who want little motion, too" in note for note in notes) == 1
    shown = embedding([folder / "film.mp4"], "myst", autoplay=True)
    assert ":::{figure} film.mp4\n" in shown.text
    assert "without controls" in shown.notes[0]


@pytest.fixture
def flashing(folder, tmp_path):
    for suffix in (".mp4", ".json"):
        shutil.copy(folder / f"film{suffix}", tmp_path)
    edit(tmp_path / "film.json", lambda content: content["flashes"].update(safe=False))
    return tmp_path / "film.mp4"


WARNINGS = {"en": "more than three times a second, which can harm people", "ko": "사람에게 해로울 수 있다"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_film_that_flashes_waits_and_says_so(flashing, dialect):
    with pytest.raises(UsageError, match="flashes more than three times a second"):
        embedding([flashing], dialect, autoplay=True)
    for language, warning in WARNINGS.items():
        text = snippet(flashing, dialect, language)
        assert warning in text
        assert "autoplay" not in text.lower()
        # Images that move play by themselves, too.
        assert not re.search(r"film\.(gif|webp)", text)
        assert "film.mp4" in text


def test_a_flashing_film_in_markdown_warns_before_its_link(flashing):
    for suffix in (".png", ".gif"):
        flashing.with_suffix(suffix).write_bytes(b"")
    edit(flashing.with_suffix(".json"), lambda content: content["files"].append({"name": "film.png"}))
    image, said = snippet(flashing, "markdown", "en").split("\n\n")
    # The image leads nowhere, and what is read beside it is the warning, before the link.
    assert image.startswith("![") and image.endswith("](film.png)")
    assert said.replace("\\", "") == f"**This film flashes {WARNINGS['en']}.** [The film (MP4)](film.mp4)"
    assert "사람에게 해로울 수 있다" in snippet(flashing, "markdown", "ko").split("\n\n")[1]


def test_a_flashing_film_is_linked_behind_its_warning(flashing):
    flashing.with_suffix(".png").write_bytes(b"")
    edit(flashing.with_suffix(".json"), lambda content: content["files"].append({"name": "film.png"}))
    for dialect in ("github", "myst", "markdown"):
        text = snippet(flashing, dialect, "en").replace("\\", "")
        # In alternative texts it stands before, too.
        assert text.rindex(WARNINGS["en"]) < text.index("film.mp4") < text.index("The film (MP4)") + 40
    assert "<a" not in snippet(flashing, "github").partition("<img")[0]


def test_films_that_were_renamed_are_told(folder, tmp_path):
    for suffix in (".mp4", ".json", ".png"):
        shutil.copy(folder / f"film{suffix}", tmp_path / f"another{suffix}")
    notes = embedding([tmp_path / "another.mp4"]).notes
    said = "another.mp4 was called film.mp4, which is what is shown, so render it again with --name"
    assert said in notes
    assert said not in embedding([folder / "film.mp4"]).notes
    # Also where the old name is that of another film now, and where an image alone was taken along.
    shutil.copy(folder / "film.mp4", tmp_path)
    assert said in embedding([tmp_path / "another.mp4"]).notes
    shutil.copy(folder / "film.json", tmp_path / "third.json")
    shutil.copy(folder / "film.gif", tmp_path / "third.gif")
    assert any(note.startswith("third.gif was called film.gif") for note in embedding([tmp_path / "third.gif"]).notes)


def named(name):
    def change(content):
        for entry in content["files"]:
            entry["name"] = entry["name"].replace("film", name)

    return change


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("", "회전 1.png"),
        ("../하위 폴더/", "../하위 폴더/회전 1.png"),
        ("https://e.org/영상", "https://e.org/%EC%98%81"),
    ],
)
def test_myst_is_told_paths_as_they_are_on_disk(folder, tmp_path, base, path):
    shutil.copy(folder / "film.json", tmp_path / "회전 1.json")
    edit(tmp_path / "회전 1.json", named("회전 1"))
    text = snippet(tmp_path / "회전 1.json", "myst", base=base)
    assert text.startswith(f":::{{figure}} {path}")
    # Links are addresses.
    assert "%ED%9A%8C%EC%A0%84%201.mp4)" in text


@pytest.mark.parametrize("value", [None, {}, {"safe": None}, {"safe": 1}, "x"])
def test_film_that_may_flash_is_taken_for_one_that_does(flashing, value):
    edit(flashing.with_suffix(".json"), lambda content: content.update(flashes=value))
    assert WARNINGS["en"] in snippet(flashing)


def test_film_that_flashes_and_is_an_image_alone_stands_still(folder, tmp_path):
    render.film("rotation", steps=1, output=tmp_path, name="film", formats="gif", duration=1)
    edit(tmp_path / "film.json", lambda content: content["flashes"].update(safe=False))
    figure = parse(snippet(tmp_path / "film.gif")).one("figure")
    assert [e.tag for e in figure.all()] == ["img", "figcaption", "strong"]
    assert figure.one("img").attributes["src"] == "film.png"


# Languages and tracks


def test_film_speaks_its_own_language(folder, tmp_path):
    render.film("rotation", steps=1, output=tmp_path, formats="mp4", duration=1, language="ko")
    figure = parse(snippet(tmp_path / "rotation.mp4")).one("figure")
    assert figure.attributes["lang"] == "ko"
    assert re.search("[가-힣]", figure.one("figcaption").text)
    assert parse(snippet(tmp_path / "rotation.mp4", language="en")).one("figure").attributes["lang"] == "en"


@pytest.mark.parametrize("language", ["xx", None, 5, ["en"]])
def test_film_in_a_language_that_is_not_known_asks_for_another(flashing, language):
    edit(flashing.with_suffix(".json"), lambda content: content["job"].update(language=language))
    with pytest.raises(InputError, match="--lang"):
        snippet(flashing)
    assert snippet(flashing, language="ko")


def test_page_of_the_film_is_framed(folder, tmp_path):
    render.film("rotation", steps=1, output=tmp_path, name="film", formats=("mp4", "html"), duration=1)
    frame = parse(embedding([tmp_path / "film.json"], page=True).text).one("iframe").attributes
    assert (frame["src"], frame["loading"], frame["title"]) == ("film.html", "lazy", "Rotation")
    assert "width:100%;aspect-ratio:1280/720" in frame["style"]
    assert parse(snippet(tmp_path / "film.json")).one("source").attributes["src"] == "film.mp4"
    render.film("rotation", steps=1, output=tmp_path, name="film", formats="html", duration=1)
    assert parse(snippet(tmp_path / "film.html")).one("iframe").attributes == frame
    # Where there are no frames its poster leads to it.
    assert snippet(tmp_path / "film.html", "markdown").endswith("](film.png)](film.html)")
    with pytest.raises(InputError, match="--format html"):
        embedding([folder / "film.mp4"], page=True)
    with pytest.raises(UsageError, match="HTML alone"):
        embedding([folder / "film.mp4"], "marp", page=True)


@pytest.mark.parametrize(
    ("base", "site"),
    [
        ("", "'self'"), ("/films", "'self'"), ("films/", "'self'"), ("https://films.example/x", "https://films.example"),
        ("//cdn.example:8080/films", "cdn.example:8080"), ("{{ site.baseurl }}/films", "'self'"),
    ],
)  # fmt: skip
def test_the_policy_that_is_told_allows_the_frame(tmp_path, base, site):
    film = render.film("rotation", steps=1, output=tmp_path, formats="html", duration=1)
    made = embedding([film.files["html"]], "jekyll" if "{" in base else "html", base=base, page=True)
    assert made.notes[0].startswith(f"a content security policy has to list frame-src {site}, script-src 'sha256-")


@pytest.mark.parametrize("theme", ["x.toml", 5, None, {"background": 3}, []])
def test_manifest_with_another_theme_is_refused(flashing, theme):
    edit(flashing.with_suffix(".json"), lambda content: content["job"].update(theme=theme))
    with contextlib.suppress(EigenreelError):
        pytest.fail(f"{theme} may be: {snippet(flashing)}")


def test_jekyll_fills_in_where_the_site_is(folder):
    base = "{{ site.baseurl }}/assets/films"
    text = snippet(four(folder), "jekyll", base=base)
    assert text.replace(base, "/here/films") == snippet(four(folder), "jekyll", base="/here/films")
    assert f'src="{base}/film.mp4"' in text
    # Elsewhere braces are no order to anybody.
    assert "{{" not in snippet(four(folder), "html", base=base)
    # What a user wrote beside it stays text.
    assert "{{" not in snippet(four(folder), "jekyll")
