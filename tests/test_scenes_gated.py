"""Scenes of gated networks: what they show, against other ways to compute it."""

import numpy as np
import pytest

from scenes import gated
from scenes._cells import complex_step_jacobian, last_state, random_gru, random_lstm


def series_of(scene, column=None, **values):
    return scene.build(**values)[column].series


def test_lstm_writes_keeps_reads_and_erases_on_command():
    valves = series_of(gated.lstm)["valves"]
    before, f, i, candidate, after, o, hidden = np.moveaxis(valves, 1, 0)
    assert after[1:] == pytest.approx(f[1:] * before[1:] + i[1:] * candidate[1:], abs=1e-15)
    assert before[1:] == pytest.approx(after[:-1], abs=0)
    assert hidden == pytest.approx(o * np.tanh(after), abs=1e-15)
    first = slice(0, 3)
    # Nothing before the command, kept after it, shown while it is read, erased at the end of the round.
    assert np.abs(after[2, first]).max() < 0.02
    assert np.abs(after[4, first]).min() > 0.3
    assert after[10, first] == pytest.approx(after[4, first], rel=0.15)
    assert np.abs(hidden[9, first]).max() < 0.02
    assert np.abs(hidden[11, first]).min() > 0.25
    assert np.abs(after[20, first]).max() < 0.02
    # The other half of the units is told six steps later.
    assert np.abs(after[6, 3:]).max() < 0.02 < 0.3 < np.abs(after[10, 3:]).min()


def test_lstm_gates_are_numbers_between_0_and_1_made_anew_at_every_step():
    for seed in range(3):
        gates = series_of(gated.lstm, seed=seed)["valves"][1:, [1, 2, 5]]
        assert gates.min() > 0
        assert gates.max() < 1
        assert (np.diff(gates, axis=0) != 0).any(axis=(1, 2)).all()


def test_forget_gates_are_the_numbers_of_the_table():
    product = np.prod(gated.forget_gates.build()[None].factors.diagonal(axis1=1, axis2=2), axis=0)
    assert product == pytest.approx([1.0, 0.99**64, 0.9**64], rel=1e-13)
    for seed in range(10):
        tracks = series_of(gated.forget_gates, seed=seed, forget_bias=1.0)
        assert (tracks["log10 given"][1:] > tracks["log10 unbiased"][1:]).all()
    tracks = series_of(gated.forget_gates)
    assert 10 ** tracks["log10 sigmoid RNN"][-1] == pytest.approx(2.93874e-39, rel=1e-5)
    # An unbiased gate is 1/2 on average; its logarithm is a little less.
    assert tracks["log10 unbiased"][-1] == pytest.approx(64 * np.log10(0.5), abs=2)
    assert -1 < tracks["log10 given"][-1] < 0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dim", [2, 6, 11])
def test_gru_is_the_same_network_in_both_conventions(seed, dim):
    update, keep = (series_of(gated.gru, dim=dim, seed=seed, convention=c)["blend"] for c in ("update", "keep"))
    others = [0, 1, 2, 4, 5, 6]
    assert update[:, others] == pytest.approx(keep[:, others], abs=1e-13)
    assert update[1:, 3] == pytest.approx(1 - keep[1:, 3], abs=1e-13)
    assert update[1:, 4] + update[1:, 5] == pytest.approx(1, abs=1e-15)


def test_shut_update_gates_leave_the_identity():
    columns = gated.update_gate.build(steps=40)
    distances = []
    for update, sequence in zip((0.1, 0.01, 0.001), columns.values(), strict=True):
        product = np.linalg.multi_dot(list(sequence.factors[::-1]))
        distances.append(np.linalg.norm(product - np.eye(7), 2))
        # ‖J − I‖ ≤ u (1 + ‖W‖ (1 + ‖W_r‖ / 4)), and products of that.
        cell = gated._opened({"dim": 7, "seed": 0}, 0, update)[0]
        by_reset, by_candidate = (np.linalg.norm(w, 2) for w in np.split(cell.recurrent, 3)[1:])
        assert distances[-1] <= (1 + update * (1 + by_candidate * (1 + by_reset / 4))) ** 40 - 1
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.1


@pytest.mark.parametrize("dim", [16, 19, 24])
def test_parameters_are_four_to_three_to_one(dim):
    counts = series_of(gated.lstm_or_gru, dim=dim, steps=1)["parameters"][0]
    assert counts.tolist() == [k * dim * (dim + 5) for k in (1, 3, 4)]
    assert random_lstm(dim, 4, 0).parameters * 3 == random_gru(dim, 4, 0).parameters * 4


@pytest.mark.parametrize("seed", [0, 10, 105, 107])
def test_gated_networks_recall_more(seed):
    tracks = series_of(gated.lstm_or_gru, seed=seed)
    late = {kind: tracks[f"recall of {kind}"][24:] for kind in ("LSTM", "GRU", "tanh RNN")}
    # Shares of 300 sequences: 5 deviations of guessing are 0.15.
    assert np.abs(late["tanh RNN"] - 0.5).max() < 0.15
    assert min(late["LSTM"].min(), late["GRU"].min()) > 0.9
    assert tracks["recall of tanh RNN"][:5].min() > 0.9


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "tanh RNN"])
def test_gradients_of_all_three_are_those_by_complex_steps(kind):
    parameters, steps = {"dim": 16, "seed": 3, "keep_bias": 5.0}, 20
    inputs = gated._bits_in_noise(3, steps, 600)[1][:, :, 0]
    if kind == "tanh RNN":
        network = gated._plain(gated._uniform, 16, 3)
        product = complex_step_jacobian(lambda state: network.run(inputs, state).states[-1], np.zeros(16))
    else:
        cell = gated._contestants(parameters)[("LSTM", "GRU").index(kind)]
        start = np.zeros(32 if kind == "LSTM" else 16)
        product = complex_step_jacobian(lambda state: last_state(cell, state, inputs), start)
    found = series_of(gated.lstm_or_gru, steps=steps, **parameters)[f"log10 {kind}"][-1]
    assert found == pytest.approx(np.log10(np.linalg.norm(product, 2)), abs=1e-9)


def test_an_rnn_forgets_the_picture_and_an_lstm_does_not():
    vanilla = [series_of(gated.rewriting, "state of an RNN", seed=s)["cosine"][1:] for s in range(5)]
    cells = [series_of(gated.rewriting, "cell of an LSTM", seed=s)["cosine"] for s in range(5)]
    # Unrelated vectors of 64 entries: the deviation is 1/8.
    assert np.std(vanilla) == pytest.approx(1 / 8, rel=0.35)
    assert np.abs(np.mean(vanilla)) < 0.05
    assert np.min(cells) > 0.9


def test_cosines_of_unrelated_vectors_have_a_deviation_of_one_over_the_root_of_n():
    for steps in (1, 4, 16):
        means = []
        for seed in range(300):
            inputs = gated._rewriting_inputs(seed, steps)
            states = gated._plain(gated.haar_orthogonal, 36, seed).run(inputs, gated._ring(6)).states
            means.append(gated._mean_cosine(gated._cosines(states)))
        assert np.std(means) == pytest.approx(1 / np.sqrt(36 * steps), rel=0.2)
        assert abs(np.mean(means)) < 5 / np.sqrt(36 * steps * 300)


def test_remedies_help():
    gains = []
    for seed in (0, 1, 2, 14):
        assert np.abs(np.linalg.eigvals(gated._uniform(12, [seed, 10, 0]))).max() == pytest.approx(3**-0.5)
        tracks = series_of(gated.remedies, seed=seed)
        ends = {name: tracks[f"log10 {name}"][-1] for name in ("neither", "orthogonal", "gates", "both")}
        gains.append([ends["orthogonal"] - ends["neither"], ends["gates"] - ends["neither"]])
        square = tracks["square"][-1]
        expected = [[ends["neither"], ends["gates"]], [ends["orthogonal"], ends["both"]]]
        assert square == pytest.approx(np.array(expected), abs=0)
        for name in ends:
            product = complex_step_jacobian(*gated._remedied(name)({"dim": 12, "seed": seed, "forget_bias": 1.0}, 64))
            assert ends[name] == pytest.approx(np.log10(np.linalg.norm(product, 2)), abs=1e-6)
    assert np.min(gains) > 6


@pytest.mark.parametrize("seed", range(3))
def test_strongly_typed_gradients_are_products_of_gates(seed):
    sequence = gated.strongly_typed.build(seed=seed)["strongly-typed"]
    f, z = gated._typed_gates({"dim": 8, "seed": seed, "gate_bias": 4.0}, 64)
    product = np.linalg.multi_dot(list(sequence.factors[::-1]))
    assert np.count_nonzero(product - np.diag(product.diagonal())) == 0
    assert product.diagonal() == pytest.approx(np.exp(np.log(f).sum(axis=0)), rel=1e-12)
    width = 1e-3
    change = gated._typed_state(np.full(8, width), f, z) - gated._typed_state(np.full(8, -width), f, z)
    assert product.diagonal() == pytest.approx(change / (2 * width), abs=1e-10)


def test_whole_gradients_agree_with_finite_differences():
    cell, start, inputs = gated._conveyor({"dim": 3, "seed": 1}, 20)
    product = np.linalg.multi_dot(list(gated.lstm.build(dim=3, seed=1, steps=20)[None].factors[::-1]))
    for axis in range(6):
        step = 1e-6 * np.eye(6)[axis]
        change = last_state(cell, start + step, inputs) - last_state(cell, start - step, inputs)
        assert product[:, axis] == pytest.approx(change / 2e-6, abs=1e-8)
