"""The networks that PyTorch trained, in tests/fixtures: read another way than the program's."""

import json
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).parent / "fixtures"
_TYPES = {"F32": "<f4", "F64": "<f8"}


@lru_cache
def tensors(kind):
    """Return the arrays of a network's file by name, in float64."""
    content = (FIXTURES / f"{kind}.safetensors").read_bytes()
    start = 8 + struct.unpack("<Q", content[:8])[0]
    found = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            flat = np.frombuffer(content[start + begin : start + end], _TYPES[entry["dtype"]])
            found[name] = flat.reshape(entry["shape"]).astype(float)
    return found


def blocks(kind, name):
    """Return the gates of a kernel or a bias by the letter that PyTorch's documentation gives them."""
    letters = {"lstm": "ifgo", "gru": "rzn"}[kind]
    return dict(zip(letters, np.split(tensors(kind)[name], len(letters)), strict=True))
