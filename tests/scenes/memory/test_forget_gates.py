"""Products of forget gates, by powers of plain numbers, and gradients of an LSTM by central differences."""

import numpy as np
import pytest
from films import differences

from scenes import last_state, unroll
from scenes.memory.forget_gates import biased_lstm, cell_by_cell, forget_gates


def test_gradients_are_powers_of_the_gates():
    product = np.prod(forget_gates.build()[None].factors.diagonal(axis1=1, axis2=2), axis=0)
    assert product == pytest.approx([1.0, 0.99**64, 0.9**64], rel=1e-13)
    series = forget_gates.build()[None].series
    assert 10 ** series["log10 sigmoid RNN"][-1] == pytest.approx(2.93874e-39, rel=1e-5)


def test_gradients_of_cells_are_those_of_central_differences():
    for bias in (0.0, 4.0):
        cell, start, inputs = biased_lstm(3, 1, bias, 12)

        def last(c, cell=cell, inputs=inputs):
            return last_state(cell, np.concatenate([c, np.zeros(3)]), inputs)[:3]

        norm = np.linalg.norm(differences(last, np.zeros(3)), 2)
        assert 10 ** cell_by_cell(unroll(cell, start, inputs)[1])[-1] == pytest.approx(norm, rel=1e-6)


def test_a_bias_is_told_from_none_and_from_gates_nearly_shut(headline, monkeypatch):
    def with_biases(change):
        def made(dim, seed, bias, steps):
            return biased_lstm(dim, seed, change(bias), steps)

        return made

    for change in (lambda bias: 0.0, lambda bias: bias, lambda bias: -4.6):
        with monkeypatch.context() as patch:
            patch.setitem(forget_gates.function.__globals__, "biased_lstm", with_biases(change))
            for seed in range(3):
                built = forget_gates.function(64, 8, seed, 4.0)
                assert headline(forget_gates, built, seed=seed).holds == (change(4.0) == 4.0)
