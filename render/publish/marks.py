"""A whole film as data: what panels draw, what stands still once and what moves by step."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.colors import Color, ColorMap
from render.drawing.lines import Polyline, RevealedLines
from render.drawing.marks import Circle, Disc, Dot, Fill, Line, Lines, Mark, MarksCanvas, Polygon, Text
from render.pipeline.job import FilmOptions
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun

_ANCHORS = {0.0: "left", 0.5: "center", 1.0: "right"}


def marks_of(found: SceneRun, look: FilmOptions) -> dict[str, Any]:
    """Return what a film draws, as plain data that JSON can hold.

    Parameters
    ----------
    found, look
        As a `Painter` takes them.

    Returns
    -------
    dict
        ``width`` and ``height`` in pixels, ``background``; ``kinds``: what marks have in common, each a list that
        begins with its verb; ``standing``: the marks of every moment, each a list of the number of its kind and
        what is its own; ``steps``: those of every step, or the number in ``repeated`` of one that several steps
        have; ``lines``: lines that grow with the steps; ``colormaps``: 256 colours each.

        ======== =========================================== ==============================================
        verb     kind                                        a mark's own
        ======== =========================================== ==============================================
        fill     colour                                      x, y, width, height of rectangles
        cells    x, y, width and height of a cell, number    indices into the colour map, row by row, bytes
                 of columns, colour map                      in base 64
        text     x, y, anchor, size, weight, colour          the text
        lines    number in ``lines``                         the step up to which they are drawn
        line     colour, width                               x and y of points
        circle   colour, width                               x, y, radius
        disc     colour                                      x, y, radius
        dots     radius, colour, edge's colour               x and y of their centres
        polygon  colour                                      x and y of corners
        ======== =========================================== ==============================================

        Coordinates are pixels, colours ``rrggbb``. A line has colour, width and pieces; a piece is x and y of its
        points and the step at which it reaches each.
    """
    recording = _Recording()
    painter = Painter(found, look, MarksCanvas)
    canvas = painter.canvas
    standing = recording.encode(canvas.standing)
    steps = []
    for step in range(found.steps + 1):
        painter.paint(step)
        steps.append(recording.encode(canvas.moving))
    repeated = _share_repeated(steps)
    return {
        "width": canvas.width,
        "height": canvas.height,
        "background": _hex(canvas.theme.background),
        "colormaps": {name: colors.colors.tobytes().hex() for name, colors in sorted(recording.colormaps.items())},
        "kinds": [list(kind) for kind in recording.kinds],
        "lines": [list(map(_line, lines.lines)) for lines in recording.lines],
        "standing": standing,
        "repeated": repeated,
        "steps": steps,
    }


def dump(marks: dict[str, Any]) -> str:
    """Return marks as JSON without blanks."""
    return json.dumps(marks, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _share_repeated(steps: list[list[Any]]) -> list[list[Any]]:
    """Put marks that come in several steps into one list, and their numbers there in their places; return the list."""
    texts = [[json.dumps(mark) for mark in marks] for marks in steps]
    counts = Counter(text for step in texts for text in step)
    numbers: dict[str, int] = {}
    repeated: list[list[Any]] = []
    for marks, step in zip(steps, texts, strict=True):
        for index, text in enumerate(step):
            if counts[text] > 1:
                if text not in numbers:
                    numbers[text] = len(repeated)
                    repeated.append(marks[index])
                marks[index] = numbers[text]
    return repeated


class _Recording:
    """Numbers the kinds of marks and the lines in the order in which they come."""

    def __init__(self) -> None:
        self.kinds: dict[tuple[Any, ...], int] = {}
        self.lines: dict[RevealedLines, int] = {}
        self.colormaps: dict[str, ColorMap] = {}

    def encode(self, marks: list[Mark]) -> list[list[Any]]:
        """Return marks as lists; neighbours of one kind that are places alone become one."""
        found: list[list[Any]] = []
        for mark in marks:
            kind, own = self._parts(mark)
            number = self.kinds.setdefault(kind, len(self.kinds))
            if found and found[-1][0] == number and kind[0] in ("fill", "dots"):
                found[-1] += own
            else:
                found.append([number, *own])
        return found

    def _parts(self, mark: Mark) -> tuple[tuple[Any, ...], list[Any]]:
        if isinstance(mark, Fill):
            return ("fill", _hex(mark.color)), [
                int(side) for side in (mark.box.x, mark.box.y, mark.box.width, mark.box.height)
            ]
        if isinstance(mark, Cells):
            self.colormaps[mark.colormap.name] = mark.colormap
            columns = mark.indices.shape[1]
            packed = base64.b64encode(mark.indices.astype(np.uint8).tobytes()).decode()
            return ("cells", mark.x, mark.y, mark.width, mark.height, columns, mark.colormap.name), [packed]
        if isinstance(mark, Text):
            style = mark.style
            place = _places((mark.x, mark.y))
            return ("text", *place, _ANCHORS[mark.part], style.size, style.weight, _hex(style.color)), [mark.text]
        if isinstance(mark, Lines):
            return ("lines", self.lines.setdefault(mark.lines, len(self.lines))), [mark.until]
        if isinstance(mark, Line):
            return ("line", _hex(mark.color), mark.width), _places(value for point in mark.points for value in point)
        if isinstance(mark, Circle):
            return ("circle", _hex(mark.color), mark.width), _places((mark.x, mark.y, mark.radius))
        if isinstance(mark, Disc):
            return ("disc", _hex(mark.color)), _places((mark.x, mark.y, mark.radius))
        if isinstance(mark, Dot):
            return ("dots", mark.radius, _hex(mark.color), _hex(mark.edge)), _places((mark.x, mark.y))
        assert isinstance(mark, Polygon)
        return ("polygon", _hex(mark.color)), _places(value for point in mark.points for value in point)


def _line(line: Any) -> list[Any]:
    return [_hex(line.color), line.width, [_piece(piece) for piece in line.pieces]]


def _piece(piece: Polyline) -> list[Any]:
    x, y = np.asarray(piece.x, float), np.asarray(piece.y, float)
    order = np.arange(len(x)) if piece.order is None else np.asarray(piece.order)
    return [_places(x.tolist()), _places(y.tolist()), order.tolist()]


def _places(values: Any) -> list[float]:
    """Return coordinates in tenths of a pixel, whole ones without a point."""
    rounded = (round(value, 1) for value in values)
    return [int(value) if value == int(value) else value for value in rounded]


def _hex(color: Color) -> str:
    return bytes(color).hex()
