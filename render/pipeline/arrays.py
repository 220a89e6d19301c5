"""Matrices that somebody has, as plain numbers: one, several by label, or stacks that are multiplied in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from render.errors import InputError, UsageError
from render.pipeline.job import Rows
from render.pipeline.stored import MOST_NUMBERS, brief_shape
from render.text import brief
from scenes import FloatArray


def matrices_of(
    arrays: ArrayLike | Mapping[str, ArrayLike], labels: Sequence[str] | None = None, allow_nonfinite: bool = False
) -> dict[str, Rows]:
    """Return the rows of one matrix, or of several by label, as plain numbers.

    Parameters
    ----------
    arrays : array_like, or mapping of str to array_like
        A matrix, shape (n, n), or a stack of T that are multiplied in turn, shape (T, n, n); several of these where
        there are labels, or several by label.
    labels : sequence of str, optional
        A name for each; several are shown side by side.
    allow_nonfinite : bool
        Whether entries of single matrices may be NaN or infinite.

    Raises
    ------
    InputError
        If one is not a square matrix of real numbers, or one of these is not finite and is not to be, or they are more
        than a film holds.
    UsageError
        If there are not as many labels as matrices, or one comes twice.
    """
    if isinstance(arrays, Mapping):
        if labels is not None:
            raise UsageError("the names of the matrices are their labels, so leave labels out")
        if not arrays:
            raise UsageError("there are no matrices, so give one at least")
        return matrices_of(list(arrays.values()), list(arrays), allow_nonfinite)  # type: ignore[arg-type]  # no nested sequence
    if labels is None:
        given = {"": ("the matrix", arrays)}
    else:
        given = {label: (f"the matrix {label!r}", array) for label, array in _labelled(arrays, labels)}
    found = {label: checked(array, what, allow_nonfinite) for label, (what, array) in given.items()}
    total = sum(array.size for array in found.values())
    if total > MOST_NUMBERS:
        raise InputError(
            f"the matrices hold {total:,} numbers where a film holds {MOST_NUMBERS:,}, so give fewer or smaller ones"
        )
    return {label: array.tolist() for label, array in found.items()}


def is_stack(rows: Any) -> bool:
    """Whether rows are those of several matrices that are multiplied in turn; what is no rows is none."""
    for _ in range(2):
        if not isinstance(rows, (list, tuple)) or not rows:
            return False
        rows = rows[0]
    return isinstance(rows, (list, tuple))


def _labelled(arrays: ArrayLike, labels: Sequence[str]) -> list[tuple[str, ArrayLike]]:
    if (
        not isinstance(labels, (list, tuple))
        or not all(isinstance(label, str) and label.strip() and label.isprintable() for label in labels)
        or len(set(labels)) < len(labels)
    ):
        raise UsageError(f"labels must be a list of different names, one for each matrix, but they are {brief(labels)}")
    several: list[Any] = list(arrays) if isinstance(arrays, (list, tuple, np.ndarray)) else []
    if len(labels) != len(several):
        raise UsageError(f"there are {len(several)} matrices and {len(labels)} labels, so give one for each")
    return list(zip(labels, several, strict=True))


def rows_of(array: ArrayLike, what: str = "the matrix") -> list[list[float]]:
    """Return the rows of one matrix, shape (n, n), as plain numbers.

    Raises
    ------
    InputError
        If it is not a square matrix of finite real numbers.
    """
    matrix = checked(array, what)
    if matrix.ndim != 2:
        raise InputError(f"{what} must be one square matrix, but its shape is {matrix.shape}, so choose one of them")
    rows: list[list[float]] = matrix.tolist()
    return rows


def checked(array: ArrayLike, what: str, allow_nonfinite: bool = False) -> FloatArray:
    """Return a matrix, shape (n, n), or a stack of them, shape (T, n, n), as float64.

    Raises
    ------
    InputError
        If it is none, float64 does not hold its numbers, or one is not finite and is not to be.
    """
    try:
        matrix = np.asarray(array)
    except Exception as error:  # whatever an object's own conversion raises
        raise InputError(f"{what} cannot be read as rows of numbers ({brief(str(error))}), so give an array") from None
    if matrix.dtype.kind not in "fiub":
        instead = "take its real part" if matrix.dtype.kind == "c" else "give plain numbers"
        raise InputError(f"{what} must hold real numbers, but their type is {matrix.dtype}, so {instead}")
    if matrix.ndim not in (2, 3) or matrix.shape[-2] != matrix.shape[-1] or not matrix.size:
        raise InputError(
            f"{what} must be square, or several such matrices (T × n × n), but its shape is "
            f"{brief_shape(matrix.shape)}, so choose a part of it"
        )
    if np.ma.is_masked(array):
        raise InputError(f"{what} has masked entries, so fill them")
    with np.errstate(over="ignore"):
        # What float64 cannot hold is refused below.
        plain = matrix.astype(np.float64)
    _refuse_nonfinite(plain, matrix, what, allow_nonfinite)
    # Through Python's own numbers, which know no limit and no rounding.
    if matrix.dtype.kind in "iu" and any(int(v) != float(w) for v, w in zip(matrix.flat, plain.flat, strict=True)):
        raise InputError(f"{what} has whole numbers that float64 cannot hold, so scale it down")
    if matrix.dtype.itemsize > 8 and (plain != matrix).any():
        raise InputError(f"{what} has more digits than float64, so round it")
    return plain


def _refuse_nonfinite(plain: FloatArray, matrix: NDArray[Any], what: str, allow_nonfinite: bool) -> None:
    """Refuse a number that is not finite, naming the first; what float64 cannot hold was a number."""
    allowed = allow_nonfinite and matrix.ndim == 2
    refused = ~np.isfinite(plain) & (np.isfinite(matrix) | (not allowed))
    if not refused.any():
        return
    place = tuple(int(single) for single in np.argwhere(refused)[0])
    instead = "" if allow_nonfinite else " (render matrix --allow-nonfinite marks such entries)"
    if matrix.ndim == 3:
        instead = ", since what is multiplied in turn has no marks" if allow_nonfinite else ""
    raise InputError(f"{what} must be finite, but entry {list(place)} is {plain[place]}, so mend it{instead}")
