"""Files of matrices for tests: written another way than they are read, and how they are refused."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from render.errors import InputError
from render.pipeline.weights import weights_in

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}


def write_safetensors(path, tensors, types=None):
    """Write a file as its specification has it, another way than any library's."""
    header, body = {}, b""
    for key, array in tensors.items():
        name = (types or {}).get(key) or next(n for n, t in TYPES.items() if np.dtype(t) == array.dtype)
        content = array.astype(array.dtype.newbyteorder("<")).tobytes()
        header[key] = {"dtype": name, "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(content)]}
        body += content
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def write(path, matrix):
    """Write a matrix as the ending of a path says."""
    ending = path.suffix
    if ending == ".npy":
        np.save(path, matrix)
    elif ending == ".npz":
        np.savez_compressed(path, W=matrix)
    elif ending == ".safetensors":
        write_safetensors(path, {"W": np.asarray(matrix, float)})
    elif ending == ".json":
        path.write_text(json.dumps(np.asarray(matrix).tolist()), encoding="utf-8")
    else:
        np.savetxt(path, matrix, fmt="%.17g", delimiter={".csv": ",", ".tsv": "\t", ".txt": " "}[ending])


def npy(header, body=b"", version=1):
    """Return a .npy file with any header."""
    text = header if isinstance(header, bytes) else header.encode()
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + body


def only(path, **options):
    """Return the one matrix of a file."""
    found = weights_in([path], **options)
    assert list(found.matrices) == [""]
    return found.matrices[""]


def refused(path, said="", **options):
    """Return the sentence with which a file is refused."""
    with pytest.raises(InputError) as error:
        weights_in([path] if isinstance(path, Path) else path, **options)
    sentence = str(error.value)
    assert said in sentence, sentence
    assert sentence.isprintable()
    return sentence
