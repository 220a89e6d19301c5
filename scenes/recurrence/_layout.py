"""Layout of heat-maps that fill up over time."""

import numpy as np

from scenes import FloatArray

# The largest panel has room for so many columns with cells of 8 pixels, for half of them with cells of 16 pixels.
COLUMNS = 64


def tape(columns: FloatArray, width: int) -> FloatArray:
    """Return for every step the columns so far, filled from the left; where they are too many, the last ones.

    Parameters
    ----------
    columns : ndarray, shape (T, n)
        What each step adds.
    width : int
        Largest number of columns of the heat-map.

    Returns
    -------
    ndarray, shape (T + 1, n, w)
        The width w is T where that is less than `width`, and 1 at least.
    """
    steps = len(columns)
    width = max(1, min(steps, width))
    tapes = np.zeros((steps + 1, columns.shape[1], width))
    for step in range(1, steps + 1):
        seen = columns[max(0, step - width) : step]
        tapes[step, :, : len(seen)] = seen.T
    return tapes
