"""An array in a file before it is read: what its header says of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

# A matrix has at most so many rows and columns, a kernel so many matrices, one for each gate.
LARGEST, MOST_GATES = 1_024, 4
# Rows or columns of the largest kernel.
LONGEST = LARGEST * MOST_GATES
# Numbers of all matrices of a film, which its manifest holds.
MOST_NUMBERS = 2 * LARGEST**2
# Numbers of the largest array that holds all checkpoints.
MOST_STACKED = 2**24
# Letters of the longest number in a text, with what separates it from the next.
LONGEST_NUMBER = 32
LONGEST_LINE = LONGEST * LONGEST_NUMBER


class MalformedError(ValueError):
    """Why a file is refused: what follows its name in a sentence."""


# Raises `MalformedError` for a shape that is not to be read.
Refusal = Callable[[tuple[int, ...]], None]


@dataclass(frozen=True)
class Stored:
    """An array in a file that is open.

    Parameters
    ----------
    key : str
        Its name in the file; empty where a file holds one array only.
    shape : tuple of int
        Its shape, as the file says.
    read : callable
        Returns the array, or raises `MalformedError`. It may be given what is to refuse its shape before it is read, in
        the place of `refuse_large`.
    refusal : str, optional
        Why it is not read, whatever its shape is: what follows its name in a sentence.
    """

    key: str
    shape: tuple[int, ...]
    read: Callable[..., NDArray[Any]]
    refusal: str | None = None


def refuse_large(shape: tuple[int, ...]) -> None:
    """Refuse a shape that no matrix and no kernel of gates has, before anything is read.

    Raises
    ------
    MalformedError
        If it is too large, or has other than two axes.
    """
    if len(shape) != 2:
        raise MalformedError(
            f"must be rows and columns of numbers, or such of several square matrices, but its shape is "
            f"{brief_shape(shape)}"
        )
    if min(shape) > LARGEST or max(shape) > LONGEST or (shape[0] == shape[1] and shape[0] > LARGEST):
        raise MalformedError(
            f"has the shape {brief_shape(shape)}, but a film takes at most {LARGEST:,} rows and columns, "
            "so choose a part of it"
        )


def refuse_many(shape: tuple[int, ...]) -> None:
    """Refuse a shape that no weights of a film have, those of all checkpoints one below the other among them.

    Raises
    ------
    MalformedError
        If it has more than three axes, or too many numbers.
    """
    if not 1 <= len(shape) <= 3:
        raise MalformedError(f"must have one to three axes, but its shape is {brief_shape(shape)}")
    if math.prod(shape) > MOST_STACKED:
        raise MalformedError(
            f"has the shape {brief_shape(shape)}, but at most {MOST_STACKED:,} numbers are read, "
            "so save fewer checkpoints"
        )


def brief_shape(shape: tuple[int, ...]) -> str:
    """Return a shape in few letters, however long it is."""
    text = "(" + ", ".join(f"{size:,}" if size < 10**15 else "…" for size in shape[:4])
    return text + (", …)" if len(shape) > 4 else ",)" if len(shape) == 1 else ")")
