"""What a notebook shows of a film, and what making one leaves as it was."""

import base64
import hashlib
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import imageio.v3 as imageio
import matplotlib
import numpy as np
import pytest
from films import ENVIRONMENT
from pages import parse

import render
import render.publish.notebook
from render.errors import UsageError
from render.publish.page import data_of
from render.text import Words

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return render.film("orthogonal", steps=16, output=tmp_path_factory.mktemp("films"))


@pytest.fixture
def small(monkeypatch):
    """Make every film larger than what is embedded."""
    monkeypatch.setattr(render.publish.notebook, "_EMBED_BYTES", 10)


def without_page(film):
    """Return the film as it is when its scene has gone: it has a video, but no page."""
    return replace(film, job=replace(film.job, scene="gone.py"))


def shown(film):
    """Return the only element of what a notebook shows of a film without a page."""
    (element,) = parse(without_page(film)._repr_mimebundle_()["text/html"]).children
    return element


def test_bundle_holds_html_and_text(film):
    # So IPython asks for it.
    bundle = film._repr_mimebundle_(include=None, exclude=None)
    assert bundle.keys() == {"text/html", "text/plain", "image/png"}
    assert all(isinstance(text, str) and text for text in bundle.values())
    # GitHub shows no frames and no videos, but pictures.
    assert base64.b64decode(bundle["image/png"], validate=True) == film.files["png"].read_bytes()


def test_a_film_shows_itself_as_its_page(film):
    (frame,) = parse(film._repr_mimebundle_()["text/html"]).children
    assert frame.tag == "iframe"
    page = frame.attributes["srcdoc"].encode()
    assert page == film.page
    data = data_of(page)["films"][0]
    assert len({picture[0] for picture in data["pictures"]}) == 17
    # It is the page that would have been written.
    again = render.film("orthogonal", steps=16, output=film.files["mp4"].parent, name="again", formats="html")
    assert again.page == page == again.files["html"].read_bytes()
    again.files["html"].unlink()


def test_a_large_page_is_not_embedded(film, small):
    (element,) = parse(replace(film)._repr_mimebundle_()["text/html"]).children
    assert element.tag == "video"
    assert len(element.attributes["src"]) < 500


def test_html_is_a_video(film):
    video = shown(film)
    assert video.tag == "video"
    assert video.attributes["width"] == "1280"
    assert video.attributes["height"] == "720"
    assert {"controls", "muted", "loop", "playsinline"} <= video.attributes.keys()
    assert "autoplay" not in video.attributes
    assert "16 steps" in video.attributes["aria-label"]


def test_small_film_is_in_the_notebook(film):
    kind, _, data = shown(film).attributes["src"].partition(",")
    assert kind == "data:video/mp4;base64"
    assert base64.b64decode(data, validate=True) == film.files["mp4"].read_bytes()


def test_large_film_is_linked(film, small):
    source = shown(film).attributes["src"]
    assert len(source) < 500
    assert (Path.cwd() / unquote(source)).resolve() == film.files["mp4"].resolve()


def test_limit_is_five_megabytes():
    assert render.publish.notebook._EMBED_BYTES == 5_000_000


def test_stills_are_pictures_of_steps(film):
    picture = imageio.imread(film.still(-1))
    assert np.array_equal(picture, film.frame(16))
    assert film.still(3, "svg").startswith(b"<svg")
    assert film.still(3, "pdf").startswith(b"%PDF")
    assert imageio.imread(film.still(3, transparent=True)).shape[2] == 4
    with pytest.raises(UsageError, match="did you mean 'svg'"):
        film.still(3, "svgg")
    with pytest.raises(UsageError, match="from 0 to 16"):
        film.still(17)


def test_progress_is_told(tmp_path):
    told = []
    film = render.film("rotation", steps=3, output=tmp_path, progress=lambda done, total: told.append((done, total)))
    frames = len(film.manifest["frames"]["steps"])
    assert told[-1] == (frames, frames)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_cell_tells_the_progress_and_takes_it_away(tmp_path, monkeypatch, capsys):
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    render.film("rotation", steps=3, output=tmp_path)
    lines = capsys.readouterr().out.split("\r")
    tenths = [int(line.split()[1]) for line in lines if line.startswith("rotation: ")]
    assert tenths == sorted(set(tenths)) and len(tenths) > 3
    assert "rotation: 100 %" in lines
    assert lines[-1] == "" and not lines[-2].strip()
    # A plain prompt of IPython has no cells.
    shell.kernel = None
    render.film("rotation", steps=3, output=tmp_path)
    assert capsys.readouterr().out == ""


def test_interact_is_a_page_of_films(tmp_path):
    made = render.interact("powers", spectral_radius=(0.8, 1.2), steps=20, dim=4, output=tmp_path)
    films = data_of(made.page)["films"]
    assert [film["value"] for film in films] == ["0.8", "0.85", "0.9", "0.95", "1", "1.05", "1.1", "1.15", "1.2"]
    assert "srcdoc" in made._repr_mimebundle_()["text/html"]
    few = data_of(render.interact("powers", dim=(2, 5), steps=3, output=tmp_path).page)["films"]
    assert [film["value"] for film in few] == ["2", "3", "4", "5"]
    named = data_of(render.interact("powers", dim=[3, 7], steps=3, output=tmp_path).page)["films"]
    assert [film["value"] for film in named] == ["3", "7"]
    for wrong, words in [({}, "one parameter"), ({"dim": (2, 5), "seed": (0, 3)}, "one parameter"),
                         ({"dim": (5, 2)}, "rise"), ({"dim": (2, "x")}, "as a tuple")]:  # fmt: skip
        with pytest.raises(UsageError, match=words):
            render.interact("powers", output=tmp_path, **wrong)


def test_link_starts_at_the_folder_of_the_notebook(tmp_path, monkeypatch, small):
    # A notebook's server does not serve the whole disk: /home/… would be sought in its own folder.
    monkeypatch.chdir(tmp_path)
    film = render.film("rotation", steps=0, output="my films", formats="mp4")
    assert shown(film).attributes["src"] == "my%20films/rotation.mp4"


@pytest.mark.parametrize(("formats", "kind"), [(("gif",), "image/gif"), ((), "image/png")])
def test_film_without_mp4_is_an_image(tmp_path, formats, kind):
    film = render.film("rotation", steps=1, output=tmp_path, formats=formats)
    image = shown(film)
    assert image.tag == "img"
    assert image.attributes["src"].startswith(f"data:{kind};base64,")
    assert image.attributes["alt"]


@pytest.mark.parametrize("text", ['"><script>alert(1)', "' onerror='x", "&quot; & <video>", "한글 `이름`"])
def test_words_are_escaped(film, text):
    video = shown(replace(film, manifest={**film.manifest, "title": f"x {text}"}))
    assert video.attributes.keys() == shown(film).attributes.keys()
    assert text in video.attributes["aria-label"]


def test_names_are_escaped(film, tmp_path, small):
    path = tmp_path / "회전 50% #1 & 'x' onerror=1.mp4"
    path.write_bytes(b"more than ten bytes")
    video = shown(replace(film, files={"mp4": path}))
    assert video.attributes.keys() == shown(film).attributes.keys()
    assert unquote(video.attributes["src"]).endswith(path.name)


def test_text_is_short(film):
    # It is what a plain Python prompt prints: names, not thousands of numbers.
    text = film._repr_mimebundle_()["text/plain"]
    assert "orthogonal.mp4" in text
    assert len(text) < 1000
    assert repr(film) == text


def test_comparison_is_shown(tmp_path):
    film = render.film("article", steps=2, output=tmp_path, formats="mp4")
    label = shown(film).attributes["aria-label"]
    # It says what the film says, and of one that says nothing the numbers, column by column.
    assert label.endswith(film.manifest["moments"][-1]["sentence"])
    label = shown(replace(film, manifest={**film.manifest, "moments": []})).attributes["aria-label"]
    places = [label.index(f"({name})") for name in ("vanishing", "exploding", "orthogonal")]
    assert places == sorted(places)


def test_nothing_is_printed(tmp_path, capfd):
    film = render.film("rotation", steps=2, output=tmp_path)
    film._repr_mimebundle_()
    assert capfd.readouterr() == ("", "")


def test_matplotlib_stays_as_it_was(tmp_path):
    settings = {**matplotlib.rcParams}
    backend = matplotlib.get_backend(auto_select=False)
    with matplotlib.rc_context({"font.family": ["serif"], "lines.linewidth": 7}):
        changed = {**matplotlib.rcParams}
        render.film("rotation", steps=1, output=tmp_path, language="ko")
        assert {**matplotlib.rcParams} == changed
    assert {**matplotlib.rcParams} == settings
    assert matplotlib.get_backend(auto_select=False) == backend


def test_settings_of_matplotlib_do_not_change_the_film(film, tmp_path):
    with matplotlib.rc_context(
        {"font.family": ["serif"], "savefig.dpi": 30, "text.usetex": True, "image.cmap": "gray"}
    ):
        other = render.film("orthogonal", steps=16, output=tmp_path)
    assert digests(other) == digests(film)


def test_fresh_interpreter_needs_neither_ipython_nor_pyplot(tmp_path):
    # In a process of its own: other tests may have imported them.
    program = """
        import sys

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                assert name.partition(".")[0] != "IPython", "IPython is imported"

        sys.meta_path.insert(0, Refuse())
        import matplotlib
        backend = matplotlib.get_backend(auto_select=False)
        import render
        film = render.film("rotation", steps=1, output=sys.argv[1])
        assert "<iframe" in film._repr_mimebundle_()["text/html"]
        assert "matplotlib.pyplot" not in sys.modules
        assert matplotlib.get_backend(auto_select=False) == backend
    """
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program), tmp_path],
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        timeout=120,
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_works_in_another_thread(film, tmp_path):
    made = []
    thread = threading.Thread(target=lambda: made.append(render.film("orthogonal", steps=16, output=tmp_path)))
    thread.start()
    thread.join()
    assert digests(made[0]) == digests(film)
    assert "data:video/mp4" in shown(made[0]).attributes["src"]


def test_works_twice_in_a_row(film, tmp_path):
    threads = threading.active_count()
    for _ in range(2):
        again = render.film("orthogonal", steps=16, output=tmp_path)
        assert digests(again) == digests(film)
        assert again._repr_mimebundle_()["text/html"] == film._repr_mimebundle_()["text/html"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"orthogonal.{e}" for e in ("gif", "json", "mp4", "png")]
    assert threading.active_count() == threads


def test_two_threads_do_not_disturb_each_other(film, tmp_path):
    made = {}

    def make(name):
        made[name] = render.film("orthogonal", steps=16, output=tmp_path, name=name)

    threads = [threading.Thread(target=make, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [digests(made[name]) for name in ("one", "two")] == [digests(film)] * 2


def digests(film):
    """Return the hashes of a film's videos and poster."""
    return {e: hashlib.sha256(path.read_bytes()).hexdigest() for e, path in film.files.items() if e != "json"}


def test_a_page_that_is_too_large_is_linked(tmp_path, small, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = render.film("rotation", steps=2, formats="html", output="films", language="ko")
    bundle = made._repr_mimebundle_()
    assert "<iframe" not in bundle["text/html"]
    (link,) = [element for element in parse(bundle["text/html"]).all("a")]
    assert (link.attributes["href"], link.text) == ("films/rotation.html", Words("ko")("Interactive page"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"spectral_radius": []}, "has no values"),
        ({"spectral_radius": (0.8, float("inf"))}, "must rise"),
        ({"spectral_radius": 0.8}, "must be several values: "),
        ({"spectral_radius": (0.8, 0.9), "seed": (0, 2)}, "but spectral_radius and seed are"),
        ({"spectral_radius": (0.8, 0.9), "formats": "mp4"}, "leave formats out"),
    ],
)
def test_a_page_of_several_values_says_what_it_lacks(tmp_path, given, said):
    with pytest.raises(UsageError, match=said) as refused:
        render.interact("powers", output=tmp_path, **given)
    # A notebook shows the sentence alone.
    assert refused.value._render_traceback_() == [f"UsageError: {refused.value}"]


def test_numbers_of_numpy_are_values(tmp_path):
    values = []
    for given in ((np.float64(0.8), np.float64(1.2), np.int64(3)), np.linspace(0.8, 1.2, 3), [0.8, np.float32(1), 1.2]):
        made = render.interact("powers", steps=3, dim=2, spectral_radius=given, output=tmp_path)
        values.append(made.manifest["over"]["values"])
    assert values == [[0.8, 1.0, 1.2]] * 3
    with pytest.raises(UsageError, match="progress must be a function"):
        render.film("powers", output=tmp_path, progress=3)
