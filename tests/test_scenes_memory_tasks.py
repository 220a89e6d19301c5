"""Scenes of tasks that need memory: copying, and the agreement of subject and verb."""

import numpy as np
import pytest

from render.simulator import simulate
from scenes import memory_tasks


def only(scene, **values):
    return scene.build(**values)[None]


def test_the_tape_is_moved_by_the_films_own_matrix():
    sequence = only(memory_tasks.copy_task, delay=7)
    inputs, _ = memory_tasks._message(7, 0)
    tapes = memory_tasks._tapes(inputs, 7)
    for step, symbol in enumerate(inputs):
        written = np.zeros_like(tapes[0])
        if symbol < 8:
            written[0, symbol] = 1.0
        assert np.array_equal(tapes[step + 1], sequence.factor @ tapes[step] + written)


def test_the_shift_is_orthogonal_and_comes_home():
    sequence = only(memory_tasks.copy_task, delay=9)
    shift = sequence.factor
    assert np.array_equal(shift.T @ shift, np.eye(20))
    assert np.array_equal(np.linalg.matrix_power(shift, 20), np.eye(20))
    assert np.abs(simulate(sequence).log10_spectral_norm).max() < 1e-15


@pytest.mark.parametrize("delay", [1, 2, 13, 44, 300])
@pytest.mark.parametrize("seed", range(3))
def test_every_letter_is_recalled(delay, seed):
    inputs, targets = memory_tasks._message(delay, seed)
    assert len(inputs) == len(targets) == delay + 20
    assert np.flatnonzero(inputs == 9).tolist() == [delay + 9]
    assert targets[-10:].tolist() == inputs[:10].tolist()
    assert np.array_equal(memory_tasks._answers(memory_tasks._tapes(inputs, delay)), targets)


def test_a_tape_of_another_length_recalls_nothing_in_time():
    inputs, targets = memory_tasks._message(30, 0)
    assert not np.array_equal(memory_tasks._answers(memory_tasks._tapes(inputs, 29)), targets)


def test_the_loss_without_memory():
    # 10 ln 8 / (44 + 20)
    assert memory_tasks._memoryless_loss(None, {"delay": 44, "seed": 0}) == pytest.approx(0.32491274, abs=1e-8)
    assert memory_tasks._baseline(None, {"delay": 1, "seed": 0}) == pytest.approx(0.99021, abs=1e-5)


def test_letters_stand_on_diagonals_of_the_film():
    series = only(memory_tasks.copy_task).series
    history = series["history"]
    assert history.shape == (65, 64, 55)
    for step in range(10):
        assert len(set(np.diagonal(history[-1], -step)[:54].tolist())) == 1
    assert not history[20][20:].any()
    assert np.array_equal(series["output"][55:65], series["input"][1:11])
    assert np.isnan(series["output"][:55]).all()


def test_saliencies_are_derivatives():
    sentence = memory_tasks._features(memory_tasks._SENTENCE)
    for network in memory_tasks._networks(0.7).values():
        found = memory_tasks._saliency(network.run(sentence))[-1]
        for word in range(7):
            grown = sentence.copy()
            grown[word] *= 1 + 1e-6
            lost = sentence.copy()
            lost[word] *= 1 - 1e-6
            ends = [network.run(words).states[-1] @ memory_tasks._VERB for words in (grown, lost)]
            assert found[word] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-9)


def test_the_nearest_noun_wins_or_the_subject():
    series = only(memory_tasks.agreement, kept=0.8).series
    assert series["sequential"][-1] == pytest.approx([0, 0.8**5, 0, 0, -(0.8**2), 0, 0], abs=1e-15)
    assert series["syntactic"][-1].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert series["sequential margin"].tolist()[:3] == [0, 0, 1]
    assert series["sequential margin"][4] > 0 > series["sequential margin"][5]


def test_margins_by_distance():
    for kept in (0.1, 0.8, 0.95):
        networks = memory_tasks._networks(kept)
        between = np.arange(12)
        true = kept ** (between + 3.0) - kept**between
        assert memory_tasks._margins(networks["sequential"]) == pytest.approx(true, abs=1e-14)
        assert memory_tasks._margins(networks["syntactic"]).tolist() == [1] * 12
