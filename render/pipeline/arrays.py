"""Powers of matrices that somebody has, as a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from render.errors import InputError, UsageError
from render.pipeline.nonfinite import OPENING, STATEMENT, add_moments, marked_panels, marked_powers, refuse_many
from render.text import brief
from scenes import Bounds, FloatArray, PanelRequest, Recording, Scene, Steps, repeated, scene, show

# By how much entries of a power may be larger than those of W before only their shape is shown; a tenfold growth that
# rounding makes a little more is none.
_LARGEST_GROWTH = 10.0 * (1 + 1e-9)
_USUAL_STEPS, _MOST_STEPS = 64, 1_000_000
_LARGEST_GAIN = 1e6


def matrices_of(
    arrays: ArrayLike | Mapping[str, ArrayLike], labels: Sequence[str] | None = None, allow_nonfinite: bool = False
) -> dict[str, list[list[float]]]:
    """Return the rows of one matrix, or of several by label, as plain numbers.

    Parameters
    ----------
    arrays : array_like, or mapping of str to array_like
        A matrix, shape (n, n), several of them where there are labels, or several by label.
    labels : sequence of str, optional
        A name for each; several are shown side by side.
    allow_nonfinite : bool
        Whether entries may be NaN or infinite.

    Raises
    ------
    InputError
        If one is not a square matrix of real numbers, or one of these is not finite and is not to be.
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
        return {"": _rows(arrays, "the matrix", allow_nonfinite)}
    if (
        not isinstance(labels, (list, tuple))
        or not all(isinstance(label, str) and label.strip() and label.isprintable() for label in labels)
        or len(set(labels)) < len(labels)
    ):
        raise UsageError(f"labels must be a list of different names, one for each matrix, but they are {brief(labels)}")
    several = list(arrays) if isinstance(arrays, (list, tuple, np.ndarray)) else []
    if len(labels) != len(several):
        raise UsageError(f"there are {len(several)} matrices and {len(labels)} labels, so give one for each")
    return {
        label: _rows(array, f"the matrix {label!r}", allow_nonfinite)
        for label, array in zip(labels, several, strict=True)
    }


def _rows(array: ArrayLike, what: str, allow_nonfinite: bool) -> list[list[float]]:
    try:
        matrix = np.asarray(array)
    except Exception as error:  # whatever an object's own conversion raises
        raise InputError(f"{what} cannot be read as rows of numbers ({brief(str(error))}), so give an array") from None
    if matrix.dtype.kind not in "fiub":
        raise InputError(f"{what} must hold real numbers, but their type is {matrix.dtype}, so take its real part")
    if matrix.ndim == 3:
        raise InputError(f"{what} is several, so name them with labels=")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise InputError(f"{what} must be square, but its shape is {matrix.shape}")
    if np.ma.is_masked(array):
        raise InputError(f"{what} has masked entries, so fill them")
    with np.errstate(over="ignore"):
        # What float64 cannot hold is refused below.
        plain = matrix.astype(np.float64)
    # What float64 cannot hold was a number.
    refused = ~np.isfinite(plain) & (np.isfinite(matrix) | (not allow_nonfinite))
    if refused.any():
        row, column = (int(place) for place in np.argwhere(refused)[0])
        instead = "" if allow_nonfinite else " (render matrix --allow-nonfinite marks such entries)"
        raise InputError(
            f"{what} must be finite, but entry [{row}, {column}] is {plain[row, column]}, so mend it{instead}"
        )
    # Through Python's own numbers, which know no limit and no rounding.
    if matrix.dtype.kind in "iu" and any(int(v) != float(w) for v, w in zip(matrix.flat, plain.flat, strict=True)):
        raise InputError(f"{what} has whole numbers that float64 cannot hold, so scale it down")
    if matrix.dtype.itemsize > 8 and (plain != matrix).any():
        raise InputError(f"{what} has more digits than float64, so round it")
    rows: list[list[float]] = plain.tolist()
    return rows


def scene_of_arrays(
    matrices: Mapping[str, Sequence[Sequence[float]]],
    steps: object = None,
    gain: object = None,
    allow_nonfinite: bool = False,
) -> Scene:
    """Return the scene of the powers of matrices: each alone, or side by side by label.

    Where entries become much larger than those of W within so many steps, with this gain, they are shown divided by the
    largest. Where entries may be NaN or infinite and some are, they are marked; see `marked_powers`.
    """
    if not isinstance(matrices, Mapping) or not matrices or ("" in matrices and len(matrices) > 1):
        raise InputError("the matrices of a film must be rows by label, so render it again")
    single = "" in matrices
    arrays = {label: np.array(_rows(rows, "the matrix", allow_nonfinite)) for label, rows in matrices.items()}
    known = steps if isinstance(steps, int) and 0 <= steps <= _MOST_STEPS else _USUAL_STEPS
    marked = not all(np.isfinite(array).all() for array in arrays.values())
    if marked:
        refuse_many(arrays, known)
        panels = marked_panels(arrays)
    else:
        panels = _panels(arrays, known, gain)
    own = "multiplied by itself at every step" if single else "each multiplied by itself at every step"

    @scene(
        *panels,
        title="Powers of a matrix" if single else "Powers of matrices",
        statement=STATEMENT if marked else own,
        opening=OPENING if marked else "",
    )
    def powers(
        steps: Steps = _USUAL_STEPS, gain: Annotated[float, Bounds(0, _LARGEST_GAIN)] = 1.0
    ) -> Recording | dict[str, Recording]:
        """Multiply a matrix by itself, again and again.

        Parameters
        ----------
        steps
            Number of multiplications.
        gain
            By what every matrix is multiplied before.
        """
        made: dict[str, Recording] = {
            label: marked_powers(array, steps, gain) if marked else repeated(gain * array, steps)
            for label, array in arrays.items()
        }
        return made[""] if single else made

    if marked:
        add_moments(powers, sum(array.size for array in arrays.values()))
    return powers


def _panels(arrays: Mapping[str, FloatArray], steps: int, gain: object) -> list[PanelRequest]:
    """Return what shows powers: divided by the largest entry, where entries become much larger than those of W."""
    times = float(gain) if isinstance(gain, (int, float)) and 0 <= gain <= _LARGEST_GAIN else 1.0
    large = any(_log_growth(times * array, steps) > np.log(_LARGEST_GROWTH) for array in arrays.values())
    single = "" in arrays
    # Columns are too narrow for what it says of its scale.
    shown = show("scaled_matrix", note="largest: ±1" if single else "") if large else show("matrix")
    # Beside more than two heat-maps there is no room for circles.
    eigenvalues = [show("eigenvalues", powers=single)] if len(arrays) <= 2 else []
    return [shown, show("norms"), *eigenvalues]


def _log_growth(matrix: FloatArray, steps: int) -> float:
    """Return the logarithm of how many times larger the largest entry of ``W^T`` is than that of W, by squaring."""
    power, log = np.eye(len(matrix)), 0.0
    first = float(np.abs(matrix).max())
    if steps == 0 or first == 0.0:
        return 0.0
    # Divided by its largest entry, no matrix of this size leaves float64 when it is squared.
    factor = matrix / first
    for digit in f"{steps:b}":
        power, log = power @ power, 2 * log
        if digit == "1":
            power, log = factor @ power, log + np.log(first)
        size = float(np.abs(power).max())
        if size == 0.0:
            return -np.inf
        power, log = power / size, log + np.log(size)
    return log - float(np.log(first))
