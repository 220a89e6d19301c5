"""The values of a film's options: each in its own type, or refused."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from numbers import Integral, Rational, Real
from pathlib import Path
from typing import Any, cast

from render.errors import UsageError
from render.text import brief


def checked_option(name: str, value: Any, usual: Any) -> Any:
    """Return the value of an option in its own type.

    Parameters
    ----------
    name : str
        The option.
    value : object
        What was given.
    usual : object
        What is usual, whose type it has.

    Raises
    ------
    UsageError
        If it is of another type.
    """
    wanted = ""
    if isinstance(usual, tuple):
        if name == "pause" and isinstance(value, Mapping):
            value = [f"{step}={seconds}" for step, seconds in value.items()]
        value = (value,) if isinstance(value, str) else value
        if isinstance(value, Sequence) and all(isinstance(single, str) for single in value):
            return tuple(value)
        wanted = "names of formats" if name == "formats" else "seconds by step"
    elif name == "max_bytes":
        # Loading it costs every start of the command some milliseconds.
        from render.pipeline.sizes import parse_bytes

        return None if value is None else parse_bytes(value)
    elif name == "fps" and isinstance(value, Real) and not isinstance(value, bool):
        return str(value if isinstance(value, Rational) else float(value))
    elif name == "output" and isinstance(value, (str, os.PathLike)):
        return _folder(value)
    elif name == "theme" and not isinstance(value, str):
        return _theme(value)
    elif name == "theme" and value.endswith(".toml"):
        return _theme(value)
    elif name == "duration":
        wanted = "" if value is None else "a number of seconds"
        if isinstance(value, Real) and not isinstance(value, bool):
            with contextlib.suppress(OverflowError):
                return float(value)
    elif isinstance(usual, bool):
        wanted = "" if isinstance(value, bool) else "True or False"
    elif isinstance(usual, (int, float)):
        kind, wanted = (Integral, "a whole number") if isinstance(usual, int) else (Real, "a number")
        if isinstance(value, kind) and not isinstance(value, bool):
            # Python's own, whatever library it comes from; one beyond float64 is refused.
            with contextlib.suppress(OverflowError):
                float(cast(Any, value))
                return type(usual)(cast(Any, value))
    elif not (isinstance(value, str) or (value is None and usual is None)):
        wanted = "text"
    if wanted:
        raise UsageError(f"{name} must be {wanted}, but it is {brief(value)}")
    return value


def _theme(value: Any) -> Mapping[str, Any]:
    """Return the colours of a film as plain data, read from a file where it is the name of one."""
    from render.drawing.themes import find_theme, read_theme

    if isinstance(value, (str, os.PathLike)):
        return read_theme(Path(value))
    if not isinstance(value, Mapping):
        raise UsageError(f"theme must be a name, a file or colours by name, but it is {brief(value)}")
    name = find_theme(value).name
    return {"name": name, **value}


def _folder(path: str | os.PathLike[str]) -> str:
    """Return a folder's name as text, or refuse one that no file system takes."""
    folder = os.fspath(path)
    try:
        valid = isinstance(folder, str) and b"\0" not in os.fsencode(folder)
    except UnicodeError:
        valid = False
    if not valid:
        raise UsageError(f"output must be the name of a folder, but it is {brief(folder)}")
    return folder
