"""A linear network without input: its states are powers."""

from fractions import Fraction

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from render.pipeline.scene_run import resolve
from scenes.recurrence.linear_rnn import linear_rnn


def test_states_are_powers_in_rational_arithmetic():
    sequence = linear_rnn.build(dim=3, steps=12, spectral_radius=1.1)[None]
    exact = [[Fraction(float(x)) for x in row] for row in sequence.factor]
    power = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    for state in sequence.series["state"]:
        assert state == pytest.approx(np.array(power, dtype=float), rel=1e-13)
        power = [[sum(exact[i][k] * power[k][j] for k in range(3)) for j in range(3)] for i in range(3)]


def test_sixty_four_steps_are_sixty_five_states_from_the_identity():
    sequence = linear_rnn.build()[None]
    states = sequence.series["state"]
    assert sequence.steps == 64
    assert len(states) == 65
    assert np.array_equal(states[0], np.eye(6))


def test_states_of_a_network_that_hears_something_are_no_powers():
    found = resolve("linear_rnn", {})
    other = found.counterexample()
    verdicts = [judge([linear_rnn.headline], run.columns, run.parameters)[0] for run in (found, other)]
    assert [verdict.holds for verdict in verdicts] == [True, False]


@pytest.mark.parametrize("radius", [0.6, 1.2])
def test_the_last_sentence_says_what_is_left_with_and_without_tanh_and_input(radius):
    found = study_of("linear_rnn", spectral_radius=radius)
    matrix, values = found.columns[None].matrix(1), found.moments[-1].values
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(radius)
    assert values["size"] == pytest.approx(np.log10(np.linalg.norm(np.linalg.matrix_power(matrix, 64), 2)), abs=1e-6)
    inputs = np.random.default_rng([0, 2]).standard_normal((64, 6))
    state = np.eye(6)
    for x in inputs:
        state = np.tanh(np.array([matrix @ column + x for column in state.T]).T)
    assert values["driven"] == pytest.approx(np.log10(np.linalg.svd(state)[1][0]), abs=1e-9)
