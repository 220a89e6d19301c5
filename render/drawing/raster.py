"""A canvas of pixels. How much of a pixel a shape covers is taken from the distance of its centre to the shape."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from render.drawing.canvas import Canvas, Cells
from render.drawing.colors import Color, ColorArray
from render.drawing.coverage import Coverage
from render.drawing.glyphs import TextStyle, glyphs
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.drawing.themes import Theme
from scenes import FloatArray

# More rectangles than this are noted faster as one.
_MANY = 8
# Lines of so many points are shaded faster at once than laid out as pixels.
_FEW_POINTS = 16


class RasterCanvas(Canvas):
    """A picture in pixels, shape (height, width, 4): red, green, blue and 255.

    It notes what was drawn since it was kept: `cells_drawn`, and the rectangles `touched` otherwise. Its parameters are
    those of `Canvas`.
    """

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        super().__init__(width, height, theme)
        self.pixels: ColorArray = np.empty((height, width, 4), np.uint8)
        self.pixels[:] = (*theme.background, 255)
        self.touched: list[Box] = []
        self.cells_drawn: list[Cells] = []
        self._coverage: dict[RevealedLines, Coverage] = {}
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

    def fills(self, boxes: Sequence[Box], color: Color) -> None:
        """Fill rectangles of one colour; many are noted as one."""
        for box in boxes:
            self.pixels[box.y : box.bottom, box.x : box.right, :3] = color
        self._touch_all([(box.x, box.y, box.right, box.bottom) for box in boxes])

    def cells(self, cells: Cells) -> None:
        """Draw a grid of flat cells."""
        table = np.full((256, 4), 255, np.uint8)
        table[:, :3] = cells.colormap.colors
        cells.tile(self.pixels.view(np.uint32)[..., 0], table.view(np.uint32)[:, 0])
        self.cells_drawn.append(cells)

    def paste(self, x: int, y: int, picture: ColorArray) -> None:
        """Put a picture, shape (height, width, 3), on this one."""
        height, width = picture.shape[:2]
        self.pixels[y : y + height, x : x + width, :3] = picture
        self.touch(x, y, x + width - 1, y + height - 1)

    def _text(self, x: float, y: float, text: str, style: TextStyle, part: float) -> None:
        shape = glyphs(text, style.size, style.weight, style.family)
        top = round(y) + shape.descent - len(shape.coverage)
        self._blend(round(x - shape.advance * part) + shape.left, top, shape.coverage, style.color)

    def lines(self, lines: RevealedLines, until: int) -> None:
        """Draw lines that grow with the steps as they are at step `until`, over what stands still."""
        if lines not in self._coverage:
            self._coverage[lines] = Coverage(lines, self.kept)
        self._reveal(self._coverage[lines], until)

    def line(self, x: ArrayLike, y: ArrayLike, color: Color, width: float = 1) -> None:
        """Draw a line through points."""
        points = np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]).astype(float)
        if len(points) > _FEW_POINTS:
            self._reveal(Coverage(RevealedLines([RevealedLine([Polyline(x, y)], color, width)]), self.pixels), None)
            return
        reach = width / 2 + 1
        low = np.floor(points.min(axis=0) - reach).astype(int)
        high = np.ceil(points.max(axis=0) + reach).astype(int)
        share = np.zeros((high[1] - low[1], high[0] - low[0]), np.float32)
        for start, end in pairwise(points):
            # Each piece within its own rectangle; where pieces meet, the one that covers more of a pixel counts.
            left, top = np.floor(np.minimum(start, end) - reach).astype(int)
            right, bottom = np.ceil(np.maximum(start, end) + reach).astype(int)
            across = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - start[0])
            down = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - start[1])
            along = (end - start).astype(np.float32)
            part = np.clip((across * along[0] + down * along[1]) / max(float(along @ along), 1e-12), 0, 1)
            away = np.hypot(across - part * along[0], down - part * along[1])
            area = share[top - low[1] : bottom - low[1], left - low[0] : right - low[0]]
            np.maximum(area, np.clip(np.float32(width / 2 + 0.5) - away, 0, 1), out=area)
        self._blend(int(low[0]), int(low[1]), np.rint(share * 255).astype(np.int32), color)

    def _reveal(self, coverage: Coverage, until: int | None) -> None:
        drawn = coverage.draw(self.pixels, until)
        if drawn:
            self.touch(*drawn)

    def circle(self, x: float, y: float, radius: float, color: Color, width: float = 2) -> None:
        """Draw a circle's outline."""
        left, top, distance = _distances(x, y, radius + width)
        share = np.clip(width / 2 + 0.5 - np.abs(distance - radius), 0, 1)
        self._blend(left, top, np.rint(share * 255).astype(np.int32), color)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """Fill a circle, without an edge."""
        left, top, distance = _distances(x, y, radius + 1)
        self._blend(left, top, np.rint(np.clip(radius + 0.5 - distance, 0, 1) * 255).astype(np.int32), color)

    def dots(self, x: ArrayLike, y: ArrayLike, radius: float, color: Color, edge: Color | None = None) -> None:
        """Draw round dots; the rectangles of many are noted as one."""
        self._corners: list[tuple[int, int, int]] = []
        super().dots(x, y, radius, color, edge)
        corners = self._corners
        self._touch_all([(left, top, left + side, top + side) for left, top, side in corners])

    def _touch_all(self, corners: list[tuple[int, int, int, int]]) -> None:
        """Note rectangles, given by left, top, right and bottom: one by one, or many as one."""
        if len(corners) > _MANY:
            lefts, tops, rights, bottoms = zip(*corners, strict=True)
            corners = [(min(lefts), min(tops), max(rights), max(bottoms))]
        for left, top, right, bottom in corners:
            self.touch(left, top, right - 1, bottom - 1)

    def _dot(self, column: int, row: int, radius: float, color: Color, edge: Color) -> None:
        stay, shade = _dot(radius, column % 8, row % 8, color, edge)
        left, top = column // 8 - len(stay) // 2, row // 8 - len(stay) // 2
        area = self.pixels[top : top + len(stay), left : left + len(stay)]
        area[:] = area * stay + shade
        self._corners.append((left, top, len(stay)))

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
        area = self.pixels.view(np.uint32)[rows, columns, 0]
        if (area == area[0, 0]).all():
            # On plain ground each coverage gives one colour.
            red, green, blue = self.pixels[rows.start, columns.start, :3].tolist()
            area[:] = _blends((red, green, blue), color)[part]
        else:
            under = self.pixels[rows, columns, :3]
            under[:] = _blended(under.astype(np.int32), color, part[..., None])
        self.touch(columns.start, rows.start, columns.stop - 1, rows.stop - 1)


def _blended(under: NDArray[np.int32], color: Color, coverage: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return colours with another one over them, as much of it as the coverage 0 … 255 says."""
    blend = (np.array(color, np.int32) - under) * coverage
    # Rounded to the nearest, for darker colours as for lighter ones.
    return np.asarray(under + (blend + 127) // 255)


@lru_cache(maxsize=64)
def _blends(under: Color, color: Color) -> NDArray[np.uint32]:
    """Return the pixel of each coverage 0 … 255 of a colour over another."""
    pixels = np.full((256, 4), 255, np.uint8)
    pixels[:, :3] = _blended(np.array([under], np.int32), color, np.arange(256, dtype=np.int32)[:, None])
    return pixels.view(np.uint32)[:, 0]


@lru_cache(maxsize=512)
def _dot(
    radius: float, column: int, row: int, color: Color, edge: Color
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what stays of the pixels below a dot, and what it adds; its centre is so many eighths off."""
    half = int(radius) + 3
    offsets = np.arange(-half, half + 1) + 0.5
    distance = np.hypot((offsets - column / 8)[None], (offsets - row / 8)[:, None])
    outer = np.clip(radius + 1.5 - distance, 0, 1)[..., None]
    inner = np.clip(radius - 0.5 - distance, 0, 1)[..., None]
    # With the fourth channel, which stays 255, pixels are contiguous.
    shade = (outer - inner) * np.array([*edge, 255]) + inner * np.array([*color, 255]) + 0.5
    return np.repeat(1 - outer, 4, axis=2).astype(np.float32), shade.astype(np.float32)


def _distances(x: float, y: float, reach: float) -> tuple[int, int, FloatArray]:
    """Return left, top, and the distance from (x, y) of every pixel's centre within `reach` of it."""
    left, top = int(np.floor(x - reach)) - 1, int(np.floor(y - reach)) - 1
    size = int(2 * reach) + 4
    offsets = np.arange(size) + 0.5
    return left, top, np.hypot((offsets + left - x)[None], (offsets + top - y)[:, None])
