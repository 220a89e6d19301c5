"""Stills: one moment of a film as pixels, SVG and PDF."""

import io
import re
import xml.etree.ElementTree as ElementTree

import imageio.v3 as imageio
import numpy as np
import pypdf
import pytest
from films import listing, painter_for, run, study_of

from render.drawing.marks import MarksCanvas
from render.drawing.raster import RasterCanvas
from render.errors import UsageError
from render.pipeline.catalog import all_scenes
from render.pipeline.job import FilmOptions, Job
from render.pipeline.painter import Painter
from render.publish.still import FORMATS, still, write_stills


def still_of(found, look, step, form):
    """Return one moment as a file's bytes."""
    return still(Painter(found, look, RasterCanvas if form == "png" else MarksCanvas).paint(step), form)


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
    for form in FORMATS:
        job = Job("orthogonal", {"steps": 4})
        assert still_of(found, job, 3, form) == still_of(found, job, 3, form)


@pytest.mark.parametrize("moment", ["65", "-1", "1.5", "middle", "", "١", "1" * 5000])
def test_what_is_no_moment_is_refused(moment, tmp_path):
    with pytest.raises(UsageError, match="at must be a step from 0 to 64, start, end or poster"):
        write_stills(Job("orthogonal", output=str(tmp_path / "new")), [moment], ["svg"])
    assert not (tmp_path / "new").exists()


def test_formats_of_stills_are_few(tmp_path):
    done = run("still", "orthogonal", "--format", "gif", "-o", tmp_path / "new")
    assert done.returncode == 2
    assert done.stderr == "render: there is no format 'gif' for stills, choose from png, svg, pdf.\n"
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
