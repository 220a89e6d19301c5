"""What a stack's layers learn to hold: letters below, odd or even above."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes import complex_step_jacobian
from scenes.recurrence import _levels
from scenes.recurrence._levels import Stack, Text, held_out, lessons, recovered, written
from scenes.recurrence.levels import _film, levels


def test_sentences_are_counted_letter_by_letter():
    text = written([[1, 0, 1]])
    assert "".join(_levels.LETTERS[index] for index in text.letters[:, 0].argmax(axis=1)) == "no on no "
    # "no" is whole at its o; "on" changes nothing.
    assert text.odd[:, 0].tolist() == [0, 1, 1, 1, 1, 1, 1, 0, 0]
    assert lessons().letters.shape == (15, 32, 3)


@pytest.mark.parametrize("seed", [0, 7])
def test_readouts_are_judged_by_other_sentences_than_they_are_fitted_to(seed):
    fitted, judged = held_out(seed)
    assert fitted.letters.shape == judged.letters.shape == (24, 12, 3)
    assert not np.array_equal(fitted.letters, judged.letters)


@pytest.mark.parametrize("place", range(8))
def test_gradients_agree_with_complex_steps(place):
    stack = Stack(6, 3)
    stack.weights[6] = np.linspace(-1, 1, 6)
    text = written([[1, 0, 1], [0, 0, 1]])
    found, weights = stack.gradient(text)[1][place], list(stack.weights)

    def loss(entries):
        other = Stack(6, 3)
        other.weights = [*weights[:place], entries.reshape(weights[place].shape), *weights[place + 1 :]]
        scores = other.scores(other.run(text.letters)[1])
        return np.atleast_1d((np.log(1 + np.exp(scores)) - text.odd * scores).mean())

    expected = complex_step_jacobian(loss, weights[place].ravel())
    assert found.ravel() == pytest.approx(expected.ravel(), abs=1e-12)


def test_a_readout_recovers_what_is_linear_and_nothing_else():
    random = np.random.default_rng(1)
    states = random.standard_normal((2, 200, 3))
    linear = states @ np.array([[1.0], [2.0], [-1.0]]) + 3
    assert recovered((states[0], states[1]), (linear[0], linear[1])) == pytest.approx(1)
    # The sign of a product is uncorrelated with both factors.
    odd = np.sign(states[..., :1] * states[..., 1:2])
    assert recovered((states[0], states[1]), (odd[0], odd[1])) < 0.1


def test_levels_come_by_training():
    found = study_of("levels")
    series = found.columns[None].series
    assert series["letter, lower"][-1] > series["letter, upper"][-1] + 0.1
    assert series["odd, upper"][-1] > series["odd, lower"][-1] + 0.5
    # Untrained, both layers hold letters, and neither the count.
    other = found.counterexample()
    start = other.columns[None].series
    assert min(start["letter, lower"][-1], start["letter, upper"][-1]) > 0.4
    assert max(start["odd, lower"][-1], start["odd, upper"][-1]) < 0.2
    assert judge([levels.headline], found.columns, found.parameters)[0].holds
    assert not judge([levels.headline], other.columns, other.parameters)[0].holds


def _headline_holds(series):
    claimed = levels.headline.function(series=series)
    return abs(claimed.value - claimed.expected) <= claimed.tolerance


def test_without_memory_above_the_count_is_learnt_below():
    series = _film(Stack(6, 0, recurrent=False), 0).series
    assert series["right"][-1] > 0.9
    assert series["odd, lower"][-1] > 0.5
    assert not _headline_holds(series)


def test_shuffled_answers_make_no_levels(monkeypatch):
    true = lessons()
    order = np.random.default_rng(2).permutation(true.odd.shape[1])
    monkeypatch.setattr(_levels, "lessons", lambda: Text(true.letters, true.odd[:, order]))
    assert not _headline_holds(_film(Stack(6, 0), 0).series)


def test_exchanged_layers_are_noticed():
    series = dict(_film(Stack(6, 0), 0).series)
    for feature in ("letter", "odd"):
        one, other = f"{feature}, lower", f"{feature}, upper"
        series[one], series[other] = series[other], series[one]
        assert not _headline_holds(series)
        series[one], series[other] = series[other], series[one]
    assert _headline_holds(series)
