"""The copy task: its tape moved by the film's own matrix, in whole numbers."""

import numpy as np
import pytest
from films import decided, study_of

from render.pipeline.claims import judge
from scenes.memory.copy_task import answers, copy_task, message, shift, tapes


def test_the_tape_is_moved_by_the_films_own_matrix():
    matrix = copy_task.build(delay=7)[None].factor
    inputs, _ = message(7, 0)
    states = tapes(inputs, shift(7))
    for step, symbol in enumerate(inputs):
        written = np.zeros_like(states[0])
        if symbol < 8:
            written[0, symbol] = 1.0
        assert np.array_equal(states[step + 1], matrix @ states[step] + written)


def test_the_shift_is_orthogonal_and_comes_home():
    product = decided(copy_task, delay=9)[0][None]
    matrix = product.sequence.factor
    assert np.array_equal(matrix.T @ matrix, np.eye(20))
    assert np.array_equal(np.linalg.matrix_power(matrix, 20), np.eye(20))
    assert np.abs(product.log10_spectral_norm).max() < 1e-15


def test_every_letter_is_recalled():
    for delay in (1, 2, 13, 44, 300):
        for seed in range(3):
            inputs, targets = message(delay, seed)
            assert len(inputs) == len(targets) == delay + 20
            assert np.flatnonzero(inputs == 9).tolist() == [delay + 9]
            assert targets[-10:].tolist() == inputs[:10].tolist()
            assert np.array_equal(answers(tapes(inputs, shift(delay))), targets)


def test_a_tape_of_another_length_recalls_nothing_in_time():
    inputs, targets = message(30, 0)
    assert not np.array_equal(answers(tapes(inputs, shift(29))), targets)


def test_the_loss_without_memory():
    # 10 ln 8 / (44 + 20), and 10 ln 8 / (1 + 20).
    for delay, loss, digits in ((44, 0.32491274, 1e-8), (1, 0.99021, 1e-5)):
        verdict = decided(copy_task, delay=delay)[1]["loss of guessing by time"]
        assert verdict.expected == pytest.approx(loss, abs=digits)
        assert verdict.value == pytest.approx(loss, rel=5e-3)
        assert verdict.holds


@pytest.mark.parametrize("kept", [0.9, 0.0])
def test_a_tape_that_fades_says_blanks(kept):
    inputs, _ = message(12, 3)
    assert (answers(tapes(inputs, shift(12, kept))) == 8).all()


def test_the_headline_is_that_of_an_orthogonal_shift():
    found = study_of("copy_task")
    verdicts = [judge([copy_task.headline], run.columns, run.parameters)[0] for run in (found, found.counterexample())]
    assert [verdict.holds for verdict in verdicts] == [True, False]
    # Only the fifty blanks of sixty answers are right where the tape fades.
    assert verdicts[1].value == pytest.approx(50 / 60)


def test_letters_stand_on_diagonals_of_the_film():
    series = copy_task.build()[None].series
    history = series["history"]
    assert history.shape == (61, 60, 51)
    for step in range(10):
        assert len(set(np.diagonal(history[-1], -step)[:50].tolist())) == 1
    assert not history[20][20:].any()
    assert np.array_equal(series["output"][51:61], series["input"][1:11])
    assert np.isnan(series["output"][:51]).all()
