"""Networks at the checkpoints of a training, from plain data; and their Lyapunov exponents along data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.errors import InputError
from render.numerics.recurrences import ResetAfterGRU, exponents_along, jacobians_along
from render.text import brief
from scenes import ACTIVATIONS, GRU, LSTM, RNN, Cell, FloatArray

# How a plain network's states are squeezed, by the name on the command line.
PLAIN = {"tanh": "tanh", "relu": "ReLU", "linear": "identity"}
# Gated cells by the number of blocks of their kernels: f, i, o and c̃ of an LSTM; z, r and h̃ of a GRU, which resets
# after the multiplication by W, or before it.
GATED = {"lstm": 4, "gru": 3, "gru before": 3}
CELLS = (*PLAIN, *GATED)
# Multiplications that all factorisations may take: some ten seconds.
_MOST_WORK = 2e10


@dataclass(frozen=True, eq=False)
class Networks:
    """A network at K checkpoints, and the data it reads. Matrices multiply a column of the state.

    Parameters
    ----------
    cell : str
        One of `CELLS`.
    inputs : ndarray, shape (T, m)
        The data x_1 … x_T.
    recurrent : ndarray, shape (K, k n, n)
        W of every checkpoint, its k blocks one below the other; k is 1 for a plain network.
    kernel : ndarray, shape (K, k n, m)
        U, from the data.
    bias : ndarray, shape (K, k n)
        The vector b.
    recurrent_bias : ndarray, shape (K, k n)
        The bias within what a GRU resets; 0 for others.
    """

    cell: str
    inputs: FloatArray
    recurrent: FloatArray
    kernel: FloatArray
    bias: FloatArray
    recurrent_bias: FloatArray

    @property
    def states(self) -> int:
        """Numbers of a state: 2 n for an LSTM, n for others."""
        return int(self.recurrent.shape[2]) * (2 if self.cell == "lstm" else 1)

    def at(self, checkpoint: int) -> RNN | Cell:
        """Return the network of a checkpoint."""
        w, u, b, d = (part[checkpoint] for part in (self.recurrent, self.kernel, self.bias, self.recurrent_bias))
        if self.cell == "lstm":
            return LSTM(w, u, b + d)
        if self.cell == "gru":
            return ResetAfterGRU(w, u, b, d)
        return GRU(w, u, b, "keep") if self.cell == "gru before" else RNN(w, u, b + d, ACTIVATIONS[PLAIN[self.cell]])

    def exponents(self, clock: Sequence[int]) -> FloatArray:
        """Return the Lyapunov exponents of every checkpoint along the data from a state of zeros, shape (K, states).

        Raises
        ------
        InputError
            If a state leaves float64; it names the checkpoint by its clock.
        """
        found = []
        for checkpoint, number in enumerate(clock):
            try:
                found.append(exponents_along(self.at(checkpoint), self.inputs, np.zeros(self.states)))
            except OverflowError as error:
                raise InputError(
                    f"the state of checkpoint {number} leaves float64 at step {error.args[0]} of the data, so take "
                    "fewer with --steps"
                ) from None
        return np.array(found)

    def factors_at_last(self) -> tuple[float, float, float]:
        """Return means over the last checkpoint's Jacobians J of shape (n, n), all but the last in natural logarithms.

        They are ``log |det J|``, ``log ‖J‖_F``, and ``100 n eps cond₁ J``, what rounding does to the first.
        """
        found = []
        with np.errstate(divide="ignore"):
            for jacobian in jacobians_along(self.at(-1), self.inputs, np.zeros(self.states)):
                determinant = float(np.linalg.slogdet(jacobian)[1])
                condition = float(np.linalg.cond(jacobian, 1)) if np.isfinite(determinant) else np.inf
                found.append((determinant, float(np.log(np.linalg.norm(jacobian))), condition))
        volume, bound, conditions = np.array(found).mean(axis=0)
        return float(volume), float(bound), float(100 * self.states * np.finfo(float).eps * conditions)

    def own(self, matrices: FloatArray) -> dict[str, FloatArray]:
        """Return the arrays that it does not share with the film, whose W are `matrices`, shape (K, n, n), by name.

        W is left out where it is the film's, and U where data are added as they are.
        """
        named = {"inputs": self.inputs, "bias": self.bias, "recurrent_bias": self.recurrent_bias}
        size = self.recurrent.shape[2]
        if self.kernel.shape[1:] != (size, size) or (self.kernel != np.eye(size)).any():
            named["kernel"] = self.kernel
        return named if np.array_equal(self.recurrent, matrices) else named | {"recurrent": self.recurrent}

    def as_json(self, matrices: FloatArray) -> dict[str, Any]:
        """Return it as plain data, beside a film's W; see `own`."""
        return {"cell": self.cell} | {name: array.tolist() for name, array in self.own(matrices).items()}


def networks_of(content: Mapping[str, Any], matrices: FloatArray) -> Networks:
    """Return networks from plain data, which may come from anybody.

    Parameters
    ----------
    content : mapping of str to object
        What `Networks.as_json` returns.
    matrices : ndarray, shape (K, n, n)
        W, where the data hold none.

    Raises
    ------
    InputError
        If parts do not fit together, or factorising all Jacobians would take minutes.
    """
    cell = content["cell"]
    if cell not in CELLS:
        raise InputError(f"the network of a training is one of {', '.join(CELLS)}, but not {brief(cell)}")
    inputs, bias, inner = (
        numbers_of(content[name], f"{name} of the network") for name in ("inputs", "bias", "recurrent_bias")
    )
    count, size = matrices.shape[:2]
    recurrent = numbers_of(content["recurrent"], "W of the network") if "recurrent" in content else matrices
    kernel = np.broadcast_to(np.eye(size), (count, size, size))
    if "kernel" in content:
        kernel = numbers_of(content["kernel"], "kernel of the network")
    rows = GATED.get(cell, 1) * size
    if inputs.ndim != 2 or not inputs.size:
        raise InputError(f"the data must be steps × inputs, but their shape is {inputs.shape}, so save them so")
    wanted = {
        "W": (recurrent, (count, rows, size)),
        "U": (kernel, (count, rows, inputs.shape[1])),
        "b": (bias, (count, rows)),
        "the inner b": (inner, (count, rows)),
    }
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise InputError(
                f"{name} of the network has the shape {array.shape[1:]} where W of {size} × {size} and data of "
                f"{inputs.shape[1]} numbers a step need {shape[1:]}, so give data of this network"
            )
    found = Networks(cell, inputs, recurrent, kernel, bias, inner)
    most = int(_MOST_WORK / (count * found.states**3))
    if len(inputs) > max(most, 1):
        raise InputError(
            f"{len(inputs):,} steps of the data at {count:,} checkpoints of {size} units would take minutes, so take "
            f"at most {max(most, 1):,} with --steps"
        )
    return found


def numbers_of(values: Any, what: str) -> FloatArray:
    """Return real, finite numbers in float64, or refuse them.

    Raises
    ------
    InputError
        If they are none, or float64 cannot hold them.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty(0, object)
    if array.dtype.kind not in "fiub":
        raise InputError(f"{what} must be rows of real numbers, so save them so")
    plain = array.astype(np.float64)
    if not np.isfinite(plain).all():
        raise InputError(f"{what} must be finite, but one of its numbers is not, so mend it")
    if array.dtype.kind in "iu" and any(int(v) != float(w) for v, w in zip(array.flat, plain.flat, strict=True)):
        raise InputError(f"{what} has whole numbers that float64 cannot hold, so scale it down")
    if array.dtype.itemsize > 8 and (plain != array).any():
        raise InputError(f"{what} has more digits than float64, so round it")
    return plain
