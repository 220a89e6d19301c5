"""Files of matrices that are crafted: nothing of theirs hangs, runs, or takes memory."""

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from films import ENVIRONMENT
from fuzzing import many
from hypothesis import given
from hypothesis import strategies as st
from weight_files import npy, refused, write

from render.errors import InputError
from render.pipeline.array_files import READERS, arrays_in


def tensors(header, body=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def entry(offsets=(0, 16), shape=(2, 2), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def archive(members, **changes):
    """Return a .npz file, with fields of its directory's entries changed behind its back."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
        for info in file.infolist():
            for field, value in changes.items():
                setattr(info, field, value)
    return packed.getvalue()


def saved(array, **options):
    packed = io.BytesIO()
    np.save(packed, array, **options)
    return packed.getvalue()


class Canary:
    """Writes a file where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def bomb():
    """Return an archive of 10 GB of zeros, packed in a few kilobytes of what a header says and megabytes of nothing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    header = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1024, 1024), }")
    content = packer.compress(header) + packer.compress(bytes(10**7)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = block.compress(bytes(10**7)) + block.flush(zlib.Z_FULL_FLUSH)
    content += zeros * 999 + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(content), 2**32 - 2, 5, 0) + b"W.npy"
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(content), 2**32 - 2, 5, 0, 0, 0, 0, 0, 0)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central) + 5, len(local) + len(content), 0)
    return local + content + central + b"W.npy" + end


F8 = "{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }"
EYE = np.eye(2, dtype="f4").tobytes()
CRAFTED = {
    "claims 32 GiB.npy": npy(F8 % "65536, 65536"),
    "claims 8 MB.npy": npy(F8 % "1024, 1024"),
    "negative.npy": npy(F8 % "-1, 4", bytes(32)),
    "many digits.npy": npy(F8 % f"{'9' * 4_000}, 2"),
    "many axes.npy": npy(F8 % ("1," * 2_000)),
    "deep.npy": npy("(" * 9_000),
    "deeper.npy": npy("{" + "'descr':[" * 900),
    "long header.npy": npy(b"", version=2)[:8] + struct.pack("<I", 10**9) + b"x" * 100,
    "truncated.npy": saved(np.eye(4))[:-1],
    "longer.npy": saved(np.eye(4)) + b"x",
    "half a header.npy": saved(np.eye(4))[:50],
    "version.npy": npy(F8 % "1, 1", bytes(8), version=9),
    "record.npy": saved(np.zeros((2, 2), [("a", "f8"), ("b", "f8")])),
    "text.npy": saved(np.array([["a", "b"], ["c", "d"]])),
    "time.npy": saved(np.zeros((2, 2), "M8[s]")),
    "complex.npy": saved(np.eye(2) * 1j),
    "half type.npy": npy("{'descr': '<f3', 'fortran_order': False, 'shape': (1, 1), }", bytes(3)),
    "twice.npz": None,
    "lying.npz": archive([("W.npy", saved(np.eye(4)))], file_size=10),
    "lying more.npz": archive([("W.npy", saved(np.eye(4)))], file_size=10**6),
    "wrong sum.npz": archive([("W.npy", saved(np.eye(4)))], CRC=1),
    "encrypted.npz": archive([("W.npy", saved(np.eye(4)))], flag_bits=1),
    "unknown.npz": archive([("W.npy", saved(np.eye(4)))], compress_type=93),
    "claims.npz": archive([("W.npy", npy(F8 % "1024, 1024"))]),
    "objects.npz": archive([("W.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }"))]),
    "nothing.npz": archive([]),
    "no arrays.npz": archive([("../../x", b"x")]),
    "cut.npz": archive([("W.npy", saved(np.eye(4)))])[:-30],
    "many members.npz": archive([(f"{n}.npy", b"") for n in range(5_000)]),
    "huge header.safetensors": tensors(b"{}", length=10**8),
    "longest header.safetensors": tensors(b" " * 5_000_000),
    "beyond.safetensors": tensors(b"{}", length=2**63),
    "no length.safetensors": b"\1\0",
    "twice.safetensors": tensors(b'{"a": %s, "a": %s}' % ((json.dumps(entry()).encode(),) * 2), EYE),
    "overlapping.safetensors": tensors({"a": entry(), "b": entry((8, 24))}, bytes(24)),
    "same place.safetensors": tensors({"a": entry(), "b": entry()}, EYE),
    "outside.safetensors": tensors({"a": entry((8, 24))}, bytes(20)),
    "negative.safetensors": tensors({"a": entry((-16, 0))}, EYE),
    "backwards.safetensors": tensors({"a": entry((16, 0))}, EYE),
    "float.safetensors": tensors({"a": entry((0.0, 16.0))}, EYE),
    "true.safetensors": tensors({"a": entry((False, 16))}, EYE),
    "small.safetensors": tensors({"a": entry((0, 8))}, EYE),
    "shape.safetensors": tensors({"a": entry(shape=(-2, -2))}, EYE),
    "huge shape.safetensors": tensors({"a": entry(shape=(2**52, 2**52, 2**52))}, EYE),
    "type.safetensors": tensors({"a": entry(dtype="F8_E4M3", offsets=(0, 4))}, bytes(4)),
    "no type.safetensors": tensors({"a": entry(dtype=[])}, EYE),
    "list.safetensors": tensors([entry()], EYE),
    "no entry.safetensors": tensors({"a": 5}, EYE),
    "more.safetensors": tensors({"a": entry() | {"pickle": "x"}}, EYE),
    "deep.safetensors": tensors(b'{"a":' + b"[" * 100_000),
    "digits.safetensors": tensors(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, ' + b"9" * 9_000 + b"]}}"),
    "infinite.safetensors": tensors({"a": entry((0, float("inf")))}, EYE),
    "columns.csv": b"1," * 10_000_000,
    "rows.csv": b"1\n" * 1_000_000,
    "wide rows.csv": (b"1," * 4_000 + b"1\n") * 2_000,
    "uneven.csv": b"1,2\n3\n",
    "names.csv": b"a,b\n1,2\n",
    "beyond.csv": b"1,1e999\n1,2\n",
    "nano.tsv": b"nano",
    "underscore.csv": b"1_0",
    "complex.txt": b"1+2j",
    "zeros.csv": bytes(10**6),
    "utf16.csv": "1,2\n3,4\n".encode("utf-16"),
    "remarks.txt": b"# nothing\n",
    "open.json": b"[" * 10_000_000,
    "closed.json": b"[[],[],[]]",
    "empty rows.json": b"[" + b"[]," * 10_000_000,
    "objects.json": b"[" + b"{}," * 10_000_000,
    "keys.json": b"{" + b'"a":[[1]],' * 1_000_000,
    "many keys.json": ("{" + ",".join(f'"{n}":[[1]]' for n in range(10_000)) + "}").encode(),
    "long key.json": b'{"' + b"a" * 10_000_000,
    "flat.json": b"[1, 2]",
    "null.json": b"null",
    "text.json": b'[["1"]]',
    "true.json": b"[[true]]",
    "beyond.json": b"[[1e999]]",
    "large.json": b"[[1e999]]",
    "digits.json": b"[[" + b"1" * 5_000 + b"]]",
    "whole.json": b"[[9007199254740993]]",
    "uneven.json": b"[[1, 2], [3]]",
    "behind.json": b"[[1]] [[2]]",
    "comma.json": b"[[1],]",
}
CRAFTED["twice.npz"] = CRAFTED["claims.npz"]
_whole = archive([("W.npy", saved(np.eye(4)))])
CRAFTED["second directory.npz"] = _whole[:-22] + b"PK\6\7" + bytes(16) + _whole[-22:]
CRAFTED["remark.npz"] = _whole[:-2] + b"\5\0later"

# Reads what it is told with a bound on memory, counted from what Python and NumPy take before.
BOUNDED = """
import resource, sys
from pathlib import Path
from render.errors import InputError
from render.pipeline.weights import weights_in
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 150_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for line in sys.stdin:
    try:
        found = weights_in([Path(line.rstrip("\\n"))])
        print("read", list(found.matrices))
    except InputError as error:
        print(f"{Path(line).name.strip()}: {error}")
    sys.stdout.flush()
"""


@pytest.fixture(scope="module")
def reader():
    """A process of little memory that answers for files, one after the other."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("memory is counted on Linux")
    process = subprocess.Popen(
        [sys.executable, "-c", BOUNDED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env=ENVIRONMENT | {"OPENBLAS_NUM_THREADS": "1"}, cwd=Path(__file__).parents[3],
    )  # fmt: skip

    def ask(path):
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        return process.stdout.readline().rstrip("\n")

    with process:
        yield ask
        process.stdin.close()


@pytest.mark.parametrize("name", CRAFTED)
def test_f42_to_f46_crafted_files_are_refused_within_little_memory(tmp_path, reader, name):
    path = tmp_path / name
    path.write_bytes(CRAFTED[name])
    if name == "twice.npz":
        with zipfile.ZipFile(path, "w") as file, pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("W.npy", saved(np.eye(2)))
            file.writestr("W.npy", saved(np.eye(3)))
    answer = reader(path)
    assert answer.startswith(f"{name}: "), answer
    assert answer.isprintable()
    assert 10 < len(answer) < 500


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unknown.npz", "has 'W' in a form that numpy.savez does not write"),
        ("encrypted.npz", "has 'W' in a form that numpy.savez does not write"),
        ("many members.npz", "has more than 4,096 arrays"),
        ("outside.safetensors", "says that 'a' lies outside the file"),
        ("longest header.safetensors", "has a header of 5,000,000 bytes where 4,000,000 are the most"),
        ("columns.csv", "has a line of more than 131,072 bytes"),
    ],
)
def test_f44_to_f46_what_is_too_much_is_refused_before_it_is_read(tmp_path, name, said):
    (tmp_path / name).write_bytes(CRAFTED[name])
    refused(tmp_path / name, said)


def test_f45_a_bomb_is_not_unpacked(tmp_path, reader):
    (tmp_path / "bomb.npz").write_bytes(bomb())
    start = time.process_time()
    refused(tmp_path / "bomb.npz", "bytes of numbers in 'W' where its header says 8,388,608")
    assert time.process_time() - start < 5.0
    assert reader(tmp_path / "bomb.npz").startswith("bomb.npz: ")


@pytest.mark.parametrize("ending", READERS)
def test_f44_no_such_file_and_no_file_at_all(tmp_path, reader, ending):
    refused(tmp_path / f"missing{ending}", "cannot be read (No such file or directory), so check the path")
    (tmp_path / f"folder{ending}").mkdir()
    (tmp_path / f"zero{ending}").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / f"pipe{ending}")
    for name in ("folder", "zero", "pipe"):
        assert reader(tmp_path / f"{name}{ending}").endswith("is no regular file, so give one")
    for name, content in (("empty", b""), ("rubbish", np.random.default_rng(3).bytes(10_000))):
        (tmp_path / f"{name}{ending}").write_bytes(content)
        assert reader(tmp_path / f"{name}{ending}").startswith(f"{name}{ending}: ")


@pytest.mark.parametrize("ending", [".npy", ".npz"])
def test_f42_pickled_objects_are_not_run(tmp_path, ending):
    canary = tmp_path / "canary"
    objects = np.array([[Canary(canary)] * 2] * 2)
    path = tmp_path / f"W{ending}"
    np.save(path, objects) if ending == ".npy" else np.savez(path, W=objects)
    refused(path, "holds pickled Python objects, which may run code")
    (tmp_path / "raw.npy").write_bytes(pickle.dumps(Canary(canary)))
    refused(tmp_path / "raw.npy", "holds no array as numpy.save writes it")
    assert not canary.exists()


@pytest.mark.parametrize(
    ("ending", "line"),
    [
        (".pt", "from safetensors.torch import save_file; save_file({k: v.clone() for k, v in "),
        (".PTH", "safetensors.torch"), (".pkl", "numpy.save("), (".h5", "numpy.savez("), (".keras", "numpy.savez("),
    ],
)  # fmt: skip
def test_f47_files_of_libraries_are_answered_with_what_converts_them(tmp_path, ending, line):
    # Whatever is in them, and whether there are any.
    said = refused(tmp_path / f"model{ending}", f"model{ending} is not read, since {ending.lower()} files may run code")
    compile(said.partition("was made: ")[2], "said", "exec")
    assert line in said
    refused(tmp_path / "model.onnx", "is no kind of file that is read, so save it as .npy, .npz, .safetensors, .csv")


# Whatever bytes there are


@pytest.mark.parametrize("ending", READERS)
@many(60)
@given(data=st.data())
def test_f42_to_f46_any_bytes_are_read_or_refused(tmp_path_factory, ending, data):
    path = tmp_path_factory.mktemp("any") / f"W{ending}"
    write(path, np.arange(9.0).reshape(3, 3))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        content = bytearray(data.draw(st.binary(max_size=300)))
    else:
        # A file with some bytes changed, or cut, is nearer to what readers believe.
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        del content[data.draw(st.integers(0, len(content))) :]
    path.write_bytes(content)
    try:
        with arrays_in(path) as found:
            for single in found:
                if single.refusal is None:
                    assert single.read().shape == single.shape
    except InputError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 600
