"""Recurrent networks: states, Jacobians and gradients against loops, complex steps and differences."""

import numpy as np
import pytest

from scenes import ACTIVATIONS, RNN, gaussian_matrix

SMOOTH = ["identity", "tanh", "sigmoid"]
STEPS, UNITS, WIDTH = 7, 5, 3
TINY = 1e-30


def network_of(activation, seed=0):
    bias = np.random.default_rng(seed).normal(size=UNITS)
    return RNN(gaussian_matrix(UNITS, seed), gaussian_matrix((UNITS, WIDTH), seed + 1), bias, ACTIVATIONS[activation])


def inputs_of(*shape, seed=5):
    return np.random.default_rng(seed).normal(size=(*shape, WIDTH))


def loss(network, sequence, start, weights):
    """A loss that listens to every state, and not linearly; real or complex."""
    states = network.run(sequence, start).states
    return (weights * states + states**2 / 2).sum()


def changed(network, name, value):
    parts = {part: getattr(network, part) for part in ("recurrent", "inputs", "bias")} | {name: value}
    return RNN(**parts, activation=network.activation)


@pytest.fixture
def start():
    return np.random.default_rng(9).normal(size=UNITS)


@pytest.mark.parametrize("activation", [*SMOOTH, "ReLU"])
def test_states_are_those_of_loops(activation, start):
    network, sequence = network_of(activation), inputs_of(STEPS)
    before = start.tolist()
    for x, after in zip(sequence, network.run(sequence, start).states[1:], strict=True):
        z = [
            sum(w * h for w, h in zip(row, before, strict=True))
            + sum(v * x_k for v, x_k in zip(line, x, strict=True))
            + b
            for row, line, b in zip(network.recurrent, network.inputs, network.bias, strict=True)
        ]
        before = [float(network.activation.function(np.float64(unit))) for unit in z]
        assert after == pytest.approx(before, abs=1e-14)


@pytest.mark.parametrize("activation", SMOOTH)
def test_jacobians_are_derivatives_by_complex_step(activation, start):
    network, sequence = network_of(activation), inputs_of(STEPS)
    run = network.run(sequence, start)
    for step, jacobian in enumerate(run.jacobians):
        moved = run.states[step] + 1j * TINY * np.eye(UNITS)
        after = network.run(np.broadcast_to(sequence[step], (1, UNITS, WIDTH)), moved).states[1]
        assert jacobian == pytest.approx(after.imag.T / TINY, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("activation", [*SMOOTH, "ReLU"])
def test_jacobians_are_difference_quotients(activation, start):
    network, sequence, h = network_of(activation), inputs_of(1), 1e-6
    found = network.run(sequence, start).jacobians[0]
    for unit in range(UNITS):
        above, below = (network.run(sequence, start + sign * h * np.eye(UNITS)[unit]).states[1] for sign in (1, -1))
        assert found[:, unit] == pytest.approx((above - below) / (2 * h), abs=1e-7)


@pytest.mark.parametrize("activation", SMOOTH)
def test_their_product_is_the_derivative_of_the_last_state(activation, start):
    network, sequence = network_of(activation), inputs_of(STEPS)
    product = np.eye(UNITS)
    for jacobian in network.run(sequence, start).jacobians:
        product = jacobian @ product
    many = np.broadcast_to(sequence[:, None], (STEPS, UNITS, WIDTH))
    true = network.run(many, start + 1j * TINY * np.eye(UNITS)).states[-1].imag.T / TINY
    assert product == pytest.approx(true, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("activation", [*SMOOTH, "ReLU"])
@pytest.mark.parametrize("name", ["recurrent", "inputs", "bias"])
def test_gradients_are_derivatives(activation, name, start):
    network, sequence = network_of(activation), inputs_of(STEPS)
    weights = np.random.default_rng(3).normal(size=(STEPS + 1, UNITS))
    run = network.run(sequence, start)
    found = getattr(run.gradient(run.backward(weights + run.states)), name)
    value, h = getattr(network, name), 1e-6
    for entry in np.ndindex(value.shape):
        one = np.zeros(value.shape)
        one[entry] = 1.0
        true = loss(changed(network, name, value + 1j * TINY * one), sequence, start, weights).imag / TINY
        assert found[entry] == pytest.approx(true, rel=1e-12, abs=1e-13)
        above, below = (loss(changed(network, name, value + s * h * one), sequence, start, weights) for s in (1, -1))
        assert found[entry] == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-6)


def test_summands_add_up_and_many_sequences_are_the_sum_of_each(start):
    network, sequences = network_of("tanh"), inputs_of(STEPS, 4)
    weights = np.random.default_rng(4).normal(size=(STEPS + 1, 4, UNITS))
    together = network.run(sequences, start)
    adjoints = together.backward(weights)
    found = together.gradient(adjoints)
    assert together.summands(adjoints).shape == (STEPS, UNITS, UNITS)
    assert together.summands(adjoints).sum(axis=0) == pytest.approx(found.recurrent, abs=1e-13)
    single = [network.run(sequences[:, k], start) for k in range(4)]
    each = [run.gradient(run.backward(weights[:, k])) for k, run in enumerate(single)]
    for name in ("recurrent", "inputs", "bias"):
        assert getattr(found, name) == pytest.approx(sum(getattr(g, name) for g in each), abs=1e-13)
    for k, run in enumerate(single):
        assert together.states[:, k] == pytest.approx(run.states, abs=1e-15)


@pytest.mark.parametrize("cut", [1, 2, 3, STEPS])
def test_a_cut_gradient_holds_the_states_at_the_cuts(cut, start):
    network, sequence = network_of("tanh"), inputs_of(STEPS)
    weights = np.random.default_rng(3).normal(size=(STEPS + 1, UNITS))
    run = network.run(sequence, start)
    found = run.gradient(run.backward(weights, cut)).recurrent
    true = np.zeros((UNITS, UNITS))
    for entry in np.ndindex(true.shape):
        one = np.zeros(true.shape)
        one[entry] = 1.0
        moved = changed(network, "recurrent", network.recurrent + 1j * TINY * one)
        for first in range(0, STEPS, cut):
            part = slice(first, first + cut)
            states = moved.run(sequence[part], run.states[first]).states[1:]
            true[entry] += (weights[1:][part] * states).sum().imag / TINY
    assert found == pytest.approx(true, rel=1e-12, abs=1e-13)


def test_no_steps_and_no_inputs():
    network = network_of("tanh")
    run = network.run(np.zeros((0, WIDTH)))
    assert run.states.shape == (1, UNITS)
    assert run.jacobians.shape == (0, UNITS, UNITS)
    gradient = run.gradient(run.backward(np.ones((1, UNITS))))
    assert not gradient.recurrent.any()
    assert run.summands(np.ones((1, UNITS))).shape == (0, UNITS, UNITS)
    alone = RNN(network.recurrent, np.zeros((UNITS, 0)), network.bias, network.activation)
    assert alone.run(np.zeros((3, 0))).states.shape == (4, UNITS)


def test_a_step_of_descent_moves_against_the_gradient(start):
    network, sequence = network_of("tanh"), inputs_of(STEPS)
    run = network.run(sequence, start)
    gradient = run.gradient(run.backward(run.states))
    moved = network.moved(gradient, 1e-6)
    squared = sum(float((getattr(gradient, n) ** 2).sum()) for n in ("recurrent", "inputs", "bias"))
    lost = loss(network, sequence, start, 0.0) - loss(moved, sequence, start, 0.0)
    assert lost == pytest.approx(1e-6 * squared, rel=1e-3)
