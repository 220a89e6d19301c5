"""Files of a folder in the order of the numbers in their names: checkpoints of a training."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from render.errors import InputError
from render.pipeline.array_files import READERS, arrays_in
from render.text import literal

# A folder of more entries takes seconds just to be listed; a film of more checkpoints shows none of them.
_MOST_ENTRIES = 20_000
_LARGEST_NUMBER = 2**53
_DIGITS = re.compile(r"[0-9]+")
# What a number counts, by the word before it in a name; anything else is an update of the weights.
_WORDS = {
    "epoch": re.compile(r"(^|[^a-z])e(poch)?s?$"),
    "step": re.compile(r"(^|[^a-z])(global)?steps?$"),
    "iteration": re.compile(r"(^|[^a-z])it(er|ers|erations?)?$"),
    "checkpoint": re.compile(r"(^|[^a-z])(ckpt|cp|checkpoint)s?$"),
}
_MOST_NAMED = 6


@dataclass(frozen=True)
class NumberedFiles:
    """Files of one kind, and the number of each.

    Parameters
    ----------
    files : tuple of Path
        In rising order of their numbers.
    clock : tuple of int
        The numbers.
    unit : str
        What they count: ``update``, ``step``, ``epoch``, ``iteration`` or ``checkpoint``.
    left_out : tuple of str
        Names of other files in the folder, hidden ones aside.
    """

    files: tuple[Path, ...]
    clock: tuple[int, ...]
    unit: str
    left_out: tuple[str, ...]


def numbered_files(folder: Path) -> NumberedFiles:
    """Return the files of arrays in a folder by the number in their names: ``step-500.npz`` is 500.

    Where names have several numbers, it is the first that rises from file to file, the files being in natural order.

    Raises
    ------
    InputError
        If the folder cannot be read, has fewer than two such files, or their numbers do not tell their order.
    """
    shown = literal(str(folder))
    names = _names_in(folder)
    numbered = [name for name in names if _DIGITS.search(_stem(name))]
    files = [name for name in numbered if Path(name).suffix.lower() in READERS]
    if len(files) < 2:
        for name in numbered if not files else ():
            # Of a kind that is not read, which this says.
            with arrays_in(folder / name):
                break
        raise InputError(
            f"{shown} has {len(files) or 'no'} file{'' if len(files) == 1 else 's'} of arrays with a number in "
            "the name, so save one for each checkpoint, as step-500.npz"
        )
    files.sort(key=_natural)
    place = _rising(files, shown)
    clock = tuple(_numbers(name)[place] for name in files)
    if clock[-1] > _LARGEST_NUMBER:
        raise InputError(f"{literal(files[-1])} has a number beyond {_LARGEST_NUMBER:,}, so rename it")
    left = tuple(literal(name) for name in names if name not in set(files))
    return NumberedFiles(tuple(folder / name for name in files), clock, _unit(_stem(files[0]), place), left)


def _names_in(folder: Path) -> list[str]:
    """Return the names of a folder's files, sorted; hidden ones aside."""
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(names) == _MOST_ENTRIES:
                    raise InputError(
                        f"{literal(str(folder))} has more than {_MOST_ENTRIES:,} files, so give a folder of checkpoints"
                    )
                if not entry.name.startswith(".") and not entry.is_dir():
                    names.append(entry.name)
    except OSError as error:
        raise InputError(
            f"{literal(str(folder))} cannot be read ({error.strerror or error}), so check the path"
        ) from None
    return sorted(names)


def _stem(name: str) -> str:
    return Path(name).stem


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in _DIGITS.findall(_stem(name))]


def _natural(name: str) -> tuple[list[str], list[int], str]:
    """Return a key that puts 9 before 10: a name's words, then its numbers."""
    return _DIGITS.split(_stem(name)), _numbers(name), name


def _rising(files: Sequence[str], folder: str) -> int:
    """Return which number of the names rises from file to file."""
    rows = [_numbers(name) for name in files]
    if len({len(row) for row in rows}) > 1 or len({tuple(_DIGITS.split(_stem(name))) for name in files}) > 1:
        other = next(name for name in files if _DIGITS.split(_stem(name)) != _DIGITS.split(_stem(files[0])))
        raise InputError(
            f"{folder} has files of several kinds, {literal(files[0])} and {literal(other)} among them, so give a "
            "folder of the checkpoints of one training, named alike but for a number"
        )
    for place in range(len(rows[0])):
        if all(one[place] < other[place] for one, other in pairwise(rows)):
            return place
    one, other = next(
        (pair for pair in pairwise(files) if _numbers(pair[0]) == _numbers(pair[1])), (files[0], files[1])
    )
    raise InputError(
        f"no number in the names of {folder} rises from file to file, as in {literal(one)} and {literal(other)}, so "
        "name each checkpoint by the update it was saved after"
    )


def _unit(stem: str, place: int) -> str:
    """Return what a number counts, by the word before it."""
    before = stem[: list(_DIGITS.finditer(stem))[place].start()].lower().rstrip("-_=.: ")
    return next((unit for unit, pattern in _WORDS.items() if pattern.search(before)), "update")


def brief_names(names: Sequence[str]) -> str:
    """Return names in words, not more than fit a sentence."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
