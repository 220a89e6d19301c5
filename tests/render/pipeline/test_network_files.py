"""Networks from files, as PyTorch and Keras save them, against steps written another way."""

import numpy as np
import pytest
from films import draw, squash
from networks import FIXTURES, tensors

from render.errors import InputError
from render.pipeline.checkpoints import checkpoints_in
from render.pipeline.network_files import NetworkReader, data_in
from render.pipeline.networks import networks_of
from render.pipeline.stored import Stored

N, M = 3, 2


def reader_of(arrays, key, activation="tanh", times=2):
    reader = NetworkReader(activation, None)
    stored = {name: Stored(name, a.shape, lambda *_, a=a: a) for name, a in arrays.items()}
    for _ in range(times):
        reader.take(stored, key)
    return reader


def network(arrays, key, inputs, activation="tanh"):
    return reader_of(arrays, key, activation).networks(inputs).at(1)


def states_of(cell, inputs, size=N):
    """States of a network, one a row, after each input."""
    if hasattr(cell, "run"):
        return cell.run(inputs).states[1:]
    found, state = [], np.zeros(size)
    for x in inputs:
        state = cell.step(state, x)
        found.append(state)
    return np.array(found)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_networks_of_pytorch(kind):
    found = tensors(kind)
    n = found["weight_hh_l0"].shape[1]
    weights = {name: array for name, array in found.items() if not name.startswith("example")}
    cell = network(weights, "weight_hh_l0", found["example.inputs"])
    states = states_of(cell, found["example.inputs"], 2 * n if kind == "lstm" else n)
    assert states[:, -n:] == pytest.approx(found["example.outputs"], abs=1e-12)
    # With a prefix, as a network within another has.
    inside = {f"encoder.rnn.{name}": array for name, array in weights.items()}
    again = network(inside, "encoder.rnn.weight_hh_l0", found["example.inputs"])
    assert np.array_equal(states_of(again, found["example.inputs"], 2 * n if kind == "lstm" else n), states)


def keras(blocks, biases):
    """Kernels as Keras names and lays them: gates beside each other, multiplied from the left by a row."""
    arrays = {"rnn/recurrent_kernel": draw(N, blocks * N, seed=1), "rnn/kernel": draw(M, blocks * N, seed=2)}
    return arrays | ({"rnn/bias": draw(*biases, blocks * N, seed=3)} if biases is not None else {})


def test_a_plain_network_of_keras():
    arrays, inputs, h = keras(1, ()), draw(6, M), np.zeros(N)
    found = states_of(network(arrays, "rnn/recurrent_kernel", inputs), inputs)
    for x, state in zip(inputs, found, strict=True):
        h = np.tanh(x @ arrays["rnn/kernel"] + h @ arrays["rnn/recurrent_kernel"] + arrays["rnn/bias"])
        assert state == pytest.approx(h, abs=1e-13)


def test_an_lstm_of_keras():
    arrays, inputs, h, c = keras(4, ()), draw(6, M), np.zeros(N), np.zeros(N)
    found = states_of(network(arrays, "rnn/recurrent_kernel", inputs), inputs, 2 * N)
    for x, state in zip(inputs, found, strict=True):
        z = x @ arrays["rnn/kernel"] + h @ arrays["rnn/recurrent_kernel"] + arrays["rnn/bias"]
        i, f, g, o = np.split(z, 4)
        c = squash(f) * c + squash(i) * np.tanh(g)
        h = squash(o) * np.tanh(c)
        assert state == pytest.approx(np.concatenate([c, h]), abs=1e-13)


@pytest.mark.parametrize("after", [True, False])
def test_a_gru_of_keras(after):
    """As Keras documents ``reset_after``: with two biases after the multiplication, with one before it."""
    arrays, inputs, h = keras(3, (2,) if after else ()), draw(6, M), np.zeros(N)
    found = states_of(network(arrays, "rnn/recurrent_kernel", inputs), inputs)
    bias, inner = arrays["rnn/bias"] if after else (arrays["rnn/bias"], np.zeros(3 * N))
    u_z, u_r, u_h = np.split(arrays["rnn/kernel"], 3, axis=1)
    w_z, w_r, w_h = np.split(arrays["rnn/recurrent_kernel"], 3, axis=1)
    (b_z, b_r, b_h), (d_z, d_r, d_h) = np.split(bias, 3), np.split(inner, 3)
    for x, state in zip(inputs, found, strict=True):
        z, r = squash(x @ u_z + b_z + h @ w_z + d_z), squash(x @ u_r + b_r + h @ w_r + d_r)
        new = np.tanh(x @ u_h + b_h + (r * (h @ w_h + d_h) if after else (r * h) @ w_h))
        h = z * h + (1 - z) * new
        assert state == pytest.approx(h, abs=1e-13)


def test_names_of_ones_own_and_networks_without_bias():
    w, inputs = draw(N, N), draw(5, M)
    found = states_of(network({"W": w, "U": draw(N, M), "b": draw(N)}, "W", inputs, "relu"), inputs)
    h = np.zeros(N)
    for x, state in zip(inputs, found, strict=True):
        h = np.maximum(0, w @ h + draw(N, M) @ x + draw(N))
        assert state == pytest.approx(h, abs=1e-13)
    # Alone, W is driven by data of as many numbers as it has units.
    driven = draw(5, N)
    alone = states_of(network({"W": w}, "W", driven, "linear"), driven)
    assert alone[1] == pytest.approx(w @ driven[0] + driven[1], abs=1e-13)


@pytest.mark.parametrize(
    ("arrays", "key", "said"),
    [
        ({"W": draw(N, N)}, "W", "there is no input kernel beside W, and the data have 2 numbers a step for 3 units"),
        ({"weight_hh": draw(4 * N, N)}, "weight_hh", "there is no input kernel beside W"),
        ({"W": draw(N, N), "U": draw(M, N)}, "W", "U has the shape (2, 3), which does not belong to 'W' of (3, 3)"),
        ({"W": draw(N, N), "U": draw(N, M), "b": draw(2)}, "W", "a bias of 'W' has the shape (2,) where 3 numbers"),
        ({"W": draw(N, N), "U": np.full((N, M), np.nan)}, "W", "U must be finite"),
        ({"W": draw(N, N), "U": draw(N, M) * 1j}, "W", "U must be rows of real numbers"),
    ],
)
def test_parts_that_do_not_fit_are_refused(arrays, key, said):
    with pytest.raises(InputError) as error:
        reader_of(arrays, key).networks(draw(5, M))
    assert said in str(error.value)


def test_checkpoints_of_several_networks_are_refused():
    reader = NetworkReader("tanh", None)
    for arrays in ({"W": draw(N, N), "U": draw(N, M)}, {"W": draw(N, N)}):
        reader.take({name: Stored(name, a.shape, lambda *_, a=a: a) for name, a in arrays.items()}, "W")
    with pytest.raises(InputError, match="of networks of different shapes"):
        reader.networks(draw(5, M))


def test_a_folder_of_a_network(tmp_path):
    found = tensors("rnn")
    reader = NetworkReader("tanh", None)
    checkpoints = checkpoints_in(FIXTURES / "rnn_training.npz", taken=reader.take)
    networks = reader.networks(data_in(FIXTURES / "inputs.npy"))
    last = networks.at(-1)
    assert np.array_equal(last.recurrent, found["weight_hh_l0"])
    assert last.run(found["example.inputs"]).states[1:] == pytest.approx(found["example.outputs"], abs=1e-7)
    matrices = np.array(checkpoints.matrices)
    content = networks.as_json(matrices)
    assert "recurrent" not in content
    again = networks_of(content, matrices)
    assert np.array_equal(again.exponents(range(25)), networks.exponents(range(25)))


# Data


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 2, 2)), "must be steps × inputs of one sequence, but its shape is (3, 2, 2)"),
        (np.zeros((0, 2)), "must be steps × inputs"),
        (np.float64(1), "must be steps × inputs"),
        (np.array([1j]), "holds complex numbers"),
        (np.array([np.inf]), "must be finite"),
        (np.array([2**53 + 1]), "whole numbers that float64 cannot hold"),
    ],
)
def test_data_that_are_none(tmp_path, array, said):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(InputError) as error:
        data_in(tmp_path / "x.npy")
    assert said in str(error.value)


def test_steps_of_data(tmp_path):
    x = draw(7, 2)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "single.npy", x[:, 0].astype(np.float32))
    assert np.array_equal(data_in(tmp_path / "x.npy"), x)
    assert np.array_equal(data_in(tmp_path / "x.npy", 4), x[:4])
    assert data_in(tmp_path / "single.npy").shape == (7, 1)
    with pytest.raises(InputError, match="has 7 steps, so give --steps 7 at most"):
        data_in(tmp_path / "x.npy", 8)
    np.savez(tmp_path / "two.npz", a=x, b=x)
    with pytest.raises(InputError, match="holds 2 arrays, so save the data alone"):
        data_in(tmp_path / "two.npz")


def plain(**changed):
    return {"cell": "tanh", "inputs": draw(5, M), "kernel": draw(2, N, M), "bias": np.zeros((2, N)),
            "recurrent_bias": np.zeros((2, N))} | changed  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (plain(cell="rm -rf"), "is one of tanh, relu, linear, lstm, gru, gru before, but not 'rm -rf'"),
        (plain(inputs=[[1], [2, 3]]), "inputs of the network must be rows of real numbers"),
        (plain(inputs=[]), "the data must be steps × inputs, but their shape is (0,)"),
        (plain(kernel=draw(2, N, M + 1)), "U of the network has the shape (3, 3) where"),
        (plain(bias=np.zeros((3, N))), "b of the network has"),
        (plain(recurrent=draw(2, N + 1, N)), "W of the network has the shape (4, 3)"),
        (plain(bias="x"), "bias of the network must be rows of real numbers"),
    ],
)
def test_plain_data_that_fit_no_network_are_refused(content, said):
    with pytest.raises(InputError) as error:
        networks_of(content, draw(2, N, N))
    assert said in str(error.value)


def test_work_of_minutes_is_refused_with_what_would_do():
    matrices = np.zeros((40, 128, 128))
    content = plain(inputs=np.zeros((1000, M)), kernel=np.zeros((40, 128, M)), bias=np.zeros((40, 128)),
                    recurrent_bias=np.zeros((40, 128)))  # fmt: skip
    with pytest.raises(InputError, match="1,000 steps of the data at 40 checkpoints of 128 units would take minutes, "
                                         "so take at most 238 with --steps"):  # fmt: skip
        networks_of(content, matrices)


def test_states_beyond_float64_name_their_checkpoint():
    found = networks_of(plain(cell="relu", inputs=np.ones((9, M)), kernel=np.ones((2, N, M))),
                        np.array([np.eye(N), 1e200 * np.eye(N)]))  # fmt: skip
    with pytest.raises(InputError, match="the state of checkpoint 500 leaves float64 at step 3 of the data, so take "):
        found.exponents([0, 500])
