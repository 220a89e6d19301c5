"""A picture that was drawn as a file: pixels, SVG or PDF, on the theme's background or on nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from render.drawing.canvas import Canvas
from render.drawing.marks import MarksCanvas
from render.drawing.pdf import pdf_of
from render.drawing.raster import RasterCanvas
from render.drawing.svg import svg_of
from render.drawing.themes import Theme
from render.errors import UsageError
from render.pipeline.job import Job
from render.text import suggestion
from render.video.pixel_formats import png, webp
from render.video.transparency import ON_BLACK, ON_WHITE, without_background

# What writes pixels, by the name of the format.
_OF_PIXELS = {"png": png, "webp": webp}
FORMS = (*_OF_PIXELS, "svg", "pdf")

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
        ``png``, ``webp`` (without loss), ``svg`` or ``pdf``.
    transparent : bool
        Leave its background out. On the theme's background it then looks the same. In SVG and PDF, shapes of the
        background's colour, which hide what is below them, stay.
    """
    if form in _OF_PIXELS:
        canvas, written = draw(RasterCanvas), _OF_PIXELS[form]
        if not transparent:
            return written(canvas.pixels[..., :3])
        on_black, on_white = draw(ON_BLACK).pixels, draw(ON_WHITE).pixels
        return written(without_background(canvas.pixels, on_black, on_white, canvas.theme.background))
    if form == "svg":
        return svg_of(draw(MarksCanvas), not transparent).encode()
    return pdf_of([draw(MarksCanvas)], not transparent)
