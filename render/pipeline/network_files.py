"""What a network needs besides its recurrent kernel: input kernel and biases, found beside it by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.errors import InputError
from render.pipeline.array_files import arrays_in
from render.pipeline.gates import ORDERS, block_of
from render.pipeline.networks import GATED, Networks, numbers_of
from render.pipeline.stored import Stored, brief_shape, refuse_many
from render.text import brief, literal
from scenes import FloatArray

# The names of input kernel, bias, and bias of the recurrent kernel, by that of the recurrent kernel.
_BESIDE = (
    (re.compile(r"(.*[./])?weight_hh(_l\d+(?:_reverse)?)?"), ("weight_ih", "bias_ih", "bias_hh")),
    (re.compile(r"(.*[./])?recurrent_kernel(:\d+)?"), ("kernel", "bias", "")),
    (re.compile(r"(.*[./])?W()"), ("U", "b", "")),
)
# In which order networks have their gates; see `render.pipeline.networks.GATED`.
_WANTED = {4: ("forget", "input", "output", "cell"), 3: ("update", "reset", "new")}


def data_in(source: Path | NDArray[Any], steps: int | None = None) -> FloatArray:
    """Return the data of a network, shape (T, m): from a file of one array, steps × inputs, or steps alone.

    Parameters
    ----------
    source : Path or ndarray
        The file, or the array itself.
    steps : int, optional
        How many of the first steps are wanted; all by default.

    Raises
    ------
    InputError
        If it cannot be read, holds something else, or has fewer steps.
    """
    name = literal(str(source)) if isinstance(source, Path) else "the array of data"
    if isinstance(source, Path):
        with arrays_in(source) as arrays:
            if len(arrays) != 1:
                raise InputError(f"{name} holds {len(arrays):,} arrays, so save the data alone, as steps × inputs")
            stored = arrays[0]
            if stored.refusal is not None:
                raise InputError(f"{name} {stored.refusal}")
            _refuse_other_than_steps(name, stored.shape)
            array = numbers_of(stored.read(refuse_many), name)
    else:
        _refuse_other_than_steps(name, np.shape(source))
        array = numbers_of(source, name)
    array = array.reshape(len(array), -1)
    if steps is not None and steps > len(array):
        raise InputError(f"{name} has {len(array):,} steps, so give --steps {len(array)} at most")
    return array[:steps]


def _refuse_other_than_steps(name: str, shape: tuple[int, ...]) -> None:
    if len(shape) not in (1, 2) or 0 in shape:
        raise InputError(f"{name} must be steps × inputs of one sequence, but its shape is {brief_shape(shape)}")


@dataclass(frozen=True, eq=False)
class _Parts:
    """W, U, b and the inner bias of a checkpoint; U is None where there is none."""

    recurrent: FloatArray
    kernel: FloatArray | None
    bias: FloatArray
    inner: FloatArray

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return self.recurrent.shape, () if self.kernel is None else self.kernel.shape


@dataclass
class NetworkReader:
    """Takes the network out of one checkpoint after the other.

    Parameters
    ----------
    activation : str
        One of `render.pipeline.networks.PLAIN`: how a plain network's states are squeezed.
    order : str or None
        In which order kernels hold their gates; that of the library by default.
    """

    activation: str
    order: str | None
    _cells: set[str] = field(default_factory=set)
    _parts: list[_Parts] = field(default_factory=list)

    def take(self, arrays: Mapping[str, Stored], key: str) -> None:
        """Take W, U and b out of a checkpoint's arrays; `key` is the name of W."""
        array = _read(arrays, key)
        least, most = sorted(array.shape)
        blocks = most // least
        names = _names_beside(key)
        kernel, bias, inner = (_read(arrays, name) if name and name in arrays else None for name in names)
        # Beside each other gates multiply a row, as all of Keras's kernels do.
        by_row = array.shape[1] > array.shape[0] or (blocks == 1 and "recurrent_kernel" in key)
        if kernel is not None and (kernel.ndim != 2 or kernel.shape[1 if by_row else 0] != most):
            raise InputError(
                f"{literal(names[0])} has the shape {brief_shape(kernel.shape)}, which does not belong to "
                f"{brief(key)} of {brief_shape(array.shape)}, so save both from one network"
            )
        if kernel is not None and by_row:
            kernel = np.ascontiguousarray(kernel.T)
        self._cells.add(self._cell(blocks, "recurrent_kernel" in key and bias is not None and bias.ndim == 1))
        if bias is not None and bias.ndim == 2 and len(bias) == 2:
            bias, inner = bias
        recurrent = self._ordered(array, blocks, by_row)
        vectors = [np.zeros(most) if b is None else b for b in (bias, inner)]
        for vector in vectors:
            if vector.shape != (most,):
                raise InputError(
                    f"a bias of {brief(key)} has the shape {brief_shape(vector.shape)} where {most} numbers are right, "
                    "so save both from one network"
                )
        moved = self._places(blocks, by_row)
        moved_kernel = None if kernel is None else _moved(kernel, moved)
        self._parts.append(_Parts(recurrent, moved_kernel, *(_moved(vector, moved) for vector in vectors)))

    def networks(self, inputs: FloatArray) -> Networks:
        """Return the networks of all checkpoints, with the data they read.

        Raises
        ------
        InputError
            If checkpoints differ in what they hold, or the data do not fit them.
        """
        if len(self._cells) > 1 or len({parts.shapes for parts in self._parts}) > 1:
            raise InputError("the checkpoints are of networks of different shapes, so give those of one network")
        (cell,) = self._cells
        size = self._parts[0].recurrent.shape[1]
        kernels = [parts.kernel for parts in self._parts if parts.kernel is not None]
        if not kernels:
            if cell in GATED or inputs.shape[1] != size:
                raise InputError(
                    f"there is no input kernel beside W, and the data have {inputs.shape[1]} numbers a step for {size} "
                    "units, so save it too: weight_ih beside weight_hh, kernel beside recurrent_kernel, or U beside W"
                )
            kernels = [np.eye(size)] * len(self._parts)
        return Networks(
            cell,
            inputs,
            np.array([parts.recurrent for parts in self._parts]),
            np.array(kernels),
            np.array([parts.bias for parts in self._parts]),
            np.array([parts.inner for parts in self._parts]),
        )

    def _cell(self, blocks: int, one_bias: bool) -> str:
        if blocks == 1:
            return self.activation
        # Keras keeps two biases where a GRU resets after the multiplication, as PyTorch's always does.
        return "lstm" if blocks == 4 else "gru before" if one_bias else "gru"

    def _places(self, blocks: int, by_row: bool) -> list[int]:
        """Return where the gates that a network has in its order stand in the kernel."""
        if blocks == 1:
            return [0]
        order = ORDERS[self.order or ("keras" if by_row else "pytorch")][blocks]
        return [order.index(gate) for gate in _WANTED[blocks]]

    def _ordered(self, array: FloatArray, blocks: int, by_row: bool) -> FloatArray:
        if blocks == 1:
            return np.ascontiguousarray(array.T) if by_row else array
        return np.concatenate([block_of(array, place) for place in self._places(blocks, by_row)])


def _moved(array: FloatArray, places: list[int]) -> FloatArray:
    """Return the blocks of an array in another order, along its first axis."""
    parts = np.split(array, len(places))
    return np.concatenate([parts[place] for place in places])


def _names_beside(key: str) -> tuple[str, ...]:
    for pattern, names in _BESIDE:
        found = pattern.fullmatch(key)
        if found:
            return tuple(f"{found[1] or ''}{name}{found[2] or ''}" if name else "" for name in names)
    return ("", "", "")


def _read(arrays: Mapping[str, Stored], key: str) -> FloatArray:
    stored = arrays[key]
    if stored.refusal is not None:
        raise InputError(f"{literal(key)} {stored.refusal}")
    return numbers_of(stored.read(refuse_many), literal(key) or "the matrix")
