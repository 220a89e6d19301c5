"""Layers with a way around them: forward steps against their formulas, Jacobians against complex steps."""

import numpy as np
import pytest
from films import differences, draw, squash

from scenes import ACTIVATIONS, HighwayLayer, ResidualLayer, complex_step_jacobian, pass_through


@pytest.mark.parametrize("name", ["identity", "tanh", "sigmoid", "ReLU"])
def test_jacobians_are_derivatives(name):
    activation = ACTIVATIONS[name]
    weights, state = draw(6, 6) / 2, draw(6)
    residual = ResidualLayer(weights, activation)
    assert residual.step(state) == pytest.approx(state + weights @ activation.function(state), abs=1e-15)
    highway = HighwayLayer(weights, draw(6), draw(6, 6, seed=1), draw(6, seed=2), activation)
    gate = squash(highway.gate_weights @ state + highway.gate_bias)
    blend = gate * activation.function(weights @ state + highway.bias) + (1 - gate) * state
    assert highway.step(state) == pytest.approx(blend, abs=1e-15)
    for layer in (residual, highway):
        assert layer.jacobian(state) == pytest.approx(complex_step_jacobian(layer.step, state), abs=1e-14)
        assert layer.jacobian(state) == pytest.approx(differences(layer.step, state), abs=1e-8)
    states, jacobians = pass_through([residual, highway, residual], state)
    assert states.shape == (4, 6)

    def whole(s):
        return residual.step(highway.step(residual.step(s)))

    product = jacobians[2] @ jacobians[1] @ jacobians[0]
    assert product == pytest.approx(complex_step_jacobian(whole, state), abs=1e-13)


@pytest.mark.parametrize(("bias", "gate"), [(-np.inf, 0.0), (np.inf, 1.0)])
def test_highway_gates_can_be_shut_and_wide_open(bias, gate):
    layer = HighwayLayer(draw(4, 4), np.zeros(4), np.zeros((4, 4)), np.full(4, bias))
    state = draw(4)
    inside = layer.weights @ state
    expected = gate * (1 - np.tanh(inside) ** 2)[:, None] * layer.weights + (1 - gate) * np.eye(4)
    assert layer.step(state) == pytest.approx(gate * np.tanh(inside) + (1 - gate) * state, abs=0)
    assert layer.jacobian(state) == pytest.approx(expected, abs=1e-16)


def test_no_layers():
    states, jacobians = pass_through([], np.zeros(6))
    assert states.shape == (1, 6)
    assert jacobians.shape == (0, 6, 6)
