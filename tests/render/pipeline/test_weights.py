"""Files of matrices are read exactly."""

import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from weight_files import npy, only, refused, write, write_safetensors

from render.pipeline.array_files import READERS
from render.pipeline.weights import GATES, ORDERS, weights_in
from render.text import Words

RNG = np.random.default_rng(0)
MATRICES = {
    "random": RNG.normal(size=(7, 7)) * 10.0 ** RNG.integers(-300, 300, (7, 7)),
    "one": np.array([[-0.25]]),
    "singular": np.outer(np.arange(4.0), np.ones(4)),
    "sparse": np.diag(np.full(63, 1 / 3), 1),
}


# Every kind of file


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("name", MATRICES)
def test_matrices_come_back_bit_for_bit(tmp_path, ending, name):
    path = tmp_path / f"W{ending}"
    write(path, MATRICES[name])
    assert np.array_equal(only(path), MATRICES[name])
    assert weights_in([path]).title == "Powers of W"


@pytest.mark.parametrize("ending", [".npy", ".npz", ".safetensors", ".csv"])
def test_the_largest_matrix(tmp_path, ending):
    matrix = np.random.default_rng(1).normal(size=(1_024, 1_024))
    write(tmp_path / f"W{ending}", matrix)
    assert np.array_equal(only(tmp_path / f"W{ending}"), matrix)
    larger = np.zeros((1_025, 1_025))
    write(tmp_path / f"V{ending}", larger)
    refused(tmp_path / f"V{ending}", "1,024")


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(MATRICES["random"]),
        MATRICES["random"].astype(">f8"),
        MATRICES["random"][::-1, ::2][:4],
        np.arange(9, dtype=">i4").reshape(3, 3),
        np.eye(3, dtype=bool),
        np.float16([[0.1, 65504], [6e-8, -1]]),
        np.array([[2**64 - 1, 0], [0, 1]], np.uint64),
        np.longdouble([[0.5, 1], [1, 2]]),
    ],
    ids=lambda array: f"{array.dtype.str}-{array.flags.f_contiguous}",
)
def test_arrays_of_numpy_in_every_order(tmp_path, array):
    for path in (tmp_path / "W.npy", tmp_path / "W.npz"):
        write(path, array)
        found = only(path)
        assert np.array_equal(found, np.load(path) if path.suffix == ".npy" else np.load(path)["W"])
        assert found.dtype.isnative
    with open(tmp_path / "two.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=(2, 0))
    assert np.array_equal(only(tmp_path / "two.npy"), array)


@pytest.mark.parametrize("header", [
    '{"shape": (2,2), "descr": "<f8", "fortran_order": False}',
    "{'fortran_order':False,'descr':'<f8','shape':(2L, 2L)}  \n",
])  # fmt: skip
def test_headers_that_other_programs_write(tmp_path, header):
    (tmp_path / "W.npy").write_bytes(npy(header, np.eye(2).tobytes()))
    assert np.array_equal(only(tmp_path / "W.npy"), np.eye(2))


def test_bfloat16_is_widened_by_its_bits(tmp_path):
    # All that are finite: 2 signs, 255 exponents, 128 fractions.
    bits = np.array([b for b in range(2**16) if (b >> 7) & 255 != 255], np.uint16)
    side = 255
    whole = bits[: side**2].reshape(side, side)
    write_safetensors(tmp_path / "W.safetensors", {"W": whole}, {"W": "BF16"})
    found = only(tmp_path / "W.safetensors")
    for value, pattern in zip(found.flat[::7], whole.flat[::7], strict=True):
        assert struct.pack(">f", value) == struct.pack(">HH", pattern, 0)
    assert found.dtype == np.float32


def test_texts_with_remarks_spaces_and_marks(tmp_path):
    texts = {
        "a.csv": b"\xef\xbb\xbf# W of epoch 3\r\n1, 2e-3\r\n\r\n-3,+4.5\r\n",
        "b.tsv": b"1\t2e-3\n-3\t4.5",
        "c.txt": b"  1   2e-3\n# no row\n-3\t4.5  \n",
        "d.json": b"\xef\xbb\xbf [ [1, 2e-3],\n [-3, 4.5] ]\n",
        "e.json": b'{"W": [[1, 0.002], [-3, 4.5]]}',
    }
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
        assert np.array_equal(only(tmp_path / name), [[1, 2e-3], [-3, 4.5]]), name


# Choosing


def test_gates_are_taken_apart_in_their_order(tmp_path):
    rng = np.random.default_rng(2)
    for blocks in (4, 3):
        known = [rng.normal(size=(9, 9)) for _ in range(blocks)]
        for order in ("pytorch", "keras"):
            tall, wide = np.vstack(known), np.hstack([block.T for block in known])
            names = {
                ("pytorch", 4): "input forget cell output", ("keras", 4): "input forget cell output",
                ("pytorch", 3): "reset update new", ("keras", 3): "update reset new",
            }[order, blocks].split()  # fmt: skip
            for number, array in enumerate((tall, wide)):
                path = tmp_path / f"{order}{blocks}{number}.npy"
                np.save(path, array)
                found = weights_in([path], order=order)
                assert list(found.matrices) == names
                for name, block in zip(names, known, strict=True):
                    assert np.array_equal(found.matrices[name], block)
                    alone = only(path, gate=name, order=order)
                    spectra = [np.sort_complex(np.linalg.eigvals(m)) for m in (alone, block)]
                    assert np.allclose(*spectra, rtol=0, atol=1e-12)
                # Without an order it follows from the shape.
                usual = ("pytorch", "keras")[number]
                assert list(weights_in([path]).matrices) == list(ORDERS[usual][blocks])


def test_what_is_filmed_without_a_key(tmp_path):
    eye = np.eye(3, dtype="f4")
    path = tmp_path / "model.safetensors"
    write_safetensors(path, {
        "emb": np.zeros((5_000, 3), "f4"), "fc.weight": 2 * eye, "bias": np.zeros(3, "f4"),
        "rnn.weight_ih_l0": np.zeros((3, 3), "f4"), "rnn.weight_hh_l0": 3 * eye, "rnn.weight_hh_l1": 4 * eye,
    })  # fmt: skip
    found = weights_in([path])
    assert {name: matrix[0, 0] for name, matrix in found.matrices.items()} == {"weight_hh_l0": 3, "weight_hh_l1": 4}
    assert found.left_out == ()
    found = weights_in([path], keys=["fc.weight", "rnn.weight_hh_l0"])
    assert {name: matrix[0, 0] for name, matrix in found.matrices.items()} == {"fc.weight": 2, "rnn.weight_hh_l0": 3}
    np.savez(tmp_path / "s.npz", **{f"layer{n}": np.eye(2) * n for n in range(9)})
    found = weights_in([tmp_path / "s.npz"])
    assert list(found.matrices) == ["layer0", "layer1", "layer2", "layer3"]
    assert found.left_out == tuple(f"layer{n}" for n in range(4, 9))
    np.savez(tmp_path / "l.npz", **{f"W{n}": np.eye(1_024, dtype="f4") for n in range(3)})
    assert (len((large := weights_in([tmp_path / "l.npz"])).matrices), large.left_out) == (2, ("W2",))


def test_files_side_by_side(tmp_path):
    for name, size in (("before", 2), ("after", 3)):
        np.save(tmp_path / f"{name}.npy", np.eye(size))
    found = weights_in([tmp_path / "before.npy", tmp_path / "after.npy"])
    assert [(name, len(matrix)) for name, matrix in found.matrices.items()] == [("before", 2), ("after", 3)]
    assert found.title is None
    write(tmp_path / "before.csv", np.eye(2))
    assert list(weights_in([tmp_path / "before.csv", tmp_path / "before.npy"]).matrices) == ["before.csv", "before.npy"]


def test_titles_tell_gate_and_order(tmp_path):
    np.savez(tmp_path / "m.npz", **{"a.weight_hh_l0": np.zeros((8, 2)), "b.weight_hh_l0": np.zeros((6, 2))})
    one = {"keys": ["a.weight_hh_l0"]}
    assert weights_in([tmp_path / "m.npz"], **one).title == "a.weight_hh_l0: gates (PyTorch: i, f, g, o)"
    assert weights_in([tmp_path / "m.npz"], **one, order="keras").title == "a.weight_hh_l0: gates (Keras: i, f, c, o)"
    korean = weights_in([tmp_path / "m.npz"], **one, gate="forget", words=Words("ko"))
    assert korean.title == "a.weight_hh_l0: 망각 게이트 (PyTorch: i, f, g, o)"
    both = weights_in([tmp_path / "m.npz"])
    assert list(both.matrices) == ["input", "forget", "cell", "output"]
    assert both.title == "a.weight_hh_l0: gates (PyTorch: i, f, g, o)"
    assert both.left_out == ("b.weight_hh_l0 (reset)", "b.weight_hh_l0 (update)", "b.weight_hh_l0 (new)")
    np.savez(tmp_path / "g.npz", **{"a.weight_hh": np.zeros((2, 2)), "b.weight_hh": np.zeros((6, 2))})
    mixed = weights_in([tmp_path / "g.npz"], words=Words("ko"))
    assert list(mixed.matrices) == ["a", "b, 리셋", "b, 갱신", "b, 새 값"]
    assert mixed.title == "게이트 (PyTorch: r, z, n)"
    assert weights_in([tmp_path / "g.npz"], gate="new").title == "b.weight_hh: new gate (PyTorch: r, z, n)"
    assert all(has_korean(Words("ko")(gate)) for gate in GATES)


def has_korean(text):
    return any("가" <= letter <= "힣" for letter in text)


def test_what_is_not_there_is_answered_with_what_is(tmp_path):
    np.savez(tmp_path / "m.npz", alpha=np.eye(2), beta=np.zeros((3, 5)), gamma=np.zeros(4), z=np.eye(2) * 1j)
    said = refused(tmp_path / "m.npz", "there is no matrix 'alhpa'", keys=["alhpa"])
    assert said.endswith("choose from alpha, beta, gamma, z")
    refused(tmp_path / "m.npz", "beta must be square, or 3 or 4 such", keys=["beta"])
    refused(
        tmp_path / "m.npz",
        "gamma must be rows and columns of numbers, or such of several square matrices, but its shape is (4,)",
        keys=["gamma"],
    )
    refused(tmp_path / "m.npz", "z holds complex numbers, so save its real part", keys=["z"])
    refused(tmp_path / "m.npz", "alpha has no cell gate, since it is one matrix without gates", keys=["alpha"],
            gate="cell")  # fmt: skip
    refused(tmp_path / "m.npz", "no kernel of gates of at most 1,024 rows among alpha (2, 2), beta", gate="cell")
    np.save(tmp_path / "gru.npy", np.zeros((6, 2)))
    refused(tmp_path / "gru.npy", "gru has no cell gate, since its gates are reset, update, new", gate="cell")
    for shape in ((), (4,), (2, 2, 3), (0, 2, 2), (2, 2, 2, 2), (2, 5), (4, 1), (0, 0)):
        np.save(tmp_path / "shape.npy", np.zeros(shape))
        refused(tmp_path / "shape.npy", "shape must be")


@pytest.mark.parametrize("key", ["", " ", "\x1b[2J", "a\nb", "<keep>a</>", "{step}", "../x", "가" * 300, "\u202eabc"])
def test_names_that_somebody_else_gave(tmp_path, key):
    path = tmp_path / "W.json"
    path.write_text(json.dumps({key: [[1]], "other": [[2]]}), encoding="utf-8")
    labels = list(weights_in([path]).matrices)
    assert len(labels) == 2
    assert all(label.strip() and label.isprintable() and len(label) < 250 for label in labels)
    assert only(path, keys=[key]) == [[1]]
    refused(path, keys=[key + "?"])


@settings(max_examples=40)
@given(matrix=arrays(float, (3, 3), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_any_numbers_survive_every_file(tmp_path_factory, matrix):
    folder = tmp_path_factory.mktemp("numbers")
    for ending in READERS:
        write(folder / f"W{ending}", matrix)
        found = only(folder / f"W{ending}")
        assert found.tobytes() == matrix.tobytes()
        assert math.prod(found.shape) == 9
