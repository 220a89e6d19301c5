"""Matrices over training: read from folders and from arrays of all checkpoints, or refused."""

import json
import shutil

import numpy as np
import pytest
from films import draw
from networks import FIXTURES, blocks, tensors

from render.errors import InputError
from render.pipeline.checkpoints import Choice, checkpoints_in
from render.text import Words

STACK = draw(5, 3, 3)


@pytest.fixture
def folder(tmp_path):
    """A folder with five checkpoints of 3 × 3."""
    home = tmp_path / "runs"
    home.mkdir()
    for number, matrix in enumerate(STACK):
        np.savez(home / f"update-{number * 500}.npz", **{"rnn.weight_hh_l0": matrix, "other": np.eye(2)})
    return home


def refused(path, said, **choice):
    with pytest.raises(InputError) as error:
        checkpoints_in(path, Choice(**choice))
    assert said in str(error.value), str(error.value)
    assert str(error.value).isprintable()


def test_a_folder_and_an_array_give_the_same(tmp_path, folder):
    found = checkpoints_in(folder)
    assert np.array_equal(found.matrices, STACK)
    assert (found.clock, found.unit, found.key) == ((0, 500, 1000, 1500, 2000), "update", "rnn.weight_hh_l0")
    np.savez(tmp_path / "all.npz", **{"rnn.weight_hh_l0": STACK, "clock": np.arange(0, 2500, 500), "bias": draw(5, 9)})
    again = checkpoints_in(tmp_path / "all.npz")
    assert (again.matrices, again.clock, again.unit) == (found.matrices, found.clock, "update")
    np.save(tmp_path / "all.npy", STACK)
    counted = checkpoints_in(tmp_path / "all.npy")
    assert (counted.matrices, counted.clock, counted.unit) == (found.matrices, (0, 1, 2, 3, 4), "checkpoint")


@pytest.mark.parametrize("ending", ["npy", "csv", "json", "txt"])
def test_files_of_one_matrix(tmp_path, ending):
    for number, matrix in enumerate(STACK[:3]):
        file = tmp_path / f"{number}.{ending}"
        if ending == "npy":
            np.save(file, matrix)
        elif ending == "json":
            file.write_text(json.dumps(matrix.tolist()), encoding="utf-8")
        else:
            np.savetxt(file, matrix, "%.17g", "," if ending == "csv" else " ")
    assert np.array_equal(checkpoints_in(tmp_path).matrices, STACK[:3])


def test_the_network_that_pytorch_trained():
    found = checkpoints_in(FIXTURES / "rnn_training.npz")
    assert found.clock == tuple(range(0, 601, 25))
    assert np.array_equal(found.matrices[-1], tensors("rnn")["weight_hh_l0"])


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_gates_of_checkpoints(tmp_path, kind):
    for number in (1, 2):
        shutil.copy(FIXTURES / f"{kind}.safetensors", tmp_path / f"epoch-{number}.safetensors")
    letter = {"lstm": ("forget", "f"), "gru": ("update", "z")}[kind]
    found = checkpoints_in(tmp_path, Choice(gate=letter[0]), words=Words("ko"))
    assert np.array_equal(found.matrices[0], blocks(kind, "weight_hh_l0")[letter[1]])
    assert found.unit == "epoch"
    assert found.title.startswith("weight_hh_l0: ")
    refused(tmp_path, "so choose one with --gate")
    refused(tmp_path, f"weight_hh_l0 has no {'reset' if kind == 'lstm' else 'cell'} gate",
            gate="reset" if kind == "lstm" else "cell")  # fmt: skip


def test_every_so_many_checkpoints(folder):
    found = checkpoints_in(folder, Choice(every=2))
    assert (found.clock, len(found.files)) == ((0, 1000, 2000), 3)
    assert np.array_equal(found.matrices, STACK[::2])
    refused(folder, "needs two checkpoints at least", every=9)


def test_too_many_numbers_are_refused_with_what_would_fit(tmp_path):
    np.save(tmp_path / "many.npy", np.zeros((9, 512, 512), np.float16))
    refused(tmp_path / "many.npy", "9 checkpoints of 512 × 512 are 2,359,296 numbers, but a film takes at most 8 of "
                                   "that size, so take one in 2 with --every 2")  # fmt: skip
    assert len(checkpoints_in(tmp_path / "many.npy", Choice(every=2)).matrices) == 5


def test_checkpoints_of_other_networks_are_refused_by_name(folder):
    np.savez(folder / "update-2500.npz", **{"rnn.weight_hh_l0": np.eye(4)})
    refused(
        folder, "update-2500.npz has 'rnn.weight_hh_l0' of 4 × 4 where update-0.npz has 'rnn.weight_hh_l0' of 3 × 3"
    )
    np.savez(folder / "update-2500.npz", **{"gru.weight_hh_l0": np.eye(3)})
    refused(folder, "update-2500.npz has 'gru.weight_hh_l0'")
    refused(folder, "update-2500.npz: there is no matrix 'rnn.weight_hh_l0', choose from gru.weight_hh_l0",
            key="rnn.weight_hh_l0")  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said", "choice"),
    [
        ({"W": np.eye(3)}, "holds W (3, 3), and no array of checkpoints × rows × columns", {}),
        ({"W": STACK, "V": STACK}, "it holds W, V, so choose one with --key", {}),
        ({"W": STACK}, "there is no matrix 'V', choose from W", {"key": "V"}),
        ({"W": STACK, "V": STACK[:4]}, "holds W of 5 checkpoints and V of 4", {}),
        ({"W": STACK[:, :2]}, "must be square", {}),
        ({"W": STACK[:0]}, "holds no checkpoints", {}),
        ({"W": STACK[:1]}, "needs two checkpoints at least", {}),
        ({"W": STACK, "clock": np.arange(4)}, "has clock of shape (4,)", {}),
        ({"W": STACK, "clock": [0, 2, 1, 3, 4]}, "has clock that does not rise", {}),
        ({"W": STACK, "clock": [0.5, 2, 3, 4, 5]}, "has clock that does not rise in whole numbers", {}),
        ({"W": STACK, "clock": [0, 1, 2, 3, np.nan]}, "has clock that does not rise", {}),
        ({"W": STACK * np.array([1, 1, np.inf, 1, 1])[:, None, None]}, "must be finite", {}),
        ({"W": np.zeros((2, 1025, 1025), np.float16)}, "at most 1,024 rows", {}),
        ({"W": np.zeros((17, 1024, 1024), bool)}, "at most 16,777,216 numbers are read", {}),
        ({"W": STACK.astype(complex)}, "holds complex numbers", {}),
    ],
)
def test_arrays_of_all_checkpoints_that_are_none(tmp_path, content, said, choice):
    np.savez_compressed(tmp_path / "all.npz", **content)
    refused(tmp_path / "all.npz", said, **choice)


def test_a_key_says_which_array_counts(tmp_path):
    np.savez(tmp_path / "all.npz", W=STACK, V=STACK[:4])
    assert len(checkpoints_in(tmp_path / "all.npz", Choice("V")).matrices) == 4


def test_pickles_are_not_run(tmp_path):
    class Bomb:
        def __reduce__(self):
            return open, (str(tmp_path / "run"), "w")

    np.savez(tmp_path / "all.npz", W=np.array([[[Bomb()]], [[Bomb()]]], object))
    refused(tmp_path / "all.npz", "holds pickled Python objects, which may run code")
    assert not (tmp_path / "run").exists()


def test_damaged_files_are_refused_by_name(folder):
    file = folder / "update-1000.npz"
    file.write_bytes(file.read_bytes()[:-40])
    refused(folder, "update-1000.npz is no .npz file")


@pytest.mark.parametrize(
    "matrix", [np.zeros((4, 4)), np.diag(np.ones(63), 1), np.array([[0.5]]), np.outer([1, 2], [3, 4])]
)
def test_singular_sparse_and_small_kernels(tmp_path, matrix):
    np.save(tmp_path / "all.npy", np.stack([matrix, matrix / 2]).astype(float))
    assert np.array_equal(checkpoints_in(tmp_path / "all.npy").matrices, [matrix, matrix / 2])


def test_the_largest_kernel(tmp_path):
    stack = np.random.default_rng(0).normal(size=(2, 1024, 1024)).astype(np.float32)
    np.save(tmp_path / "all.npy", stack)
    assert np.array_equal(checkpoints_in(tmp_path / "all.npy").matrices, stack)
