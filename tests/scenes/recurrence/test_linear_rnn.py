"""A linear network without input: its states are powers."""

from fractions import Fraction

import numpy as np
import pytest

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
    assert sequence.steps == 64
    chain, states = sequence.series["chain"], sequence.series["state"]
    assert len(states) == 65
    assert np.array_equal(chain[0][:6, :6], np.eye(6))
    assert np.count_nonzero(chain[0]) == 6
    for step in range(65):
        row, column = step // 9 * 7, step % 9 * 7
        assert np.array_equal(chain[64][row : row + 6, column : column + 6], states[step])
        assert np.array_equal(chain[step][row : row + 6, column : column + 6], states[step])


def test_a_long_chain_shows_its_end():
    series = linear_rnn.build(steps=500, dim=6)[None].series
    assert series["chain"].shape[1:] == (62, 62)
    row, column = 8 * 7, 500 % 9 * 7
    assert np.array_equal(series["chain"][500][row : row + 6, column : column + 6], series["state"][500])
