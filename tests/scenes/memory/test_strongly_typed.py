"""A strongly-typed RNN's gradient, by logarithms and by central differences."""

from dataclasses import replace

import numpy as np
import pytest
from films import differences

from scenes import gaussian_matrix, last_state
from scenes.memory._networks import noise
from scenes.memory.strongly_typed import compared, strongly_typed, typed_cell


def test_gradients_are_products_of_gates():
    for seed in range(3):
        sequence = strongly_typed.build(seed=seed)["strongly-typed"]
        cell, inputs = typed_cell(8, seed, 4.0), noise(seed, 64)
        # One plus e to the minus a, by its logarithm.
        kept = np.exp(-np.log1p(np.exp(-(inputs @ cell.gate_kernel.T + 4.0))).sum(axis=0))
        product = np.linalg.multi_dot(list(sequence.factors[::-1]))
        assert np.count_nonzero(product - np.diag(product.diagonal())) == 0
        assert product.diagonal() == pytest.approx(kept, rel=1e-12)
        change = differences(lambda h, cell=cell, inputs=inputs: last_state(cell, h, inputs), np.zeros(8), 1e-3)
        assert product == pytest.approx(change, abs=1e-10)


def test_gates_that_hear_the_state_even_a_little_are_told(headline):
    for strength in (1e-6, 1e-3, 1.0):
        cell = replace(typed_cell(8, 0, 4.0), listening=strength * gaussian_matrix(8, [0, 14]))
        assert not headline(strongly_typed, compared(cell, 64, 8, 0)).holds
