"""Slides: a folder that a lecture takes, whole or not at all."""

import re
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pypdf
import pytest
from films import decode, listing, painter_for, run, study_of

from render.check.verify import verify
from render.errors import UsageError
from render.pipeline.job import Job
from render.publish.slides import write_slides
from render.text import unmarked


def test_beamer_takes_a_page_a_moment(tmp_path):
    paths, _ = write_slides(Job("article", output=str(tmp_path), theme="dark", name="my_film"), "beamer")
    folder = tmp_path / "my_film-beamer"
    assert paths == [folder / "my_film.pdf", folder / "my_film-slides.tex"]
    painter = painter_for(study_of("article"), theme="dark")
    steps = [0, *(m.step for m in study_of("article").moments if m.step not in (None, 64)), 64]
    pages = pypdf.PdfReader(folder / "my_film.pdf").pages
    assert len(pages) == len(steps) >= 3
    for page, step in zip(pages, steps, strict=True):
        assert (page.mediabox.width, page.mediabox.height) == (1280, 720)
        text = "".join(page.extract_text().split())
        # The counter has its number before its word.
        assert f"{step}step" in text
        assert "".join(unmarked(painter.said(step).sentence).split())[:40] in text
    tex = (folder / "my_film-slides.tex").read_text(encoding="utf-8")
    # Every page is shown once, in order, from the file beside it; its name is not that of the document.
    assert re.findall(r"^\\moment\{(\d+)\}  % step (\d+)$", tex, re.M) == [
        (str(page + 1), str(step)) for page, step in enumerate(steps)
    ]
    assert set(re.findall(r"\{([\w-]+\.pdf)\}", tex)) == {"my_film.pdf"}
    plain = re.sub(r"%.*", "", tex)
    assert plain.count("{") == plain.count("}")
    assert plain.count(r"\begin{") == plain.count(r"\end{") == 2
    assert r"\definecolor{page}{RGB}{20,23,29}" in tex
    assert not set(re.findall(r"[A-Z]{4,}", tex))


@pytest.mark.slow
@pytest.mark.parametrize("program", ["powerpoint", "keynote"])
def test_powerpoint_takes_film_pictures_and_notes(tmp_path, program):
    job = Job("rotation", {"steps": 3}, output=str(tmp_path), language="ko", duration=1.0, fps="5", layout="square")
    paths, remarks = write_slides(job, program)
    folder = tmp_path / f"rotation-{program}"
    assert sorted(path.name for path in paths) == sorted(listing(folder))
    names = {"rotation.mp4", "rotation.json", "rotation.png", "notes.txt", "rotation-0.png", "rotation-3.png"}
    assert names <= set(listing(folder))
    assert not list(tmp_path.rglob("*.gif"))
    assert len(decode(folder / "rotation.mp4", 720, 720)) == 5
    found = study_of("rotation", steps=3)
    painter = painter_for(found, language="ko", layout="square")
    for step in (0, 3):
        assert np.array_equal(imageio.imread(folder / f"rotation-{step}.png"), painter.paint(step).pixels[..., :3])
    title, *paragraphs = (folder / "notes.txt").read_text(encoding="utf-8").strip().split("\n\n")
    assert title == painter.title
    assert len(paragraphs) == len(paths) - 4
    for paragraph in paragraphs:
        first, sentence, *_ = paragraph.split("\n")
        name, step = re.fullmatch(r"(rotation-(\d+)\.png): 걸음 \2", first).groups()
        assert (folder / name).exists()
        assert sentence == unmarked(painter.said(int(step)).sentence)
    assert any("which" in remark for remark in remarks)
    assert verify(folder / "rotation.mp4").holds


def test_nothing_is_there_when_the_film_fails(tmp_path):
    without = {"IMAGEIO_FFMPEG_EXE": str(tmp_path / "none")}
    done = run("slides", "rotation", "--steps", 2, "--for", "powerpoint", "-o", tmp_path / "new", env=without)
    assert done.returncode != 0
    assert "ffmpeg" in done.stderr
    assert not (tmp_path / "new").exists()


def test_what_are_no_slides_is_refused(tmp_path):
    job = Job("rotation", {"steps": 2}, output=str(tmp_path / "new"))
    with pytest.raises(UsageError, match="there are no slides for 'impress', choose from beamer, powerpoint, keynote"):
        write_slides(job, "impress")
    with pytest.raises(UsageError, match="slides are files, which cannot go to standard output"):
        write_slides(Job("rotation", output="-"), "beamer")
    for name, value in (("pace", "even"), ("duration", 9.0), ("fps", "5"), ("pause", ("1=2",))):
        with pytest.raises(UsageError, match=f"pages do not move, so leave out --{name}"):
            write_slides(Job("rotation", output=str(tmp_path / "new"), **{name: value}), "beamer")
    with pytest.raises(UsageError, match="at must be a step from 0 to 2"):
        write_slides(job, "beamer", ["3"])
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_the_command_writes_a_folder_again(tmp_path):
    for title in ("first", "second {} \\ % $"):
        done = run("slides", "rotation", "--steps", 2, "--for", "beamer", "--at", "1", "--title", title, "-o", tmp_path)
        assert done.returncode == 0, done.stderr
        assert [Path(line).name for line in done.stdout.splitlines()] == ["rotation.pdf", "rotation-slides.tex"]
    (page,) = pypdf.PdfReader(tmp_path / "rotation-beamer" / "rotation.pdf").pages
    assert "second" in page.extract_text()
    # A title never gets into the document.
    assert "second" not in (tmp_path / "rotation-beamer" / "rotation-slides.tex").read_text(encoding="utf-8")
    assert run("slides", "rotation").returncode == 2
