"""Products of forget gates, by powers of plain numbers."""

import numpy as np
import pytest

from scenes.memory.forget_gates import forget_gates


def test_gradients_are_powers_of_the_gates():
    product = np.prod(forget_gates.build()[None].factors.diagonal(axis1=1, axis2=2), axis=0)
    assert product == pytest.approx([1.0, 0.99**64, 0.9**64], rel=1e-13)
    for seed in range(10):
        series = forget_gates.build(seed=seed, forget_bias=1.0)[None].series
        assert (series["left given"][1:] > series["left unbiased"][1:]).all()
    series = forget_gates.build()[None].series
    assert 10 ** series["log10 sigmoid RNN"][-1] == pytest.approx(2.93874e-39, rel=1e-5)
    # An unbiased gate is 1/2 on average; its logarithm is a little less.
    assert np.log10(series["left unbiased"][-1]) == pytest.approx(64 * np.log10(0.5), abs=2)
    assert 0.1 < series["left given"][-1] < 1
