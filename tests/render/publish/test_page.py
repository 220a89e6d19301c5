"""A film as a page: what it holds, and what it does in a real browser."""

import base64
import gzip
import hashlib
import html
import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import served, until
from films import colors, study_of

import render
from render.check.verify import verify
from render.drawing.colors import color_index
from render.drawing.themes import THEMES
from render.errors import UsageError
from render.pipeline.batch import is_current
from render.pipeline.job import Job
from render.publish.captions import describe
from render.publish.descriptions import in_words
from render.publish.embed import embedding
from render.publish.gallery import gallery
from render.publish.page import data_of
from render.publish.scripts import script_hashes
from render.publish.variants import read_variant

pytestmark = pytest.mark.slow

HOSTILE = "\"><script>document.title = 'owned'</script>{{< x >}} $x_1$ a|b </script><!-- 행렬 W"
# What the browser says of the tests' own reading of pixels.
READING = "willReadFrequently"
FILMS = {
    "orthogonal": {},
    "article": {"language": "ko"},
    "rotation": {},
    "exploding": {},
    "hostile": {"title": HOSTILE},
    "flashing": {"pace": "even", "fps": "20"},
    "slider": {"over": "spectral_radius=0.7:0.95:6"},
    "lengths": {"over": "steps=9,4,6"},
    "signs": {"over": "angle=-30,-45,30"},
}
SCENES = {
    "hostile": "rotation", "flashing": "orthogonal", "slider": "vanishing", "lengths": "rotation", "signs": "rotation",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, options in FILMS.items():
        render.film(SCENES.get(name, name), output=folder, name=name, formats="html", **options)
    inner = (folder / "rotation.html").read_text(encoding="utf-8")
    film = re.search(r"<div class=\"eigenreel\".*</div>", inner, re.DOTALL)[0].replace(" data-alone", "")
    hashes = " ".join(script_hashes())
    (folder / "inline.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>a post</title>'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; script-src {hashes}; '
        "require-trusted-types-for 'script'; trusted-types eigenreel 'allow-duplicates'\">"
        f"<body><main><h1>Two films</h1>{film}{film}</main></body></html>",
        encoding="utf-8",
    )
    policies = {"open": "", "types": f"default-src 'none'; script-src {hashes}; trusted-types other"}
    for name, policy in policies.items():
        (folder / f"{name}.html").write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>a post</title><link rel="icon" href="data:,">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}"><main>{film}{film}</main></html>',
            encoding="utf-8",
        )
    (folder / "framed.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>a post</title>'
        '<body><iframe src="rotation.html" title="rotation" style="width:100%;height:50px;border:0"></iframe></body>',
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def site(folder):
    with served(folder) as server:
        yield server


@pytest.fixture
def visit(browser, site):
    """Open a page; at the end it must have asked for nothing, and complained of nothing."""
    contexts, complaints = [], []

    def opened(name, address="", width=1000, scale=1, strict=False, **more):
        site.served.clear()
        context = browser.new_context(viewport={"width": width, "height": 900}, device_scale_factor=scale, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if READING not in message.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        asked.clear()
        page.goto(f"http://127.0.0.1:{site.server_port}/{name}.html{address}")
        if strict:
            page.wait_for_load_state("networkidle")
            return page
        counter = "document.querySelector('.eigenreel')?.shadowRoot?.querySelector('.counter')?.textContent"
        until(page, lambda: page.evaluate(counter))
        return page

    asked = []
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert all(re.search(r"/\w+\.html(#.*)?$", url) for url in asked)


def text_of(page, part):
    return page.evaluate(f"document.querySelector('.eigenreel').shadowRoot.querySelector('{part}').textContent").strip()


def step_of(page):
    return int(page.locator("input[type=range]").first.input_value())


def pixels_of(page):
    """Return the pixels of the canvas, shape (height, width, 3)."""
    width, height, data = page.evaluate(
        """() => {
            const canvas = document.querySelector('.eigenreel').shadowRoot.querySelector('canvas');
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let text = '';
            for (let i = 0; i < pixels.length; i++) if (i % 4 < 3) text += String.fromCharCode(pixels[i]);
            return [canvas.width, canvas.height, btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 3)


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("name", ["orthogonal", "article", "exploding"])
def test_cells_have_the_colours_of_their_numbers(visit, folder, name, scale):
    """As many pixels a cell as there are, each cell's middle has the colour of its number, whatever the width."""
    found = study_of(name)
    manifest = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    left, top, wide, _ = data_of((folder / f"{name}.html").read_bytes())["films"][0]["marks"]["layouts"]["wide"]["box"]
    for step in (1, found.steps // 3, found.steps):
        page = visit(name, f"#t={step}", width=777, scale=scale)
        picture = pixels_of(page)
        ratio = picture.shape[1] / wide
        compared = 0
        for panel in (single for single in manifest["panels"] if single["panel"] == "matrix"):
            values = found.columns[panel["column"]].matrix(step)
            low, high = panel["limits"]
            true = THEMES["light"].sign.colors[color_index(values, (low, high))]
            size = panel["cell"]
            centres = (np.arange(len(values)) + 0.5) * size
            rows = ((panel["y"] + centres - top) * ratio).astype(int)
            columns = ((panel["x"] + centres - left) * ratio).astype(int)
            assert np.array_equal(picture[np.ix_(rows, columns)], true), (step, panel["column"])
            compared += values.size
        assert compared >= 75


def test_a_page_begins_with_its_poster_and_plays(visit):
    page = visit("rotation")
    begin = step_of(page)
    assert begin == study_of("rotation").poster_step
    page.get_by_role("button", name="Play").click()
    until(page, lambda: step_of(page) < begin)
    page.get_by_role("combobox", name="Speed").select_option("2")
    until(page, lambda: step_of(page) >= 4)
    page.get_by_role("button", name="Pause").click()
    now = step_of(page)
    page.wait_for_timeout(400)
    assert step_of(page) == now
    assert str(now) in text_of(page, ".counter")
    assert page.url.endswith(f"#t={now}")


def test_a_page_ends_by_itself_and_begins_again(visit):
    page = visit("rotation", "#t=30")
    page.evaluate("() => { window.requestAnimationFrame = act => setTimeout(() => act(performance.now() * 40), 5); }")
    page.get_by_role("button", name="Play").click()
    until(page, lambda: page.locator(".play").get_attribute("aria-label") == "Play")
    assert step_of(page) == study_of("rotation").steps


def test_keys_step_and_jump(visit):
    page = visit("orthogonal", "#t=10")
    moments = study_of("orthogonal").moment_steps
    page.keyboard.press("ArrowRight")
    assert step_of(page) == 11
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert step_of(page) == 9
    page.keyboard.press("End")
    assert step_of(page) == 64
    page.keyboard.press("Home")
    assert step_of(page) == 0
    page.keyboard.press("PageDown")
    assert step_of(page) == moments[0]
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("k")
    page.get_by_role("button", name="Play").wait_for()
    # All controls are reached with the tabulator, and the range moves as ranges do.
    page.locator("canvas").focus()
    page.keyboard.press("Tab")
    before = step_of(page)
    page.keyboard.press("ArrowLeft")
    assert step_of(page) == max(0, before - 1)


def test_every_step_is_reached_though_the_film_passes_over_some(visit, folder):
    film = data_of((folder / "orthogonal.html").read_bytes())["films"][0]
    lasting = {picture[0] for picture in film["pictures"] if picture[2]}
    assert lasting < set(range(65))
    page = visit("orthogonal", "#t=0")
    for step in range(1, 65):
        page.keyboard.press("ArrowRight")
        assert step_of(page) == step
    for step in range(63, 40, -1):
        page.keyboard.press("ArrowLeft")
        assert step_of(page) == step
    assert step_of(visit("orthogonal", "#t=58")) == 58


def test_of_very_many_steps_a_page_has_some(tmp_path):
    film = render.film("vanishing", steps=900, dim=2, output=tmp_path, formats="html")
    pictures = data_of(film.page)["films"][0]["pictures"]
    assert len(pictures) < 300
    assert [pictures[0][0], pictures[-1][0]] == [0, 900]


def test_back_returns_to_the_value_with_which_the_page_opened(visit):
    page = visit("slider")
    label = page.locator(".choice label")
    opened = label.inner_text()
    page.locator("#value").focus()
    told = page.locator("#value").get_attribute("aria-valuetext")
    page.keyboard.press("End")
    assert label.inner_text() != opened and "spectral_radius=" in page.url
    assert page.locator("#value").get_attribute("aria-valuetext") == "0.95" != told
    page.go_back()
    assert label.inner_text() == opened
    assert page.locator("#value").get_attribute("aria-valuetext") == told == opened.rpartition(" ")[2]


@pytest.mark.parametrize("address", ["#t=3&spectral_radius=0.8", "#spectral_radius=0.8", "#spectral_radius=0.80"])
def test_who_hears_the_slider_hears_the_value_of_the_address(visit, address):
    page = visit("slider", address)
    slider = page.locator("#value")
    assert page.locator(".choice label").inner_text() == "spectral radius = 0.8"
    assert (slider.get_attribute("aria-valuetext"), slider.input_value()) == ("0.8", "2")
    # Its name stays, whatever its value is.
    assert page.get_by_role("slider", name="spectral radius", exact=True).count() == 1


def test_the_step_looked_at_outlasts_a_shorter_film(visit):
    page = visit("lengths", "#t=8")
    page.locator("#value").focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        seen.append(step_of(page))
    assert seen == [4, 6, 4, 8]
    # A step that is chosen in a shorter film is the one looked at.
    page.keyboard.press("End")
    page.get_by_role("button", name="One step back").click()
    page.locator("#value").focus()
    page.keyboard.press("Home")
    assert step_of(page) == 5


@pytest.mark.parametrize("written", ["-45", "−45", "-45.0"])
def test_a_number_in_the_address_may_be_written_otherwise(visit, written):
    assert visit("signs", f"#angle={written}").locator(".choice label").inner_text() == "angle = −45"


def test_a_page_without_an_address_leaves_it_alone(visit, folder):
    page = visit("rotation")
    content = (folder / "rotation.html").read_text(encoding="utf-8")
    page.evaluate(
        "content => { document.body.innerHTML = '<iframe></iframe>'; frames[0].frameElement.srcdoc = content }", content
    )
    inner = page.frame_locator("iframe")
    inner.get_by_role("button", name="One step on").click()
    inner.get_by_role("button", name="One step on").click()
    assert inner.locator(".counter").inner_text().split()[-1] == str(study_of("rotation").poster_step + 2)


def test_the_address_names_the_step_and_back_returns(visit):
    page = visit("rotation", "#t=5")
    assert step_of(page) == 5
    page.get_by_role("button", name="One step on").click()
    page.get_by_role("button", name="One step on").click()
    assert page.url.endswith("#t=7")
    page.go_back()
    assert (step_of(page), page.url[-4:]) == (6, "#t=6")
    page.go_back()
    assert step_of(page) == 5
    page.go_forward()
    assert step_of(page) == 6
    # What is no step is none.
    assert step_of(visit("rotation", "#t=100000")) == study_of("rotation").steps
    assert step_of(visit("rotation", "#t=x")) == study_of("rotation").poster_step


def test_reduced_motion_starts_on_the_end(visit):
    page = visit("orthogonal", reduced_motion="reduce")
    assert step_of(page) == 64
    assert "✓" in text_of(page, ".said")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_follows_light_and_dark(visit, theme):
    page = visit("rotation", color_scheme=theme)
    assert tuple(pixels_of(page)[0, 0]) == tuple(THEMES[theme].background)
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert background == f"rgb{tuple(map(int, THEMES[theme].background))}"
    # A reader who changes it sees it change.
    other = "light" if theme == "dark" else "dark"
    page.emulate_media(color_scheme=other)
    page.wait_for_timeout(100)
    assert tuple(pixels_of(page)[0, 0]) == tuple(THEMES[other].background)


def test_on_a_page_it_follows_the_page(visit):
    """Two films in one page, under a policy that allows their scripts alone; the page's background decides."""
    page = visit("inline", color_scheme="dark")
    assert page.locator(".eigenreel").count() == 2
    assert tuple(pixels_of(page)[0, 0]) == tuple(THEMES["light"].background)
    page.evaluate("document.body.style.background = '#111'")
    page.wait_for_timeout(100)
    assert tuple(pixels_of(page)[0, 0]) == tuple(THEMES["dark"].background)
    page.get_by_role("button", name="One step on").first.click()
    # Which of the two is meant no address can tell.
    assert "#" not in page.url


def first_pixel(page):
    return tuple(pixels_of(page)[0, 0])


@pytest.mark.parametrize(
    ("background", "theme"),
    [
        ("oklch(0.98 0 0)", "light"), ("lab(98 0 0)", "light"), ("color(srgb .97 .97 .97)", "light"),
        ("color-mix(in srgb, white 95%, black)", "light"), ("rgba(0, 0, 0, .03)", "light"), ("hsl(0 0% 97%)", "light"),
        ("oklch(0.2 0 0)", "dark"), ("rgb(0 0 0 / .9)", "dark"), ("color(srgb .05 .05 .05)", "dark"),
    ],
)  # fmt: skip
def test_it_follows_a_page_however_its_colour_is_written(visit, background, theme):
    page = visit("inline")
    page.evaluate("background => { document.body.style.background = background }", background)
    page.wait_for_timeout(100)
    assert first_pixel(page) == tuple(THEMES[theme].background)


def test_it_follows_what_is_written_on_a_picture(visit):
    page = visit("inline")
    page.evaluate("document.body.style.cssText = 'background: linear-gradient(#111, #222); color: #eee'")
    page.wait_for_timeout(100)
    assert first_pixel(page) == tuple(THEMES["dark"].background)


def test_it_follows_an_element_that_becomes_dark_slowly(visit):
    page = visit("inline")
    page.evaluate(
        """() => {
            const main = document.querySelector("main");
            main.style.cssText = "background-color: #fff; transition: background-color .2s";
            main.getBoundingClientRect();
            setTimeout(() => { main.style.backgroundColor = "#111"; }, 50);
        }"""
    )
    until(page, lambda: first_pixel(page) == tuple(THEMES["dark"].background))


@pytest.mark.parametrize(
    "change",
    [
        "const s = document.createElement('style'); s.textContent = 'body{background:#111}'; document.head.append(s)",
        "document.body.animate({ background: ['#fff', '#111'] }, { duration: 9, fill: 'forwards' })",
    ],
)
def test_it_follows_what_no_attribute_tells(visit, change):
    page = visit("open")
    assert first_pixel(page) == tuple(THEMES["light"].background)
    page.evaluate(f"() => {{ {change}; }}")
    until(page, lambda: first_pixel(page) == tuple(THEMES["dark"].background))


def test_it_plays_where_other_trusted_types_are_listed(browser, site):
    # The browser says in its console that it refused one, which is not needed there.
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{site.server_port}/types.html")
    page.get_by_role("button", name="One step on").first.click()
    assert step_of(page) == study_of("rotation").poster_step + 1
    page.close()


def test_it_follows_a_style_sheet_that_comes_late(article):
    article.emulate_media(color_scheme="light")
    article.evaluate(
        """() => {
            const sheet = new Blob(["body { background: #111 }"], { type: "text/css" });
            const link = document.createElement("link");
            document.head.append(Object.assign(link, { rel: "stylesheet", href: URL.createObjectURL(sheet) }));
        }"""
    )
    until(article, lambda: first_pixel(article.frames[1]) == tuple(THEMES["dark"].background))


def test_links_of_the_page_around_it_leave_a_film_alone(visit):
    page = visit("inline")
    page.evaluate(
        "document.querySelector('main').append(Object.assign(document.createElement('a'), "
        "{ id: 'note', href: '#note', textContent: 'a note' }))"
    )
    page.get_by_role("button", name="One step on").first.click()
    before = step_of(page)
    page.locator("#note").click()
    page.go_back()
    page.wait_for_timeout(100)
    assert step_of(page) == before == study_of("rotation").poster_step + 1


@pytest.fixture
def article(browser, site):
    """A page of the same site with a film in a frame."""
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.goto(f"http://127.0.0.1:{site.server_port}/framed.html")
    page.wait_for_function("document.querySelector('iframe').clientHeight > 300")
    yield page
    page.close()


def test_back_in_a_frame_is_that_of_the_page_around_it(article):
    inner = article.frames[1]
    count = article.evaluate("history.length")
    for _ in range(5):
        inner.get_by_role("button", name="One step on").click()
    assert article.evaluate("history.length") == count
    assert inner.evaluate("location.hash") == f"#t={study_of('rotation').poster_step + 5}"


@pytest.mark.parametrize(("background", "theme"), [("#111", "dark"), ("#fff", "light")])
def test_a_frame_follows_the_page_around_it(article, background, theme):
    article.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    article.evaluate("background => { document.body.style.background = background }", background)
    article.wait_for_timeout(200)
    assert first_pixel(article.frames[1]) == tuple(THEMES[theme].background)


@pytest.mark.parametrize("width", [320, 390])
def test_the_slider_of_values_is_long_enough_on_phones(visit, width):
    page = visit("slider", width=width)
    assert page.locator("#value").bounding_box()["width"] > 140
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_key_that_is_held_leaves_one_entry_to_go_back_to(visit):
    page = visit("rotation", "#t=5")
    page.get_by_role("button", name="One step on").focus()
    count = page.evaluate("history.length")
    for _ in range(6):
        # Pressed again without being let go, as a keyboard repeats it.
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    assert (step_of(page), page.evaluate("history.length") - count) == (11, 1)


def test_it_is_printed_light_and_without_controls(visit):
    page = visit("rotation", color_scheme="dark")
    assert first_pixel(page) == tuple(THEMES["dark"].background)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert first_pixel(page) == tuple(THEMES["light"].background)
    assert not page.get_by_role("button", name="Play").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert first_pixel(page) == tuple(THEMES["dark"].background)


def test_who_hears_it_hears_each_thing_once(visit):
    page = visit("slider", "#t=3")
    live = "[...document.querySelector('.eigenreel').shadowRoot.querySelectorAll('[aria-live]')].at(-1).textContent"
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    # The slider says its own number.
    assert "4" in page.locator("input[type=range]").first.get_attribute("aria-valuetext")
    assert "step 4" not in page.evaluate(live)
    # A number of a cell is told until its picture is left.
    page.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    assert text_of(page, "output").startswith("row 1, column 2")
    page.keyboard.press("Escape")
    assert text_of(page, "output") == ""


def test_narrow_pages_have_the_layout_of_phones(visit):
    wide, narrow = visit("article", width=700), visit("article", width=390)
    shapes = [pixels_of(page).shape for page in (wide, narrow)]
    assert shapes[0][1] > 1.5 * shapes[0][0]
    assert shapes[1][0] > 1.1 * shapes[1][1]
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_frame_is_as_high_as_its_page(browser, site):
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.goto(f"http://127.0.0.1:{site.server_port}/framed.html")
    page.wait_for_function("document.querySelector('iframe').clientHeight > 300")
    inner = page.frames[1].evaluate("document.documentElement.scrollHeight")
    assert abs(page.evaluate("document.querySelector('iframe').clientHeight") - inner) <= 1
    page.close()


def test_a_cell_tells_its_number(visit):
    page = visit("orthogonal", "#t=9", width=1280)
    matrix = study_of("orthogonal").columns[None].matrix(9)
    panel = data_panel(study_of("orthogonal"))
    canvas = page.locator("canvas").bounding_box()
    left, top = 0, panel["top"]
    x = canvas["x"] + (panel["x"] - left + 3.5 * panel["cell"])
    y = canvas["y"] + (panel["y"] - top + 2.5 * panel["cell"])
    page.mouse.move(x, y)
    said = text_of(page, "output")
    assert said.startswith("row 3, column 4: ≈ ")
    level = (panel["limits"][1] - panel["limits"][0]) / 256
    value, away = (float(part.replace("−", "-")) for part in said.split("≈ ")[1].split(" ± "))
    assert abs(value - matrix[2, 3]) <= level and away == pytest.approx(level / 2, abs=0.0005)
    page.mouse.move(1, 1)
    assert text_of(page, "output") == ""
    # The same with the keyboard.
    page.locator("canvas").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert text_of(page, "output").startswith("row 3, column 2: ")
    assert step_of(page) == 9


def data_panel(found):
    from films import painter_for

    painter = painter_for(found)
    (panel,) = [panel for panel in painter.describe() if panel["cell"]]
    return panel | {"top": painter.body.y}


def test_a_slider_shows_the_films_of_all_values(visit, folder):
    page = visit("slider", "#t=20&spectral_radius=0.8")
    assert text_of(page, ".choice label") == "spectral radius = 0.8"
    films = data_of((folder / "slider.html").read_bytes())["films"]
    assert [film["value"] for film in films] == ["0.7", "0.75", "0.8", "0.85", "0.9", "0.95"]
    slider = page.locator(".choice input")
    for index, value in enumerate((0.7, 0.75, 0.8, 0.85, 0.9, 0.95)):
        slider.fill(str(index))
        assert step_of(page) == 20
        column = study_of("vanishing", spectral_radius=value).columns[None]
        size = 10 ** column.log10_spectral_norm[20]
        shown = data_texts(films[index], 20)
        assert any(text and abs(float(text) - size) <= 0.06 * size for text in shown), (value, size, shown)
    assert page.url.endswith("&spectral_radius=0.95")


def data_texts(film, step):
    layout = film["marks"]["layouts"]["wide"]
    index = next(i for i, picture in enumerate(film["pictures"]) if picture[0] >= step)
    marks = [layout["repeated"][m] if isinstance(m, int) else m for m in layout["pictures"][index]]
    texts = [mark[1] for mark in marks if layout["kinds"][mark[0]][0] == "text"]
    return [text for text in texts if re.fullmatch(r"[0-9.]+", text)]


@pytest.mark.parametrize("name", ["orthogonal", "article", "slider", "flashing", "inline"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, name, scheme):
    page = visit(name, color_scheme=scheme)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    grave = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical", "moderate")]
    # The heading and landmarks of a page around it are not its own.
    assert [v["id"] for v in grave if v["id"] not in ("page-has-heading-one", "region", "landmark-one-main")] == []


@pytest.mark.parametrize(("name", "words"), [("orthogonal", ["An orthogonal matrix only turns", "Play", "Speed"]),
                                             ("article", ["재생", "속도", "다음 장면으로"])])  # fmt: skip
def test_a_screen_reader_hears_sentences(visit, name, words):
    page = visit(name, "#t=30")
    heard = page.locator("body").aria_snapshot()
    for word in words:
        assert word in heard
    label = page.locator("canvas").get_attribute("aria-label")
    # What stands beside it is not said again.
    assert "30" in label and text_of(page, ".said") not in label and text_of(page, ".said") in heard
    assert not re.search(r"undefined|null|\[object|[a-z]_[a-z]", heard)
    # Every step that is asked for is said.
    page.keyboard.press("ArrowRight")
    live = page.evaluate(
        "[...document.querySelector('.eigenreel').shadowRoot.querySelectorAll('[aria-live]')].at(-1).textContent"
    )
    assert "31" in live


def test_words_stay_words(visit):
    page = visit("hostile")
    assert page.title() != "owned"
    assert text_of(page, ".title") == HOSTILE
    assert page.evaluate("document.querySelectorAll('script').length") == 3


def test_without_a_program_the_page_says_what_it_shows(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.server_port}/rotation.html")
    assert len(page.inner_text("p")) > 40
    context.close()


def test_what_flashes_says_so_and_never_starts(visit):
    page = visit("flashing")
    assert "flashes more than three times a second" in text_of(page, ".warning")
    begin = step_of(page)
    page.wait_for_timeout(600)
    assert step_of(page) == begin
    assert page.locator(".warning").is_visible()
    assert not visit("orthogonal").locator(".warning").is_visible()


def test_a_page_is_framed_under_the_policy_that_is_told(folder, visit):
    """The snippet of ``render embed --page``, where nothing is allowed but what is said to be needed."""
    made = embedding([folder / "rotation.html"], page=True)
    framed, inline = re.findall(r"script-src ((?:'sha256-[^']*' ?)+)", made.notes[0])
    styled = re.search(r"style-src ('unsafe-hashes' 'sha256-[^']*')", made.notes[0])[1]
    assert inline.split() == script_hashes()
    assert "frame-src 'self'" in made.notes[0]
    allowed = f"default-src 'none'; frame-src 'self'; script-src {framed}; style-src {styled}"
    (folder / "strict.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>a post</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{allowed}"><body><main><h1>A film</h1>'
        f"{made.text}</main></body></html>",
        encoding="utf-8",
    )
    page = visit("strict", strict=True)
    until(page, lambda: page.evaluate("document.querySelector('iframe').style.height"))
    box = page.locator("iframe").bounding_box()
    height = page.frames[1].evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)")
    assert (box["width"], box["height"]) == (984, height)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_is_said_of_a_film_that_the_page_does_not_have(tmp_path, language):
    """The scene's own value, 1, is not among those asked for: all that is beside the page is of the first."""
    ask = {"output": tmp_path, "language": language, "steps": 12, "dim": 4, "duration": 2}
    film = render.film("powers", name="over", formats=("html", "mp4"), over="spectral_radius=0.5,0.25", **ask)
    alone = render.film("powers", name="alone", formats="mp4", spectral_radius=0.5, **ask)
    content, same = film.manifest, alone.manifest
    assert content["parameters"]["spectral_radius"] == content["job"]["parameters"]["spectral_radius"] == 0.5
    assert content["over"] == {"parameter": "spectral_radius", "values": [0.5, 0.25]}
    assert [content[name] for name in ("tracks", "moments")] == [same[name] for name in ("tracks", "moments")]
    assert film.files["mp4"].read_bytes() == alone.files["mp4"].read_bytes()
    assert film.files["png"].read_bytes() == alone.files["png"].read_bytes()
    assert "opens, of spectral_radius 0.5" in " ".join(film.remarks)
    chosen = {
        "en": "A slider chooses spectral radius: 0.5, 0.25.",
        "ko": "슬라이더로 고를 수 있는 스펙트럼 반지름: 0.5, 0.25.",
    }
    said = html.unescape(re.search(r"<p>(.*?)</p>", film.files["html"].read_text(encoding="utf-8"))[1])
    assert said == f"{describe(same, language)} {chosen[language]}"
    assert chosen[language] in html.unescape(embedding([film.files["html"]], page=True).text)
    assert in_words(content, language).endswith(chosen[language] + "\n")
    pages = data_of(film.files["html"].read_bytes())
    assert (pages["first"], [single["value"] for single in pages["films"]]) == (0, ["0.5", "0.25"])
    assert is_current(Job("powers", {"steps": 12, "dim": 4}, name="over", formats=("html", "mp4"), language=language,
                          over="spectral_radius=0.5,0.25", output=tmp_path, duration=2))  # fmt: skip
    assert verify(film.files["json"]).holds
    # A value that was asked for and is among them is the one that is shown.
    own = render.film("powers", formats="html", over="spectral_radius=0.5,0.25", spectral_radius=0.25, **ask)
    assert (own.manifest["parameters"]["spectral_radius"], own.remarks) == (0.25, ())


def test_a_page_in_which_mostly_nothing_moves_says_so(tmp_path, visit, folder):
    slow = render.film("vanishing", steps=3, dim=3, output=folder, name="slow", formats="html", duration=30)
    assert slow.manifest["still"] > 0.4
    share = f"for {slow.manifest['still']:.0%} of the time between the first and the last."
    assert share in visit("slow").evaluate("document.querySelector('.eigenreel').shadowRoot.textContent")
    assert sum("nothing has changed for a second" in remark for remark in slow.remarks) == 1
    assert share in gallery([(read_variant(slow.files["json"]), slow.files["json"])])
    moving = json.loads((folder / "orthogonal.json").read_text(encoding="utf-8"))
    assert moving["still"] <= 0.4
    assert "between the first" not in gallery([(read_variant(folder / "orthogonal.json"), folder / "orthogonal.json")])


def test_a_page_of_a_single_picture_says_that_nothing_moves(tmp_path):
    single = render.film("vanishing", steps=0, dim=3, output=tmp_path, formats="html", language="ko")
    assert single.manifest["still"] == 1
    assert "nothing moves, since it has 0 steps; where more make sense, --steps 1 or more move more often" in (
        single.remarks
    )
    (film,) = data_of(single.files["html"].read_bytes())["films"]
    assert film["still"] == "이 영상에서는 아무것도 움직이지 않는다. 한 장의 그림이다."
    assert render.film("vanishing", steps=1, dim=3, output=tmp_path, formats="html").manifest["still"] == 0


def test_a_page_is_small_whole_and_the_same_again(folder, tmp_path):
    page = (folder / "orthogonal.html").read_bytes()
    assert len(page) <= 70_000
    again = render.film("orthogonal", output=tmp_path, formats="html").files["html"].read_bytes()
    assert again == page
    # Its policy lists the scripts that it has, and nothing from elsewhere.
    scripts = re.findall(r"<script>(.*?)</script>", page.decode(), re.DOTALL)
    assert len(scripts) == 1
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in
               (scripts[0], data_of(page)["player"])]  # fmt: skip
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page.decode())[1]
    assert policy.startswith("default-src 'none'; ")
    assert all(f"'sha256-{digest}'" in policy for digest in digests)
    assert not re.search(rb"https?://", page)


@pytest.mark.parametrize("name", ["orthogonal", "slider", "article"])
def test_verify_reads_pages(folder, name):
    report = verify(folder / f"{name}.html")
    assert report.holds, report.faults
    assert any("pictures are as rendered again" in line for line in report.checked)


def test_a_page_that_was_altered_is_found(folder, tmp_path):
    film = render.film("rotation", steps=6, output=tmp_path, formats="html")
    path = film.files["html"]
    page = path.read_bytes()
    data = data_of(page)
    cells = data["films"][0]["marks"]["cells"]
    raw = bytearray(base64.b64decode(cells[3]))
    raw[1] ^= 1
    cells[3] = base64.b64encode(bytes(raw)).decode()
    packed = base64.b64encode(gzip.compress(json.dumps(data, separators=(",", ":")).encode()))
    path.write_bytes(re.sub(rb'(x-eigenreel">)[^<]*', lambda found: found[1] + packed, page))
    report = verify(path)
    assert any("plays something else" in fault for fault in report.faults)
    for broken in (b"", page[: len(page) // 2], page.replace(b"x-eigenreel", b"x-other")):
        path.write_bytes(broken)
        assert any("cannot be read as a page" in fault for fault in verify(path).faults)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"over": "spectral_radius=0.7:0.9:3", "formats": "mp4"}, "--format html"),
        ({"over": "radius=0.7:0.9:3"}, "spectral_radius"),
        ({"over": "spectral_radius=0.7:1.2:3"}, "from 0.001 to 0.999"),
        ({"over": "spectral_radius=0.7"}, None),
        ({"over": "spectral_radius=0.7:0.9"}, "LOW:HIGH:COUNT"),
        ({"over": "spectral_radius=0.9:0.7:3"}, "LOW:HIGH:COUNT"),
        ({"over": "spectral_radius"}, "dim=4,16,64"),
        ({"over": "seed=0:100"}, "up to 50"),
        ({"over": "seed=1,2,1"}, "twice"),
    ],
)
def test_values_over_which_there_are_no_films(tmp_path, options, words):
    ask = {"formats": "html", "steps": 3, "dim": 2} | options
    if words is None:
        film = render.film("vanishing", output=tmp_path, **ask)
        assert "--over has one value of spectral_radius, so the page has no slider" in film.remarks
        assert film.files["html"].exists()
        return
    with pytest.raises(UsageError, match=re.escape(words)):
        render.film("vanishing", output=tmp_path, **ask)
    assert list(tmp_path.iterdir()) == []


def test_colours_of_the_index_are_those_of_the_map():
    # The rule that both sides follow, by hand: −1 … 1 in 256 levels.
    assert colors is not None
    assert color_index(np.array([-1.0, 0.0, 0.999, 1.0]), (-1.0, 1.0)).tolist() == [0, 128, 255, 255]
