"""Pictures without their background: what covers it is found by painting them on black and on white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import Color, ColorArray
from render.drawing.raster import RasterCanvas
from render.drawing.themes import Theme
from render.video.frame_difference import ChangedPixels

# Rows that are made transparent at a time: it bounds the memory.
_ROWS = 256


def _on(background: Color, width: int, height: int, theme: Theme) -> RasterCanvas:
    """Return a canvas of another background."""
    return RasterCanvas(width, height, replace(theme, background=background))


ON_BLACK, ON_WHITE = partial(_on, (0, 0, 0)), partial(_on, (255, 255, 255))


def without_background(opaque: ColorArray, on_black: ColorArray, on_white: ColorArray, background: Color) -> ColorArray:
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
    own = np.array(background, float)
    for top in range(0, len(opaque), _ROWS):
        rows = slice(top, top + _ROWS)
        left = on_white[rows, :, :3].astype(np.int16) - on_black[rows, :, :3]
        # Rounding makes the channels differ by one; the most opaque of them can have every colour.
        alpha = np.clip(255 - left.min(axis=2), 0, 255)
        share = np.maximum(alpha, 1)[..., None] / 255
        colors = (opaque[rows, :, :3] - own * (1 - share)) / share
        # Pixels that nobody sees keep the background's colour, so that a picture made smaller has no fringes.
        colors[alpha == 0] = own
        result[rows, :, :3] = np.rint(np.clip(colors, 0, 255))
        result[rows, :, 3] = alpha
    return result


class TransparentBgra:
    """Blue, green, red and opacity of every pixel of a film without its background, for lossless pictures.

    Parameters
    ----------
    canvas : RasterCanvas
        Where frames are painted on their own background.
    on_black_and_white : sequence of RasterCanvas
        Where they are painted on black and on white, before a frame is packed.
    """

    def __init__(self, canvas: RasterCanvas, on_black_and_white: Sequence[RasterCanvas]) -> None:
        self._canvas, self._on_black_and_white = canvas, on_black_and_white
        self._frame = np.zeros((canvas.height, canvas.width, 4), np.uint8)
        self._last: list[NDArray[np.uint8]] = []

    def pack(self, changed: ChangedPixels) -> memoryview:
        """Return the bytes of the frame that is painted now. They last until the next call."""
        canvases = (self._canvas, *self._on_black_and_white)
        rows = slice(0, self._canvas.height)
        if self._last:
            # Where a cell takes the place of background of its own colour, the canvas itself does not tell.
            differ = [(c.pixels != last).any(axis=(1, 2)) for c, last in zip(canvases, self._last, strict=True)]
            found = np.flatnonzero(np.logical_or.reduce(differ))
            rows = slice(int(found[0]), int(found[-1]) + 1) if found.size else slice(0, 0)
        self._last = [canvas.pixels.copy() for canvas in canvases]
        own, black, white = (canvas.pixels[rows] for canvas in canvases)
        self._frame[rows] = without_background(own, black, white, self._canvas.theme.background)[..., [2, 1, 0, 3]]
        return self._frame.reshape(-1).data
