"""Pictures in an RNN and an LSTM: cosines by chance, and cosines that stay."""

from dataclasses import replace

import numpy as np
import pytest

from scenes import haar_orthogonal
from scenes.memory._networks import noise, plain_network
from scenes.memory.rewriting import cosines, mean_cosine, rewriting, ring


def test_an_rnn_forgets_the_picture_and_an_lstm_does_not():
    built = [rewriting.build(seed=seed) for seed in range(5)]
    vanilla = [columns["RNN, overwritten"].series["cosine"][1:] for columns in built]
    cells = [columns["LSTM cell, kept"].series["cosine"] for columns in built]
    # Unrelated vectors of 64 entries: the deviation is 1/8.
    assert np.std(vanilla) == pytest.approx(1 / 8, rel=0.35)
    assert np.abs(np.mean(vanilla)) < 0.05
    assert np.min(cells) > 0.9


def test_cosines_of_unrelated_vectors_have_a_deviation_of_one_over_the_root_of_n():
    for steps in (1, 4, 16):
        means = []
        for seed in range(300):
            states = plain_network(haar_orthogonal, 36, seed).run(noise(seed, steps), ring(6)).states
            means.append(mean_cosine(cosines(states)))
        assert np.std(means) == pytest.approx(1 / np.sqrt(36 * steps), rel=0.2)
        assert abs(np.mean(means)) < 5 / np.sqrt(36 * steps * 300)


def test_an_rnn_that_keeps_its_state_is_told(headline, monkeypatch):
    def keeping(maker, dim, seed):
        return replace(plain_network(maker, dim, seed), recurrent=2 * np.eye(dim))

    monkeypatch.setitem(rewriting.function.__globals__, "plain_network", keeping)
    for seed in range(3):
        assert not headline(rewriting, rewriting.function(24, 8, seed, 5.0), seed=seed).holds


def test_a_cell_that_leaks_is_told(headline):
    for leaking in (3.0, 0.0):
        assert not headline(rewriting, rewriting.function(24, 8, 0, leaking)).holds
