"""A blank filled from both sides: shares of the corpus, and networks that learn them."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes.recurrence._reader import WORDS, Reader, one_hot, sides
from scenes.recurrence.bidirectional import bidirectional, share_of


def test_shares_of_the_corpus_are_counted():
    left, right = sides()
    for word, step, share in (
        *(("glad", 0, 8 / 23), ("not", 1, 3 / 7), ("glad", 5, 2 / 4)),
        *(("not", 5, 0), ("glad", 8, 0), ("very", 8, 1)),
    ):
        assert share_of(word, left[:step], right[:step]) == pytest.approx(share), (word, step)


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


def test_films_say_what_each_side_is_worth():
    found = study_of("bidirectional")
    assert [moment.step for moment in found.moments] == [2, 5, 8]
    other = found.counterexample()
    assert judge([bidirectional.headline], found.columns, found.parameters)[0].holds
    assert not judge([bidirectional.headline], other.columns, other.parameters)[0].holds


def test_sweeps_are_recurrent_networks():
    reader = Reader(6, 3, True)
    left, right = sides()
    backward = reader.sweeps(one_hot(left, 2), one_hot(right, 8))[1]
    recurrent, kernel, bias = reader.weights[3:6]
    h = np.zeros(6)
    for word, state in zip(right, backward.states[1:], strict=True):
        h = np.tanh(recurrent @ h + kernel[:, WORDS.index(word)] + bias)
        assert state == pytest.approx(h, abs=1e-14)
