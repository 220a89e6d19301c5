"""Points of a film as data, each set of them once: a layout that has it larger or elsewhere says how."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes import FloatArray

# Places to a pixel.
_FINE = 4
# Fewer points look alike too easily.
_LEAST = 4
# A set of points that another one gives within so many pixels is not kept.
_NEAR = 0.4
# Pixels that a set must be wide and high to say how others of its layout are moved.
_LARGE = 80

# How places become pixels: scale and begin of x, then those of y.
Move = tuple[float, float, float, float]
_PLAIN: Move = (1 / _FINE, 0.0, 1 / _FINE, 0.0)


class Shapes:
    """Numbers sets of points in the order in which they come.

    Attributes
    ----------
    moves : list of tuple of float
        How places become pixels: ``x = moves[k][0] · place + moves[k][1]``, and likewise y.
    points : list of list of int
        Sets of points, x and y in turn, in quarters of a pixel.
    curves : list of list of int
        Those that follow each other: the first, the way to the second, then how much each way is longer than the one
        before. These are small numbers where a curve is smooth.
    """

    def __init__(self) -> None:
        self.moves: list[Move] = [_PLAIN]
        self.points: list[list[int]] = []
        self.curves: list[list[int]] = []
        self._known: dict[tuple[bool, bytes], int] = {}
        self._layout = 0
        self._alike: defaultdict[tuple[int, bool, int], list[tuple[int, int, FloatArray]]] = defaultdict(list)

    def begin_layout(self) -> None:
        """Begin with another layout: its sets may be those of an earlier one up to a move."""
        self._layout += 1

    def add(self, points: ArrayLike, curve: bool, moment: int) -> tuple[int, int]:
        """Return the numbers of the move and the set that give points.

        Parameters
        ----------
        points : array_like of shape (n, 2)
            The points in pixels.
        curve : bool
            Whether they follow each other.
        moment : int
            Which moment they are of.
        """
        pixels = np.asarray(points, float).reshape(-1, 2)
        places = np.rint(_FINE * pixels).astype(int)
        key = curve, places.tobytes()
        if key in self._known:
            return 0, self._known[key]
        alike = self._alike[moment, curve, len(places)]
        if len(places) >= _LEAST:
            for layout, number, others in alike:
                move = self._move(others, pixels) if layout != self._layout else None
                if move is not None:
                    return move, number
        table = self.curves if curve else self.points
        table.append((ways(places) if curve else places).ravel().tolist())
        number = self._known[key] = len(table) - 1
        alike.append((self._layout, number, places.astype(float)))
        return 0, number

    def _move(self, places: FloatArray, pixels: FloatArray) -> int | None:
        """Return the number of the move from places to pixels, if there is one; one known already where it will do."""
        for number, move in enumerate(self.moves):
            if _is_near(places, move, pixels):
                return number
        low, high = places.min(axis=0), places.max(axis=0)
        # What is small says too little of how the large is moved.
        if (high - low).min() < _LARGE * _FINE:
            return None
        scale = (pixels.max(axis=0) - pixels.min(axis=0)) / (high - low)
        begin = pixels.min(axis=0) - scale * low
        found = tuple(round(float(value), 4) for pair in zip(scale, begin, strict=True) for value in pair)
        best = (found[0], found[1], found[2], found[3])
        if not _is_near(places, best, pixels):
            return None
        self.moves.append(best)
        return len(self.moves) - 1


def _is_near(places: FloatArray, move: Move, pixels: FloatArray) -> bool:
    moved = places * move[::2] + move[1::2]
    return bool(np.abs(moved - pixels).max() <= _NEAR)


def ways(places: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return rows of whole numbers as the first, the way to the second, then how much each way is longer."""
    steps = np.diff(places, axis=0)
    return np.concatenate([places[:1], steps[:1], np.diff(steps, axis=0)])
