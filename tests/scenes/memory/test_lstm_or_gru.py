"""LSTM, GRU and a plain RNN: their weights counted, what they recall, and their gradients by complex steps."""

import numpy as np
import pytest
from films import study_of

from render.pipeline.claims import judge
from scenes import complex_step_jacobian, last_state, random_gru, random_lstm
from scenes.memory._networks import plain_network, scaled_uniform
from scenes.memory.lstm_or_gru import bits_in_noise, contestants, lstm_or_gru


def test_parameters_are_four_to_three_to_one():
    for dim in (16, 19, 24):
        counts = lstm_or_gru.build(dim=dim, steps=24)[None].series["parameters"][0]
        assert counts.tolist() == [k * dim * (dim + 5) for k in (1, 3, 4)]
        assert random_lstm(dim, 4, 0).parameters * 3 == random_gru(dim, 4, 0).parameters * 4


def test_gated_networks_recall_more():
    for seed in (0, 10, 105, 107):
        series = lstm_or_gru.build(seed=seed)[None].series
        late = {kind: series[f"recall of {kind}"][24:] for kind in ("LSTM", "GRU", "tanh RNN")}
        # Shares of 300 sequences: 5 deviations of guessing are 0.15.
        assert np.abs(late["tanh RNN"] - 0.5).max() < 0.15
        assert min(late["LSTM"].min(), late["GRU"].min()) > 0.9
        assert series["recall of tanh RNN"][:5].min() > 0.9


def test_gradients_of_all_three_are_those_by_complex_steps():
    inputs = bits_in_noise(3, 24)[1][:, :, 0]
    lstm, gru = contestants(16, 3, 5.0)
    plain = plain_network(scaled_uniform, 16, 3)
    products = {
        "LSTM": complex_step_jacobian(lambda state: last_state(lstm, state, inputs), np.zeros(32)),
        "GRU": complex_step_jacobian(lambda state: last_state(gru, state, inputs), np.zeros(16)),
        "tanh RNN": complex_step_jacobian(lambda state: plain.run(inputs, state).states[-1], np.zeros(16)),
    }
    series = lstm_or_gru.build(steps=24, dim=16, seed=3, keep_bias=5.0)[None].series
    for kind, product in products.items():
        assert series[f"log10 {kind}"][-1] == pytest.approx(np.log10(np.linalg.norm(product, 2)), abs=1e-9), kind


def test_with_shut_gates_no_network_recalls():
    found = study_of("lstm_or_gru")
    other = found.counterexample()
    verdicts = [judge([lstm_or_gru.headline], run.columns, run.parameters)[0] for run in (found, other)]
    assert [verdict.holds for verdict in verdicts] == [True, False]
    recalled = [other.columns[None].series[f"recall of {kind}"][-1] for kind in ("LSTM", "GRU", "tanh RNN")]
    assert recalled == pytest.approx([0.5] * 3, abs=0.15)
