"""Technical words are explained once, where they first matter."""

import re

import pytest
from films import study_of

from render.drawing.marks import MarksCanvas
from render.pipeline.catalog import all_scenes
from render.pipeline.glossary import GLOSSARY, placed, terms_of, word_of
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.text import Words, filled, languages


def test_words_of_the_beginning_are_found_first_then_others_in_the_order_in_which_they_are_read():
    found = terms_of(["An orthogonal W turns.", "its λ"], ["orthogonal again", "tanh", "a gradient"])
    assert [word_of(clause) for clause in found] == ["eigenvalue λ", "orthogonal", "tanh", "gradient"]
    # A word is explained once: as a point where it is drawn as one.
    (drawn,) = terms_of(["Its eigenvalues count.", "eigenvalues of W"])
    assert "distance from 0" in drawn
    # A film that says so itself needs no clause.
    assert terms_of(["loss", "how wrong the net is"]) == []
    assert terms_of(["a plain sentence"]) == []


def test_clauses_wait_for_a_line_with_room():
    terms = ["one: 1", "two: 2", "three: 3"]
    free = [[], [], []]
    assert placed(terms, free, lambda line, text: line > 0 and len(text) <= 16) == ["", "one: 1   two: 2", "three: 3"]
    assert placed(terms, [[]], lambda line, text: True) == ["one: 1   two: 2   three: 3"]
    assert placed([], [[], []], lambda line, text: True) == ["", ""]


def test_clauses_stand_again_below_sentences_that_use_their_words():
    terms = ["one: 1", "two: 2", "three: 3"]
    used = [[], ["three: 3"], [], ["two: 2", "three: 3"]]
    assert placed(terms, used, lambda line, text: len(text) <= 18) == [
        "one: 1   two: 2", "three: 3   one: 1", "one: 1   two: 2", "two: 2   three: 3"]  # fmt: skip
    # Nothing is explained before its turn.
    assert placed(terms, used, lambda line, text: line > 1 and len(text) <= 8)[:3] == ["", "", "one: 1"]


def test_every_clause_explains_a_word_that_its_pattern_finds():
    for pattern, clause in GLOSSARY.items():
        name, _, meaning = clause.partition(": ")
        assert re.search(pattern, name), name
        assert 8 <= len(meaning) <= 90, name
        for language in languages():
            assert language == "en" or clause in Words(language).table, clause


@pytest.mark.slow
def test_wide_films_explain_every_technical_word_they_use():
    for name, scene in all_scenes().items():
        found = study_of(name)
        painter = Painter(found, FilmOptions(), MarksCanvas)
        begin = painter._texts.numbers(0)
        headings = [text for h in painter._headings for text in (h.label, h.heading, h.note)]
        shown = [filled(text, begin) for text in headings]
        said = [
            scene.opening,
            *shown,
            scene.title,
            scene.running,
            *(moment.sentence(Words()) for moment in found.moments),
        ]
        explained = "   ".join(painter._texts._terms)
        assert not [term for term in terms_of(said) if term not in explained], name
