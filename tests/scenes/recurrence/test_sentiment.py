"""Negation that comes after the word it turns: read from both ends, and from the left alone."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.recurrence._reader import OPINIONS, Corpus, trained_readers
from scenes.recurrence.sentiment import SENTENCE, _film, sentiment


def test_the_grammar_turns_a_word_by_a_not_on_either_side():
    for left, answer, right, _ in OPINIONS.sentences:
        turned = (left.split() + right.split()).count("not")
        assert turned <= 1
        assert (answer == "positive") == (("good" in left) != bool(turned)), (left, right)
    # Both networks read the word that is asked about, last.
    assert all(left[-1] == right[-1] for left, right in OPINIONS.sides)


def test_shares_of_opinions_are_counted():
    # Three sentences of "it is good" end there, two go on in the same sense, three turn it.
    assert OPINIONS.share("positive", SENTENCE.left, None) == 5 / 8
    assert OPINIONS.share("positive", SENTENCE.left, SENTENCE.right) == 0
    # "It is", and "… in my eyes": good and so (2), good but not (3), bad and so (2), bad but not (3), not good (1) …
    assert OPINIONS.share("positive", ["it", "is"], ["eyes", "my"]) == pytest.approx((2 + 3 + 1) / 12)


@pytest.mark.parametrize("seed", [0, 5])
def test_only_the_network_of_both_ends_hears_of_the_not(seed):
    series = sentiment.build(seed=seed)[None].series
    # "not" is the fourth word from the right.
    assert series["both"][3, 0] == pytest.approx(2 / 5, abs=0.1)
    assert series["both"][4:, 0] == pytest.approx(np.zeros(5), abs=0.05)
    assert (series["left only"][3:] == series["left only"][3]).all()
    assert series["left only"][-1] == pytest.approx([5 / 8, 3 / 8], abs=0.05)
    assert series["right, both"][-1].all()


def test_films_stop_where_the_not_comes():
    found = study_of("sentiment")
    assert [moment.step for moment in found.moments] == [3, 4, 8]
    other = found.counterexample()
    assert judge([sentiment.headline], found.columns, found.parameters)[0].holds
    assert not judge([sentiment.headline], other.columns, other.parameters)[0].holds


def test_shuffled_meanings_are_noticed():
    meanings = [answer for _, answer, _, _ in OPINIONS.sentences]
    shuffled = np.random.default_rng(1).permutation(meanings)
    corpus = Corpus(
        OPINIONS.answers,
        tuple((s[0], str(said), *s[2:]) for s, said in zip(OPINIONS.sentences, shuffled, strict=True)),
    )
    film = _film(*trained_readers(corpus, 6, 0, 6))
    claims = {claim.text: claim for claim in sentiment.claims}
    claimed = claims["sentences read rightly"].function(series=film.series)
    assert abs(claimed.value - claimed.expected) > claimed.tolerance
