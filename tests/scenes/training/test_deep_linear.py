"""Gradients of deep linear networks, against complex steps."""

import numpy as np
import pytest

from scenes.training._deep_linear import chain_gradients, product_of


def multiplied(layers):
    result = np.eye(layers.shape[1], dtype=layers.dtype)
    for weights in layers:
        result = weights @ result
    return result


def test_the_last_layer_is_multiplied_last():
    layers = np.array([[[1.0, 2.0], [0.0, 1.0]], [[1.0, 0.0], [3.0, 1.0]], [[2.0, 0.0], [0.0, 1.0]]])
    assert product_of(layers).tolist() == [[2, 4], [3, 7]]
    assert product_of(layers[:1]).tolist() == layers[0].tolist()


def test_chain_gradients_are_complex_steps():
    rng = np.random.default_rng(0)
    layers, teacher = rng.standard_normal((5, 3, 3)), rng.standard_normal((3, 3))
    gradients = chain_gradients(layers, multiplied(layers) - teacher)
    for entry in np.ndindex(layers.shape):
        moved = layers.astype(complex)
        moved[entry] += 1e-30j
        loss = ((multiplied(moved) - teacher) ** 2).sum() / 2
        assert loss.imag / 1e-30 == pytest.approx(gradients[entry], rel=1e-11, abs=1e-12)
