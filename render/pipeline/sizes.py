"""How large files are: sizes as people write them."""

from __future__ import annotations

import re
from fractions import Fraction
from numbers import Integral
from typing import Any

from render.errors import UsageError
from render.text import brief

_UNITS = {"": 1} | {
    f"{letter}{ending}": base**power
    for power, letter in enumerate(("", "k", "m", "g"))
    for ending, base in (("b", 1000), ("ib", 1024))
    if power or ending == "b"
}


def parse_bytes(value: Any) -> int:
    """Return a size in bytes: of a number, or of text as ``2MB``, ``500 kB``, ``1.5MiB`` and ``2_000_000``.

    A kB is 1000 bytes and a KiB 1024, in capitals or not.

    Raises
    ------
    UsageError
        If it is no size, or less than a byte.
    """
    size = Fraction(0)
    if isinstance(value, Integral) and not isinstance(value, bool):
        size = Fraction(int(value))
    elif isinstance(value, str):
        found = re.fullmatch(r"([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?) ?([a-z]*)", value.strip().lower(), re.ASCII)
        if found and found[2] in _UNITS and len(value) <= 40:
            size = Fraction(found[1].replace("_", "")) * _UNITS[found[2]]
    if not 1 <= size < 2**63:
        raise UsageError(f"max_bytes must be a size, as 2MB, 500kB or 1.5MiB, but it is {brief(value)}")
    return int(size)


def size_of_file(count: int) -> str:
    """Return a size as people write it: ``2.4 MB``, ``183 kB``; never less than it is."""
    for unit, base in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= base:
            tenths = -(-count * 10 // base)
            return f"{-(-count // base):,} {unit}" if tenths >= 100 or tenths % 10 == 0 else f"{tenths / 10:g} {unit}"
    return f"{count:,} bytes"
