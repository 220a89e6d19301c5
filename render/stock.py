"""From the canvas to the bytes an encoder takes: video levels for MP4, palette places for GIF.

Most of a frame stands still and most of the rest is flat cells, so only pixels that have changed are
converted one by one; cells come from a table of 256 colours. ffmpeg would convert every pixel of every frame.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.canvas import Canvas, Cells
from render.layout import Box
from render.theme import ColorArray, color_table, film_palette

# R'G'B' from 0 to 255 -> Y' from 16 to 235, Cb and Cr from 16 to 240: ITU-R BT.709-6, items 3.2 and 3.4.
# In parts of 2^16: whole numbers give a colour the same levels wherever it stands.
_KR, _KB = 0.2126, 0.0722
_LUMA = np.array([_KR, 1 - _KR - _KB, _KB])
_BLUE = (np.array([0, 0, 1]) - _LUMA) / (2 * (1 - _KB))
_RED = (np.array([1, 0, 0]) - _LUMA) / (2 * (1 - _KR))
_BITS = 16
_TO_YUV = np.rint(np.array([_LUMA * 219, _BLUE * 224, _RED * 224]) / 255 * 2**_BITS).astype(np.int32)
_OFFSET = np.array([16, 128, 128], np.int32) << _BITS

# More rectangles than this are looked through faster as one.
_MANY = 40


@dataclass(frozen=True)
class Exposure:
    """What a frame has that the one before it had not.

    Parameters
    ----------
    cells : sequence of Cells
        Flat cells at even places and of even sizes.
    rows, columns : ndarray of int, shape (k,)
        Places of quads, to be put over the cells. A quad is 2 × 2 pixels: what one value of chroma is for.
    colors : ndarray of uint8, shape (k, 2, 2, 4)
        Their red, green and blue, and 255.
    """

    cells: Sequence[Cells]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    colors: ColorArray


class Shutter:
    """Takes exposures of a canvas, the first one of all that differs from the bare background.

    Parameters
    ----------
    canvas : Canvas
        Where frames are painted.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        # The pixels of the exposures so far, and where the canvas may be another by now.
        self._shown = np.full((canvas.height, canvas.width), _packed(np.array([canvas.theme.background]))[0])
        self._stale = [Box(0, 0, canvas.width, canvas.height)]
        self._cells = canvas.kept_cells

    def release(self) -> Exposure:
        """Return what has changed since the last time."""
        canvas = self._canvas
        cells = [c for c in self._cells + canvas.cells_drawn if not (c.x | c.y | c.width | c.height) & 1]
        for flat in cells:
            flat.tile(self._shown, _packed(color_table(flat.colormap)))
        drawn = canvas.touched + [c.box for c in canvas.cells_drawn]
        # Where cells were laid, all else is in boxes of its own.
        laid = [c.box for c in cells]
        boxes = [box for box in self._stale + drawn if box not in laid]
        if len(boxes) > _MANY:
            boxes = [reduce(Box.union, boxes)]
        found = [self._changed(box) for box in boxes]
        self._stale, self._cells = drawn, []
        rows, columns = (np.concatenate([part[axis] for part in found]) for axis in (0, 1))
        colors = _quads(self._shown)[rows, :, columns].view(np.uint8).reshape(-1, 2, 2, 4)
        return Exposure(cells, rows, columns, colors)

    def _changed(self, box: Box) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return rows and columns of the quads that have changed in a rectangle, and note them."""
        rows = slice(box.y // 2 * 2, -(-box.bottom // 2) * 2)
        columns = slice(box.x // 2, -(-box.right // 2))
        # Two pixels at a time.
        now = self._canvas.pixels.reshape(self._canvas.height, -1).view(np.uint64)[rows, columns]
        shown = self._shown.view(np.uint64)[rows, columns]
        changed = now != shown
        found = np.nonzero(changed[0::2] | changed[1::2])
        if found[0].size:
            shown[:] = now
        return found[0] + rows.start // 2, found[1] + columns.start


class Stock(ABC):
    """What frames are put on for one kind of encoder.

    Parameters
    ----------
    canvas : Canvas
        Where frames are painted.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._frame = self._blank()

    def develop(self, exposure: Exposure) -> memoryview:
        """Return the bytes of the frame after all exposures so far. They last until the next call."""
        for cells in exposure.cells:
            self._tile(cells)
        self._put(exposure)
        return self._frame.data

    @abstractmethod
    def _blank(self) -> NDArray[np.uint8]:
        """Return the bytes of a frame of nothing but background, one-dimensional."""

    @abstractmethod
    def _tile(self, cells: Cells) -> None:
        """Put cells on the frame."""

    @abstractmethod
    def _put(self, exposure: Exposure) -> None:
        """Put an exposure's quads on the frame."""


def _packed(colors: ColorArray) -> NDArray[np.uint32]:
    """Return RGB colours, shape (k, 3), as pixels of the canvas."""
    pixels = np.full((len(colors), 4), 255, np.uint8)
    pixels[:, :3] = colors
    return pixels.view(np.uint32)[:, 0]


def _quads(plane: NDArray[Any]) -> NDArray[Any]:
    """View a plane, shape (height, width), as shape (height / 2, 2, width / 2, 2)."""
    height, width = plane.shape
    return plane.reshape(height // 2, 2, width // 2, 2)


class Yuv420p(Stock):
    """Luma for every pixel, then blue and red difference for every quad."""

    def _blank(self) -> NDArray[np.uint8]:
        area = self._canvas.width * self._canvas.height
        paper = _levels(np.array(self._canvas.theme.background)[:, None])[:, 0]
        return np.repeat(paper, [area, area // 4, area // 4])

    def _planes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        height, width = self._canvas.height, self._canvas.width
        luma = self._frame[: height * width].reshape(height, width)
        return luma, self._frame[height * width :].reshape(2, height // 2, width // 2)

    def _tile(self, cells: Cells) -> None:
        levels = _levels(color_table(cells.colormap).T)
        luma, chroma = self._planes()
        cells.tile(luma, levels[0])
        half = cells.halved()
        half.tile(chroma[0], levels[1])
        half.tile(chroma[1], levels[2])

    def _put(self, exposure: Exposure) -> None:
        luma, chroma = self._planes()
        channels = exposure.colors[..., :3].transpose(3, 0, 1, 2).astype(np.int32)
        _quads(luma)[exposure.rows, :, exposure.columns] = _level(0, channels)
        sums = channels.sum(axis=(2, 3), dtype=np.int32)
        for place in (1, 2):
            chroma[place - 1, exposure.rows, exposure.columns] = _level(place, sums, 2)


def _level(place: int, channels: NDArray[np.int32], doublings: int = 0) -> NDArray[np.int32]:
    """Return Y, Cb or Cr of red, green and blue (the first axis), each the sum of 2^doublings pixels."""
    red, green, blue = _TO_YUV[place]
    bits = _BITS + doublings
    half = (_OFFSET[place] << doublings) + (1 << (bits - 1))
    return np.asarray((channels[0] * red + channels[1] * green + channels[2] * blue + half) >> bits)


def _levels(channels: ColorArray) -> NDArray[np.uint8]:
    """Return Y, Cb and Cr (the first axis) of red, green and blue (the first axis)."""
    return np.array([_level(place, channels.astype(np.int32)) for place in range(3)], np.uint8)


class Pal8(Stock):
    """Places in the film's palette, then the palette itself as blue, green, red, opaque."""

    def __init__(self, canvas: Canvas) -> None:
        self._palette = film_palette(canvas.theme)
        self._nearest = _nearest_entries(self._palette)
        self._entries: dict[str, NDArray[np.uint8]] = {}
        super().__init__(canvas)

    def _blank(self) -> NDArray[np.uint8]:
        colors = np.full((256, 4), 255, np.uint8)
        colors[:, :3] = self._palette[:, ::-1]
        # The background is the last entry.
        plane = np.full(self._canvas.width * self._canvas.height, 255, np.uint8)
        return np.concatenate([plane, colors.reshape(-1)])

    def _plane(self) -> NDArray[np.uint8]:
        height, width = self._canvas.height, self._canvas.width
        return self._frame[: height * width].reshape(height, width)

    def _tile(self, cells: Cells) -> None:
        if cells.colormap not in self._entries:
            table = color_table(cells.colormap).astype(int)
            away = np.abs(table[:, None] - self._palette[None].astype(int)).max(axis=2)
            self._entries[cells.colormap] = away.argmin(axis=1).astype(np.uint8)
        cells.tile(self._plane(), self._entries[cells.colormap])

    def _put(self, exposure: Exposure) -> None:
        _quads(self._plane())[exposure.rows, :, exposure.columns] = self._nearest[_coarse(exposure.colors)]


def _coarse(pixels: ColorArray) -> NDArray[np.intp]:
    """Return the first four bits of red, green and blue as one number below 4096."""
    wide = pixels[..., :3].astype(np.uint16) >> 4
    coarse: NDArray[np.intp] = wide[..., 0] << 8 | wide[..., 1] << 4 | wide[..., 2]
    return coarse


def _nearest_entries(palette: ColorArray) -> NDArray[np.uint8]:
    """Return for each coarse colour the palette entry nearest to it; entries themselves are exact.

    Later entries win where two share a coarse colour: the inks and the background come last.
    """
    steps = np.arange(16) * 16 + 8
    colors = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    entries = palette.astype(np.float32)
    # |c − p|² without c² , which is the same for every entry.
    away = (entries**2).sum(axis=1) - 2 * colors.astype(np.float32) @ entries.T
    nearest: NDArray[np.uint8] = away.argmin(axis=1).astype(np.uint8)
    nearest[_coarse(palette)] = np.arange(256)
    return nearest


STOCKS: dict[str, type[Stock]] = {"yuv420p": Yuv420p, "pal8": Pal8}


def png(pixels: ColorArray) -> bytes:
    """Return a picture, shape (height, width, 3), as a PNG file."""
    import imageio.v3 as imageio

    return bytes(imageio.imwrite("<bytes>", pixels, extension=".png", compress_level=5))
