"""Cells and small multiples on the codec's grid: how large they are in a room of so many pixels."""

from __future__ import annotations

from dataclasses import dataclass

_GRID = 16
# Between small multiples, and the least side of one.
_GAP, _LEAST_SIDE = 32, 128


def cell_size(dim: int, side: int) -> tuple[int, int]:
    """Return how a matrix fits a square: cell size in pixels, and rows of the matrix to a cell.

    Parameters
    ----------
    dim : int
        Rows and columns of the matrix.
    side : int
        Room in pixels.

    Returns
    -------
    cell : int
        A multiple of 16 where that fills at least nine tenths of what a multiple of 8 fills.
    block : int
        1, or b where each cell has to show the mean of b × b entries.
    """
    block = -(-dim * 8 // side)
    cells = -(-dim // block)
    fine = side // cells // 8 * 8
    coarse = fine // _GRID * _GRID
    return (coarse if coarse * 10 >= fine * 9 else fine), block


@dataclass(frozen=True)
class Multiples:
    """Where small multiples stand.

    Parameters
    ----------
    side : int
        Height of each.
    width : int
        Room of each, from left to right.
    places : tuple of (int, int)
        Left and top of each.
    """

    side: int
    width: int
    places: tuple[tuple[int, int], ...]


def multiples(count: int, width: int, height: int, lines: int) -> Multiples | int:
    """Return how so many small multiples stand in a room, as large as they can be.

    Parameters
    ----------
    count : int
        How many.
    width, height : int
        The room, in pixels.
    lines : int
        Height of the text above and below each.

    Returns
    -------
    Multiples or int
        Where they are too small to be seen, how many there may be.
    """

    def side(number: int, across: int) -> int:
        room = (width + _GAP) // across - _GAP, height // -(-number // across) - lines
        return min(room) // _GRID * _GRID

    def best(number: int) -> int:
        return max(range(1, number + 1), key=lambda across: side(number, across))

    across = best(count)
    if side(count, across) < _LEAST_SIDE:
        return max(number for number in range(1, count) if side(number, best(number)) >= _LEAST_SIDE)
    wide = (width + _GAP) // across // _GRID * _GRID
    high = height // -(-count // across) // _GRID * _GRID
    places = tuple((index % across * wide, index // across * high) for index in range(count))
    return Multiples(side(count, across), wide - _GAP, places)
