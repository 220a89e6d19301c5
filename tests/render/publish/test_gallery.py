"""The page of all films of a folder, in a real browser."""

import json
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import served, until

import render
from render.check.verify import films_at
from render.errors import InputError
from render.publish.gallery import write_gallery

pytestmark = pytest.mark.slow

HOSTILE = "\"><script>document.title = 'owned'</script>{{< x >}} $x_1$ a|b 행렬 W"
SMALL = {"steps": 6, "dim": 4, "formats": ("mp4", "html")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    render.film("vanishing", **SMALL, output=folder)
    render.film("vanishing", **SMALL, output=folder, theme="dark", name="vanishing-dark")
    render.film("exploding", steps=6, dim=4, output=folder, formats="gif", language="ko")
    render.film("rotation", steps=6, output=folder, formats="mp4", title=HOSTILE)
    render.film("lstm", steps=20, output=folder, formats="mp4")
    film = render.film("orthogonal", output=folder, formats="mp4", pace="even", fps=20)
    assert not film.manifest["flashes"]["safe"]
    (folder / "other.json").write_text('{"eigenreel": 1}', encoding="utf-8")
    path, remarks = write_gallery(folder)
    assert path == folder / "index.html"
    assert len(remarks) == 1 and remarks[0].startswith("other.json is left out, since ")
    return folder


@pytest.fixture(scope="module")
def site(folder):
    with served(folder) as server:
        yield server


@pytest.fixture
def visit(browser, site):
    contexts, complaints, asked = [], [], []

    def opened(width=1200, height=900, **more):
        site.missing.clear()
        context = browser.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{site.server_port}/index.html")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert site.missing == []
    assert all(url.startswith((f"http://127.0.0.1:{site.server_port}/", "data:")) for url in asked)


def test_all_films_are_there_by_chapter(visit):
    page = visit()
    assert page.locator("h2").all_inner_texts() == [
        "Powers of one matrix: vanish, explode, keep their size, turn",
        "Gates and memory: LSTM, GRU and what they keep",
    ]
    assert page.locator("article").count() == 5
    assert "5 films" in page.inner_text("header")
    assert [link.inner_text() for link in page.locator("nav a").all()] == ["Powers of one matrix", "Gates and memory"]
    article = page.locator("article[data-scene=vanishing]")
    assert article.locator("a", has_text="Interactive page").get_attribute("href") == "vanishing.html"
    assert "render scene vanishing" in article.locator("code").first.text_content()
    assert article.locator("li").first.text_content() == "1: repeated multiplication is exponential in depth"
    # A film speaks its own language, also here.
    assert page.locator("article[data-scene=exploding]").get_attribute("lang") == "ko"
    assert "폭발하는 행렬" in page.inner_text("article[data-scene=exploding]")


def test_films_play_while_they_are_seen(visit):
    page = visit(height=620)
    video = page.locator("article[data-scene=vanishing] video")
    video.scroll_into_view_if_needed()
    until(page, lambda: page.evaluate("document.querySelector('[data-scene=vanishing] video').currentTime > 0.2"))
    page.locator("article[data-scene=lstm] video").scroll_into_view_if_needed()
    until(page, lambda: page.evaluate("document.querySelector('[data-scene=lstm] video').currentTime > 0.1"))
    page.evaluate("scrollTo(0, 0)")
    until(page, lambda: page.evaluate("document.querySelector('[data-scene=lstm] video').paused"))
    # Who wants none to play says so once.
    video.scroll_into_view_if_needed()
    page.locator("#playing").uncheck()
    until(page, lambda: page.evaluate("document.querySelector('[data-scene=vanishing] video').paused"))
    assert video.get_attribute("controls") is not None


def test_what_flashes_never_starts(visit):
    page = visit()
    film = page.locator("article[data-scene=orthogonal]")
    film.scroll_into_view_if_needed()
    assert "flashes more than three times a second" in film.inner_text()
    page.wait_for_timeout(800)
    assert film.locator("video").evaluate("video => video.paused && video.currentTime === 0")


def test_reduced_motion_plays_nothing(visit):
    page = visit(reduced_motion="reduce")
    page.wait_for_timeout(800)
    assert page.evaluate("[...document.querySelectorAll('video')].every(video => video.paused)")
    assert not page.locator("#playing").is_checked()


def test_dark_pages_show_the_dark_film(visit):
    for scheme, name in (("light", "vanishing.mp4"), ("dark", "vanishing-dark.mp4")):
        page = visit(color_scheme=scheme)
        assert page.locator("article[data-scene=vanishing] video").get_attribute("src") == name


def test_a_search_leaves_out_the_others(visit):
    page = visit()
    page.locator("#search").fill("lstm")
    assert [film.get_attribute("data-scene") for film in page.locator("article:visible").all()] == ["lstm"]
    assert page.locator("h2:visible").count() == 1
    page.locator("#search").fill("nothing at all")
    assert page.locator("#none").is_visible()
    page.locator("#search").fill("")
    assert page.locator("article:visible").count() == 5


def test_what_embeds_a_film_can_be_copied(visit, folder):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    film = page.locator("article[data-scene=vanishing]")
    film.locator("summary", has_text="Embed").click()
    film.locator(".copy").click()
    until(
        page, lambda: page.evaluate("document.querySelector('[data-scene=vanishing] .copy').textContent.includes('✓')")
    )
    assert page.evaluate("navigator.clipboard.readText()").strip() == render_snippet(folder).strip()


def render_snippet(folder):
    from render.publish.embed import snippet

    # Light and dark, as both are there.
    return snippet([path for path in films_at([folder]) if path.stem.startswith("vanishing")])


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_overflows(visit, width, scheme):
    page = visit(width, color_scheme=scheme)
    for summary in page.locator("summary").all():
        summary.click()
    found = Axe().run(page)
    assert [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical", "moderate")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_words_stay_words(visit):
    page = visit()
    assert page.title() == "Films of repeated matrix multiplication"
    assert page.locator("article[data-scene=rotation] h3").inner_text() == HOSTILE


def test_it_speaks_korean(visit, folder):
    write_gallery(folder, "ko")
    page = visit()
    assert page.locator("html").get_attribute("lang") == "ko"
    assert page.title() == "행렬을 거듭 곱하는 영상"
    assert page.locator("summary", has_text="넣기").count() == 5
    write_gallery(folder)


def test_the_gallery_is_no_film(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "films")
    (tmp_path / "films" / "other.json").unlink()
    before = films_at([tmp_path / "films"])
    assert all(path.stem != "index" for path in before)
    path, remarks = write_gallery(tmp_path / "films")
    assert remarks == []
    assert path.read_bytes() == (folder / "index.html").read_bytes()


def test_files_that_are_gone_or_others_are_told(tmp_path):
    for name in ("a", "b", "c"):
        render.film("rotation", steps=1, output=tmp_path, name=name, formats="gif")
    (tmp_path / "a.gif").unlink()
    (tmp_path / "b.gif").write_bytes(b"junk")
    _, remarks = write_gallery(tmp_path)
    assert remarks == [
        "a.gif is not there, so render the film again",
        "b.gif is not the file that its manifest lists, so render the film again",
    ]


def test_a_gallery_of_pages_promises_no_playing(tmp_path):
    render.film("rotation", steps=1, output=tmp_path, formats="html")
    path, remarks = write_gallery(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert (remarks, "1 film.<" in text, 'id="playing"' in text) == ([], True, False)


def test_films_of_all_looks_are_one(tmp_path):
    for name, theme, layout in [("r", "light", "wide"), ("r-dark", "dark", "wide"), ("r-phone", "light", "phone"),
                                ("r-phone-dark", "dark", "phone")]:  # fmt: skip
        render.film("rotation", steps=2, output=tmp_path, name=name, theme=theme, layout=layout, formats="mp4",
                    language="ko")  # fmt: skip
    text = write_gallery(tmp_path)[0].read_text(encoding="utf-8")
    assert text.count("<article") == 1
    assert '<html lang="ko">' in text
    assert 'src="r.mp4"' in text and 'data-dark="r-dark.mp4"' in text
    assert "r-phone-dark.mp4" in text


def test_folders_without_films_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        write_gallery(tmp_path / "none")
    with pytest.raises(InputError, match="there are no films"):
        write_gallery(tmp_path)
    (tmp_path / "index.html").write_text("mine", encoding="utf-8")
    (tmp_path / "x.json").write_text(json.dumps({"eigenreel": "0"}), encoding="utf-8")
    with pytest.raises(InputError, match="there are no films"):
        write_gallery(tmp_path)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "mine"


def test_films_of_other_scenes_come_last(folder, tmp_path):
    (tmp_path / "mine.py").write_text(
        "import numpy as np\nfrom scenes import repeated, scene\n\n\n@scene('matrix')\n"
        'def mine(steps: int = 3):\n    """Mine."""\n    return repeated(np.eye(2), steps)\n',
        encoding="utf-8",
    )
    render.film(str(tmp_path / "mine.py"), output=tmp_path, formats="mp4")
    for path in folder.glob("vanishing.*"):
        shutil.copy(path, tmp_path)
    text = write_gallery(tmp_path)[0].read_text(encoding="utf-8")
    assert text.index('data-scene="vanishing"') < text.rindex("Films of other scenes") < text.index("mine.mp4")
