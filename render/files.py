"""The one way in which files that this program did not make are opened: regular ones, and no more than so many bytes.

A name may stand for a pipe that nobody writes into, a device that never ends, or a file of more bytes than there is
memory. None of these is waited for, and none is read to its end.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

# Themes and translations have some kilobytes; a parser takes its time for megabytes.
LARGEST_TOML = 2**20
# A parser takes time with the square of a key's parts. Every start of the pattern is ruled out or read once.
_ENDLESS_KEY = re.compile(rb"""(?<![\w.'"-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""")


class UnreadableError(Exception):
    """Why a file is not read: what follows its name in a sentence; `reason` is that of the system, if it is its."""

    def __init__(self, said: str, reason: str = "") -> None:
        super().__init__(said)
        self.reason = reason


class MissingError(UnreadableError):
    """There is no such file."""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[BufferedReader, int]]:
    """Open a regular file to be read; give it and its size in bytes.

    Raises
    ------
    UnreadableError
        If there is no such file, it is something else, or the system refuses to open or read it.
    """
    try:
        # Without waiting for whoever should write into a pipe.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise MissingError(_sentence(error), error.strerror or "") from None
    except (OSError, ValueError) as error:
        raise UnreadableError(_sentence(error), getattr(error, "strerror", None) or "") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableError("is no regular file, so give one")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file, found.st_size
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror or error}), so check the disk") from None
    finally:
        os.close(descriptor)


def content_of(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most so many bytes.

    Raises
    ------
    UnreadableError
        As `opened` does, or if it has more.
    """
    with opened(path) as (file, size):
        # A file may grow meanwhile, and some that say they are empty are not.
        content = file.read(most + 1) if size <= most else b""
        if size > most or len(content) > most:
            raise UnreadableError(f"has more than {_size(most)}, so give a smaller one")
    return content


def toml_of(path: Path, most: int = LARGEST_TOML) -> dict[str, Any]:
    """Return what a TOML file says.

    Raises
    ------
    UnreadableError
        If the file cannot be read or is no TOML; the message names the line where it is not.
    """
    return toml_in(content_of(path, most))


def toml_in(content: bytes) -> dict[str, Any]:
    """Return what the content of a TOML file says.

    Raises
    ------
    UnreadableError
        As `toml_of`, or if a key has more parts than any that is meant so.
    """
    # Loading it costs every start of the command some milliseconds.
    import tomllib

    if (found := _ENDLESS_KEY.search(content)) is not None:
        line = content.count(b"\n", 0, found.start()) + 1
        raise UnreadableError(f"is no TOML (a key has too many parts, at line {line}), so correct it")
    try:
        # Some editors begin a file with a mark of its byte order.
        return tomllib.loads(content.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"is no TOML in UTF-8 (at line {line}), so save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        said = "it is nested too deep" if isinstance(error, RecursionError) else _with_key(str(error)[:200], content)
        raise UnreadableError(f"is no TOML ({said}), so correct it") from None


def current_folder() -> str | None:
    """Return the working folder, or None where it has been removed."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None


def is_folder(path: Path) -> bool:
    """Whether a name, which may be none that a folder can have, is that of a folder."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_regular(path: Path) -> bool:
    """Whether a name, which may be none that a file can have, is that of a regular file."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _with_key(said: str, content: bytes) -> str:
    """Return what a parser says of a line, with the key that stands there."""
    lines = content.splitlines() or [b""]
    found = re.search(r" \((?:at line (\d+), column \d+|at end of document)\)$", said)
    if not found:
        return said
    number = int(found[1] or len(lines))
    key, equals, _ = lines[number - 1].partition(b"=")
    place = f"line {number}" + (f", key {key.strip().decode(errors='replace')[:40]}" if equals else "")
    return f"{said[: found.start()]} at {place}"


def _sentence(error: OSError | ValueError) -> str:
    reason = getattr(error, "strerror", None) or "its name holds a zero byte"
    remedy = "check its permissions" if isinstance(error, PermissionError) else "check the path"
    return f"cannot be read ({reason}), so {remedy}"


def _size(count: int) -> str:
    return f"{count / 2**20:.0f} MiB" if count >= 2**20 else f"{count:,} bytes"
