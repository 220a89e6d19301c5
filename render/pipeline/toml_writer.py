"""Writes TOML: the few types that a film as data is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from render.errors import UsageError
from render.text import brief, quoted

# So wide is a line at most before the parts of a list stand below each other.
_WIDEST = 100
# Whole numbers that every reader of TOML has.
_LARGEST = 2**63


def dump(tables: Mapping[str, Any]) -> str:
    """Return tables, lists, text, numbers and truths as TOML, in their order.

    Mappings in a list of mappings alone are written as ``[[name]]``, mappings of mappings or of long lists as
    ``[name]``, all others within their line.

    Parameters
    ----------
    tables : mapping of str to object
        What is written: str, bool, int, float, and lists and mappings of these.

    Raises
    ------
    UsageError
        If there is something else in it, a text that UTF-8 cannot hold, a whole number beyond 64 bits, or it is nested
        too deep.
    """
    lines: list[str] = []
    try:
        _table(tables, (), lines)
    except RecursionError:
        raise UsageError("a file of films cannot hold what is nested so deep, so make the film again") from None
    return "\n".join(lines).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    """Write the keys of a table, those first that have no header of their own: after one, they would be its keys."""
    below = {key: value for key, value in table.items() if _has_header(value)}
    lines += [f"{_key(key)} = {_value(value)}" for key, value in table.items() if key not in below]
    for key, value in below.items():
        name = ".".join(map(_key, (*path, key)))
        for single in value if isinstance(value, (list, tuple)) else [value]:
            lines += ["", f"[[{name}]]" if isinstance(value, (list, tuple)) else f"[{name}]"]
            _table(single, (*path, key), lines)


def _has_header(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(isinstance(v, Mapping) or (isinstance(v, (list, tuple)) and len(v) > 8) for v in value.values())
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and -_LARGEST <= value < _LARGEST:
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(single)}" for key, single in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        parts = [_value(single) for single in value]
        line = f"[{', '.join(parts)}]"
        broken = len(line) > _WIDEST and any(isinstance(single, (str, list, tuple, Mapping)) for single in value)
        return "[\n" + "".join(f"  {part},\n" for part in parts) + "]" if broken else line
    raise UsageError(f"a file of films cannot hold {brief(value)}, so give text, numbers, lists or tables")


def _text(text: str) -> str:
    """Return text in quotation marks; what cannot be seen is written by its number."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"a file of films is UTF-8, which cannot hold {brief(text)}, so give another text") from None
    # Escaped, no character is an order to a terminal, or turns the direction of what follows.
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted(text))
