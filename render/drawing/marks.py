"""A canvas that draws nothing: it records what panels draw, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from render.drawing.canvas import Canvas, Cells, Point, arrow_parts
from render.drawing.colors import Color
from render.drawing.glyphs import TextStyle
from render.drawing.layouts import Box
from render.drawing.lines import RevealedLine, RevealedLines
from render.drawing.themes import Theme


class Fill(NamedTuple):
    """A filled rectangle."""

    box: Box
    color: Color


class Text(NamedTuple):
    """A line of text on the base line y; `part` of its length is left of x."""

    x: float
    y: float
    text: str
    style: TextStyle
    part: float


class Lines(NamedTuple):
    """Lines that grow with the steps, up to a step."""

    lines: RevealedLines
    until: int


class Line(NamedTuple):
    """A line through points."""

    points: tuple[Point, ...]
    color: Color
    width: float


class Circle(NamedTuple):
    """A circle's outline."""

    x: float
    y: float
    radius: float
    color: Color
    width: float


class Disc(NamedTuple):
    """A filled circle."""

    x: float
    y: float
    radius: float
    color: Color


class Dot(NamedTuple):
    """A dot with an edge of 2 px, its centre in pixels."""

    x: float
    y: float
    radius: float
    color: Color
    edge: Color


class Polygon(NamedTuple):
    """A filled convex polygon."""

    points: tuple[Point, ...]
    color: Color


class Arrow(NamedTuple):
    """An arrow; `head` is how long its head is."""

    start: Point
    tip: Point
    color: Color
    width: float
    head: float

    @property
    def parts(self) -> tuple[Line, Polygon]:
        """Its shaft and its head."""
        neck, corners = arrow_parts(self.start, self.tip, self.head)
        return Line((self.start, neck), self.color, self.width), Polygon(tuple(corners), self.color)


Mark = Fill | Cells | Text | Lines | Line | Circle | Disc | Dot | Polygon | Arrow


def moved(mark: Mark, right: int, down: int) -> Mark:
    """Return a mark in another place, so many pixels to the right and further down."""
    if isinstance(mark, Fill):
        return mark._replace(box=replace(mark.box, x=mark.box.x + right, y=mark.box.y + down))
    if isinstance(mark, Cells):
        return replace(mark, x=mark.x + right, y=mark.y + down)
    if isinstance(mark, Lines):
        return mark._replace(lines=RevealedLines([_moved_line(line, right, down) for line in mark.lines.lines]))
    if isinstance(mark, (Line, Polygon)):
        return mark._replace(points=tuple((x + right, y + down) for x, y in mark.points))
    if isinstance(mark, Arrow):
        (x, y), (tip_x, tip_y) = mark.start, mark.tip
        return mark._replace(start=(x + right, y + down), tip=(tip_x + right, tip_y + down))
    return mark._replace(x=mark.x + right, y=mark.y + down)


def _moved_line(line: RevealedLine, right: int, down: int) -> RevealedLine:
    pieces = [
        replace(piece, x=np.asarray(piece.x, float) + right, y=np.asarray(piece.y, float) + down)
        for piece in line.pieces
    ]
    return replace(line, pieces=pieces)


class MarksCanvas(Canvas):
    """Records marks: those that stand still once, and those of the moment drawn last; see `Canvas`."""

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        super().__init__(width, height, theme)
        self.standing: list[Mark] = []
        self.moving: list[Mark] = []

    def keep(self) -> None:
        """Take what was drawn so far for what stands still."""
        self.standing += self.moving
        self.moving = []

    def restore(self) -> None:
        """Forget what was drawn since."""
        self.moving = []

    def fill(self, box: Box, color: Color) -> None:
        """Record a filled rectangle."""
        self.moving.append(Fill(box, color))

    def cells(self, cells: Cells) -> None:
        """Record a grid of flat cells."""
        self.moving.append(cells)

    def _text(self, x: float, y: float, text: str, style: TextStyle, part: float) -> None:
        self.moving.append(Text(float(x), float(y), text, style, part))

    def lines(self, lines: RevealedLines, until: int) -> None:
        """Record lines up to a step."""
        self.moving.append(Lines(lines, until))

    def line(self, x: ArrayLike, y: ArrayLike, color: Color, width: float = 1) -> None:
        """Record a line through points."""
        points = tuple(zip(np.atleast_1d(x).tolist(), np.atleast_1d(y).tolist(), strict=True))
        self.moving.append(Line(points, color, width))

    def circle(self, x: float, y: float, radius: float, color: Color, width: float = 2) -> None:
        """Record a circle's outline."""
        self.moving.append(Circle(float(x), float(y), float(radius), color, width))

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """Record a filled circle."""
        self.moving.append(Disc(float(x), float(y), float(radius), color))

    def _dot(self, column: int, row: int, radius: float, color: Color, edge: Color) -> None:
        self.moving.append(Dot(column / 8, row / 8, radius, color, edge))

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        """Record a filled polygon."""
        self.moving.append(Polygon(tuple((float(x), float(y)) for x, y in points), color))

    def arrow(self, start: Point, tip: Point, color: Color, width: float, head: float) -> None:
        """Record an arrow."""
        self.moving.append(Arrow(start, tip, color, width, head))
