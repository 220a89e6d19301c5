"""A picture in pixels: text, lines, dots and cells.

Coordinates are pixels from the top left corner; y grows downwards, and pixel (i, j) covers the square
from (i, j) to (i + 1, j + 1). There are no axes and no artists: a frame costs what it draws, and
everything stands on the pixel it was given. How much of a pixel a shape covers is taken from the
distance of the pixel's centre to the shape's edge.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from render.fonts import find_font
from render.layout import Box
from render.mpl import matplotlib
from render.strokes import Ink, Polyline, Stroke
from render.theme import LABEL, Color, ColorArray, Theme, color_table
from scenes import FloatArray


@dataclass(frozen=True)
class TextStyle:
    """How a text looks: size in pixels, weight (``regular``, ``bold``, ``mono``), colour."""

    color: Color
    size: int = LABEL
    weight: str = "regular"


@dataclass(frozen=True)
class Cells:
    """A grid of flat cells: its place, the size of a cell, and each cell's place in a colour map.

    Parameters
    ----------
    x, y : int
        Top left corner in pixels.
    width, height : int
        Size of one cell in pixels.
    indices : ndarray of int, shape (rows, columns)
        Places 0 … 255 in the colour map.
    colormap : str
        Its name.
    """

    x: int
    y: int
    width: int
    height: int
    indices: NDArray[np.intp]
    colormap: str

    @property
    def box(self) -> Box:
        """The rectangle they cover."""
        rows, columns = self.indices.shape
        return Box(self.x, self.y, columns * self.width, rows * self.height)

    def halved(self) -> Cells:
        """Return the same in a picture of half the size."""
        return replace(self, x=self.x // 2, y=self.y // 2, width=self.width // 2, height=self.height // 2)

    def tile(self, plane: NDArray[Any], values: NDArray[Any]) -> None:
        """Put the cells on a plane, shape (height, width), with the value of each place."""
        box = self.box
        lines = np.repeat(values[self.indices], self.width, axis=1)
        area = plane[box.y : box.bottom, box.x : box.right]
        # A view: splitting the rows of a slice never copies.
        area.reshape(len(lines), self.height, box.width)[:] = lines[:, None]


class Canvas:
    """A picture of fixed size. `keep` remembers it, `restore` returns to what was kept.

    It notes what was drawn since: `cells_drawn` and the rectangles `touched` otherwise.

    Parameters
    ----------
    width, height : int
        Size in pixels, both even.
    theme : Theme
        Its colours.
    """

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        self.width, self.height, self.theme = width, height, theme
        self.pixels: ColorArray = np.empty((height, width, 4), np.uint8)
        self.pixels[:] = (*theme.background, 255)
        self.touched: list[Box] = []
        self.cells_drawn: list[Cells] = []
        self.keep()

    def keep(self) -> None:
        """Remember the picture as it is now."""
        self.kept = self.pixels.copy()
        self.kept_cells = self.cells_drawn
        self.touched, self.cells_drawn = [], []

    def restore(self) -> None:
        """Return to the picture that was kept."""
        for box in (*self.touched, *(cells.box for cells in self.cells_drawn)):
            area = slice(box.y, box.bottom), slice(box.x, box.right)
            self.pixels[area] = self.kept[area]
        self.touched, self.cells_drawn = [], []

    def touch(self, left: float, top: float, right: float, bottom: float) -> None:
        """Note that a rectangle was drawn in; what lies outside the picture is left out."""
        x, y = max(int(left), 0), max(int(top), 0)
        width, height = min(int(right) + 1, self.width) - x, min(int(bottom) + 1, self.height) - y
        if width <= 0 or height <= 0:
            return
        box = Box(x, y, width, height)
        if self.touched:
            both = self.touched[-1].union(box)
            # Few rectangles are handled faster than many: neighbours become one.
            if both.area <= self.touched[-1].area + box.area + 1024:
                self.touched.pop()
                box = both
        self.touched.append(box)

    def fill(self, box: Box, color: Color) -> None:
        """Fill a rectangle."""
        self.pixels[box.y : box.bottom, box.x : box.right, :3] = color
        self.touch(box.x, box.y, box.right - 1, box.bottom - 1)

    def cells(self, cells: Cells) -> None:
        """Draw a grid of flat cells."""
        table = np.full((256, 4), 255, np.uint8)
        table[:, :3] = color_table(cells.colormap)
        cells.tile(self.pixels.view(np.uint32)[..., 0], table.view(np.uint32)[:, 0])
        self.cells_drawn.append(cells)

    def text(self, x: float, y: float, text: str, style: TextStyle, anchor: str = "left", width: float = 0) -> None:
        """Draw a line of text, literally: ``$`` and backslashes mean nothing.

        Parameters
        ----------
        x, y : float
            The anchor (``left``, ``center`` or ``right`` end) on the base line.
        width : float
            Room there is, 0 for any. Text that needs more is made smaller, down to 20 px, and
            then cut off with an ellipsis.

        Raises
        ------
        RenderError
            If no font has all its glyphs.
        """
        if width:
            text, style = _fitted(text, style, width)
        coverage, left, descent, advance = _glyphs(text, style.size, style.weight)
        start = round(x - advance * {"left": 0.0, "center": 0.5, "right": 1.0}[anchor]) + left
        bottom = round(y) + descent
        top = bottom - coverage.shape[0]
        self._blend(start, top, coverage, style.color)

    def line(self, x: ArrayLike, y: ArrayLike, color: Color, width: float = 1) -> None:
        """Draw a line through points."""
        self.ink(Ink([Stroke([Polyline(x, y)], color, width)], self.pixels))

    def ink(self, ink: Ink, until: int | None = None) -> None:
        """Draw strokes, up to a step, on the picture for which they were laid out."""
        drawn = ink.draw(self.pixels, until)
        if drawn:
            self.touch(*drawn)

    def circle(self, x: float, y: float, radius: float, color: Color, width: float = 2) -> None:
        """Draw a circle's outline."""
        left, top, distance = _distances(x, y, radius + width)
        share = np.clip(width / 2 + 0.5 - np.abs(distance - radius), 0, 1)
        self._blend(left, top, np.rint(share * 255).astype(np.int32), color)

    def dots(self, x: ArrayLike, y: ArrayLike, radius: float, color: Color, edge: Color | None = None) -> None:
        """Draw round dots with an edge of 2 px in the background's colour (or `edge`)."""
        for centre_x, centre_y in zip(np.atleast_1d(x).tolist(), np.atleast_1d(y).tolist(), strict=True):
            # Dots stand at eighths of a pixel, so that few different ones have to be shaded.
            column, row = round(centre_x * 8), round(centre_y * 8)
            stay, shade = _dot(radius, column % 8, row % 8, color, edge or self.theme.background)
            left, top = column // 8 - len(stay) // 2, row // 8 - len(stay) // 2
            if left < 0 or top < 0 or left + len(stay) > self.width or top + len(stay) > self.height:
                continue
            area = self.pixels[top : top + len(stay), left : left + len(stay), :3]
            area[:] = area * stay + shade
            self.touch(left, top, left + len(stay) - 1, top + len(stay) - 1)

    def polygon(self, points: Sequence[tuple[float, float]], color: Color) -> None:
        """Fill a convex polygon, its corners given in turn."""
        corners = np.array(points, float)
        low, high = corners.min(axis=0).astype(int) - 1, corners.max(axis=0).astype(int) + 2
        x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5)
        edges = np.roll(corners, -1, axis=0) - corners
        turn = np.sign(edges[0, 0] * edges[1, 1] - edges[0, 1] * edges[1, 0])
        inside = np.full(x.shape, np.inf)
        for (corner_x, corner_y), (along, down) in zip(corners, edges, strict=True):
            away = turn * (along * (y - corner_y) - down * (x - corner_x)) / np.hypot(along, down)
            inside = np.minimum(inside, away)
        share = np.clip(inside + 0.5, 0, 1)
        self._blend(int(low[0]), int(low[1]), np.rint(share * 255).astype(np.int32), color)

    def _blend(self, left: int, top: int, coverage: NDArray[np.int32], color: Color) -> None:
        """Put a colour over a rectangle, as much of it as the coverage 0 … 255 says."""
        bottom, right = top + coverage.shape[0], left + coverage.shape[1]
        # What lies outside the picture is left out.
        rows = slice(max(top, 0), max(min(bottom, self.height), 0))
        columns = slice(max(left, 0), max(min(right, self.width), 0))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        part = coverage[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        under = self.pixels[rows, columns, :3].astype(np.int32)
        blend = (np.array(color, np.int32) - under) * part[..., None]
        self.pixels[rows, columns, :3] = under + (blend + 127 * np.sign(blend)) // 255
        self.touch(columns.start, rows.start, columns.stop - 1, rows.stop - 1)


@lru_cache(maxsize=512)
def _dot(
    radius: float, column: int, row: int, color: Color, edge: Color
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what stays of the pixels below a dot, and what it adds; its centre is so many eighths off."""
    half = int(radius) + 3
    place = np.arange(-half, half + 1) + 0.5
    distance = np.hypot((place - column / 8)[None], (place - row / 8)[:, None])
    outer = np.clip(radius + 1.5 - distance, 0, 1)[..., None]
    inner = np.clip(radius - 0.5 - distance, 0, 1)[..., None]
    shade = (outer - inner) * np.array(edge) + inner * np.array(color) + 0.5
    return (1 - outer).astype(np.float32), shade.astype(np.float32)


def _distances(x: float, y: float, reach: float) -> tuple[int, int, FloatArray]:
    """Return left, top, and the distance from (x, y) of every pixel's centre within `reach` of it."""
    left, top = int(np.floor(x - reach)) - 1, int(np.floor(y - reach)) - 1
    size = int(2 * reach) + 4
    place = np.arange(size) + 0.5
    return left, top, np.hypot((place + left - x)[None], (place + top - y)[:, None])


# A font holds the text it is setting, and two threads may have the same one.
_FONTS = threading.Lock()


@lru_cache(maxsize=256)
def _glyphs(text: str, size: int, weight: str) -> tuple[NDArray[np.int32], int, int, float]:
    """Return coverage 0 … 255, shape (rows, columns), left offset, descent and advance in pixels."""
    with _FONTS:
        font = find_font(text, weight)
        font.clear()
        font.set_size(size, 72)
        font.set_text(text, 0.0, flags=matplotlib.ft2font.LoadFlags.FORCE_AUTOHINT)
        font.draw_glyphs_to_bitmap(antialiased=True)
        image = np.array(font.get_image(), dtype=np.int32)
        left = font.get_bitmap_offset()[0] / 64
        return image, round(left), round(font.get_descent() / 64), font.get_width_height()[0] / 64


def text_width(text: str, style: TextStyle) -> float:
    """Return the width of a line of text in pixels."""
    return _glyphs(text, style.size, style.weight)[3] if text else 0.0


@lru_cache(maxsize=256)
def _fitted(text: str, style: TextStyle, width: float) -> tuple[str, TextStyle]:
    for size in range(style.size, LABEL - 1, -1):
        style = TextStyle(style.color, size, style.weight)
        if text_width(text, style) <= width:
            return text, style
    while text and text_width(text + "…", style) > width:
        text = text[:-1]
    return text.rstrip() + "…", style
