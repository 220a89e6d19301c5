"""The output of a network: gradients, and what training finds."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes import Record
from scenes.recurrence._output import cross_entropy, first_weights, gradients_of, lesson
from scenes.recurrence.rnn_output import rnn_output


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_gradients_are_difference_quotients(output):
    weights = first_weights(5, 3)
    back = gradients_of(weights, 3, output)
    gradients, found = back.gradients, back.found
    for name, part in weights.items():
        for index in np.ndindex(part.shape):
            moved = []
            for sign in (1, -1):
                changed = part.copy()
                changed[index] += sign * 1e-6
                moved.append(cross_entropy(weights | {name: changed}, 3, output))
            assert gradients[name][index] == pytest.approx((moved[0] - moved[1]) / 2e-6, abs=1e-8)
    if output == "softmax":
        assert found.sum(axis=1) == pytest.approx(np.ones(16), abs=1e-14)


def test_gradients_of_the_last_layer_in_the_words_of_the_source():
    weights = first_weights(6, 0)
    back = gradients_of(weights, 0, "softmax")
    gradients, found = back.gradients, back.found
    inputs, targets = lesson(0)
    before, rows = np.zeros(6), []
    for x in inputs:
        before = np.tanh(x @ weights["W1x"] + before @ weights["W1h"] + weights["b1"])
        rows.append(before)
    hidden, ones = np.array(rows), np.ones(16)
    assert gradients["W2"] == pytest.approx(hidden.T @ -(targets - found) / 16, abs=1e-14)
    assert gradients["b2"] == pytest.approx(ones @ -(targets - found) / 16, abs=1e-14)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_training_finds_the_symbols(output):
    series = rnn_output.build(output_layer=output, steps=200, learning_rate=0.5)[None].series
    _, targets = lesson(0)
    assert np.array_equal(series["found"][-1].argmax(axis=1), targets.argmax(axis=1))
    assert series["loss"][-1] < 0.3 * series["loss"][0]
    assert series["update"][1:] == pytest.approx(series["expected update"][1:], rel=1e-10)


def test_states_of_the_next_place_give_no_gradient():
    found = study_of("rnn_output")
    verdicts = [judge([rnn_output.headline], run.columns, run.parameters)[0] for run in (found, found.counterexample())]
    assert [verdict.holds for verdict in verdicts] == [True, False]


def test_a_gradient_with_the_sign_of_answers_less_truth_turned_is_found():
    found = study_of("rnn_output")
    columns = {None: Record(dict(found.columns[None].series) | {"by W2": -found.columns[None].series["by W2"]})}
    assert not judge([rnn_output.headline], columns, found.parameters)[0].holds
