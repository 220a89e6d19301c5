"""What a scene returns: the matrices it multiplies, a record of series, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


class SequenceError(ValueError):
    """The matrices of a scene cannot be multiplied: wrong shape, wrong type, or not finite."""


def _frozen(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array


def real_array(values: ArrayLike, what: str) -> FloatArray:
    """Return a float64 copy of `values`, or say why it has none."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise SequenceError(f"{what} must be real numbers, but their type is {array.dtype}")
    return np.array(array, dtype=np.float64)


def _checked(series: Mapping[str, ArrayLike], states: int) -> dict[str, FloatArray]:
    """Return copies of series that have one entry a state."""
    tracks = {}
    for name, values in series.items():
        if not isinstance(name, str) or not name or not name.isprintable():
            raise SequenceError(f"a series needs a name that can be printed, but one is named {name!r}")
        track = real_array(values, f"series {name!r}")
        if track.ndim < 1 or track.shape[0] != states:
            raise SequenceError(
                f"series {name!r} needs one entry a state, {states} in all, but its shape is {track.shape}"
            )
        tracks[name] = _frozen(track)
    return tracks


def _finite(array: FloatArray, what: str) -> None:
    """Refuse NaN and infinity, naming the first place where one stands."""
    bad = ~np.isfinite(array)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise SequenceError(f"{what} must be finite, but entry {list(place)} is {array[place]}")


@dataclass(frozen=True, eq=False, init=False)
class MatrixSequence:
    """A product of square matrices, one factor a step.

    Factors apply on the left: ``P_t = W_t P_{t-1}`` with ``P_0 = initial`` (the identity unless
    given), and for vectors ``x_t = W_t x_{t-1}``. `steps` factors give ``steps + 1`` states.

    Parameters
    ----------
    factors : array_like, shape (T, n, n)
        The factors ``W_1 … W_T``. They are copied, checked once and made read-only.
    initial : array_like, shape (n, n), optional
        ``P_0``; the identity by default.
    series : mapping of str to array_like, each of shape (T + 1, …), optional
        Further numbers that the scene computed itself, one entry a state.

    Raises
    ------
    SequenceError
        If a shape does not fit, a type is not real, or a number is not finite.
    """

    factors: FloatArray
    initial: FloatArray
    series: Mapping[str, FloatArray]

    def __init__(
        self,
        factors: ArrayLike,
        initial: ArrayLike | None = None,
        series: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        shape = np.shape(factors)
        if len(shape) != 3 or shape[1] != shape[2] or shape[1] < 1:
            raise SequenceError(f"factors must have shape (steps, n, n), but theirs is {shape}")
        if isinstance(factors, np.ndarray) and factors.strides[0] == 0 and shape[0]:
            single = real_array(factors[:1], "factors")
            _finite(single, "factors")
            factors = np.broadcast_to(single, shape)
        else:
            factors = real_array(factors, "factors")
            _finite(factors, "factors")
            factors.flags.writeable = False
        n = shape[1]
        first = np.eye(n) if initial is None else real_array(initial, "initial")
        if first.shape != (n, n):
            raise SequenceError(f"initial must have shape {(n, n)}, but its shape is {first.shape}")
        _finite(first, "initial")
        object.__setattr__(self, "factors", factors)
        object.__setattr__(self, "initial", _frozen(first))
        object.__setattr__(self, "series", _checked(series or {}, shape[0] + 1))

    @property
    def steps(self) -> int:
        """Number of factors T; there are T + 1 states."""
        return int(self.factors.shape[0])

    @property
    def dim(self) -> int:
        """Number of rows and columns n."""
        return int(self.factors.shape[1])

    @cached_property
    def factor(self) -> FloatArray | None:
        """The one matrix W where every factor is the same, shape (n, n), else None."""
        if self.steps == 0:
            return None
        first: FloatArray = self.factors[0]
        if self.factors.strides[0] == 0 or self.steps == 1:
            return first
        return first if bool((self.factors == first).all()) else None

    @cached_property
    def sha256(self) -> str:
        """Hash of the factors' float64 bytes (little-endian, row by row; W once where it repeats)."""
        content = self.factors if self.factor is None else self.factor
        return sha256(np.ascontiguousarray(content, dtype="<f8").tobytes()).hexdigest()


def repeated(matrix: ArrayLike, steps: int, series: Mapping[str, ArrayLike] | None = None) -> MatrixSequence:
    """Return the sequence of powers ``P_t = W^t``, holding one copy of W whatever `steps` is.

    Parameters
    ----------
    matrix : array_like, shape (n, n)
        The factor W.
    steps : int
        Number of multiplications T.
    series : mapping of str to array_like, optional
        Further numbers of the scene, each of shape (T + 1, …).

    Raises
    ------
    SequenceError
        If W is not square, not real or not finite.
    """
    factor = np.asarray(matrix)
    if factor.ndim != 2 or factor.shape[0] != factor.shape[1]:
        raise SequenceError(f"the matrix must be square, but its shape is {factor.shape}")
    return MatrixSequence(np.broadcast_to(factor, (steps, *factor.shape)), series=series or {})


@dataclass(frozen=True, eq=False, init=False)
class Record:
    """Series over time of a scene that multiplies no matrices: a sweep, a training, a table.

    Parameters
    ----------
    series : mapping of str to array_like, each of shape (T + 1, …)
        The numbers by name, one entry a state. They are copied and made read-only.

    Raises
    ------
    SequenceError
        If there is no series, their lengths differ, or one is not of real numbers.
    """

    series: Mapping[str, FloatArray]

    def __init__(self, series: Mapping[str, ArrayLike]) -> None:
        if not series:
            raise SequenceError("a record needs one series at least, but it has none")
        first = np.shape(next(iter(series.values())))
        if not first or not first[0]:
            raise SequenceError("a series needs one entry a state, but the first of the record has none")
        object.__setattr__(self, "series", _checked(series, first[0]))

    @property
    def steps(self) -> int:
        """Number of steps T; there are T + 1 states."""
        return len(next(iter(self.series.values()))) - 1


# What one column of a scene is.
Recording = MatrixSequence | Record
