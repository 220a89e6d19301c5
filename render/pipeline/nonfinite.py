"""Powers of matrices with entries that are NaN or infinite: as series, in which these are marked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from render.errors import InputError
from render.numerics.trajectory import Columns
from render.pipeline.job import Rows
from scenes import FloatArray, PanelRequest, Reached, Record, Scene, first_step, show

# Numbers of all powers of a film, which are in its manifest: enough for three steps of the largest matrix.
_MOST_NUMBERS = 2**22

STATEMENT = "what is no number takes the others with it"
OPENING = "The identity, before the first multiplication: all its entries are numbers."


def refuse_many(arrays: Mapping[str, FloatArray], steps: int) -> None:
    """Refuse so many powers that they cannot all be kept.

    Raises
    ------
    InputError
        If they are too many.
    """
    size = sum(array.size for array in arrays.values())
    if size * (steps + 1) > _MOST_NUMBERS:
        raise InputError(
            f"{steps:,} powers with entries that are no numbers are more than is kept, so choose at most "
            f"{max(_MOST_NUMBERS // size - 1, 0):,} steps"
        )


def marked_panels(arrays: Mapping[str, FloatArray]) -> list[PanelRequest]:
    """Return what shows the powers, and how many of their entries are no numbers.

    Parameters
    ----------
    arrays : mapping of str to ndarray, each of shape (n, n)
        The matrices by label; one alone has the label "".
    """
    single = "" in arrays
    note = "marked: no number" if single else ""
    most = float(max(array.size for array in arrays.values()))
    return [
        show("heatmap", of="power", heading="{symbol}{step:^}", numbers=single, note=note),
        show("series", of="lost", heading="entries that are no numbers", scale="linear", limits=(0.0, most)),
    ]


def marked_powers(matrix: FloatArray, steps: int, gain: float) -> Record:
    """Return the powers of a matrix, and how many entries of each are no numbers.

    ``W^1`` is W itself, and every further power W times the one before, in plain float64: an entry is no number where
    anything in its row of W or its column of the power is none. Norms and eigenvalues of such matrices do not exist.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        The matrix.
    steps : int
        Number of multiplications.
    gain : float
        By what it is multiplied before.
    """
    powers = np.empty((steps + 1, *matrix.shape))
    powers[0] = np.eye(len(matrix))
    # What comes of infinities, and what leaves float64, is what the film shows.
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        factor = gain * matrix
        for step in range(1, steps + 1):
            powers[step] = factor if step == 1 else factor @ powers[step - 1]
    return Record({"power": powers, "lost": np.count_nonzero(~np.isfinite(powers), axis=(1, 2)).astype(float)})


def add_moments(powers: Scene, total: int) -> None:
    """Add what the film of such powers says, of `total` entries of all its matrices."""

    def lost(columns: Columns) -> FloatArray:
        return np.asarray(np.sum([column.series["lost"] for column in columns.values()], axis=0))

    @powers.moment("W has {lost:.0} entries of {total:.0} that are <warn>no numbers</>.")
    def _(columns: Columns, steps: int) -> Reached | None:
        found = lost(columns)
        return Reached(1, lost=float(found[1]), total=float(total)) if steps and found[1] < total else None

    @powers.moment("W² lacks whole rows and columns: {lost:.0} entries of {total:.0} are <warn>no numbers</>.")
    def _(columns: Columns, steps: int) -> Reached | None:
        found = lost(columns)
        grown = steps >= 2 and found[1] < found[2] < total
        return Reached(2, lost=float(found[2]), total=float(total)) if grown else None

    @powers.moment("From step {step} on <warn>no entry</> is a number: each sum has taken in one that is none.")
    def _(columns: Columns) -> int | None:
        return first_step(lost(columns) == total)


def remark_on(matrices: Mapping[str, Rows]) -> str | None:
    """Return what a film of matrices leaves out, and why: the first entry that is NaN or infinite; None without any.

    Parameters
    ----------
    matrices : mapping of str to sequence
        Rows of each, by label.
    """
    for label, rows in matrices.items():
        entries = np.array(rows)
        found = np.argwhere(~np.isfinite(entries))
        if found.size:
            row, column = (int(place) for place in found[0])
            whose = f" of {label}" if label else ""
            return (
                f"entry [{row}, {column}]{whose} is {entries[row, column]}, so norms and eigenvalues are left out, and "
                "powers are those of plain float64"
            )
    return None
