"""Marks as PDF, through matplotlib's own back end: text that can be selected."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path as File
from typing import Any

import numpy as np

from render.drawing.canvas import Cells, Point
from render.drawing.colors import Color
from render.drawing.fonts import font_paths
from render.drawing.glyphs import text_width
from render.drawing.marks import Arrow, Circle, Disc, Dot, Fill, Line, Lines, Mark, MarksCanvas, Polygon, Text
from render.drawing.mpl import matplotlib
from render.drawing.svg import until


def pdf_of(canvases: Iterable[MarksCanvas], background: bool = True) -> bytes:
    """Return pictures as the pages of a PDF file; a pixel is a point.

    Parameters
    ----------
    canvases : iterable of MarksCanvas
        What was drawn last on each, when its turn comes.
    background : bool
        Whether they stand on the theme's background; else on nothing.
    """
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    settings: Any = {"pdf.fonttype": 42, "path.simplify": False}
    file = io.BytesIO()
    with (
        matplotlib.rc_context(settings),
        PdfPages(file, metadata={"CreationDate": None, "Creator": "eigenreel"}) as pages,
    ):
        for canvas in canvases:
            color = _rgb(canvas.theme.background) if background else "none"
            figure = Figure((canvas.width / 72, canvas.height / 72), dpi=72, facecolor=color)
            page = _Page(figure, Affine2D().scale(1, -1).translate(0, canvas.height))
            for mark in (*canvas.standing, *canvas.moving):
                page.put(mark)
            pages.savefig(figure)
    return file.getvalue()


class _Page:
    """Puts marks on a figure as artists, one above the other."""

    def __init__(self, figure: Any, pixels: Any) -> None:
        self._figure, self._pixels = figure, pixels

    def put(self, mark: Mark) -> None:
        """Put one mark on the page."""
        if isinstance(mark, Fill):
            box = mark.box
            self._shape([_rectangle(box.x, box.y, box.width, box.height)], mark.color)
        elif isinstance(mark, Cells):
            colors = mark.colormap.colors[mark.indices].reshape(-1, 3)
            corners = np.indices(mark.indices.shape).reshape(2, -1)
            for color in np.unique(colors, axis=0):
                rows, columns = corners[:, (colors == color).all(axis=1)]
                places = zip(
                    (mark.x + columns * mark.width).tolist(), (mark.y + rows * mark.height).tolist(), strict=True
                )
                red, green, blue = (int(channel) for channel in color)
                self._shape([_rectangle(x, y, mark.width, mark.height) for x, y in places], (red, green, blue))
        elif isinstance(mark, Text):
            self._text(mark)
        elif isinstance(mark, Lines):
            for line in mark.lines.lines:
                pieces = [points for piece in line.pieces if len(points := until(piece, mark.until)) > 1]
                if pieces:
                    self._stroke(pieces, line.color, line.width)
        elif isinstance(mark, Line):
            self._stroke([list(mark.points)], mark.color, mark.width)
        elif isinstance(mark, Polygon):
            self._shape([list(mark.points)], mark.color)
        elif isinstance(mark, Arrow):
            for part in mark.parts:
                self.put(part)
        elif isinstance(mark, Circle):
            self._disc(mark.x, mark.y, mark.radius, None, mark.color, mark.width)
        elif isinstance(mark, Disc):
            self._disc(mark.x, mark.y, mark.radius, mark.color, None, 0)
        else:
            assert isinstance(mark, Dot)
            self._disc(mark.x, mark.y, mark.radius + 1, mark.edge, None, 0)
            self._disc(mark.x, mark.y, mark.radius - 1, mark.color, None, 0)

    def _add(self, artist: Any) -> None:
        artist.set_transform(self._pixels)
        artist.set_zorder(len(self._figure.artists) + len(self._figure.patches) + len(self._figure.texts))
        self._figure.add_artist(artist)

    def _shape(self, outlines: list[list[Point]], color: Color) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        paths = [Path([*points, points[0]], closed=True) for points in outlines]
        self._add(PathPatch(Path.make_compound_path(*paths), facecolor=_rgb(color), linewidth=0, antialiased=False))

    def _stroke(self, pieces: list[list[Point]], color: Color, width: float) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        path = Path.make_compound_path(*(Path(points) for points in pieces))
        style: Any = {"capstyle": "round", "joinstyle": "round"}
        self._add(PathPatch(path, fill=False, edgecolor=_rgb(color), linewidth=width, **style))

    def _disc(self, x: float, y: float, radius: float, face: Color | None, line: Color | None, width: float) -> None:
        from matplotlib.patches import Circle as Patch

        colors = {"facecolor": _rgb(face) if face else "none", "edgecolor": _rgb(line) if line else "none"}
        self._add(Patch((x, y), radius, linewidth=width, **colors))

    def _text(self, mark: Text) -> None:
        """Write a text, its letters of another font in pieces of their own."""
        from matplotlib.font_manager import FontProperties
        from matplotlib.text import Text as Writing

        x = mark.x - text_width(mark.text, mark.style) * mark.part
        for path, letters in groupby(
            mark.text, lambda letter: font_paths(letter, mark.style.weight, mark.style.family)[-1]
        ):
            piece = "".join(letters)
            font = FontProperties(fname=path if hasattr(path, "face_index") else File(str(path)), size=mark.style.size)
            writing = Writing(x, mark.y, piece, color=_rgb(mark.style.color), fontproperties=font, parse_math=False)
            self._add(writing)
            x += text_width(piece, mark.style)


def _rectangle(x: float, y: float, width: float, height: float) -> list[Point]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _rgb(color: Color) -> tuple[float, float, float]:
    red, green, blue = color
    return red / 255, green / 255, blue / 255
