"""Which gate is where in the kernel of an LSTM or a GRU, by the library that saved it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What stands in the blocks of a kernel, from the first to the last, by how many there are: in an LSTM 4, in a GRU 3.
_LSTM = ("input", "forget", "cell", "output")
ORDERS: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "pytorch": {4: _LSTM, 3: ("reset", "update", "new")},
    "keras": {4: _LSTM, 3: ("update", "reset", "new")},
}
GATES = ("input", "forget", "cell", "output", "reset", "update", "new")
# The same as their papers and programs write it.
LETTERS = {
    "pytorch": {4: "PyTorch: i, f, g, o", 3: "PyTorch: r, z, n"},
    "keras": {4: "Keras: i, f, c, o", 3: "Keras: z, r, h"},
}
# How libraries name what a state is multiplied by.
RECURRENT = re.compile(r"(.*[./])?(weight_hh(_l\d+)?(_reverse)?|recurrent_kernel(:\d+)?)")


def block_of(kernel: NDArray[Any], number: int) -> NDArray[Any]:
    """Return the block of a kernel that multiplies a column of the state, shape (n, n).

    Blocks beside each other multiply a row, so they are transposed.

    Parameters
    ----------
    kernel : ndarray, shape (k n, n) or (n, k n)
        k matrices below or beside each other.
    number : int
        Which of them, from 0.
    """
    rows, columns = kernel.shape
    least = min(rows, columns)
    within = slice(number * least, (number + 1) * least)
    return kernel[within] if rows > columns else np.ascontiguousarray(kernel[:, within].T)
