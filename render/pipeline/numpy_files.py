"""Arrays as NumPy saves them, .npy and .npz: headers first, and nothing in them is ever run.

NumPy's own reader takes memory for whatever a header says, and an archive unpacks to whatever it holds. Here sizes are
compared with those of the file before anything is read.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from render.pipeline.stored import MalformedError, Refusal, Stored, refuse_large
from render.text import brief

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000
# An archive of more members, or with longer names, would take seconds and megabytes just to be listed.
_MOST_MEMBERS, _LARGEST_DIRECTORY = 4_096, 1 << 20
_END = struct.Struct("<4s4H2LH")

# One entry of a header, which is written as a Python dictionary. It is matched, since even Python's safe reader of
# literals can be made to fail by deep ones.
_ENTRY = re.compile(
    r"""\s*(['"])(?P<name>descr|fortran_order|shape)\1\s*:\s*
    (?:(['"])(?P<descr>[^'"]*)\3|(?P<order>True|False)|\((?P<shape>[\d\sL,]*)\)|(?P<record>\[[^:]*\]))\s*(?:,|$)""",
    re.VERBOSE,
)
_NUMBERS = re.compile(r"[<>|=]?[biuf]\d{1,2}")


@dataclass(frozen=True)
class _Header:
    shape: tuple[int, ...]
    dtype: np.dtype[Any] | None
    fortran: bool
    length: int
    refusal: str | None

    @property
    def size(self) -> int:
        """Bytes of the numbers."""
        return math.prod(self.shape) * (self.dtype.itemsize if self.dtype else 0)


def npy_arrays(file: IO[bytes], size: int) -> list[Stored]:
    """Return the array of a .npy file of so many bytes.

    Raises
    ------
    MalformedError
        If it is none.
    """
    header = _header(file)

    def read(refuse: Refusal = refuse_large) -> NDArray[Any]:
        refuse(header.shape)
        if size - header.length != header.size:
            raise MalformedError(
                f"has {size - header.length:,} bytes of numbers where its header says {header.size:,}, so save it again"
            )
        file.seek(header.length)
        return _array(header, file.read(header.size))

    return [Stored("", header.shape, read, header.refusal)]


def npz_arrays(file: IO[bytes], size: int) -> list[Stored]:
    """Return the arrays of a .npz file of so many bytes; the other files in it are left alone.

    Raises
    ------
    MalformedError
        If it is none, or has names twice, encrypted members, or more than anybody's weights have.
    """
    _refuse_long_directory(file, size)
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN:
        raise MalformedError("is no .npz file, so save it with numpy.savez") from None
    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise MalformedError("has two arrays of one name, so save it again")
    return [_member(archive, member) for member in members if member.filename.endswith(".npy")]


_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, OverflowError),
    # A compression or an encryption that Python's reader does not know.
    *(NotImplementedError, RuntimeError, KeyError, IndexError),
)


def _refuse_long_directory(file: IO[bytes], size: int) -> None:
    """Refuse archives whose list of members is longer than that of any weights, before it is read."""
    file.seek(max(0, size - _END.size - 20))
    tail = file.read()
    end = tail[-_END.size :]
    if len(end) < _END.size or end[:4] != b"PK\5\6" or end[-2:] != b"\0\0":
        raise MalformedError("is no .npz file as numpy.savez writes it, so save it again")
    if tail[: -_END.size].startswith(b"PK\6\7"):
        # It has a second directory, for sizes beyond 32 bits, which counts instead of this one.
        raise MalformedError("has more than 4 GB or 65,535 arrays, so save those that are to be filmed")
    members, directory = _END.unpack(end)[4:6]
    if members > _MOST_MEMBERS or directory > _LARGEST_DIRECTORY:
        raise MalformedError(f"has more than {_MOST_MEMBERS:,} arrays, so save those that are to be filmed")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Stored:
    key = member.filename.removesuffix(".npy")
    if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise MalformedError(f"has {brief(key)} in a form that numpy.savez does not write, so save it again")

    def opened(read_numbers: bool, refuse: Refusal = refuse_large) -> tuple[_Header, bytes]:
        try:
            with archive.open(member) as content:
                header = _header(content)
                if not read_numbers:
                    return header, b""
                refuse(header.shape)
                if member.file_size != header.length + header.size:
                    raise MalformedError(
                        f"has {member.file_size - header.length:,} bytes of numbers in {brief(key)} where its header "
                        f"says {header.size:,}, so save it again"
                    )
                numbers = content.read(header.size)
                # Only at its end is the sum of a member compared.
                content.read(1)
                return header, numbers
        except MalformedError:
            raise
        except _BROKEN:
            raise MalformedError(f"is damaged where {brief(key)} is, so save it again") from None

    header, _ = opened(False)

    def read(refuse: Refusal = refuse_large) -> NDArray[Any]:
        return _array(*opened(True, refuse))

    return Stored(key, header.shape, read, header.refusal)


def _header(file: IO[bytes]) -> _Header:
    start = file.read(8)
    if len(start) < 8 or start[:6] != _MAGIC:
        raise MalformedError("holds no array as numpy.save writes it, so save it with numpy.save or numpy.savez")
    if start[6] not in (1, 2, 3) or start[7]:
        raise MalformedError(f"is in version {start[6]}.{start[7]} of .npy, which is not known, so save it again")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(file.read(width), "little")
    if length > _LONGEST_HEADER:
        raise MalformedError(f"has a header of {length:,} bytes, where NumPy writes 128, so save it again")
    content = file.read(length)
    found = _entries(content.decode("utf-8" if start[6] == 3 else "latin-1", errors="replace"))
    if len(content) < length or found is None:
        raise MalformedError("has a header that cannot be read, so save it with numpy.save")
    shape, descr, fortran = found
    dtype, refusal = _type(descr)
    return _Header(shape, dtype, fortran, 8 + width + length, refusal)


def _entries(text: str) -> tuple[tuple[int, ...], str, bool] | None:
    """Return shape, type and order of a header; None where it is none."""
    text = text.strip()
    if text[:1] != "{" or text[-1:] != "}":
        return None
    text, place, found = text[1:-1].strip(), 0, dict[str, re.Match[str]]()
    while place < len(text):
        entry = _ENTRY.match(text, place)
        if entry is None or entry["name"] in found:
            return None
        found[entry["name"]], place = entry, entry.end()
    if len(found) < 3 or found["shape"]["shape"] is None or found["fortran_order"]["order"] is None:
        return None
    sizes = [part.strip().removesuffix("L") for part in found["shape"]["shape"].split(",") if part.strip()]
    # More digits than any file has bytes, more axes than NumPy has.
    if any(not size.isdecimal() or len(size) > 15 for size in sizes) or len(sizes) > 64:
        return None
    descr = found["descr"]["descr"] if found["descr"]["descr"] is not None else found["descr"]["record"]
    return tuple(map(int, sizes)), descr or "", found["fortran_order"]["order"] == "True"


def _type(descr: str) -> tuple[np.dtype[Any] | None, str | None]:
    """Return the type of numbers, or why they are not read."""
    if _NUMBERS.fullmatch(descr):
        try:
            return np.dtype(descr), None
        except TypeError:
            pass
    if descr.lstrip("<>|=").startswith("O"):
        return None, "holds pickled Python objects, which may run code when they are read, so save plain numbers"
    if descr.lstrip("<>|=").startswith("c"):
        return None, "holds complex numbers, so save its real part"
    return None, f"must hold real numbers, but their type is {brief(descr)}, so save plain numbers"


def _array(header: _Header, content: bytes) -> NDArray[Any]:
    if header.dtype is None or len(content) != header.size:
        raise MalformedError("ends before its numbers do, so save it again")
    return filled(header.dtype, header.shape, content, header.fortran)


def filled(dtype: np.dtype[Any], shape: Sequence[int], content: bytes, fortran: bool = False) -> NDArray[Any]:
    """Return the array of a shape whose numbers are these bytes, in the byte order of this machine."""
    array = np.frombuffer(content, dtype.newbyteorder("=") if dtype.isnative else dtype)
    array = array.view(np.uint8) != 0 if dtype.kind == "b" else array.astype(dtype.newbyteorder("="))
    return array.reshape(shape, order="F" if fortran else "C")
