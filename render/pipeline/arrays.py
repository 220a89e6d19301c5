"""Powers of matrices that somebody has, as a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from render.errors import InputError, UsageError
from scenes import FloatArray, MatrixSequence, Scene, SequenceError, Steps, repeated, scene

NAME = "powers"


def matrices_of(arrays: ArrayLike, labels: Sequence[str] | None = None) -> dict[str, list[list[float]]]:
    """Return the rows of one matrix, or of several by label, as plain numbers.

    Parameters
    ----------
    arrays : array_like
        A matrix, shape (n, n), or several of them where there are labels.
    labels : sequence of str, optional
        A name for each; several are shown side by side.

    Raises
    ------
    InputError
        If one is not a square matrix of finite real numbers.
    UsageError
        If there are not as many labels as matrices, or one comes twice.
    """
    if labels is None:
        return {"": _rows(arrays, "the matrix")}
    if isinstance(labels, str) or not all(isinstance(label, str) and label.strip() for label in labels):
        raise UsageError(f"labels must be a name for each matrix, but they are {labels!r:.80}")
    several = list(arrays) if isinstance(arrays, (Sequence, np.ndarray)) else []
    if len(labels) != len(several) or len(set(labels)) < len(labels):
        raise UsageError(f"there are {len(several)} matrices and {len(set(labels))} different labels, so name each")
    return {label: _rows(array, f"the matrix {label!r}") for label, array in zip(labels, several, strict=True)}


def _rows(array: ArrayLike, what: str) -> list[list[float]]:
    try:
        matrix = np.asarray(array)
    except ValueError:
        raise InputError(f"{what} has rows of different lengths, so give a square one") from None
    if matrix.dtype.kind == "O":
        raise InputError(f"{what} must hold real numbers alone")
    try:
        # What is complex, not finite or not square is refused there.
        checked: FloatArray = MatrixSequence(matrix[None]).factors[0]
    except SequenceError as error:
        raise InputError(f"{what} cannot be multiplied by itself: {error}") from None
    rows: list[list[float]] = checked.tolist()
    return rows


def scene_of_arrays(matrices: Mapping[str, Sequence[Sequence[float]]]) -> Scene:
    """Return the scene of the powers of matrices: each alone, or side by side by label."""
    if not isinstance(matrices, Mapping) or not matrices or ("" in matrices and len(matrices) > 1):
        raise InputError("the matrices of a film must be rows by label, so render it again")
    single = "" in matrices
    panels = ("matrix", "norms", "eigenvalues", "singular_values") if single else ("matrix", "norms")
    arrays = {label: np.array(_rows(rows, "the matrix")) for label, rows in matrices.items()}

    @scene(*panels, title="Powers of a matrix" if single else "Powers of matrices")
    def powers(steps: Steps = 64) -> MatrixSequence | dict[str, MatrixSequence]:
        """Multiply a matrix by itself, again and again.

        Parameters
        ----------
        steps
            Number of multiplications.
        """
        sequences = {label: repeated(array, steps) for label, array in arrays.items()}
        return sequences[""] if single else sequences

    return powers
