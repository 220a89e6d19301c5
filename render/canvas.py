"""A picture in pixels: text, lines, dots and cells, drawn by matplotlib's Agg renderer.

Coordinates are pixels from the top left corner; y grows downwards. There are no axes and no artists:
a frame costs what it draws, and everything stands on the pixel it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox
from numpy.typing import ArrayLike, NDArray

from render.fonts import find_font
from render.layout import Box
from render.theme import LABEL, Color, ColorArray, Theme, color_table


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
        # At 72 dots an inch a point is a pixel.
        self._renderer: Any = RendererAgg(width, height, 72)  # type: ignore[no-untyped-call]  # matplotlib has no types here
        self._flip = Affine2D().scale(1, -1).translate(0, height)
        self.pixels: ColorArray = np.asarray(self._renderer.buffer_rgba())  # type: ignore[no-untyped-call]
        self.pixels[:] = (*theme.background, 255)
        self.touched: list[Box] = []
        self.cells_drawn: list[Cells] = []
        self.keep()

    def keep(self) -> None:
        """Remember the picture as it is now."""
        self.kept = self.pixels.copy()
        self.kept_cells, self.kept_touched = self.cells_drawn, self.touched
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
            if both.area <= self.touched[-1].area + box.area + 4096:
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
        # What lies outside the picture is left out.
        rows = slice(max(top, 0), max(min(bottom, self.height), 0))
        columns = slice(max(start, 0), max(min(start + coverage.shape[1], self.width), 0))
        part = coverage[rows.start - top : rows.stop - top, columns.start - start : columns.stop - start]
        under = self.pixels[rows, columns, :3].astype(np.int32)
        blend = (np.array(style.color, np.int32) - under) * part[..., None]
        self.pixels[rows, columns, :3] = under + (blend + 127 * np.sign(blend)) // 255
        self.touch(columns.start, rows.start, columns.stop - 1, rows.stop - 1)

    def line(self, x: ArrayLike, y: ArrayLike, color: Color, width: float = 1, clip: Box | None = None) -> None:
        """Draw a line through points; outside `clip` nothing is drawn."""
        self._stroke(Path(np.column_stack([x, y])), color, width, clip)

    def circle(self, x: float, y: float, radius: float, color: Color, width: float = 2) -> None:
        """Draw a circle's outline."""
        self._stroke(Path.circle((x, y), radius), color, width, None)

    def dots(self, x: ArrayLike, y: ArrayLike, radius: float, color: Color, edge: Color | None = None) -> None:
        """Draw round dots with a thin edge in the background's colour (or `edge`)."""
        places = np.column_stack([np.atleast_1d(x), np.atleast_1d(y)])
        if not places.size:
            return
        gc = self._context(edge or self.theme.background, 2, None)
        disc = Affine2D().scale(radius)
        self._renderer.draw_markers(gc, Path.unit_circle(), disc, Path(places), self._flip, _unit(color))
        gc.restore()
        self._touch_around(places, radius + 3)

    def polygon(self, points: Sequence[tuple[float, float]], color: Color) -> None:
        """Fill a polygon."""
        gc = self._context(color, 0, None)
        path = Path([*points, points[0]], closed=True)
        self._renderer.draw_path(gc, path, self._flip, _unit(color))
        gc.restore()
        self._touch_around(path.vertices, 2)

    def _stroke(self, path: Path, color: Color, width: float, clip: Box | None) -> None:
        path.should_simplify = False
        gc = self._context(color, width, clip)
        self._renderer.draw_path(gc, path, self._flip)
        gc.restore()
        self._touch_around(path.vertices, width + 2)

    def _touch_around(self, points: ArrayLike, margin: float) -> None:
        (left, top), (right, bottom) = np.min(points, axis=0), np.max(points, axis=0)
        self.touch(left - margin, top - margin, right + margin, bottom + margin)

    def _context(self, color: Color, width: float, clip: Box | None):  # type: ignore[no-untyped-def]
        gc = self._renderer.new_gc()
        gc.set_foreground(_unit(color), isRGBA=True)
        gc.set_linewidth(width)
        gc.set_capstyle("round")
        gc.set_joinstyle("round")
        gc.set_snap(False)
        if clip:
            gc.set_clip_rectangle(Bbox([[clip.x, self.height - clip.bottom], [clip.right, self.height - clip.y]]))
        return gc


def _unit(color: Color) -> tuple[float, float, float, float]:
    return color[0] / 255, color[1] / 255, color[2] / 255, 1.0


@lru_cache(maxsize=4096)
def _glyphs(text: str, size: int, weight: str) -> tuple[NDArray[np.int32], int, int, float]:
    """Return coverage 0 … 255, shape (rows, columns), left offset, descent and advance in pixels."""
    font = find_font(text, weight)
    font.clear()
    font.set_size(size, 72)
    font.set_text(text, 0.0, flags=LoadFlags.FORCE_AUTOHINT)
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
