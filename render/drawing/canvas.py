"""What panels draw with: the verbs of a canvas, and the shapes they take.

Coordinates are pixels from the top left corner; y grows downwards, and pixel (i, j) covers the square
from (i, j) to (i + 1, j + 1). There are no axes and no artists: a frame costs what it draws, and
everything stands on the pixel it was given. A canvas puts the same shapes down as pixels (`render.drawing.raster`),
as data (`render.drawing.marks`), or as SVG and PDF (`render.drawing.svg`, `render.drawing.pdf`).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from render.drawing.colors import Color, ColorMap
from render.drawing.glyphs import SMALLEST, TextStyle, fitted
from render.drawing.layouts import Box
from render.drawing.lines import RevealedLines
from render.drawing.themes import Theme

Point = tuple[float, float]


@dataclass(frozen=True)
class Cells:
    """A grid of flat cells: its corner, the size of a cell, and each cell's index in a colour map.

    Parameters
    ----------
    x, y : int
        Top left corner in pixels.
    width, height : int
        Size of one cell in pixels.
    indices : ndarray of int, shape (rows, columns)
        Indices 0 … 255 in the colour map.
    colormap : ColorMap
        The colour map.
    """

    x: int
    y: int
    width: int
    height: int
    indices: NDArray[np.intp]
    colormap: ColorMap

    @property
    def box(self) -> Box:
        """The rectangle they cover."""
        rows, columns = self.indices.shape
        return Box(self.x, self.y, columns * self.width, rows * self.height)

    def halved(self) -> Cells:
        """Return the same in a picture of half the size."""
        return replace(self, x=self.x // 2, y=self.y // 2, width=self.width // 2, height=self.height // 2)

    def tile(self, plane: NDArray[Any], values: NDArray[Any]) -> None:
        """Put the cells on a plane, shape (height, width), with the value of each index."""
        box = self.box
        lines = np.repeat(values[self.indices], self.width, axis=1)
        area = plane[box.y : box.bottom, box.x : box.right]
        # A view: splitting the rows of a slice never copies.
        area.reshape(len(lines), self.height, box.width)[:] = lines[:, None]


class Canvas(ABC):
    """A picture of fixed size. `keep` remembers it, `restore` returns to what was kept.

    Parameters
    ----------
    width, height : int
        Size in pixels, both even.
    theme : Theme
        Its colours.
    """

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        self.width, self.height, self.theme = width, height, theme
        # Texts for which there was not enough room.
        self.cut: set[str] = set()

    @abstractmethod
    def keep(self) -> None:
        """Remember the picture as it is now."""

    @abstractmethod
    def restore(self) -> None:
        """Return to the picture that was kept."""

    @abstractmethod
    def fill(self, box: Box, color: Color) -> None:
        """Fill a rectangle."""

    def fills(self, boxes: Sequence[Box], color: Color) -> None:
        """Fill rectangles of one colour."""
        for box in boxes:
            self.fill(box, color)

    @abstractmethod
    def cells(self, cells: Cells) -> None:
        """Draw a grid of flat cells."""

    def style(self, color: Color, size: int, weight: str = "regular") -> TextStyle:
        """Return how text of a colour looks in the theme's font."""
        return TextStyle(color, size, weight, self.theme.font)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        style: TextStyle,
        anchor: str = "left",
        width: float = 0,
        smallest: int = SMALLEST,
    ) -> None:
        """Draw a line of text, literally: ``$`` and backslashes mean nothing.

        Parameters
        ----------
        x, y : float
            The anchor (``left``, ``center`` or ``right`` end) on the base line.
        width : float
            Room there is, 0 for any. Text that needs more is made smaller, and then cut off with an ellipsis;
            `cut` notes it.
        smallest : int
            Size to which text is made smaller, in pixels.

        Raises
        ------
        RenderError
            If no font has all its glyphs.
        """
        if width:
            whole = text
            text, style = fitted(text, style, width, smallest)
            if text != whole:
                self.cut.add(whole)
        if text:
            # Tenths of a pixel are what a film as data holds.
            x, y = round(float(x), 1), round(float(y), 1)
            self._text(x, y, text, style, {"left": 0.0, "center": 0.5, "right": 1.0}[anchor])

    @abstractmethod
    def _text(self, x: float, y: float, text: str, style: TextStyle, part: float) -> None:
        """Draw a text that fits; `part` of its length is left of x."""

    @abstractmethod
    def lines(self, lines: RevealedLines, until: int) -> None:
        """Draw lines that grow with the steps as they are at step `until`, over what stands still."""

    @abstractmethod
    def line(self, x: ArrayLike, y: ArrayLike, color: Color, width: float = 1) -> None:
        """Draw a line through points."""

    @abstractmethod
    def circle(self, x: float, y: float, radius: float, color: Color, width: float = 2) -> None:
        """Draw a circle's outline."""

    @abstractmethod
    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """Fill a circle, without an edge."""

    def dots(self, x: ArrayLike, y: ArrayLike, radius: float, color: Color, edge: Color | None = None) -> None:
        """Draw round dots with an edge of 2 px in the background's colour (or `edge`); none that leaves the picture."""
        edge = edge or self.theme.background
        for center_x, center_y in zip(np.atleast_1d(x).tolist(), np.atleast_1d(y).tolist(), strict=True):
            # Dots stand at eighths of a pixel, so that few different ones have to be shaded.
            column, row = round(center_x * 8), round(center_y * 8)
            reach = int(radius) + 3
            if reach <= column // 8 < self.width - reach and reach <= row // 8 < self.height - reach:
                self._dot(column, row, radius, color, edge)

    @abstractmethod
    def _dot(self, column: int, row: int, radius: float, color: Color, edge: Color) -> None:
        """Draw a dot; its centre is given in eighths of a pixel."""

    @abstractmethod
    def polygon(self, points: Sequence[Point], color: Color) -> None:
        """Fill a convex polygon, its corners given in turn."""

    def arrow(self, start: Point, tip: Point, color: Color, width: float, head: float) -> None:
        """Draw an arrow; `head` is how long its head is, and the arrow longer."""
        neck, corners = arrow_parts(start, tip, head)
        self.line([start[0], neck[0]], [start[1], neck[1]], color, width)
        self.polygon(corners, color)


def arrow_parts(start: Point, tip: Point, head: float) -> tuple[Point, list[Point]]:
    """Return where the shaft of an arrow ends, and the corners of its head, whose feet are a little behind that."""
    length = math.dist(start, tip)
    along = (tip[0] - start[0]) / length, (tip[1] - start[1]) / length
    neck = tip[0] - head * along[0], tip[1] - head * along[1]
    foot = neck[0] - 0.1 * head * along[0], neck[1] - 0.1 * head * along[1]
    across = -0.55 * head * along[1], 0.55 * head * along[0]
    return neck, [tip, (foot[0] + across[0], foot[1] + across[1]), (foot[0] - across[0], foot[1] - across[1])]
