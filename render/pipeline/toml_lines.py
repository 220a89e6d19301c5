"""In which line of a TOML file a key stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

# Names of tables and keys, and the index of a table in an array of tables.
Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''\#[^\n]*+|"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|\'\'\'(?:[^']|'(?!''))*+'{3,5}'''
    r"""|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|[\[\]{}=\n]|[^\[\]{}=\n"'\#]++|.""",
    re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """Return the line of every key and table, counted from 1.

    Parameters
    ----------
    text : str
        TOML that a parser has found right. What stands in inline tables and arrays has the line of their key.

    Returns
    -------
    dict of tuple to int
        By the names that lead to it, as ``("film", 0, "parameters", "gain")``.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        if statement.startswith("[["):
            *outer, last = _parts(statement[2:-2])
            array = (*_within(outer, counts), last)
            counts[array] = counts.get(array, -1) + 1
            table = (*array, counts[array])
        elif statement.startswith("["):
            table = _within(_parts(statement[1:-1]), counts)
        names = [] if statement.startswith("[") else _parts(statement)
        for length in range(1, len(table) + len(names) + 1):
            found.setdefault((*table, *names)[:length], line)
    return found


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a key, or of the innermost table around it that has one.

    Parameters
    ----------
    lines : dict of tuple to int
        As `lines_of` returns them.
    path : tuple of str or int
        The names that lead to it.
    """
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the headers of tables, and of all other statements their keys, with their lines."""
    line, depth, begun, statement, in_value = 1, 0, 1, "", False
    # The parser takes both ends of lines.
    for token in _TOKEN.findall(text.replace("\r\n", "\n") + "\n"):
        header = statement.startswith("[")
        if token == "\n" and depth == 0:
            if header:
                yield begun, statement.strip()
            statement, in_value = "", False
        elif in_value:
            depth += (token in "[{") - (token in "]}")
        elif token == "=":
            yield begun, statement.strip()
            in_value, statement = True, ""
        elif not token.startswith("#"):
            begun = begun if statement else line
            statement += token.lstrip() if not statement else token
        line += token.count("\n")


def _parts(key: str) -> list[str]:
    """Return the names in a dotted key, as the parser reads them."""
    content: Any = tomllib.loads(f"{key} = 0")
    names = []
    while isinstance(content, dict):
        ((name, content),) = content.items()
        names.append(name)
    return names


def _within(names: Sequence[str], counts: dict[Path, int]) -> Path:
    """Return the path of a table: in an array of tables it is in the last one."""
    path: Path = ()
    for name in names:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    return path
