"""Matrices in texts: numbers with commas, tabs or spaces, and JSON. Lines, rows and texts are bounded."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import IO

import numpy as np

from render.pipeline.stored import LARGEST, LONGEST, LONGEST_LINE, MOST_GATES, MalformedError, Stored
from render.text import brief
from scenes import FloatArray

_MOST_BYTES = 100_000_000
_MOST_KEYS = 4_096
_BOM = b"\xef\xbb\xbf"


def separated(separator: str | None) -> Callable[[IO[bytes], int], list[Stored]]:
    """Return what reads a matrix of one row a line; None stands for spaces.

    Blank lines, and those that begin with ``#``, are left out.
    """

    def arrays(file: IO[bytes], size: int) -> list[Stored]:
        refuse_long(size)
        rows: list[FloatArray] = []
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise MalformedError(f"has a line of more than {LONGEST_LINE:,} bytes, so write one row a line")
            text = line.removeprefix(_BOM if number == 1 else b"").decode(errors="replace")
            if text.strip() and not text.lstrip().startswith("#"):
                rows.append(_row(text.strip("\r\n").split(separator), number))
                _refuse_uneven(rows, f"line {number}")
        return [_matrix(rows)]

    return arrays


def refuse_long(size: int) -> None:
    """Refuse a text with more bytes than any matrix that can be filmed has."""
    if size > _MOST_BYTES:
        raise MalformedError(f"has {size:,} bytes where {_MOST_BYTES:,} are the most, so save it as .npy")


def _row(words: list[str], number: int) -> FloatArray:
    if len(words) > LONGEST:
        raise MalformedError(f"has {len(words):,} numbers in line {number}, where {LONGEST:,} are the most")
    try:
        row = np.array(list(map(float, words)))
    except ValueError:
        row = np.array([np.nan])
    # Python's own reader takes 1_000 for 1000, which somebody else may have meant otherwise.
    if not np.isfinite(row).all() or "_" in "".join(words):
        for word in words:
            if not _is_number(word):
                raise MalformedError(
                    f"has {brief(word.strip())} in line {number}, which is no number of float64, so mend it"
                )
    return row


def _is_number(word: str) -> bool:
    """Whether a word is a number of float64, or names one that is not finite."""
    try:
        return "_" not in word and (math.isfinite(float(word)) or bool(_NAMED.fullmatch(word.strip())))
    except ValueError:
        return False


def _refuse_uneven(rows: list[FloatArray], where: str) -> None:
    """Refuse a last row that is longer or shorter than the first, and more rows than matrices of this width have."""
    if len(rows[-1]) != len(rows[0]):
        raise MalformedError(
            f"has rows of {len(rows[0]):,} and of {len(rows[-1]):,} numbers ({where}), so write rows of one length"
        )
    if len(rows) > _most_rows(len(rows[0])):
        raise MalformedError(
            f"has at least {len(rows):,} × {len(rows[0]):,} numbers, which is neither a square matrix of at most "
            f"{LARGEST:,} rows nor several of gates, so choose a part of it"
        )


def _most_rows(columns: int) -> int:
    """Return how many rows a matrix or a kernel may have: known early, nothing is read in vain."""
    if columns <= LARGEST:
        return MOST_GATES * columns
    return next((columns // gates for gates in (3, MOST_GATES) if columns % gates == 0), 0)


def _matrix(rows: list[FloatArray]) -> Stored:
    if not rows:
        raise MalformedError("has no numbers, so write one row a line")
    return Stored("", (len(rows), len(rows[0])), lambda *_: np.array(rows))


def json_arrays(file: IO[bytes], size: int) -> list[Stored]:
    """Return the matrices of a JSON text: rows, or an object of rows by name.

    It is read row by row, since a text of brackets alone would become twenty times as large in memory.

    Raises
    ------
    MalformedError
        If it holds anything else.
    """
    refuse_long(size)
    return _Json(file.read(_MOST_BYTES).removeprefix(_BOM)).arrays()


# Numbers that are not finite, as they are written.
_NAMED = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_SPACE = re.compile(rb"[ \t\r\n]*")
_TEXT = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\.)*"')


class _Json:
    """Reads matrices from JSON, from left to right."""

    def __init__(self, text: bytes, place: int = 0) -> None:
        self._text, self._place = text, place

    def arrays(self) -> list[Stored]:
        if self._next() == b"{":
            found = self._by_name()
        else:
            found = [_matrix(self._rows())]
        if self._next():
            raise self._fault("something follows its end")
        return found

    def _by_name(self) -> list[Stored]:
        found: dict[str, Stored] = {}
        self._take(b"{")
        while self._next() != b"}" or found:
            key = self._name()
            self._take(b":")
            if key in found:
                raise MalformedError(f"has {brief(key)} twice, so mend it")
            if len(found) == _MOST_KEYS:
                raise MalformedError(f"has more than {_MOST_KEYS:,} matrices, so choose some of them")
            found[key] = self._later(key)
            if self._next() != b",":
                break
            self._take(b",")
        self._take(b"}")
        if not found:
            raise MalformedError("holds no matrix, so write rows of numbers")
        return list(found.values())

    def _later(self, key: str) -> Stored:
        """Return a matrix by its name, to be read again when it is asked for: all of them may be too many to keep."""
        self._next()
        place = self._place
        rows = self._rows()
        return Stored(key, (len(rows), len(rows[0])), lambda *_: np.array(_Json(self._text, place)._rows()))

    def _name(self) -> str:
        self._next()
        found = _TEXT.match(self._text, self._place, self._place + LONGEST_LINE)
        if not found:
            raise self._fault("a name is missing")
        self._place = found.end()
        try:
            return str(json.loads(found[0]))
        except ValueError:
            raise self._fault("a name cannot be read") from None

    def _rows(self) -> list[FloatArray]:
        rows: list[FloatArray] = []
        self._take(b"[")
        while True:
            rows.append(self._row())
            _refuse_uneven(rows, f"row {len(rows)}")
            if self._next() != b",":
                break
            self._take(b",")
        self._take(b"]")
        return rows

    def _row(self) -> FloatArray:
        if self._next() != b"[":
            raise self._fault("a row of numbers must begin")
        end = self._text.find(b"]", self._place, self._place + LONGEST_LINE) + 1
        if not end:
            raise self._fault("a row has no end within what a matrix can hold")
        try:
            row = json.loads(self._text[self._place : end])
        except (ValueError, RecursionError):
            raise self._fault("a row cannot be read") from None
        if len(row) > LONGEST:
            raise self._fault(f"a row has more than {LONGEST:,} numbers")
        if not row or not all(type(value) in (int, float) for value in row):
            raise self._fault("a row must be numbers")
        try:
            numbers = np.array([float(value) for value in row])
        except OverflowError:
            raise self._fault("a number is beyond float64") from None
        if not np.isfinite(numbers).all():
            # Python reads NaN and Infinity, which stay, and makes infinity of numbers that are too large.
            named = json.loads(self._text[self._place : end], parse_constant=lambda name: 0)
            if not all(map(math.isfinite, named)):
                raise self._fault("a number is beyond float64")
        if any(type(v) is int and int(float(v)) != v for v in row):
            raise self._fault("a number has more digits than float64")
        self._place = end
        return numbers

    def _next(self) -> bytes:
        """Return what comes next but spaces, nothing at the end."""
        found = _SPACE.match(self._text, self._place)
        assert found is not None
        self._place = found.end()
        return self._text[self._place : self._place + 1]

    def _take(self, wanted: bytes) -> None:
        if self._next() != wanted:
            raise self._fault(f"{wanted.decode()} is missing")
        self._place += 1

    def _fault(self, why: str) -> MalformedError:
        line = self._text.count(b"\n", 0, self._place) + 1
        return MalformedError(f"is not rows of numbers in JSON ({why} in line {line}), so mend it")
