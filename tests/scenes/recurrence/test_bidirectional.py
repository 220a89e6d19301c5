"""Blanks that only the words to their right can fill, and networks that learn them."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.recurrence._reader import BLANKS, OPINIONS, Corpus, Reader, trained_readers
from scenes.recurrence.bidirectional import SENTENCE, _film, bidirectional


def test_shares_of_the_corpus_are_counted():
    left, right = SENTENCE.left, SENTENCE.right
    for word, step, share in (
        *(("glad", 0, 8 / 23), ("not", 1, 3 / 7), ("glad", 5, 2 / 4)),
        *(("not", 5, 0), ("glad", 8, 0), ("very", 8, 1)),
    ):
        assert BLANKS.share(word, left[:step], right[:step]) == pytest.approx(share), (word, step)
    assert BLANKS.share("very", left, None) == pytest.approx(3 / 17)
    # Four times it is nothing but "I am glad".
    assert BLANKS.share("glad", left, [], whole=True) == 1
    assert BLANKS.share("not", left, ["hungry"], whole=True) == 3 / 4


@pytest.mark.parametrize("seed", [0, 7])
def test_only_the_right_side_settles_the_blank(seed):
    sequence = bidirectional.build(seed=seed)[None]
    both, left = sequence.series["both"], sequence.series["left only"]
    assert both.sum(axis=1) == pytest.approx(np.ones(9))
    assert (left[2:] == left[2]).all()
    assert left[-1] == pytest.approx([8 / 17, 6 / 17, 3 / 17], abs=0.02)
    # Two words end what the counts leave open: "can", and "hungry" at last.
    assert both[4] == pytest.approx([2 / 7, 3 / 7, 2 / 7], abs=0.05)
    assert both[5] == pytest.approx([0.5, 0, 0.5], abs=0.05)
    assert both[8] == pytest.approx([0, 0, 1], abs=0.05)
    states = sequence.series["states"]
    blank = 2
    assert states.shape == (9, 11, 12)
    # The output sees the state after "am", and the one after "hungry" that came from the right.
    assert states[8, blank].tolist() == [*states[8, 1, :6], *states[8, 3, 6:]]
    assert np.count_nonzero(states[1]) == 4 * 6
    assert sequence.factors.shape == (8, 12, 12)
    assert sequence.factors[5, :6, :6].tolist() == np.eye(6).tolist()


def test_three_sentences_that_begin_alike_take_three_words():
    sentences = bidirectional.build()[None].series["sentences"]
    assert sentences.shape == (9, 3, 3)
    assert sentences[-1].argmax(axis=1).tolist() == [0, 1, 2]
    assert sentences[-1].ravel() == pytest.approx([1, 0, 0, 0, 3 / 4, 1 / 4, 0, 0, 1], abs=0.05)


def test_films_say_what_each_side_is_worth():
    found = study_of("bidirectional")
    assert [moment.step for moment in found.moments] == [2, 5, 8]
    other = found.counterexample()
    assert judge([bidirectional.headline], found.columns, found.parameters)[0].holds
    assert not judge([bidirectional.headline], other.columns, other.parameters)[0].holds


def test_shuffled_words_in_the_blanks_are_noticed():
    words = [blank for _, blank, _, _ in BLANKS.sentences]
    shuffled = [words[-1], *words[:-1]]
    corpus = Corpus(
        BLANKS.answers,
        tuple((s[0], word, *s[2:]) for s, word in zip(BLANKS.sentences, shuffled, strict=True)),
    )
    film = _film(*trained_readers(corpus, 6, 0))
    claims = {claim.text: claim for claim in bidirectional.claims}
    claimed = claims["off the corpus"].function(series=film.series)
    assert claimed.value > claimed.tolerance


def test_sweeps_are_recurrent_networks():
    reader = Reader(BLANKS, 6, 3, True)
    left, right = SENTENCE.left, SENTENCE.right
    backward = reader.sweeps(BLANKS.one_hot(left, 2), BLANKS.one_hot(right, 8))[1]
    recurrent, kernel, bias = reader.weights[3:6]
    h = np.zeros(6)
    for word, state in zip(right, backward.states[1:], strict=True):
        h = np.tanh(recurrent @ h + kernel[:, BLANKS.words.index(word)] + bias)
        assert state == pytest.approx(h, abs=1e-14)


@pytest.mark.parametrize(("corpus", "inner"), [(BLANKS, 0), (OPINIONS, 5)])
def test_readers_are_trained_by_the_gradient_of_their_loss(corpus, inner):
    reader = Reader(corpus, 6, 2, True, inner)
    rng = np.random.default_rng(0)
    reader.weights = [weight + 0.1 * rng.standard_normal(weight.shape) for weight in reader.weights]
    weights = reader.weights

    def loss(shifted):
        # What the corpus loses in nats at every stage at which somebody still reads, weighed by how often it is there.
        reader.weights, total = shifted, 0.0
        for (left, right), (_, answer, _, count) in zip(corpus.sides, corpus.sentences, strict=True):
            over = max(corpus.longest[0], len(right))
            chances = reader.probabilities(reader.read(left, right, over)[2])
            total = total - count / sum(corpus.counts) * np.log(chances[:, corpus.answers.index(answer)]).sum()
        return total

    value, gradient = reader.gradient()
    assert value == pytest.approx(loss(weights), rel=1e-12)
    for index, weight in enumerate(weights):
        direction = rng.standard_normal(weight.shape)
        moved = [w + 1e-6 * direction if k == index else w for k, w in enumerate(weights)]
        back = [w - 1e-6 * direction if k == index else w for k, w in enumerate(weights)]
        slope = (loss(moved) - loss(back)) / 2e-6
        assert (gradient[index] * direction).sum() == pytest.approx(slope, rel=1e-5, abs=1e-8), index
        reader.weights = weights
