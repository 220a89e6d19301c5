"""Any text as the name of a file or of a folder, as a title, or in a page."""

import os
import unicodedata
from pathlib import Path

import pytest
from films import edit, painter_for, study_of
from fuzzing import LETTERS, TEXTS, many
from hypothesis import given
from hypothesis import strategies as st
from pages import parse

import render
from render.errors import EigenreelError, RenderError, UsageError
from render.pipeline.job import Job
from render.publish.dialects import DIALECTS
from render.publish.embed import snippet
from render.storage import check_stem
from render.text import literal, segments, unmarked


@many(200)
@given(name=TEXTS | LETTERS)
def test_a_name_is_one_within_its_folder_or_refused(name):
    try:
        stem = Job("rotation", name=name).stem
    except UsageError as error:
        assert str(error).isprintable()
        return
    assert Path(stem).name == stem
    assert stem == unicodedata.normalize("NFC", name)
    assert len(stem) <= 64 and stem[0] not in "-." and not stem.endswith(".")
    assert Path("/films", f"{stem}.mp4").resolve().parent == Path("/films")
    assert check_stem(stem) == stem


@many(100)
@given(folder=TEXTS)
def test_a_folder_is_one_or_refused(folder):
    try:
        output = Job("rotation", output=folder).output
    except UsageError as error:
        assert str(error).isprintable()
    else:
        assert output == folder
        assert b"\0" not in os.fsencode(output)


@many(100)
@given(text=TEXTS)
def test_texts_are_taken_apart_without_loss(text):
    assert "".join(segment.text for segment in segments(text)) == unmarked(text)
    assert literal(text) == literal(literal(text))
    assert not {unicodedata.category(letter) for letter in literal(text)} & {"Cc", "Cf", "Cs"}


@many(12)
@given(title=TEXTS)
def test_a_title_is_drawn_or_refused(title):
    try:
        pixels = painter_for(study_of("rotation", steps=1), title=title).paint(0).pixels
    except (RenderError, UsageError) as error:
        assert str(error).isprintable()
    else:
        assert pixels.shape[:2] == (720, 1280)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film for pages, whose manifest can be given other words."""
    folder = tmp_path_factory.mktemp("titled")
    made = render.film("rotation", steps=1, formats="gif", pace="even", layout="square", output=folder)
    return made.files["gif"]


def shape(snippet):
    """Return the tags of a page, and the names of their attributes."""
    return [(element.tag, list(element.attributes)) for element in parse(snippet).all()]


@many(30)
@given(words=st.tuples(TEXTS, TEXTS))
def test_words_make_no_tags_of_a_page(film, words):
    plain = shape(snippet(film))
    edit(film, lambda content: content.update(title=words[0], statement=words[1]))
    try:
        assert shape(snippet(film)) == plain
        for dialect in DIALECTS:
            snippet(film, dialect)
    except EigenreelError as error:
        assert str(error).isprintable()
    finally:
        edit(film, lambda content: content.update(title="t", statement="s"))
