"""Agreement of subject and verb: gradients by differences, what is taught, and what each word adds."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.memory._sentences import (
    NOUNS,
    SENTENCE,
    WORDS,
    first_speaker,
    lessons,
    one_hot,
    right_beside_attractors,
    taught,
)
from scenes.memory.agreement import agreement, film_sentence


def said(sentences):
    """Return sentences as tuples of words."""
    return [tuple(WORDS[row.argmax()] for row in rows if row.any()) for rows in np.moveaxis(sentences, 1, 0)]


@pytest.mark.parametrize("attractors", [False, True])
def test_lessons_follow_the_grammar_and_only_some_have_attractors(attractors):
    sentences, numbers = lessons(0, attractors)
    misleading = 0
    for words, number in zip(said(sentences), numbers, strict=True):
        nouns = [NOUNS[word] for word in words if word in NOUNS]
        assert number == (nouns[0] if "of" in words else nouns[-1])
        misleading += number != nouns[-1]
        assert words != SENTENCE
    # Eight pairs of nouns differ in number, one is left out, and there are up to three adverbs.
    assert misleading == (7 * 4 if attractors else 0)


def test_gradients_are_difference_quotients():
    speaker, told = first_speaker(3, 1), lessons(1, attractors=True)
    for name, found in zip(("recurrent", "inputs", "readout"), speaker.gradient(*told), strict=True):
        weight = getattr(speaker, name)
        for index in np.ndindex(weight.shape):
            losses = []
            for sign in (1, -1):
                moved = weight.copy()
                moved[index] += sign * 1e-5
                losses.append(type(speaker)(**(vars(speaker) | {name: moved})).loss(*told))
            assert found[index] == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-9)


def test_what_words_add_is_all_that_is_said():
    speaker = taught(8, 2, attractors=True)
    found = speaker.saliency(film_sentence())
    assert found.sum(axis=1) == pytest.approx(speaker.margins(film_sentence()), abs=1e-6)
    # Without biases, nothing is said of nothing, and later words add nothing yet.
    assert not np.triu(found).any()


def test_answers_by_the_nearest_noun_teach_the_nearest_noun():
    wrong = taught(12, 0, attractors=True, by_nearest=True)
    assert right_beside_attractors(wrong).max() < 0.1
    assert wrong.margins(one_hot(SENTENCE))[-1] < 0


def test_two_networks_differ_by_what_they_were_taught():
    found = study_of("agreement")
    verdicts = [judge([agreement.headline], run.columns, run.parameters)[0] for run in (found, found.counterexample())]
    assert [verdict.holds for verdict in verdicts] == [True, False]
    series = found.columns[None].series
    assert series["margin by grammar"][-1] > 0 > series["margin by order"][-1]
