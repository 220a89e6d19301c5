"""A picture that was drawn as a file: pixels, SVG or PDF, on the theme's background or on nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

from render.drawing.canvas import Canvas
from render.drawing.colors import Color, ColorArray
from render.drawing.marks import MarksCanvas
from render.drawing.pdf import pdf_of
from render.drawing.raster import RasterCanvas
from render.drawing.svg import svg_of
from render.drawing.themes import Theme
from render.errors import UsageError
from render.pipeline.job import Job
from render.text import suggestion
from render.video.pixel_formats import png

FORMS = ("png", "svg", "pdf")
# Rows that are made transparent at a time: it bounds the memory.
_ROWS = 256

AnyCanvas = TypeVar("AnyCanvas", bound=Canvas)


class Drawing(Protocol):
    """Draws a picture on a canvas it makes, of a width, a height and a theme, and returns that."""

    def __call__(self, make: Callable[[int, int, Theme], AnyCanvas], /) -> AnyCanvas:
        """Draw the picture."""


def check_pictures(job: Job, forms: Sequence[str], what: str) -> None:
    """Refuse pictures that cannot be written.

    Parameters
    ----------
    job : Job
        The film.
    forms : sequence of str
        Names of formats.
    what : str
        What the pictures are called.

    Raises
    ------
    UsageError
        If there is no such format, or they should go to standard output.
    """
    for form in forms:
        if form not in FORMS:
            raise UsageError(f"there is no format {form!r} for {what}, {suggestion(form, FORMS)}")
    if job.output == "-":
        raise UsageError(f"{what} are files, which cannot go to standard output, so give a folder")


def picture(draw: Drawing, form: str, transparent: bool = False) -> bytes:
    """Return a picture as a file's bytes.

    Parameters
    ----------
    draw : Drawing
        Draws it.
    form : str
        ``png``, ``svg`` or ``pdf``.
    transparent : bool
        Leave its background out. On the theme's background it then looks the same. In SVG and PDF, shapes of the
        background's colour, which hide what is below them, stay.
    """
    if form == "png":
        canvas = draw(RasterCanvas)
        if not transparent:
            return png(canvas.pixels[..., :3])
        on_black, on_white = draw(_ON_BLACK).pixels, draw(_ON_WHITE).pixels
        return png(see_through(canvas.pixels, on_black, on_white, canvas.theme.background))
    if form == "svg":
        return svg_of(draw(MarksCanvas), not transparent).encode()
    return pdf_of([draw(MarksCanvas)], not transparent)


def _on(paper: Color, width: int, height: int, theme: Theme) -> RasterCanvas:
    """Return a canvas of another background."""
    return RasterCanvas(width, height, replace(theme, background=paper))


_ON_BLACK, _ON_WHITE = partial(_on, (0, 0, 0)), partial(_on, (255, 255, 255))


def see_through(opaque: ColorArray, on_black: ColorArray, on_white: ColorArray, background: Color) -> ColorArray:
    """Return a picture, shape (height, width, 4), without its background.

    What covers a pixel in full is the same on black and on white, and what covers nothing differs by 255: the
    difference is what is left of the background. Colours are then those which give the opaque picture on its own.

    Parameters
    ----------
    opaque, on_black, on_white : ndarray of uint8, shape (height, width, 4)
        The picture on its own background, on black and on white.
    background : Color
        Its own background.
    """
    result = np.empty_like(opaque)
    paper = np.array(background, float)
    for top in range(0, len(opaque), _ROWS):
        rows = slice(top, top + _ROWS)
        left = on_white[rows, :, :3].astype(np.int16) - on_black[rows, :, :3]
        # Rounding makes the channels differ by one; the most opaque of them can have every colour.
        alpha = np.clip(255 - left.min(axis=2), 0, 255)
        share = np.maximum(alpha, 1)[..., None] / 255
        colors = (opaque[rows, :, :3] - paper * (1 - share)) / share
        # Pixels that nobody sees keep the background's colour, so that a picture made smaller has no fringes.
        colors[alpha == 0] = paper
        result[rows, :, :3] = np.rint(np.clip(colors, 0, 255))
        result[rows, :, 3] = alpha
    return result
