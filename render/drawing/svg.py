"""Marks as SVG: cells exact, text as text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

import numpy as np

from render.drawing.canvas import Cells, Point
from render.drawing.colors import Color
from render.drawing.font_subset import FontFaces
from render.drawing.fonts import WEIGHTS
from render.drawing.glyphs import letter_places
from render.drawing.layouts import Box
from render.drawing.lines import Polyline
from render.drawing.marks import Arrow, Circle, Disc, Dot, Fill, Line, Lines, Mark, MarksCanvas, Polygon, Text


def svg_of(canvas: MarksCanvas, background: bool = True) -> str:
    """Return the picture that was recorded last, as an SVG file.

    The fonts of its letters are in it, as far as their makers allow that.

    Parameters
    ----------
    canvas : MarksCanvas
        What was drawn.
    background : bool
        Whether it stands on the theme's background; else on nothing.
    """
    marks = [*canvas.standing, *canvas.moving]
    fonts = FontFaces((mark.text, mark.style) for mark in marks if isinstance(mark, Text))
    page = [Fill(Box(0, 0, canvas.width, canvas.height), canvas.theme.background)] if background else []
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{canvas.width}" height="{canvas.height}" '
        f'viewBox="0 0 {canvas.width} {canvas.height}">',
        f"<style>{fonts.css()}text{{white-space:pre}}</style>",
        *(element for mark in (*page, *marks) for element in _elements(mark, fonts)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _elements(mark: Mark, fonts: FontFaces) -> Iterator[str]:
    if isinstance(mark, Fill):
        box = mark.box
        yield (
            f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" fill="{_hex(mark.color)}" '
            'shape-rendering="crispEdges"/>'
        )
    elif isinstance(mark, Cells):
        yield from _cells(mark)
    elif isinstance(mark, Text):
        *begins, advance = letter_places(mark.text, mark.style)
        # Where the text begins is rounded as in a frame, and every letter stands where it does there.
        start = round(mark.x - advance * mark.part)
        places = " ".join(_number(start + begin) for begin in begins)
        yield (
            f'<text x="{places}" y="{round(mark.y)}" font-size="{mark.style.size}" '
            f'font-family="{escape(fonts.family(mark.style.weight))}" '
            f'font-weight="{WEIGHTS[mark.style.weight]}" fill="{_hex(mark.style.color)}" '
            f'textLength="{_number(advance)}">{escape(mark.text)}</text>'
        )
    elif isinstance(mark, Lines):
        for line in mark.lines.lines:
            paths = [_path(points) for piece in line.pieces if len(points := until(piece, mark.until)) > 1]
            if paths:
                yield _stroke("".join(paths), line.color, line.width)
    elif isinstance(mark, Line):
        yield _stroke(_path(mark.points), mark.color, mark.width)
    elif isinstance(mark, Arrow):
        for part in mark.parts:
            yield from _elements(part, fonts)
    elif isinstance(mark, Circle):
        yield (
            f'<circle cx="{_number(mark.x)}" cy="{_number(mark.y)}" r="{_number(mark.radius)}" fill="none" '
            f'stroke="{_hex(mark.color)}" stroke-width="{_number(mark.width)}"/>'
        )
    elif isinstance(mark, Disc):
        center = f'cx="{_number(mark.x)}" cy="{_number(mark.y)}"'
        yield f'<circle {center} r="{_number(mark.radius)}" fill="{_hex(mark.color)}"/>'
    elif isinstance(mark, Dot):
        for radius, color in ((mark.radius + 1, mark.edge), (mark.radius - 1, mark.color)):
            center = f'cx="{_number(mark.x)}" cy="{_number(mark.y)}"'
            yield f'<circle {center} r="{_number(radius)}" fill="{_hex(color)}"/>'
    else:
        assert isinstance(mark, Polygon)
        yield f'<path d="{_path(mark.points)}Z" fill="{_hex(mark.color)}"/>'


def _cells(cells: Cells) -> Iterator[str]:
    """Yield one path a colour, its cells joined along the rows."""
    table = cells.colormap.colors[cells.indices]
    found: dict[Color, list[str]] = {}
    for row, colors in enumerate(table):
        ends = [0, *(np.flatnonzero((colors[1:] != colors[:-1]).any(axis=1)) + 1).tolist(), len(colors)]
        for start, stop in pairwise(ends):
            red, green, blue = (int(channel) for channel in colors[start])
            x, y, width = cells.x + start * cells.width, cells.y + row * cells.height, (stop - start) * cells.width
            found.setdefault((red, green, blue), []).append(f"M{x} {y}h{width}v{cells.height}h-{width}z")
    for color, paths in found.items():
        yield f'<path d="{"".join(paths)}" fill="{_hex(color)}" shape-rendering="crispEdges"/>'


def until(piece: Polyline, step: int) -> list[Point]:
    """Return the points of a piece that the line has reached at a step."""
    x, y = np.asarray(piece.x, float), np.asarray(piece.y, float)
    order = np.arange(len(x)) if piece.order is None else np.asarray(piece.order)
    count = int(np.searchsorted(order, step, "right"))
    return list(zip(x[:count].tolist(), y[:count].tolist(), strict=True))


def _path(points: Iterator[Point] | list[Point] | tuple[Point, ...]) -> str:
    return "".join(f"{'L' if index else 'M'}{_number(x)} {_number(y)}" for index, (x, y) in enumerate(points))


def _stroke(path: str, color: Color, width: float) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{_hex(color)}" stroke-width="{_number(width)}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _number(value: float) -> str:
    """Return a coordinate in hundredths of a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _hex(color: Color) -> str:
    return "#" + bytes(color).hex()
