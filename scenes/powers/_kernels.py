"""Recurrent kernels in files, as the libraries of networks save them."""

import warnings
from pathlib import Path

import numpy as np

from scenes import FloatArray, ParameterError

# Gates by how many matrices a kernel holds: a GRU's three, an LSTM's four.
_GATES = {3: "GRU", 4: "LSTM"}


def kernel_of(file: str, gate: int) -> FloatArray:
    """Return the matrix in a .npy or text file, or one of the blocks of a kernel of gates.

    Parameters
    ----------
    file : str
        Its path. It holds n rows and columns, or 3 or 4 such blocks below each other (PyTorch's ``weight_hh``) or
        beside each other (Keras's ``recurrent_kernel``, which multiplies a row: its blocks are transposed).
    gate : int
        Which block, from 1; 0 for a file with a single matrix.

    Returns
    -------
    kernel : ndarray, shape (n, n)
        What multiplies a column of the state.

    Raises
    ------
    ParameterError
        If there is no such file, or no such matrix in it.
    """
    if not Path(file).is_file():
        raise ParameterError(f"there is no file {file}, so check the path")
    try:
        with warnings.catch_warnings():
            # An empty file is no table.
            warnings.simplefilter("error")
            text = Path(file).suffix != ".npy"
            matrix = np.loadtxt(file, delimiter=",") if text else np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError, UserWarning) as error:
        reason = getattr(error, "strerror", None) or "it is no .npy file and no table of numbers with commas"
        raise ParameterError(f"file {file} could not be read ({reason}), so save the matrix with numpy.save") from None
    if matrix.dtype.kind not in "biuf":
        raise ParameterError(
            f"file {file} must hold real numbers, but their type is {matrix.dtype}, so save its real part as numbers"
        )
    return _block(np.asarray(matrix, dtype=np.float64), file, gate)


def _block(matrix: FloatArray, file: str, gate: int) -> FloatArray:
    """Return the square matrix that is meant."""
    rows, columns = matrix.shape if matrix.ndim == 2 else (0, 0)
    least, most = min(rows, columns), max(rows, columns)
    if not 2 <= least <= 1_024 or most not in (least, 3 * least, 4 * least):
        raise ParameterError(
            f"file {file} must hold a square matrix of 2 to 1,024 rows, or 3 or 4 of them side by side, but its "
            f"shape is {matrix.shape}"
        )
    blocks = most // least
    if blocks == 1 and gate:
        raise ParameterError(f"file {file} holds one matrix, so leave out the gate, which is {gate}")
    if blocks > 1 and not 1 <= gate <= blocks:
        raise ParameterError(
            f"file {file} holds the {blocks} matrices of a {_GATES[blocks]}'s gates, so choose one of them with gate, "
            f"from 1 to {blocks}"
        )
    if blocks == 1:
        return matrix
    within = slice((gate - 1) * least, gate * least)
    return matrix[within] if rows > columns else np.ascontiguousarray(matrix[:, within].T)
