"""A whole film as data: what panels draw, what stands still once and what moves by step."""

from __future__ import annotations

import base64
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.colors import Color, ColorMap
from render.drawing.glyphs import text_width
from render.drawing.lines import Polyline, RevealedLines
from render.drawing.marks import Arrow, Circle, Disc, Dot, Fill, Line, Lines, Mark, MarksCanvas, Polygon, Text
from render.drawing.themes import ROLE_NAMES
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun
from render.pipeline.timeline import Instant
from render.publish.shapes import Shapes, ways

_INKS = ("background", "ink", "muted", "grid", *ROLE_NAMES)
# Pixels below the lowest mark that belong to the picture.
_MARGIN = 16
_CURVES = ("line", "polygon")
_OF_POINTS = (*_CURVES, "arrows", "dots")
_ANCHORS = {0.0: "left", 0.5: "center", 1.0: "right"}


def marks_of(
    found: SceneRun,
    look: FilmOptions,
    *,
    instants: Sequence[Instant] | None = None,
    layouts: Sequence[str] = (),
    themes: Sequence[str | Mapping[str, Any]] = (),
    words: bool = True,
) -> dict[str, Any]:
    """Return what a film draws, as plain data that JSON can hold.

    Parameters
    ----------
    found, look
        As a `Painter` takes them.
    instants : sequence of Instant, optional
        The moments to be drawn; by default every step.
    layouts, themes : sequence of str, optional
        Layouts and themes to be drawn; by default those of `look`.
    words : bool
        Whether title, counter and caption are drawn, too.

    Returns
    -------
    dict
        ``colors``: each colour a list, one for every theme, the background first. ``inks``: numbers of colours by
        name. ``colormaps``: by name the 256 colours of every theme, red, green and blue as a curve of `Shapes`.
        ``cells``: indices into a colour map, row by row, bytes in base 64. ``moves``, ``points`` and ``curves``: as
        `Shapes` has them. ``layouts``: by name, each with ``width`` and ``height`` in pixels; ``box``: x, y, width and
        height of what panels draw; ``panels``: of those with cells x, y and limits of the colours; ``kinds``: what
        marks have in common, each a list that begins with its verb; ``standing``: the marks of every moment, each a
        list of the number of its kind and what is its own; ``pictures``: those of every moment, or the number in
        ``repeated`` of one that several moments have; ``lines``: lines that grow with the steps.

        ======== ===================================================== ====================================
        verb     kind                                                  a mark's own
        ======== ===================================================== ====================================
        fill     colour                                                x, y, width, height of rectangles
        cells    x, y, width and height of a cell, number of columns,  number in ``cells``
                 colour map
        text     x, y, anchor, size, weight, colour                    the text, and how long it is
        lines    number in ``lines``                                   the step up to which they are drawn
        line     colour, width, move                                   number in ``curves``
        polygon  colour, move                                          number in ``curves``: its corners
        arrows   x and y of their begin, colour, width, length of the  number in ``points``: their tips
                 head, move
        dots     radius, colour, edge's colour, move                   number in ``points``: their centres
        circle   colour, width                                         x, y, radius
        disc     colour                                                x, y, radius
        ======== ===================================================== ====================================

        Coordinates and lengths are pixels, colours numbers in ``colors`` (there ``rrggbb``). A line that grows has
        colour, width and pieces; a piece is a move, a number in ``curves``, and the step at which it reaches each
        point.
    """
    moments = [Instant(step) for step in range(found.steps + 1)] if instants is None else instants
    shared = _Shared()
    drawn = {}
    for layout in layouts or [look.layout]:
        looks: list[Any] = [replace(look, layout=layout, theme=theme) for theme in themes or [look.theme]]
        painters = [Painter(found, single, MarksCanvas, words) for single in looks]
        shared.shapes.begin_layout()
        looks_of = [painter.canvas.theme for painter in painters]
        shared.color([theme.background for theme in looks_of])
        inks = {name: shared.color([getattr(theme, name) for theme in looks_of]) for name in _INKS}
        drawn[layout] = _layout_of(painters, moments, shared)
    return {
        "colors": list(map(list, shared.colors)),
        "inks": inks,
        "colormaps": shared.colormaps,
        "cells": list(shared.cells),
        "moves": list(map(list, shared.shapes.moves)),
        "points": shared.shapes.points,
        "curves": shared.shapes.curves,
        "layouts": drawn,
    }


def _layout_of(painters: Sequence[Painter[MarksCanvas]], moments: Sequence[Instant], shared: _Shared) -> dict[str, Any]:
    """Return what a film draws in one layout; the painters differ in their themes alone."""
    recording = _Recording(shared)
    canvases = [painter.canvas for painter in painters]
    standing = recording.encode([canvas.standing for canvas in canvases], 0)
    pictures = [
        recording.encode([painter.paint(moment).moving for painter in painters], number)
        for number, moment in enumerate(moments, 1)
    ]
    repeated = _share_repeated(pictures)
    body, bottom = painters[0].body, math.ceil(recording.bottom) + _MARGIN
    return {
        "width": canvases[0].width,
        "height": canvases[0].height,
        "box": [body.x, body.y, body.width, min(body.bottom, bottom) - body.y],
        "panels": [
            {"x": panel["x"], "y": panel["y"], "limits": panel["limits"]}
            for panel in painters[0].describe()
            if panel["cell"]
        ],
        "kinds": [list(kind) for kind in recording.kinds],
        "lines": [recording.grown(lines) for lines in recording.lines],
        "standing": standing,
        "repeated": repeated,
        "pictures": pictures,
    }


def dump(marks: dict[str, Any]) -> str:
    """Return marks as JSON without blanks."""
    return json.dumps(marks, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _share_repeated(pictures: list[list[Any]]) -> list[list[Any]]:
    """Put marks of several pictures into one list, and their numbers there in their places; return the list."""
    texts = [[json.dumps(mark) for mark in marks] for marks in pictures]
    counts = Counter(text for picture in texts for text in picture)
    numbers: dict[str, int] = {}
    repeated: list[list[Any]] = []
    for marks, picture in zip(pictures, texts, strict=True):
        for index, text in enumerate(picture):
            if counts[text] > 1:
                if text not in numbers:
                    numbers[text] = len(repeated)
                    repeated.append(marks[index])
                marks[index] = numbers[text]
    return repeated


class _Shared:
    """What several layouts have in common: colours, colour maps and cells, numbered in the order in which they come."""

    def __init__(self) -> None:
        self.colors: dict[tuple[str, ...], int] = {}
        self.colormaps: dict[str, list[list[int]]] = {}
        self.cells: dict[str, int] = {}
        self.shapes = Shapes()

    def color(self, colors: Sequence[Color]) -> int:
        """Return the number of a colour, given as it is in every theme."""
        return self.colors.setdefault(tuple(map(_hex, colors)), len(self.colors))

    def colormap(self, maps: Sequence[ColorMap]) -> str:
        """Return the name of a colour map, given as it is in every theme."""
        if maps[0].name not in self.colormaps:
            self.colormaps[maps[0].name] = [ways(single.colors.astype(int)).ravel().tolist() for single in maps]
        return maps[0].name

    def indices(self, cells: Cells) -> int:
        """Return the number of the indices of cells."""
        packed = base64.b64encode(cells.indices.astype(np.uint8).tobytes()).decode()
        return self.cells.setdefault(packed, len(self.cells))


class _Recording:
    """Numbers the kinds of marks and the lines in the order in which they come.

    A mark is given as it is in every theme: the same but for its colours.
    """

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared
        self.kinds: dict[tuple[Any, ...], int] = {}
        self.lines: dict[tuple[RevealedLines, ...], int] = {}
        self.bottom = 0.0

    def encode(self, themes: Sequence[Sequence[Mark]], moment: int) -> list[list[Any]]:
        """Return the marks of a moment as lists; neighbours of one kind that are places alone become one."""
        told: list[tuple[tuple[Any, ...], list[Any]]] = []
        for twins in zip(*themes, strict=True):
            self.bottom = max(self.bottom, _bottom(twins[0]))
            kind, own = self._parts(twins)
            if told and told[-1][0] == kind and kind[0] in ("fill", "dots", "arrows"):
                told[-1][1].extend(own)
            else:
                told.append((kind, own))
        found = []
        for kind, own in told:
            if kind[0] in _OF_POINTS:
                move, shape = self._shared.shapes.add(own, kind[0] in _CURVES, moment)
                kind, own = (*kind, move), [shape]
            found.append([self.kinds.setdefault(kind, len(self.kinds)), *own])
        return found

    def grown(self, twins: Sequence[RevealedLines]) -> list[Any]:
        """Return lines that grow with the steps."""
        found = []
        for line, *others in zip(*(single.lines for single in twins), strict=True):
            color = self._shared.color([line.color, *(other.color for other in others)])
            found.append([color, line.width, list(map(self._piece, line.pieces))])
        return found

    def _piece(self, piece: Polyline) -> list[Any]:
        x, y = np.asarray(piece.x, float), np.asarray(piece.y, float)
        order = np.arange(len(x)) if piece.order is None else np.asarray(piece.order)
        # Of all moments, unlike any other.
        return [*self._shared.shapes.add(np.stack([x, y], axis=1), True, -1), order.tolist()]

    def _parts(self, twins: Sequence[Any]) -> tuple[tuple[Any, ...], list[Any]]:
        """Return what a mark has in common with others, and what is its own: for some verbs their points."""
        mark, shared = twins[0], self._shared
        color = shared.color([twin.color for twin in twins]) if hasattr(mark, "color") else 0
        if isinstance(mark, Fill):
            return ("fill", color), [int(side) for side in (mark.box.x, mark.box.y, mark.box.width, mark.box.height)]
        if isinstance(mark, Cells):
            colormap = shared.colormap([twin.colormap for twin in twins])
            columns = mark.indices.shape[1]
            return ("cells", mark.x, mark.y, mark.width, mark.height, columns, colormap), [shared.indices(mark)]
        if isinstance(mark, Text):
            style = mark.style
            color = shared.color([twin.style.color for twin in twins])
            place = _places((mark.x, mark.y))
            own = [mark.text, math.ceil(text_width(mark.text, style))]
            return ("text", *place, _ANCHORS[mark.part], style.size, style.weight, color), own
        if isinstance(mark, Lines):
            lines = tuple(twin.lines for twin in twins)
            return ("lines", self.lines.setdefault(lines, len(self.lines))), [mark.until]
        if isinstance(mark, Line):
            return ("line", color, mark.width), list(mark.points)
        if isinstance(mark, Arrow):
            return ("arrows", *_places(mark.start), color, mark.width, round(mark.head, 1)), [mark.tip]
        if isinstance(mark, Circle):
            return ("circle", color, mark.width), _places((mark.x, mark.y, mark.radius))
        if isinstance(mark, Disc):
            return ("disc", color), _places((mark.x, mark.y, mark.radius))
        if isinstance(mark, Dot):
            edge = shared.color([twin.edge for twin in twins])
            return ("dots", mark.radius, color, edge), [(mark.x, mark.y)]
        assert isinstance(mark, Polygon)
        return ("polygon", color), list(mark.points)


def _bottom(mark: Mark) -> float:
    """Return the lowest row that a mark reaches."""
    if isinstance(mark, Fill | Cells):
        return mark.box.bottom
    if isinstance(mark, Text):
        return mark.y + mark.style.size / 4
    if isinstance(mark, Lines):
        pieces = (piece for line in mark.lines.lines for piece in line.pieces)
        return max((float(np.max(piece.y, initial=0.0)) for piece in pieces), default=0.0)
    if isinstance(mark, Line | Polygon):
        return max(y for _, y in mark.points)
    if isinstance(mark, Arrow):
        return max(mark.start[1], mark.tip[1])
    return mark.y + mark.radius


def _places(values: Any) -> list[float]:
    """Return coordinates in tenths of a pixel, whole ones without a point."""
    rounded = (round(value, 1) for value in values)
    return [int(value) if value == int(value) else value for value in rounded]


def _hex(color: Color) -> str:
    return bytes(color).hex()
