"""Stills: one moment of a film as pixels, SVG and PDF."""

import io
import re
import xml.etree.ElementTree as ElementTree

import imageio.v3 as imageio
import numpy as np
import pypdf
import pytest
from films import listing, painter_for, run, study_of
from PIL import Image

from render.drawing.marks import MarksCanvas
from render.errors import UsageError
from render.pipeline.catalog import all_scenes
from render.pipeline.job import FilmOptions, Job
from render.pipeline.painter import Painter
from render.publish import still
from render.publish.pictures import FORMS
from render.publish.steps import steps_at
from render.publish.still import Stills, write_stills


def still_of(found, look, step, form, transparent=False):
    """Return one moment as a file's bytes."""
    return Stills(found, look, transparent).at(step, form)


LOOKS = [{}, {"theme": "dark", "language": "ko", "layout": "square"}]
SCENES = sorted(all_scenes())


def texts_of(name, look, step):
    """Every text that a frame has, as the panels gave it."""
    painter = Painter(study_of(name), FilmOptions(**look), MarksCanvas)
    canvas = painter.paint(step)
    return [mark.text for mark in (*canvas.standing, *canvas.moving) if hasattr(mark, "text")]


def test_the_command_writes_every_moment_once(tmp_path):
    done = run("still", "orthogonal", "--at", 17, "--at", "end", "--at", 64, "--at", "start", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(listing(tmp_path)) == ["orthogonal-0.png", "orthogonal-17.png", "orthogonal-64.png"]
    assert [line.rpartition("/")[2] for line in done.stdout.split()] == [f"orthogonal-{n}.png" for n in (17, 64, 0)]


@pytest.mark.parametrize("look", LOOKS)
def test_a_png_is_the_frame(look):
    found = study_of("article")
    picture = imageio.imread(still_of(found, Job("article", **look), 17, "png"), extension=".png")
    assert np.array_equal(picture[..., :3], painter_for(found, **look).paint(17).pixels[..., :3])


def written(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.slow
def test_svg_holds_every_text():
    for name in SCENES[::5]:
        found, step = study_of(name), study_of(name).steps // 2
        svg = still_of(found, Job(name), step, "svg").decode()
        assert written(svg) == texts_of(name, {}, step)
        assert all(re.search(r'textLength="[\d.]+"', line) for line in svg.splitlines() if line.startswith("<text"))


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", ["article", "lstm", "phase_plane", "critical_scale"])
def test_text_of_a_pdf_can_be_selected(name, look):
    found, step = study_of(name), study_of(name).steps // 2
    texts = texts_of(name, look, step)
    assert written(still_of(found, Job(name, **look), step, "svg").decode()) == texts
    pages = pypdf.PdfReader(io.BytesIO(still_of(found, Job(name, **look), step, "pdf"))).pages
    assert len(pages) == 1
    selected = "".join(pages[0].extract_text().split())
    for text in texts:
        for word in text.split():
            assert word in selected, text


def test_the_same_still_has_the_same_bytes():
    found = study_of("orthogonal", steps=4)
    for form in FORMS:
        job = Job("orthogonal", {"steps": 4})
        assert still_of(found, job, 3, form) == still_of(found, job, 3, form)


@pytest.mark.parametrize("moment", ["65", "-1", "1.5", "middle", "", "١", "1" * 5000, "1,,2", "0 1"])
def test_what_is_no_moment_is_refused(moment, tmp_path):
    with pytest.raises(UsageError, match="at must be a step from 0 to 64, start, moments, poster, end or all"):
        write_stills(Job("orthogonal", output=str(tmp_path / "new")), [moment], ["svg"])
    assert not (tmp_path / "new").exists()


def test_formats_of_stills_are_few(tmp_path):
    done = run("still", "orthogonal", "--format", "gif", "-o", tmp_path / "new")
    assert done.returncode == 2
    assert done.stderr == "render: there is no format 'gif' for stills, choose from png, webp, svg, pdf.\n"
    assert run("still", "orthogonall").stderr == "render: there is no scene 'orthogonall', did you mean 'orthogonal'?\n"
    assert not (tmp_path / "new").exists()


def test_what_a_file_says_is_text_in_a_picture(tmp_path):
    found = study_of("rotation", steps=2)
    title = "</text><script>x</script> & 'q' \"q\" $x$"
    svg = still_of(found, Job("rotation", title=title), 1, "svg").decode()
    assert "<script>" not in svg
    root = ElementTree.fromstring(svg)
    assert title in [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_formats_may_be_several_and_what_is_not_shown_is_named(tmp_path):
    options = ("--format", "svg", "--format", "png", "--layout", "square", "--at", "1", "--steps", 2, "-o", tmp_path)
    done = run("still", "rotation", *options)
    assert sorted(listing(tmp_path)) == ["rotation-1.png", "rotation-1.svg"]
    assert "has no room for matrix, eigenvalues, which are not shown" in done.stderr
    assert run("still", "rotation", "-o", "-").returncode == 2


def test_steps_are_named_by_words_and_lists():
    found = study_of("orthogonal")
    moments = [single.step for single in found.moments if single.step is not None]
    assert 0 < moments[0] < 64
    assert steps_at(["0,8,moments,end"], found) == list(dict.fromkeys([0, 8, *moments, 64]))
    assert steps_at(["end", "start, 8", f"{moments[0]},moments,64"], found) == [64, 0, 8, moments[0]]
    assert steps_at(["all"], found) == list(range(65))
    assert steps_at(["poster"], found) == [found.poster_step]
    # Of so few steps it has none.
    with pytest.raises(UsageError, match="no moment of the scene comes, so give steps"):
        steps_at(["moments"], study_of("vanishing", steps=1))


def test_all_steps_are_a_sequence_of_equally_long_names(tmp_path):
    job = Job("rotation", {"steps": 10}, output=str(tmp_path), layout="square")
    paths, _ = write_stills(job, ["all"], ["png"])
    assert [path.name for path in paths] == [f"rotation-{step:02}.png" for step in range(11)]
    painter = painter_for(study_of("rotation", steps=10), layout="square")
    for step, path in enumerate(paths):
        assert np.array_equal(imageio.imread(path), painter.paint(step).pixels[..., :3])


def test_more_files_than_anybody_wants_are_refused(tmp_path, monkeypatch):
    job = Job("rotation", {"steps": 10_000}, output=str(tmp_path / "new"))
    with pytest.raises(UsageError, match="that would be 10,001 files where 10,000 are allowed"):
        write_stills(job, ["all"], ["png"])
    monkeypatch.setattr(still, "_MOST_FILES", 4)
    with pytest.raises(UsageError, match="that would be 6 files where 4 are allowed"):
        write_stills(Job("rotation", {"steps": 2}, output=str(tmp_path / "new")), ["all"], ["png", "svg"])
    assert not (tmp_path / "new").exists()


def test_nothing_is_there_when_a_still_fails(tmp_path, monkeypatch):
    (tmp_path / "rotation-0.svg").write_text("old")
    paint = Painter.paint

    def fail(self, moment):
        if moment == 2:
            raise UsageError("no")
        return paint(self, moment)

    monkeypatch.setattr(Painter, "paint", fail)
    with pytest.raises(UsageError, match="no"):
        write_stills(Job("rotation", {"steps": 2}, output=str(tmp_path)), ["all"], ["svg"])
    assert listing(tmp_path) == {"rotation-0.svg": b"old"}


def test_a_still_is_as_fine_as_asked_for(tmp_path):
    done = run("still", "rotation", "--steps", 2, "--at", 1, "--size", 1440, "--layout", "square", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert imageio.imread(tmp_path / "rotation-1.png").shape == (1440, 1440, 3)


@pytest.mark.parametrize("look", [*LOOKS, {"theme": {"base": "dark", "name": "slate", "background": "#060c1a"}}])
@pytest.mark.parametrize("name", ["article", "gallery", pytest.param("phase_plane", marks=pytest.mark.slow)])
def test_a_transparent_picture_is_the_opaque_one_on_its_own_background(name, look):
    found, job = study_of(name), Job(name, **look)
    step = found.poster_step
    frame = painter_for(found, **look).paint(step)
    picture = Image.open(io.BytesIO(still_of(found, job, step, "png", transparent=True)))
    assert picture.mode == "RGBA"
    # Pillow lays it over the background, as a page would.
    below = Image.new("RGBA", picture.size, (*frame.theme.background, 255))
    shown = np.asarray(Image.alpha_composite(below, picture))[..., :3].astype(int)
    assert np.abs(shown - frame.pixels[..., :3]).max() <= 1
    alpha = np.asarray(picture)[..., 3]
    assert alpha[0].max() == 0
    assert (alpha == 255).any()
    # What nothing was drawn on is transparent: most of the picture.
    assert (alpha == 0).sum() >= 0.9 * (frame.pixels[..., :3] == frame.theme.background).all(axis=2).sum()


def test_cells_stay_where_the_background_goes():
    found = study_of("rotation")
    (panel,) = (p for p in painter_for(found).describe() if p["panel"] == "matrix")
    picture = np.asarray(Image.open(io.BytesIO(still_of(found, Job("rotation"), 16, "png", transparent=True))))
    cells = picture[panel["y"] : panel["y"] + panel["height"], panel["x"] : panel["x"] + panel["width"], 3]
    # Zero has the colour of the page, and is a number all the same.
    assert np.mean(cells == 255) > 0.9


def test_transparent_svg_and_pdf_have_no_page():
    found, job = study_of("rotation", steps=2), Job("rotation")
    page = '<rect x="0" y="0" width="1280" height="720" fill="#ffffff"'
    opaque, clear = (still_of(found, job, 1, "svg", transparent).decode() for transparent in (False, True))
    assert page in opaque
    assert page not in clear
    # Nothing else is another.
    assert opaque.replace(next(line for line in opaque.splitlines() if page in line) + "\n", "") == clear
    paths = []
    for transparent in (False, True):
        content = pypdf.PdfReader(io.BytesIO(still_of(found, job, 1, "pdf", transparent))).pages[0].get_contents()
        # The first path is the page: it is filled, or drawn with nothing.
        begin = re.search(rb"0 0 m\n1280 0 l\n1280 720 l\n0 720 l\n(?:0 0 l\n)?h\n\n(\w)\n", content.get_data())
        paths.append(begin[1])
    assert paths == [b"f", b"n"]


@pytest.mark.parametrize("kind", ["still", "strip"])
def test_a_note_with_numbers_that_has_no_room_is_told(tmp_path, kind):
    note = "a note of {length} letters that is far too long for all the room above its panel, and goes on for ever"
    (tmp_path / "own.py").write_text(
        "import numpy as np\nfrom scenes import *\n\n\n"
        f"@scene(show('series', of='x', heading='length', note='{note}'), title='t', statement='s')\n"
        "def own(steps: int = 4) -> Record:\n"
        "    return Record({'x': np.arange(steps + 1.0), 'length': np.arange(steps + 1.0)})\n"
    )
    done = run(kind, tmp_path / "own.py", "--at", "2,4", "--layout", "phone", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "there is no room for all of 'a note of " in done.stderr
