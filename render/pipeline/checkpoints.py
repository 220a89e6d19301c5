"""A matrix at every checkpoint of a training: from a folder of files, or from an array of all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from render.errors import InputError
from render.files import is_folder
from render.pipeline.array_files import arrays_in
from render.pipeline.arrays import rows_of
from render.pipeline.gates import GATES
from render.pipeline.numbered_files import brief_names, numbered_files
from render.pipeline.stored import MOST_NUMBERS, MalformedError, Stored, brief_shape, refuse_large, refuse_many
from render.pipeline.weights import weights_among
from render.text import Words, brief, literal

# What an array of the updates is named, beside an array of all checkpoints.
CLOCK = "clock"
MOST_CHECKPOINTS = 10_000

# Takes the arrays of a checkpoint, by key, and the key of its matrix.
Taken = Callable[[Mapping[str, Stored], str], None]


@dataclass(frozen=True)
class Checkpoints:
    """A matrix over training.

    Parameters
    ----------
    matrices : list of list
        The rows of each checkpoint, in rising order of the clock.
    clock : tuple of int
        The number of each.
    unit : str
        What the numbers count; see `render.pipeline.numbered_files.NumberedFiles`.
    key : str
        The matrix's name in its file.
    title : str or None
        What a film of a gate is called, with the order of gates; None for a matrix without gates.
    files : tuple of Path
        What was read.
    left_out : tuple of str
        Names of files that hold no checkpoints.
    """

    matrices: list[list[list[float]]]
    clock: tuple[int, ...]
    unit: str
    key: str
    title: str | None
    files: tuple[Path, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """Which matrix of a checkpoint is wanted: its key, its gate, the order of gates; and every how many checkpoints."""

    key: str | None = None
    gate: str | None = None
    order: str | None = None
    every: int = 1


def checkpoints_in(
    path: Path, choice: Choice | None = None, taken: Taken | None = None, words: Words | None = None
) -> Checkpoints:
    """Read the checkpoints of a folder, one a file, or of a file, in an array of shape (checkpoints, rows, columns).

    Parameters
    ----------
    path : Path
        The folder, or a ``.npz``, ``.npy`` or ``.safetensors`` file. An array named ``clock`` in it holds the numbers
        of the checkpoints; they are counted from 0 where there is none.
    choice : Choice, optional
        Which matrix; by default the only recurrent kernel, or else the only square matrix.
    taken : callable, optional
        Called with the arrays of every checkpoint while its file is open.
    words : Words, optional
        The language of the title.

    Raises
    ------
    InputError
        If a file cannot be read, the matrix is not there, is not of one shape or one too many, or they are too many
        numbers for a film.
    """
    reader = _Reader(choice or Choice(), taken, words)
    if is_folder(path):
        found = numbered_files(path)
        files, clock = found.files[:: reader.choice.every], found.clock[:: reader.choice.every]
        for number, file in enumerate(files):
            with arrays_in(file) as arrays:
                reader.read(file, arrays, len(files), number)
        return reader.result(clock, found.unit, files, found.left_out)
    with arrays_in(path) as arrays:
        return reader.read_all(path, arrays)


def checkpoints_among(
    arrays: Mapping[str, NDArray[Any]],
    choice: Choice | None = None,
    taken: Taken | None = None,
    words: Words | None = None,
) -> Checkpoints:
    """Return the checkpoints that arrays by name hold, as `checkpoints_in` reads them from a file of these.

    Raises
    ------
    InputError
        As `checkpoints_in` does.
    """
    reader = _Reader(choice or Choice(), taken, words)
    try:
        return reader.read_all(Path("checkpoints"), [in_memory(name, array) for name, array in arrays.items()])
    except MalformedError as error:
        raise InputError(f"the array of checkpoints {error}") from None


def in_memory(name: str, array: NDArray[Any]) -> Stored:
    """Return an array as if it were in a file."""

    def read(refuse: Callable[[tuple[int, ...]], None] = refuse_large) -> NDArray[Any]:
        refuse(array.shape)
        return array

    return Stored(name, array.shape, read)


class _Reader:
    """Takes the matrix out of one checkpoint after the other."""

    def __init__(self, choice: Choice, taken: Taken | None, words: Words | None) -> None:
        self.choice, self._taken, self._words = choice, taken, words
        self._title: str | None = None
        self._matrices: list[list[list[float]]] = []
        self._key, self._first = "", ""

    def read(self, file: Path, arrays: list[Stored], count: int, number: int) -> None:
        """Take the matrix out of a checkpoint's arrays; `count` is how many checkpoints there are in all."""
        keys = () if self.choice.key is None else (self.choice.key,)
        name = literal(file.name)
        try:
            found = weights_among([(file, arrays)], keys, self.choice.gate, self.choice.order, self._words)
            _refuse_several([*found.matrices, *found.left_out])
            rows = rows_of(found.matrices[""])
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
        if not number:
            self._key, self._first = found.keys[0], name
            self._title = None if self.choice.gate is None else found.title
            _refuse_too_many(count, len(rows), self.choice.every)
        if found.keys[0] != self._key or len(rows) != len(self._matrices[0] if number else rows):
            size = len(rows)
            raise InputError(
                f"{name} has {_named(found.keys[0])} of {size} × {size} where {self._first} has {_named(self._key)} of "
                f"{len(self._matrices[0])} × {len(self._matrices[0])}, so give checkpoints of one network"
            )
        self._matrices.append(rows)
        if self._taken is not None:
            self._taken({stored.key: stored for stored in arrays}, self._key)

    def read_all(self, path: Path, arrays: list[Stored]) -> Checkpoints:
        """Take the matrix out of all checkpoints that an open file holds."""
        count, views, clock, unit = _stacked(path, arrays, self.choice.key)
        kept = range(0, count, self.choice.every)
        for number, index in enumerate(kept):
            self.read(path, views(index), len(kept), number)
        return self.result(tuple(clock[index] for index in kept), unit, (path,), ())

    def result(
        self, clock: Sequence[int], unit: str, files: tuple[Path, ...], left_out: tuple[str, ...]
    ) -> Checkpoints:
        """Return all that was read."""
        if len(self._matrices) < 2:
            raise InputError(
                "a film over training needs two checkpoints at least, so give more of them, or a smaller --every"
            )
        return Checkpoints(self._matrices, tuple(clock), unit, self._key, self._title, files, left_out)


def _refuse_several(labels: Sequence[str]) -> None:
    if list(labels) != [""]:
        option = "--gate" if set(labels) <= set(GATES) else "--key"
        raise InputError(f"it holds {brief_names(labels)}, so choose one with {option}")


def _named(key: str) -> str:
    return brief(key) if key else "a matrix"


def _refuse_too_many(count: int, size: int, every: int) -> None:
    most = min(MOST_NUMBERS // size**2, MOST_CHECKPOINTS)
    if count <= most:
        return
    all_of_them = count * every
    if most < 2:
        raise InputError(f"a matrix of {size} × {size} is too large for a film over training, so choose a part of it")
    # Those taken are the first, and every so many after it.
    enough = next(n for n in range(every, all_of_them + 1) if -(-all_of_them // n) <= most)
    raise InputError(
        f"{count:,} checkpoints of {size} × {size} are {count * size**2:,} numbers, but a film takes at most "
        f"{most:,} of that size, so take one in {enough} with --every {enough}"
    )


def _stacked(
    path: Path, arrays: list[Stored], key: str | None
) -> tuple[int, Callable[[int], list[Stored]], tuple[int, ...], str]:
    """Return how many checkpoints an open file holds, the arrays of each, their numbers, and what these count."""
    name = literal(str(path))
    stacks = [stored for stored in arrays if len(stored.shape) == 3]
    if not stacks:
        shapes = brief_names([f"{literal(s.key)} {brief_shape(s.shape)}".strip() for s in arrays]) or "nothing"
        raise InputError(
            f"{name} holds {shapes}, and no array of checkpoints × rows × columns, so stack the matrices with "
            "numpy.stack, or give a folder with a file for each checkpoint"
        )
    asked = [stored for stored in stacks if stored.key == key]
    count = (asked or stacks)[0].shape[0]
    other = next((stored for stored in stacks if stored.shape[0] != count and not asked), None)
    if other is not None:
        raise InputError(
            f"{name} holds {literal(stacks[0].key)} of {count:,} checkpoints and {literal(other.key)} of "
            f"{other.shape[0]:,}, so save all at the same ones"
        )
    if not count:
        raise InputError(f"{name} holds no checkpoints, so save two at least")
    whole = {stored.key: cache(_whole(stored)) for stored in arrays if stored.shape[:1] == (count,)}

    def views(index: int) -> list[Stored]:
        return [
            dataclasses.replace(stored, shape=stored.shape[1:], read=_slice(whole[stored.key], index))
            for stored in arrays
            if stored.key in whole and stored.key != CLOCK and len(stored.shape) > 1
        ]

    clock = next((stored for stored in arrays if stored.key == CLOCK), None)
    if clock is None:
        return count, views, tuple(range(count)), "checkpoint"
    return count, views, _clock(name, clock, count), "update"


def _whole(stored: Stored) -> Callable[[], NDArray[Any]]:
    return lambda: stored.read(refuse_many)


def _slice(read: Callable[[], NDArray[Any]], index: int) -> Callable[..., NDArray[Any]]:
    def taken(refuse: Callable[[tuple[int, ...]], None] | None = None) -> NDArray[Any]:
        array: NDArray[Any] = read()[index]
        if refuse is not None:
            refuse(array.shape)
        return array

    return taken


def _clock(name: str, stored: Stored, count: int) -> tuple[int, ...]:
    """Return the numbers of all checkpoints."""
    if stored.shape != (count,) or stored.refusal is not None:
        raise MalformedError(
            f"has {CLOCK} of shape {brief_shape(stored.shape)}, which must be one number for each of {count:,} "
            "checkpoints"
        )
    numbers = stored.read(refuse_many).tolist()
    whole = all(isinstance(n, (int, float)) and n == n and abs(n) <= 2**53 and int(n) == n for n in numbers)
    if not whole or any(one >= other for one, other in pairwise(numbers)) or numbers[0] < 0:
        raise MalformedError(f"has {CLOCK} that does not rise in whole numbers from 0 on, so save the updates in it")
    return tuple(int(n) for n in numbers)
