"""Pages with what ``render embed`` prints, in a real browser: on phones, in the dark, without motion."""

import base64
import contextlib
from html import unescape

import pytest
from browsers import served, until
from films import edit, listing, manifest_of, run
from page_tools import jekyll, nbconvert, sphinx
from pages import parse

import render
from render.publish.embed import embedding
from render.publish.vtt import write_texts

pytestmark = pytest.mark.slow

LOOKS = {
    "": {}, "-dark": {"theme": "dark"}, "-phone": {"layout": "phone"},
    "-phone-dark": {"layout": "phone", "theme": "dark"},
}  # fmt: skip
PHONE, DESK = 390, 1400


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for ending, look in LOOKS.items():
        made = render.film(
            "rotation", steps=8, output=folder, name=f"film{ending}", formats=("mp4", "webp"), duration=2, **look
        )
        write_texts([made.files["mp4"]])
    films = [folder / f"film{ending}.mp4" for ending in LOOKS]
    pages = {
        "one": embedding(films[:1]), "four": embedding(films), "pictures": embedding(films, "github"),
        "playing": embedding(films[:1], autoplay=True),
    }  # fmt: skip
    for name, made in pages.items():
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        # GitHub has this rule for all images.
        head += "<style>img { max-width: 100%; }</style>" if name == "pictures" else ""
        head += '<link rel="icon" href="data:,">'
        (folder / f"{name}.html").write_text(f"<!doctype html><head>{head}</head><body>{made.text}", encoding="utf-8")
    (folder / "page.html").write_text(
        "<!doctype html><body><script>parent.postMessage({eigenreel: {height: 333}}, '*')</script>"
    )
    with served(folder) as server:
        yield server


@pytest.fixture
def visit(browser, site):
    """Open a page as a reader of some kind; at the end nothing may have been missing."""
    with contextlib.ExitStack() as stack:

        def opened(name, width=DESK, **reader):
            site.served.clear()
            site.missing.clear()
            context = browser.new_context(viewport={"width": width, "height": 900}, **reader)
            stack.callback(context.close)
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{site.server_port}/{name}.html", wait_until="networkidle")
            return page

        yield opened
        assert site.missing == []


def shown(page, selector):
    """Return the elements that are seen."""
    return [element for element in page.query_selector_all(selector) if element.is_visible()]


@pytest.mark.parametrize("name", ["one", "four", "pictures"])
def test_on_a_phone_the_film_fills_the_column_and_nothing_sticks_out(visit, name):
    page = visit(name, PHONE)
    (film,) = shown(page, "video, picture > img")
    box, column = film.bounding_box(), page.query_selector("body").bounding_box()
    assert box["width"] == pytest.approx(column["width"], abs=1)
    assert column["width"] == PHONE - 16
    assert box["width"] / box["height"] == pytest.approx(16 / 9 if name == "one" else 9 / 16, rel=0.01)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_each_reader_sees_one_film_and_that_plays(visit, dark, width):
    page = visit("four", width, color_scheme="dark" if dark else "light")
    (film,) = shown(page, "video")
    name = f"film{'-phone' * (width == PHONE)}{'-dark' * dark}"
    found = film.evaluate("v => [v.currentSrc, v.poster].map(address => address.split('/').pop())")
    assert found == [f"{name}.mp4", f"{name}.png"]
    film.evaluate("v => v.play()")
    page.wait_for_function("v => v.currentTime > 0.1", arg=film)


def test_a_page_that_turns_dark_or_narrow_shows_the_other_film(visit):
    page = visit("four", DESK, color_scheme="light")
    for width, scheme, name in ((DESK, "dark", "-dark"), (PHONE, "dark", "-phone-dark"), (PHONE, "light", "-phone")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        (film,) = shown(page, "video")
        film.evaluate("v => v.play()")
        page.wait_for_function("v => v.currentTime > 0.1", arg=film)
        assert film.evaluate("v => v.currentSrc.split('/').pop()") == f"film{name}.mp4"


@pytest.mark.parametrize("reduced", [False, True])
def test_picture_stands_still_for_those_who_want_it(visit, reduced):
    page = visit("pictures", DESK, reduced_motion="reduce" if reduced else "no-preference", color_scheme="dark")
    (image,) = shown(page, "img")
    assert image.evaluate("i => i.currentSrc.split('/').pop()") == ("film-dark.png" if reduced else "film-dark.webp")


@pytest.mark.parametrize("reduced", [False, True])
def test_film_plays_by_itself_but_for_those_who_want_little_motion(visit, reduced):
    page = visit("playing", DESK, reduced_motion="reduce" if reduced else "no-preference")
    video = page.query_selector("video")
    assert video.evaluate("v => v.controls")
    if reduced:
        # It is ready to play, and does not.
        page.wait_for_function("document.querySelector('video').readyState >= 3 || "
                               "document.querySelector('video').networkState === 1")  # fmt: skip
        assert video.evaluate("v => [v.paused, v.currentTime]") == [True, 0]
    else:
        page.wait_for_function("document.querySelector('video').currentTime > 0.1")


def test_text_track_says_what_happens_when(visit, site):
    page = visit("one")
    found = page.evaluate(
        """async () => {
            const track = document.querySelector('track');
            track.track.mode = 'hidden';
            await new Promise((resolve, reject) => { track.onload = resolve; track.onerror = reject; });
            return [...track.track.cues].map(cue => [cue.startTime, cue.endTime, cue.text]);
        }"""
    )
    text = (site.folder / "film.vtt").read_text(encoding="utf-8")
    blocks = [block.strip().split("\n") for block in text.split("\n\n")[1:]]
    assert [unescape(cue[2]) for cue in found] == [unescape(block[1]) for block in blocks]
    assert [f"{cue[0]:.3f}" for cue in found] == [f"{float(block[0][6:12]):.3f}" for block in blocks]


def test_frame_takes_the_height_of_its_page(browser, site):
    edit(
        site.folder / "film.json",
        lambda content: content["files"].append({"name": "page.html"} | {"bytes": 0, "codec": "html", "frames": 1}),
    )
    page = browser.new_page(viewport={"width": 800, "height": 900})
    try:
        text = embedding([site.folder / "film.mp4"], page=True).text
        (site.folder / "framed.html").write_text(f"<!doctype html><body>{text}")
        page.goto(f"http://127.0.0.1:{site.server_port}/framed.html")
        page.wait_for_function("document.querySelector('iframe').offsetHeight === 333")
        assert page.query_selector("iframe").bounding_box()["width"] == 784
    finally:
        page.close()


def test_films_that_are_hidden_are_not_fetched(visit, site):
    page = visit("four", PHONE, color_scheme="dark")
    page.wait_for_timeout(200)
    fetched = {name for name in site.served if name.startswith("film")}
    lazy = page.evaluate("'loading' in HTMLVideoElement.prototype")
    assert {"film-phone-dark.mp4", "film-phone-dark.png"} <= fetched
    # Browsers from before 2026 fetch a little of each.
    assert len(fetched) == 2 or not lazy


@pytest.mark.parametrize("dark", [False, True])
def test_post_of_jekyll_with_three_films_on_a_phone(browser, tmp_path, dark):
    """What a Korean blogger does: publish, paste, build."""
    texts = []
    for scene in ("orthogonal", "vanishing", "rotation"):
        short = ("--steps", "2", "--duration", "1", "--lang", "ko", "--for", "jekyll", "--base", "/blog/films")
        process = run("publish", scene, *short, "--output", "films", cwd=tmp_path)
        assert process.returncode == 0, process.stderr
        texts.append(process.stdout)
    jekyll("\n".join(["머리말.", *texts, "끝."]), tmp_path, theme="minima", base="/blog")
    with served(tmp_path / "site") as server:
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": PHONE, "height": 900}, color_scheme=scheme)
        page.goto(f"http://127.0.0.1:{server.server_port}/blog/2026/01/31/post.html", wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        films = shown(page, "video")
        column = page.query_selector("article p").bounding_box()
        assert [film.evaluate("v => v.poster.split('/').pop()") for film in films] == [
            f"{scene}-phone{'-dark' * dark}.png" for scene in ("orthogonal", "vanishing", "rotation")
        ]
        for film in films:
            box = film.bounding_box()
            assert (box["x"], box["width"]) == (column["x"], pytest.approx(column["width"], abs=1))
            film.evaluate("v => v.play()")
            page.wait_for_function("v => v.currentTime > 0.1", arg=film)
        assert len(shown(page, "figcaption")) == 3
        assert [name for name in server.missing if "films" in name] == []
        page.close()


def test_command_makes_all_that_a_page_needs(tmp_path):
    process = run("publish", "rotation", "--steps", "2", "--duration", "1", "--lang", "ko", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    made = {f"rotation{ending}.{kind}" for ending in LOOKS for kind in ("mp4", "png", "json", "vtt")}
    assert set(listing(tmp_path / "output")) == made
    named = {line for line in process.stderr.splitlines() if not line.startswith("render: ")}
    assert named == {f"output/{name}" for name in made}
    films = [tmp_path / "output" / f"rotation{ending}.json" for ending in LOOKS]
    assert process.stdout == embedding(films).text + "\n"
    figure = parse(process.stdout).one("figure")
    assert figure.attributes["lang"] == "ko"
    assert [track.attributes["src"] for track in figure.all("track")] == [
        f"rotation{ending}.vtt" for ending in ("", "-phone", "-dark", "-phone-dark")
    ]
    for path in films:
        assert manifest_of(path)["job"]["language"] == "ko"
    before = listing(tmp_path / "output")
    process = run("publish", "rotation", "--angle", "1000000", cwd=tmp_path)
    assert (process.returncode, process.stdout) == (2, "")
    assert listing(tmp_path / "output") == before


@pytest.mark.parametrize("reduced", [False, True])
def test_a_slide_of_reveal_waits_for_those_who_want_little_motion(browser, site, reduced):
    """reveal plays what has the attribute when its slide comes."""
    text = embedding([site.folder / "film.mp4"], "reveal", autoplay=True).text
    (site.folder / "slide.html").write_text(f"<!doctype html><body>{text}", encoding="utf-8")
    page = browser.new_page(reduced_motion="reduce" if reduced else "no-preference")
    try:
        page.goto(f"http://127.0.0.1:{site.server_port}/slide.html", wait_until="networkidle")
        film = page.query_selector("video")
        assert film.evaluate("v => v.hasAttribute('data-autoplay')") != reduced
        assert film.evaluate("v => v.controls && v.paused")
    finally:
        page.close()


def test_page_of_a_notebook(browser, tmp_path):
    """A cell that makes a film, and one that `render embed` printed, as they are run and published."""
    made = render.film("rotation", steps=2, duration=1, output=tmp_path, formats="mp4", language="ko")
    write_texts([made.files["mp4"]])
    cells = [
        "import render\nrender.film('vanishing', steps=4, dim=3, duration=1, formats='mp4')",
        embedding([made.files["mp4"]], "jupyter").text,
    ]
    _, (shown_film, _) = nbconvert(cells, tmp_path)
    # GitHub shows this alone.
    (bundle,) = (single["data"] for single in shown_film if single["output_type"] == "execute_result")
    poster = (tmp_path / "output" / "vanishing.png").read_bytes()
    assert base64.b64decode(bundle["image/png"]) == poster
    with served(tmp_path) as server:
        page = browser.new_page(viewport={"width": PHONE, "height": 900})
        # Its pages load formulas from elsewhere.
        page.route(lambda address: "127.0.0.1" not in address, lambda route: route.abort())
        page.goto(f"http://127.0.0.1:{server.server_port}/notebook.html", wait_until="load")
        (film,) = shown(page, "figure video")
        found = film.evaluate("v => Object.fromEntries([...v.attributes].map(a => [a.name, a.value]))")
        assert {"controls", "loop", "muted", "playsinline", "width", "height", "poster"} <= found.keys()
        assert found["aria-label"] == "회전 행렬"
        assert abs(film.bounding_box()["width"] - page.query_selector("figure").bounding_box()["width"]) < 1
        said = film.evaluate(
            """async video => {
                const track = video.querySelector('track');
                track.track.mode = 'hidden';
                await new Promise((resolve, reject) => { track.onload = resolve; track.onerror = reject; });
                return [...track.track.cues].map(cue => cue.text);
            }"""
        )
        assert said and said[0].startswith("회전 행렬.")
        film.evaluate("v => v.play()")
        page.wait_for_function("v => v.currentTime > 0.1", arg=film)
        inner = page.query_selector("iframe").content_frame()
        inner.wait_for_selector(".eigenreel")
        counter = "document.querySelector('.eigenreel').shadowRoot?.querySelector('.counter')?.textContent"
        until(page, lambda: inner.evaluate(counter))
        page.close()


def test_page_of_a_myst_site_on_a_phone(browser, tmp_path):
    made = render.film("rotation", steps=2, duration=1, output=tmp_path, formats="mp4", language="ko")
    sphinx(f"머리말.\n\n{embedding([made.files['mp4']], 'myst').text}\n\n끝.", tmp_path)
    with served(tmp_path / "site") as server:
        page = browser.new_page(viewport={"width": PHONE, "height": 900})
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html", wait_until="networkidle")
        (poster,) = shown(page, "figure img")
        assert poster.evaluate("image => image.naturalWidth") == 1280
        # The theme leaves pictures 95 % of their figure.
        assert poster.bounding_box()["width"] >= 0.94 * page.query_selector("figure").bounding_box()["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        with page.expect_download() as download:
            page.query_selector("figcaption a").click()
        assert download.value.path().read_bytes() == made.files["mp4"].read_bytes()
        page.close()
