"""A strongly-typed RNN's gradient, by logarithms and by central differences."""

import numpy as np
import pytest

from scenes.memory.strongly_typed import strongly_typed, typed_gates, typed_state


def test_gradients_are_products_of_gates():
    for seed in range(3):
        sequence = strongly_typed.build(seed=seed)["strongly-typed"]
        f, z = typed_gates(64, 8, seed, 4.0)
        product = np.linalg.multi_dot(list(sequence.factors[::-1]))
        assert np.count_nonzero(product - np.diag(product.diagonal())) == 0
        assert product.diagonal() == pytest.approx(np.exp(np.log(f).sum(axis=0)), rel=1e-12)
        width = 1e-3
        change = typed_state(np.full(8, width), f, z) - typed_state(np.full(8, -width), f, z)
        assert product.diagonal() == pytest.approx(change / (2 * width), abs=1e-10)
