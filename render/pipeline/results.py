"""Numbers kept as they come, in a file that is whole whatever stops the program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from render.errors import OutputError
from render.storage import refuse_special
from scenes import FloatArray

_SCHEMA = "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, rows INTEGER, numbers BLOB) WITHOUT ROWID"
# Names to a question: what SQLite takes in any of its versions.
_MOST_ASKED = 500


class Results:
    """Arrays by key in a database of one file. Every group is there as a whole, or not at all.

    Use as a context manager.

    Parameters
    ----------
    path : Path
        The file; made where there is none.

    Raises
    ------
    OutputError
        If it cannot be written, or is something else.
    """

    def __init__(self, path: Path) -> None:
        refuse_special(path)
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=30)
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from None
        try:
            self._database.execute(_SCHEMA)
            self._database.commit()
        except sqlite3.Error as error:
            self._database.close()
            raise self._failed(error) from None

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _failed(self, error: Exception) -> OutputError:
        return OutputError(
            f"results cannot be kept in {self._path} ({error}), so remove that file, make room or choose another folder"
        )

    def kept(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys that are there."""
        found: set[str] = set()
        for start in range(0, len(keys), _MOST_ASKED):
            group = keys[start : start + _MOST_ASKED]
            places = ",".join("?" * len(group))
            found |= {row[0] for row in self._asked(f"SELECT key FROM results WHERE key IN ({places})", group)}
        return found

    def keep(self, items: Iterable[tuple[str, FloatArray]]) -> None:
        """Keep arrays of shape (rows, length), all of them or none."""
        rows = [(key, len(array), np.ascontiguousarray(array, dtype="<f8").tobytes()) for key, array in items]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise self._failed(error) from None

    def get(self, key: str) -> FloatArray | None:
        """Return an array, None where there is none of that key."""
        found = self._asked("SELECT rows, numbers FROM results WHERE key = ?", [key])
        if not found:
            return None
        rows, numbers = found[0]
        return np.frombuffer(numbers, dtype="<f8").reshape(rows, -1)

    def _asked(self, question: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from None
