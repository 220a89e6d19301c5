"""Strips: moments side by side, each as the film has it."""

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
from render.errors import RenderError, UsageError
from render.pipeline.job import Job
from render.publish import strip as strips
from render.publish.pictures import picture
from render.publish.strip import Strip, write_strip
from render.text import unmarked

LOOKS = [
    {},
    {"theme": "dark", "language": "ko", "layout": "square"},
    {"layout": "phone", "size": 1080, "title": "</text> & <b>"},
]


def strip_of(name, steps, columns=None, transparent=False, **look):
    """Return a strip, and what makes its files."""
    strip = Strip(study_of(name), Job(name, **look), steps, columns)
    return strip, lambda form: picture(strip, form, transparent)


@pytest.mark.parametrize("look", LOOKS)
def test_every_frame_is_in_the_picture_as_the_film_has_it(look):
    steps = [0, 3, 17, 40, 64]
    strip, made = strip_of("article", steps, 2, **look)
    pixels = imageio.imread(made("png"), extension=".png")
    painter = painter_for(study_of("article"), **look)
    layout = painter.layout
    # What lies between title and caption, without the margins, found by its pixels alone.
    rows = slice(layout.own[0][0].heading.y - 10, layout.rule.y)
    columns = slice(layout.rule.x, layout.width - layout.rule.x)
    corners = []
    for index, step in enumerate(steps):
        frame = painter.paint(step).pixels[rows, columns, :3]
        x, y = strip.grid.corner(index)
        x, y = x + columns.start - strip.grid.crop.x, y + rows.start - strip.grid.crop.y
        assert np.array_equal(pixels[y : y + frame.shape[0], x : x + frame.shape[1]], frame), step
        corners.append((x, y))
    # Two columns and three rows, none of them over another.
    assert len({x for x, _ in corners}) == 2
    assert len({y for _, y in corners}) == 3
    gaps = np.diff(sorted({x for x, _ in corners})), np.diff(sorted({y for _, y in corners}))
    assert gaps[0].min() >= columns.stop - columns.start + 40
    assert gaps[1].min() >= rows.stop - rows.start + layout.sizes.counter


@pytest.mark.parametrize("look", LOOKS)
def test_a_strip_says_title_counters_and_the_last_sentence(look):
    steps = [0, 8, 64]
    _, made = strip_of("article", steps, **look)
    svg = made("svg").decode()
    root = ElementTree.fromstring(svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    painter = painter_for(study_of("article"), **look)
    assert texts.count(painter.title) == 1
    words = [painter.said(step).counter for step in steps]
    assert texts.count(words[0][0].strip()) == 3
    for _, value in words:
        assert value in texts
    said = "".join(texts).replace(" ", "")
    assert unmarked(painter.said(64).sentence).replace(" ", "") in said
    assert unmarked(painter.said(0).sentence).replace(" ", "") not in said
    # Vectors stay vectors, and nothing leaves the picture.
    assert "<image" not in svg
    width, height = (int(root.get(side)) for side in ("width", "height"))
    for element in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 <= float(element.get("x").split()[0]) < width
        assert 0 <= float(element.get("y")) < height


@pytest.mark.slow
def test_a_pdf_has_one_page_of_text_and_vectors():
    strip, made = strip_of("article", [0, 64], 2)
    (page,) = pypdf.PdfReader(io.BytesIO(made("pdf"))).pages
    assert not page.images
    text = "".join(page.extract_text().split())
    for word in ("Vanishing,exploding,orthogonal", "step0", "step64", "494timesaslarge"):
        assert word in text, word
    assert (page.mediabox.width, page.mediabox.height) == (strip.grid.width, strip(MarksCanvas).height)


@pytest.mark.slow
def test_the_same_strip_has_the_same_bytes():
    for form in ("png", "svg", "pdf"):
        assert strip_of("rotation", [0, 9])[1](form) == strip_of("rotation", [0, 9])[1](form)


def test_a_transparent_strip_is_the_opaque_one_on_its_own_background():
    look = {"theme": "dark", "layout": "square"}
    opaque = imageio.imread(strip_of("article", [0, 17, 64], **look)[1]("png"), extension=".png").astype(int)
    clear = Image.open(io.BytesIO(strip_of("article", [0, 17, 64], transparent=True, **look)[1]("png")))
    background = tuple(opaque[0, 0])
    shown = Image.alpha_composite(Image.new("RGBA", clear.size, (*map(int, background), 255)), clear)
    assert np.abs(np.asarray(shown)[..., :3] - opaque).max() <= 1
    assert np.asarray(clear)[0, :, 3].max() == 0


@pytest.mark.parametrize(
    ("layout", "count", "grid"),
    [
        *(("wide", 1, (1, 1)), ("wide", 3, (3, 1)), ("wide", 4, (2, 2)), ("wide", 5, (3, 2)), ("wide", 7, (3, 3))),
        *(("square", 4, (4, 1)), ("square", 5, (3, 2)), ("phone", 5, (5, 1)), ("phone", 6, (3, 2))),
    ],
)
def test_rows_are_filled_evenly(layout, count, grid):
    strip, _ = strip_of("rotation", range(count), layout=layout)
    assert (strip.grid.columns, strip.grid.rows) == grid


def test_the_command_writes_a_strip(tmp_path):
    options = ("--steps", 16, "--at", "0,1,4", "--at", "end", "--columns", 4, "--format", "svg", "--format", "png")
    done = run("strip", "rotation", *options, "--name", "turn", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line.rpartition("/")[2] for line in done.stdout.split()] == ["turn-strip.svg", "turn-strip.png"]
    assert sorted(listing(tmp_path)) == ["turn-strip.png", "turn-strip.svg"]
    svg = (tmp_path / "turn-strip.svg").read_text(encoding="utf-8")
    width, height = re.search(r'width="(\d+)" height="(\d+)"', svg).groups()
    assert int(width) > 3.8 * int(height)


def test_what_is_no_strip_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "new"
    job = Job("rotation", {"steps": 8}, output=str(folder))
    for columns in (0, 4, -1):
        with pytest.raises(
            UsageError, match=r"columns must be from 1 to 3, the number of moments shown, but it is -?\d"
        ):
            write_strip(job, ["0,1,2"], ["png"], columns)
    with pytest.raises(UsageError, match="there is no format 'gif' for strips, choose from png, webp, svg, pdf"):
        write_strip(job, [], ["gif"])
    with pytest.raises(UsageError, match="strips are files, which cannot go to standard output"):
        write_strip(Job("rotation", output="-"), [], ["png"])
    monkeypatch.setattr(strips, "_MOST_PIXELS", 2_000_000)
    with pytest.raises(UsageError, match=r"the strip would be 3,712 × \d{3} pixels large, and 2,000,000 are allowed"):
        write_strip(job, ["0,1,2"], ["png"])
    assert not folder.exists()


def test_a_false_claim_makes_no_strip(tmp_path):
    scene = tmp_path / "wrong.py"
    scene.write_text(
        "from scenes import *\n\n@scene('matrix')\ndef wrong(steps: int = 2):\n    'One.'\n"
        "    return repeated([[1.0]], steps)\n\n@wrong.claim('two')\ndef _(product, steps):\n"
        "    return Claimed(1.0, 2.0, 0.1, 'because')\n"
    )
    with pytest.raises(RenderError, match="two"):
        write_strip(Job(str(scene), output=str(tmp_path / "new")), [], ["svg"])
    assert not (tmp_path / "new").exists()
    write_strip(Job(str(scene), output=str(tmp_path / "new"), allow_false_claims=True), [], ["svg"])
    assert "✗" in (tmp_path / "new" / "wrong-strip.svg").read_text(encoding="utf-8")


def test_what_has_no_room_is_named():
    title = "A long title " * 15
    strip, made = strip_of("rotation", [0], layout="square", title=title)
    assert f"there is no room for all of {title.strip()!r}" in strip.remarks
    assert "…</text>" in made("svg").decode()
    roomy, _ = strip_of("rotation", [0, 1, 2, 3], layout="square", title=title)
    assert not any("no room for all" in remark for remark in roomy.remarks)
