"""Lines that grow with the steps, as data: points, and the step at which the line reaches each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from render.drawing.colors import Color


@dataclass(frozen=True)
class Polyline:
    """Points joined by straight lines.

    Parameters
    ----------
    x, y : array_like, shape (k,)
        The points in pixels.
    order : array_like of int, shape (k,), optional
        A rising number for each point: the step at which the line reaches it; its index by default.
    """

    x: ArrayLike
    y: ArrayLike
    order: ArrayLike | None = None


@dataclass(frozen=True, eq=False)
class RevealedLine:
    """A line of one colour, in one piece or several.

    Parameters
    ----------
    pieces : sequence of Polyline
        Its pieces; where they cross, the one that covers more of a pixel counts.
    color : tuple of int
        Red, green and blue.
    width : float
        Thickness in pixels.
    """

    pieces: Sequence[Polyline]
    color: Color
    width: float


@dataclass(frozen=True, eq=False)
class RevealedLines:
    """Lines over a picture, the first one lowest.

    Parameters
    ----------
    lines : sequence of RevealedLine
        What to draw.
    """

    lines: Sequence[RevealedLine]
