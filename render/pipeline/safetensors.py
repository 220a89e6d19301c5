"""Arrays in .safetensors files: the length of a header, the header as JSON, and the numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from render.pipeline.numpy_files import filled
from render.pipeline.stored import MalformedError, Refusal, Stored, refuse_large
from render.text import brief

# A header is some 100 bytes a tensor, and takes 30 times its length of memory to be read.
_LONGEST_HEADER = 4_000_000
_MOST_AXES = 64
# Little-endian numbers; BF16, the upper half of a float32, is widened by hand.
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip


def safetensors_arrays(file: IO[bytes], size: int) -> list[Stored]:
    """Return the arrays of a .safetensors file of so many bytes.

    Raises
    ------
    MalformedError
        If its header is not that of such a file, or arrays lie outside it or over each other.
    """
    entries, start = _entries(file, size)
    found, spans = [], []
    for key, entry in entries.items():
        if key == "__metadata__":
            continue
        name, shape, begin, end = _checked(key, entry, size - start)
        spans.append((begin, end, key))
        found.append(_stored(file, start + begin, end - begin, key, name, shape))
    for (_, end, key), (begin, _, other) in pairwise(sorted(span for span in spans if span[0] < span[1])):
        if begin < end:
            raise MalformedError(f"has {brief(key)} and {brief(other)} in the same place, so save it again")
    return found


def _entries(file: IO[bytes], size: int) -> tuple[dict[str, Any], int]:
    """Return the header's entries, and where the numbers begin."""
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > size - 8 or not length:
        raise MalformedError("is no .safetensors file: its header is longer than the file, so save it again")
    if length > _LONGEST_HEADER:
        raise MalformedError(
            f"has a header of {length:,} bytes where {_LONGEST_HEADER:,} are the most, so save fewer tensors in it"
        )
    try:
        entries = json.loads(file.read(length).decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, dict):
        raise MalformedError("is no .safetensors file: its header cannot be read, so save it again")
    return entries, 8 + length


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a name comes twice")
    return content


def _checked(key: str, entry: Any, room: int) -> tuple[str, tuple[int, ...], int, int]:
    """Return type, shape, begin and end of an array, or refuse what cannot be."""
    if not isinstance(entry, Mapping) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise MalformedError(f"says of {brief(key)} not what a .safetensors file says, so save it again")
    name, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(name, str) or not _are_whole(shape) or len(shape) > _MOST_AXES:
        raise MalformedError(f"says of {brief(key)} a type or a shape that is none, so save it again")
    if not _are_whole(offsets) or len(offsets) != 2 or not offsets[0] <= offsets[1] <= room:
        raise MalformedError(f"says that {brief(key)} lies outside the file, so save it again")
    begin, end = offsets
    if name in _TYPES and math.prod(shape) * np.dtype(_TYPES[name]).itemsize != end - begin:
        raise MalformedError(
            f"has {end - begin:,} bytes of {brief(key)}, which its shape does not need, so save it again"
        )
    return name, tuple(shape), begin, end


def _are_whole(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 2**53 for value in values)


def _stored(file: IO[bytes], begin: int, size: int, key: str, name: str, shape: tuple[int, ...]) -> Stored:
    def read(refuse: Refusal = refuse_large) -> NDArray[Any]:
        refuse(shape)
        file.seek(begin)
        content = file.read(size)
        if len(content) < size:
            raise MalformedError("ends before its numbers do, so save it again")
        array = filled(np.dtype(_TYPES[name]), shape, content)
        return (array.astype(np.uint32) << 16).view(np.float32) if name == "BF16" else array

    known = None if name in _TYPES else f"holds numbers of type {brief(name)}, so save it as F32"
    return Stored(key, shape, read, known)
