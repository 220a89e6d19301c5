"""Scenes of recurrent networks: chains, outputs, memory, ReLU units."""

from fractions import Fraction

import numpy as np
import pytest

from render.claims import judge
from render.simulator import simulate
from scenes import recurrent, rnn_output
from scenes._activations import ACTIVATIONS
from scenes._networks import RNN


def only(scene, **values):
    return scene.build(**values)[None]


def test_states_of_a_linear_network_are_powers_in_rational_arithmetic():
    sequence = only(recurrent.linear_rnn, dim=3, steps=12, spectral_radius=1.1)
    exact = [[Fraction(float(x)) for x in row] for row in sequence.factor]
    power = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    for state in sequence.series["state"]:
        assert state == pytest.approx(np.array(power, dtype=float), rel=1e-13)
        power = [[sum(exact[i][k] * power[k][j] for k in range(3)) for j in range(3)] for i in range(3)]


def test_sixty_four_steps_are_sixty_five_states_from_the_identity():
    sequence = only(recurrent.linear_rnn)
    assert sequence.steps == 64
    chain, states = sequence.series["chain"], sequence.series["state"]
    assert len(states) == 65
    assert np.array_equal(chain[0][:6, :6], np.eye(6))
    assert np.count_nonzero(chain[0]) == 6
    for step in range(65):
        row, column = step // 9 * 7, step % 9 * 7
        assert np.array_equal(chain[64][row : row + 6, column : column + 6], states[step])
        assert np.array_equal(chain[step][row : row + 6, column : column + 6], states[step])


def test_a_long_chain_shows_its_end():
    series = only(recurrent.linear_rnn, steps=500, dim=6).series
    assert series["chain"].shape[1:] == (62, 62)
    row, column = 8 * 7, 500 % 9 * 7
    assert np.array_equal(series["chain"][500][row : row + 6, column : column + 6], series["state"][500])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "ReLU"])
def test_columns_and_rows_are_two_ways_of_writing_a_network(activation):
    sequence = only(recurrent.rnn_forward, activation=activation, steps=20)
    network, output = recurrent._untrained(16, 0, activation)
    x, kind = recurrent._symbols(20, 7, 0), ACTIVATIONS[activation]
    w_x, w_h, before = network.inputs.T, network.recurrent.T, np.zeros((1, 16))
    for step in range(20):
        before = kind.function(x[step : step + 1] @ w_x + before @ w_h + network.bias)
        assert sequence.series["states"][step + 1] == pytest.approx(before[0], abs=1e-12)
        shown = sequence.series["tape"][step + 1][:, step]
        assert np.array_equal(shown[:7], x[step])
        assert shown[8:24] == pytest.approx(before[0], abs=1e-12)
        scores = np.exp(before[0] @ output.T)
        assert shown[25:] == pytest.approx(scores / scores.sum(), abs=1e-12)
        assert shown[25:].sum() == pytest.approx(1, abs=1e-14)


def test_parameters_do_not_depend_on_the_number_of_steps():
    counts = {only(recurrent.rnn_forward, steps=steps).series["parameters"][0] for steps in (0, 5, 50)}
    assert counts == {16 * 16 + 16 * 7 + 16 + 7 * 16}
    assert len(np.unique(only(recurrent.rnn_forward).series["checksum"])) == 1


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_the_product_of_jacobians_is_the_derivative_by_the_first_state(activation):
    trajectory = simulate(only(recurrent.rnn_forward, activation=activation, steps=15))
    network, _ = recurrent._untrained(16, 0, activation)
    inputs = np.broadcast_to(recurrent._symbols(15, 7, 0)[:, None], (15, 16, 7))
    true = network.run(inputs, 1e-30j * np.eye(16)).states[-1].imag.T / 1e-30
    assert trajectory.matrix(15) == pytest.approx(true, abs=1e-13 * np.abs(true).max())


def test_influence_of_a_linear_network_is_a_power():
    series = only(recurrent.influence, activation="identity", steps=32, retention=0.8).series
    s, t = np.triu_indices(32)
    assert series["map"][-1][s, t] == pytest.approx(0.8 ** (t - s), rel=1e-12)
    assert not np.tril(series["map"][-1], -1).any()
    assert not series["map"][7][:, 7:].any()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_influence_is_a_derivative(activation):
    steps, dim = 32, 6
    series = only(recurrent.influence, activation=activation, steps=steps, dim=dim).series
    network, rest = recurrent._resting(dim, 0, activation, 0.9)
    pulse = np.zeros((steps, 3))
    pulse[0] = 1.0
    for s in (0, 4):
        moved = np.repeat(pulse[:, None], 3, axis=1).astype(complex)
        moved[s] += 1e-30j * np.eye(3)
        derivatives = network.run(moved, rest).states.imag / 1e-30
        for t in (s, s + 3, steps - 1):
            true = np.linalg.norm(derivatives[t + 1], 2) / network.activation.steepest
            assert series["map"][-1][s, t] == pytest.approx(true, rel=1e-12)


def test_half_life_at_a_retention_of_nine_tenths():
    # ln 2 / −ln 0.9
    trajectory = simulate(only(recurrent.influence))
    verdict = judge(recurrent.influence.claims, {None: trajectory}, recurrent.influence.resolve())[0]
    assert verdict.expected == pytest.approx(6.578813478960585)
    assert verdict.value == pytest.approx(6.5788, abs=0.002)
    assert verdict.tolerance < 0.01


def test_sigmoids_forget_as_fast_as_their_slope_says():
    series = only(recurrent.influence, activation="sigmoid", retention=0.5).series["influence"]
    network, _ = recurrent._resting(32, 0, "sigmoid", 0.5)
    assert np.linalg.norm(network.recurrent, 2) == pytest.approx(2.0)
    assert series[60] - series[50] == pytest.approx(10 * np.log10(0.5), abs=1e-9)


def test_relu_states_of_any_scale_are_those_that_were_scaled():
    sequence = only(recurrent.relu_rnn)
    grown = sequence.series["slopes · W"][0]
    for name, factor in (("growing", 1.0), ("shrinking", 0.9 / 1.1)):
        network = RNN(grown * factor, np.zeros((32, 0)), np.zeros(32), ACTIVATIONS["ReLU"])
        states = network.run(np.zeros((40, 0)), sequence.series["units"][0]).states
        assert np.log10(np.linalg.norm(states, axis=1)) == pytest.approx(sequence.series[name], abs=1e-11)
        assert np.array_equal(states[1:] > 0, sequence.series["units"][1:] > 0)


def test_the_active_part_decides_and_not_the_whole():
    series = only(recurrent.relu_rnn).series
    active = series["units"][-1] > 0
    part = series["slopes · W"][-1][np.ix_(active, active)]
    assert np.abs(np.linalg.eigvals(part)).max() == pytest.approx(1.1)
    # The next eigenvalue is well below, so that the state settles.
    assert np.sort(np.abs(np.linalg.eigvals(part)))[-2] < 0.8 * 1.1
    assert np.abs(np.linalg.eigvals(series["slopes · W"][0])).max() > 1.15
    assert series["active"][-1] == active.mean() < 1
    assert series["growing"][-1] - series["growing"][-2] == pytest.approx(np.log10(1.1), abs=1e-6)
    assert series["shrinking"][-1] - series["shrinking"][-2] == pytest.approx(np.log10(0.9), abs=1e-6)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_gradients_of_the_output_are_difference_quotients(output):
    weights = rnn_output._first_weights(5, 3)
    gradients, found = rnn_output._gradients(weights, 3, output)
    for name, part in weights.items():
        for place in np.ndindex(part.shape):
            moved = []
            for sign in (1, -1):
                changed = part.copy()
                changed[place] += sign * 1e-6
                moved.append(rnn_output._loss(weights | {name: changed}, 3, output))
            assert gradients[name][place] == pytest.approx((moved[0] - moved[1]) / 2e-6, abs=1e-8)
    if output == "softmax":
        assert found.sum(axis=1) == pytest.approx(np.ones(16), abs=1e-14)


def test_gradients_of_the_last_layer_in_the_words_of_the_source():
    weights = rnn_output._first_weights(6, 0)
    gradients, found = rnn_output._gradients(weights, 0, "softmax")
    inputs, targets = rnn_output._lesson(0)
    before, rows = np.zeros(6), []
    for x in inputs:
        before = np.tanh(x @ weights["W1x"] + before @ weights["W1h"] + weights["b1"])
        rows.append(before)
    hidden, ones = np.array(rows), np.ones(16)
    assert gradients["W2"] == pytest.approx(hidden.T @ -(targets - found) / 16, abs=1e-14)
    assert gradients["b2"] == pytest.approx(ones @ -(targets - found) / 16, abs=1e-14)
    # dtanh = 1 − H²
    z = np.arctanh(hidden)
    assert (np.tanh(z + 1e-6) - np.tanh(z - 1e-6)) / 2e-6 == pytest.approx(1 - hidden**2, abs=1e-8)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_training_finds_the_symbols(output):
    series = only(rnn_output.rnn_output, output_layer=output, steps=200, learning_rate=0.5).series
    _, targets = rnn_output._lesson(0)
    assert np.array_equal(series["found"][-1].argmax(axis=1), targets.argmax(axis=1))
    assert series["loss"][-1] < 0.3 * series["loss"][0]
    assert series["update"][1:] == pytest.approx(series["expected update"][1:], rel=1e-10)
