"""Lyapunov exponents of networks along data: closed forms, many digits, and PyTorch's own derivatives."""

import mpmath
import numpy as np
import pytest
from films import differences, draw
from networks import blocks, tensors

from render.numerics.recurrences import ResetAfterGRU, exponents_along, jacobians_along
from scenes import ACTIVATIONS, LSTM, RNN, gaussian_matrix, haar_orthogonal

TANH, RELU, LINEAR = (ACTIVATIONS[name] for name in ("tanh", "ReLU", "identity"))


def plain(recurrent, activation, kernel=None, bias=None):
    recurrent = np.atleast_2d(np.asarray(recurrent, float))
    n = len(recurrent)
    return RNN(recurrent, np.eye(n) if kernel is None else kernel, np.zeros(n) if bias is None else bias, activation)


def trained_rnn():
    found = tensors("rnn")
    bias = found["bias_ih_l0"] + found["bias_hh_l0"]
    return RNN(found["weight_hh_l0"], found["weight_ih_l0"], bias, TANH), found["example.inputs"]


def stacked(kind, letters, name):
    return np.concatenate([blocks(kind, name)[letter] for letter in letters])


def trained_gru():
    parts = ("weight_hh_l0", "weight_ih_l0", "bias_ih_l0", "bias_hh_l0")
    return ResetAfterGRU(*(stacked("gru", "zrn", name) for name in parts))


def trained_lstm():
    recurrent, kernel, one, other = (
        stacked("lstm", "fiog", name) for name in ("weight_hh_l0", "weight_ih_l0", "bias_ih_l0", "bias_hh_l0")
    )
    return LSTM(recurrent, kernel, one + other)


def exponents_in_many_digits(network, inputs, digits):
    """Gram–Schmidt on the columns of the Jacobians' products, all in mpmath, states included."""
    with mpmath.workdps(digits):
        weights, kernel = ([[mpmath.mpf(v) for v in row] for row in m] for m in (network.recurrent, network.inputs))
        bias = [mpmath.mpf(v) for v in network.bias]
        n = len(weights)
        columns = [[mpmath.mpf(i == j) for i in range(n)] for j in range(n)]
        state, total = [mpmath.mpf(0)] * n, [mpmath.mpf(0)] * n
        for x in inputs:
            sums = [
                mpmath.fdot(row, state) + mpmath.fdot(own, map(mpmath.mpf, x)) + b
                for row, own, b in zip(weights, kernel, bias, strict=True)
            ]
            state = [mpmath.tanh(v) for v in sums]
            columns = [
                [(1 - h * h) * mpmath.fdot(row, c) for row, h in zip(weights, state, strict=True)] for c in columns
            ]
            for k in range(n):
                for other in columns[:k]:
                    part = mpmath.fdot(other, columns[k])
                    columns[k] = [a - part * b for a, b in zip(columns[k], other, strict=True)]
                length = mpmath.sqrt(mpmath.fdot(columns[k], columns[k]))
                total[k] += mpmath.log(length)
                columns[k] = [v / length for v in columns[k]]
        return np.sort([float(value / len(inputs)) for value in total])[::-1]


def test_exponents_of_a_trained_network_along_data_are_those_of_fifty_digits():
    network, inputs = trained_rnn()
    found = exponents_along(network, inputs[:50], np.zeros(16))
    assert found == pytest.approx(exponents_in_many_digits(network, inputs[:50], 50), abs=1e-10)
    # Data matter: without them the same network has other exponents.
    assert np.abs(found - exponents_along(network, 0 * inputs[:50], np.zeros(16))).max() > 1e-3


@pytest.mark.parametrize("moduli", [[1.2, 0.9, 0.3], [1.0, 1.0, 1.0], [2.0, 1e-8, 1e-200]])
def test_exponents_of_a_linear_network_are_logarithms_of_its_eigenvalues(moduli):
    # Normal: a symmetric matrix, whose axes a product keeps from the first step only where they are those of space.
    diagonal = np.diag(np.array(moduli) * [1, -1, 1])
    found = exponents_along(plain(diagonal, LINEAR), draw(20, 3), np.zeros(3))
    assert found == pytest.approx(np.sort(np.log(moduli))[::-1], rel=1e-13, abs=1e-13)
    turned = haar_orthogonal(3, 1) @ diagonal @ haar_orthogonal(3, 1).T
    if min(moduli) > 0.1:
        found = exponents_along(plain(turned, LINEAR), draw(4000, 3), np.zeros(3))
        assert found == pytest.approx(np.sort(np.log(moduli))[::-1], abs=2e-3)


def test_an_orthogonal_linear_network_neither_grows_nor_shrinks():
    found = exponents_along(plain(haar_orthogonal(6, 2), LINEAR), draw(50, 6), np.zeros(6))
    assert np.abs(found).max() < 1e-14


def test_states_of_a_linear_network_may_leave_float64():
    found = exponents_along(plain(2.0 * np.eye(2), LINEAR), np.ones((5000, 2)), np.zeros(2))
    assert found == pytest.approx(np.log([2, 2]), rel=1e-13)


@pytest.mark.parametrize("weight", [0.5, 1.5, -3.0])
def test_one_unit_of_tanh_has_the_mean_of_its_slopes(weight):
    inputs = draw(40, 1)
    state, total = 0.0, mpmath.mpf(0)
    for x in inputs[:, 0]:
        state = mpmath.tanh(weight * state + x + 0.25)
        total += mpmath.log(abs(weight) * (1 - state**2))
    found = exponents_along(plain(weight, TANH, bias=np.array([0.25])), inputs, np.zeros(1))
    assert found == pytest.approx([float(total / 40)], rel=1e-11)


def test_at_a_fixed_point_the_exponent_is_that_of_the_slope_there():
    # h = tanh(2 h) has a fixed point above 0.
    point = float(mpmath.findroot(lambda h: mpmath.tanh(2 * h) - h, 0.9))
    found = exponents_along(plain(2.0, TANH), np.zeros((300, 1)), np.array([point]))
    assert found == pytest.approx([np.log(2 * (1 - point**2))], abs=1e-12)
    assert found[0] < 0
    assert exponents_along(plain(2.0, TANH), np.zeros((300, 1)), np.zeros(1)) == pytest.approx([np.log(2)])


def test_units_of_relu_that_are_off_lose_their_direction():
    bias = np.array([1.0, -1.0])
    found = exponents_along(plain(0.5 * np.eye(2), RELU, bias=bias), np.zeros((10, 2)), np.zeros(2))
    assert found[0] == pytest.approx(np.log(0.5))
    assert found[1] == -np.inf
    on = exponents_along(plain(0.5 * np.eye(2), RELU, bias=np.ones(2)), np.zeros((10, 2)), np.zeros(2))
    assert on == pytest.approx(np.log([0.5, 0.5]))


def test_states_beyond_float64_are_refused_with_their_step():
    with pytest.raises(OverflowError) as error:
        exponents_along(plain(1e200, RELU), np.ones((5, 1)), np.zeros(1))
    assert error.value.args == (3,)
    with pytest.raises(ValueError, match="one factor"):
        exponents_along(plain(1.0, TANH), np.empty((0, 1)), np.zeros(1))


def test_jacobians_are_differences_of_states():
    inputs, start = draw(3, 4), draw(4)
    network = plain(gaussian_matrix(4, 5), TANH)
    states = network.run(inputs, start).states
    for step, jacobian in enumerate(jacobians_along(network, inputs, start)):
        found = differences(lambda h, x=inputs[step]: np.tanh(network.recurrent @ h + x), states[step])
        assert jacobian == pytest.approx(found, abs=1e-8)


@pytest.mark.parametrize(("kind", "network"), [("gru", trained_gru), ("lstm", trained_lstm)])
def test_gated_networks_are_those_of_pytorch(kind, network):
    found, cell = tensors(kind), network()
    n = found["weight_hh_l0"].shape[1]
    state = np.zeros(2 * n if kind == "lstm" else n)
    for x, expected in zip(found["example.inputs"], found["example.outputs"], strict=True):
        state = cell.step(state, x)
        assert state[-n:] == pytest.approx(expected, abs=1e-12)
    start = np.linspace(-0.5, 0.5, len(state))
    (jacobian,) = jacobians_along(cell, found["example.inputs"][:1], start)
    assert jacobian == pytest.approx(found["example.jacobian"], abs=1e-12)
    total = sum(np.linalg.slogdet(j)[1] for j in jacobians_along(cell, found["example.inputs"], np.zeros(len(state))))
    exponents = exponents_along(cell, found["example.inputs"], np.zeros(len(state)))
    assert exponents.sum() == pytest.approx(total / len(found["example.inputs"]), rel=1e-8)


def test_the_plain_network_is_that_of_pytorch():
    network, inputs = trained_rnn()
    run = network.run(inputs)
    assert run.states[1:] == pytest.approx(tensors("rnn")["example.outputs"], abs=1e-12)
    (jacobian,) = jacobians_along(network, inputs[:1], np.linspace(-0.5, 0.5, 16))
    assert jacobian == pytest.approx(tensors("rnn")["example.jacobian"], abs=1e-12)
