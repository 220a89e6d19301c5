"""What a notebook shows of a film, and what making one leaves as it was."""

import base64
import hashlib
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import matplotlib
import pytest
from films import ENVIRONMENT
from pages import parse

import render
import render.publish.embed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return render.film("orthogonal", steps=16, output=tmp_path_factory.mktemp("films"))


@pytest.fixture
def small(monkeypatch):
    """Make every film larger than what is embedded."""
    monkeypatch.setattr(render.publish.embed, "_EMBED_BYTES", 10)


def shown(film):
    """Return the only element of what a notebook shows."""
    (element,) = parse(film._repr_mimebundle_()["text/html"]).children
    return element


def test_bundle_holds_html_and_text(film):
    # So IPython asks for it.
    bundle = film._repr_mimebundle_(include=None, exclude=None)
    assert bundle.keys() == {"text/html", "text/plain"}
    assert all(isinstance(text, str) and text for text in bundle.values())


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


def test_limit_is_twenty_megabytes():
    assert render.publish.embed._EMBED_BYTES == 20 * 2**20


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
        assert "<video" in film._repr_mimebundle_()["text/html"]
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
