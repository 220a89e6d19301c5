"""What ``render embed`` prints, in a real browser."""

import contextlib
import json
import os
import shutil
from pathlib import Path
from urllib.parse import quote, unquote

import imageio.v3 as imageio
import numpy as np
import pytest
from browsers import find_browser, served
from films import colors, manifest_of, painter_for, study_of

import render
from render.drawing.marks import MarksCanvas
from render.drawing.svg import svg_of
from render.pipeline.job import Job
from render.pipeline.painter import Painter
from render.publish.embed import snippet

pytestmark = pytest.mark.slow

STEPS = 8
HOSTILE = "\"><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
# Names that mean something else in an address, a page or a shell.
ODD_STEM = "회전 50% #1 & 'x' \"quoted\" `tick` [a](b)" if os.name == "posix" else "회전 50% #1 & 'x' `tick` [a](b)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with films, each with a page that embeds it."""
    folder = tmp_path_factory.mktemp("site")
    # An angle that gives neighbouring frames colours nobody can mistake for one another.
    render.film("rotation", steps=STEPS, angle=50.0, output=folder, pace="even")
    embed(folder, "rotation")
    render.film("rotation", steps=1, output=folder, name="silent", formats="gif")
    embed(folder, "silent", ending="gif")
    odd = manifest_of(folder / "rotation.mp4")
    odd["title"] = HOSTILE
    for entry in odd["files"]:
        suffix = Path(entry["name"]).suffix
        shutil.copy(folder / entry["name"], folder / (ODD_STEM + suffix))
        entry["name"] = ODD_STEM + suffix
    (folder / f"{ODD_STEM}.json").write_text(json.dumps(odd), encoding="utf-8")
    embed(folder, ODD_STEM)
    return folder


def embed(folder, stem, ending="mp4"):
    page = (
        '<!doctype html><html><head><meta charset="utf-8"><title>clean</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>'
        f"<body>{snippet(folder / f'{stem}.{ending}')}</body></html>"
    )
    (folder / f"{stem}.html").write_text(page, encoding="utf-8")


@pytest.fixture(scope="module")
def site(folder):
    with served(folder) as server:
        yield server


@pytest.fixture
def visit(browser, site):
    """Open a film's page; at the end nothing may have gone wrong in it."""
    with contextlib.ExitStack() as stack:
        complaints = []

        def opened(stem="rotation", width=1280):
            site.served.clear()
            site.missing.clear()
            page = browser.new_page(viewport={"width": width, "height": 900})
            stack.callback(page.close)
            page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"http://127.0.0.1:{site.server_port}/{quote(stem)}.html", wait_until="load")
            return page

        yield opened
        assert complaints == []
        assert site.missing == []


def video_of(page):
    """Return the page's video, its metadata loaded, as a handle."""
    page.wait_for_function("document.querySelector('video').readyState >= HTMLMediaElement.HAVE_METADATA")
    return page.query_selector("video")


def test_video_loads(visit):
    video = video_of(visit())
    found = video.evaluate("v => [v.videoWidth, v.videoHeight, v.error, v.currentSrc.split('/').pop()]")
    assert found == [1280, 720, None, "rotation.mp4"]
    assert video.evaluate("v => v.duration") == pytest.approx((STEPS + 1) / 12.5, abs=0.005)


def test_video_has_the_attributes_that_were_asked(visit):
    video = video_of(visit())
    names = ["controls", "muted", "loop", "playsInline", "autoplay", "preload", "paused"]
    assert video.evaluate("(v, names) => names.map(n => v[n])", names) == [
        True, True, True, True, False, "metadata", True,
    ]  # fmt: skip


def test_video_plays(visit):
    page = visit()
    video = video_of(page)
    video.evaluate("v => v.play()")
    page.wait_for_function("document.querySelector('video').currentTime > 0.2")
    assert video.evaluate("v => [v.paused, v.error]") == [False, None]


def test_video_starts_again_at_its_end(visit):
    page = visit()
    video = video_of(page)
    video.evaluate("v => { v.currentTime = v.duration - 0.1; return v.play(); }")
    page.wait_for_function("document.querySelector('video').currentTime < 0.5")
    assert video.evaluate("v => [v.paused, v.ended]") == [False, False]


@pytest.mark.parametrize("source", ["v => v.poster", "v => v.querySelector('img').src"])
def test_images_load(visit, source):
    page = visit()
    size = video_of(page).evaluate(
        f"""async v => {{
            const image = new Image();
            image.src = ({source})(v);
            await image.decode();
            return [image.naturalWidth, image.naturalHeight];
        }}"""
    )
    assert size == [1280, 720]


def test_gif_is_not_fetched_where_the_video_plays(visit, site):
    # It is several times larger than the video, and nobody sees it.
    page = visit()
    video_of(page)
    page.wait_for_load_state("networkidle")
    assert "rotation.mp4" in site.served
    assert "rotation.gif" not in site.served


@pytest.mark.parametrize("stem", ["rotation", "silent"])
@pytest.mark.parametrize("width", [400, 1600])
def test_film_keeps_its_shape_and_fits_the_page(visit, stem, width):
    page = visit(stem, width)
    box = page.query_selector("figure > video, figure > picture > img").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(16 / 9, abs=0.02)
    assert box["width"] <= 1280
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_room_is_kept_before_the_film_has_loaded(browser, folder):
    # Otherwise the text below jumps while somebody reads it.
    page = browser.new_page(viewport={"width": 800, "height": 900})
    try:
        page.set_content(snippet(folder / "rotation.mp4", base="http://127.0.0.1:9/"), wait_until="commit")
        box = page.query_selector("video").bounding_box()
        assert box["width"] / box["height"] == pytest.approx(16 / 9, abs=0.02)
    finally:
        page.close()


def test_names_and_words_stay_what_they_are(visit):
    page = visit(ODD_STEM)
    video = video_of(page)
    assert video.evaluate("v => [v.videoWidth, v.error]") == [1280, None]
    assert unquote(video.evaluate("v => v.currentSrc.split('/').pop()")) == f"{ODD_STEM}.mp4"
    assert page.title() == "clean"
    assert page.query_selector("script") is None
    assert "<img src=x onerror=" in page.inner_text("figcaption")


@pytest.mark.parametrize("step", range(STEPS + 1))
def test_cells_have_the_colours_of_their_numbers(visit, folder, step):
    content = manifest_of(folder / "rotation.mp4")
    (panel,) = (p for p in content["panels"] if p["panel"] == "matrix")
    middle = panel["sample"]
    count = panel["width"] // panel["cell"]
    places = [
        [panel["x"] + column * panel["cell"] + middle, panel["y"] + row * panel["cell"] + middle]
        for row in range(count)
        for column in range(count)
    ]
    shown = pixels(video_of(visit()), (step + 0.5) / 12.5, places)
    factor = np.array(content["matrix"])
    distances = []
    for power in range(STEPS + 1):
        product = np.linalg.matrix_power(factor, power)
        wanted = colors(product, panel["limits"], content["colormaps"][panel["colormap"]]).reshape(-1, 3)
        distances.append(np.abs(np.array(shown) - wanted).max())
    assert content["frames"]["steps"] == list(range(STEPS + 1))
    assert distances[step] <= 12
    assert [power for power, distance in enumerate(distances) if distance <= 12] == [step]


def pixels(video, time, places):
    """Return the colours at places of the picture a video shows at a time."""
    return video.evaluate(
        """async (v, [time, places]) => {
            // A busy machine says 'seeked' before the new frame is there to be drawn, and may present one that is due.
            const seeked = new Promise(resolve => v.addEventListener('seeked', resolve, {once: true}));
            const presented = new Promise(resolve => {
                const look = (_, {mediaTime}) => {
                    if (mediaTime <= time && time < mediaTime + 1 / 12.5) resolve();
                    else v.requestVideoFrameCallback(look);
                };
                v.requestVideoFrameCallback(look);
                // Where it is shown already, none comes.
                setTimeout(resolve, 2000);
            });
            v.currentTime = time;
            await Promise.all([seeked, presented]);
            const canvas = document.createElement('canvas');
            canvas.width = v.videoWidth;
            canvas.height = v.videoHeight;
            const context = canvas.getContext('2d', {willReadFrequently: true});
            context.drawImage(v, 0, 0);
            return places.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3));
        }""",
        [time, places],
    )


@pytest.mark.parametrize("robot", [True, False])
def test_only_robots_must_have_a_browser(monkeypatch, robot):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)
    if robot:
        monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises((pytest.fail if robot else pytest.skip).Exception, match="install Chromium"):
        find_browser()


def test_browser_of_the_environment_comes_first(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert find_browser() == "/opt/mine"
    monkeypatch.delenv("CHROMIUM")
    assert find_browser() == "/usr/bin/chromium"


STILLS = [
    ("orthogonal", 17, {}),
    ("article", 64, {"theme": "dark"}),
    ("lstm", 9, {"language": "ko", "layout": "square"}),
    ("phase_plane", 20, {}),
    ("rotation", 11, {"language": "ko"}),
]


def near(picture, count):
    """Return the least and the greatest of every pixel's neighbours, so many pixels around it."""
    low = high = picture
    for axis in (0, 1):
        shifts = range(-count, count + 1)
        low = np.minimum.reduce([np.roll(low, shift, axis) for shift in shifts])
        high = np.maximum.reduce([np.roll(high, shift, axis) for shift in shifts])
    return low, high


@pytest.mark.parametrize(("name", "step", "look"), STILLS)
def test_a_still_as_svg_is_the_frame_but_for_its_edges(browser, tmp_path, name, step, look):
    found = study_of(name)
    path = tmp_path / "still.svg"
    path.write_text(svg_of(Painter(found, Job(name, **look), MarksCanvas).paint(step)), encoding="utf-8")
    painter = painter_for(found, **look)
    frame = painter.paint(step).pixels[..., :3].astype(int)
    height, width = frame.shape[:2]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    shot = imageio.imread(page.screenshot(), extension=".png")[..., :3].astype(int)
    page.close()
    for one, other in ((shot, frame), (frame, shot)):
        # Every pixel is between the colours beside it in the other: edges are shaded otherwise, and letters are
        # fitted to the pixels in a frame, and nothing else.
        low, high = near(other, 2)
        outside = np.maximum(low - one, one - high).max(axis=2)
        assert (outside > 64).mean() < 1e-4, (outside > 64).sum()
    for panel in painter.describe():
        if panel["cell"] and panel["cell"] < 64:
            rows = slice(panel["y"], panel["y"] + panel["height"])
            columns = slice(panel["x"], panel["x"] + panel["width"])
            assert np.array_equal(shot[rows, columns], frame[rows, columns])
