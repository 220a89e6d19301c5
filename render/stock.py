"""From the canvas to the bytes an encoder takes: video levels for MP4, palette places for GIF.

Most of a frame stands still and most of the rest is flat cells, so only what was touched is converted
pixel by pixel; cells come from a table of 256 colours. ffmpeg would convert every pixel of every frame.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from render.canvas import Canvas, Cells
from render.layout import Box
from render.theme import ColorArray, color_table, film_palette

# R'G'B' from 0 to 255 -> Y' from 16 to 235, Cb and Cr from 16 to 240: ITU-R BT.709-6, items 3.2 and 3.4.
_KR, _KB = 0.2126, 0.0722
_LUMA = np.array([_KR, 1 - _KR - _KB, _KB])
_BLUE = (np.array([0, 0, 1]) - _LUMA) / (2 * (1 - _KB))
_RED = (np.array([1, 0, 0]) - _LUMA) / (2 * (1 - _KR))
_TO_YUV = np.column_stack([_LUMA * 219, _BLUE * 224, _RED * 224]).astype(np.float32) / np.float32(255)
_OFFSET = np.array([16, 128, 128], np.float32)


class Stock(ABC):
    """What frames are put on for one kind of encoder.

    Parameters
    ----------
    canvas : Canvas
        Where frames are painted; what it keeps is converted once.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._frame = self._blank()
        for cells in canvas.kept_cells:
            self._tile(cells)
        for box in canvas.kept_touched:
            self._convert(box, canvas.kept)
        self._kept = self._frame.copy()

    def develop(self) -> memoryview:
        """Return the canvas as it is now, as the bytes of one frame. They last until the next call."""
        np.copyto(self._frame, self._kept)
        for cells in self._canvas.cells_drawn:
            self._tile(cells)
        for box in self._canvas.touched:
            self._convert(box, self._canvas.pixels)
        return self._frame.data

    @abstractmethod
    def _blank(self) -> NDArray[np.uint8]:
        """Return the bytes of a frame of nothing but background, one-dimensional."""

    @abstractmethod
    def _convert(self, box: Box, pixels: ColorArray) -> None:
        """Put a rectangle of RGBA pixels on the frame."""

    @abstractmethod
    def _tile(self, cells: Cells) -> None:
        """Put cells on the frame."""


class Yuv420p(Stock):
    """Luma for every pixel, then blue and red difference for every 2 × 2 pixels."""

    def _blank(self) -> NDArray[np.uint8]:
        area = self._canvas.width * self._canvas.height
        paper = _levels(np.array(self._canvas.theme.background))
        return np.repeat(paper, [area, area // 4, area // 4])

    def _planes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        height, width = self._canvas.height, self._canvas.width
        luma = self._frame[: height * width].reshape(height, width)
        return luma, self._frame[height * width :].reshape(2, height // 2, width // 2)

    def _convert(self, box: Box, pixels: ColorArray) -> None:
        # Chroma belongs to 2 × 2 pixels, so the rectangle grows to even places.
        left, top = box.x // 2 * 2, box.y // 2 * 2
        right, bottom = -(-box.right // 2) * 2, -(-box.bottom // 2) * 2
        yuv = pixels[top:bottom, left:right, :3].astype(np.float32) @ _TO_YUV + _OFFSET
        luma, chroma = self._planes()
        luma[top:bottom, left:right] = yuv[..., 0] + 0.5
        pairs = yuv[0::2, :, 1:] + yuv[1::2, :, 1:]
        means = (pairs[:, 0::2] + pairs[:, 1::2]) * 0.25 + 0.5
        chroma[:, top // 2 : bottom // 2, left // 2 : right // 2] = np.moveaxis(means, 2, 0)

    def _tile(self, cells: Cells) -> None:
        if (cells.x | cells.y | cells.width | cells.height) & 1:
            self._convert(cells.box, self._canvas.pixels)
            return
        table = _levels(color_table(cells.colormap))
        luma, chroma = self._planes()
        cells.tile(luma, table[:, 0])
        half = cells.halved()
        half.tile(chroma[0], table[:, 1])
        half.tile(chroma[1], table[:, 2])


def _levels(colors: ColorArray) -> NDArray[np.uint8]:
    """Return Y, Cb and Cr of red, green and blue, rounded; the last axis is 3."""
    return np.asarray(colors.astype(np.float32) @ _TO_YUV + _OFFSET + 0.5).astype(np.uint8)


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

    def _convert(self, box: Box, pixels: ColorArray) -> None:
        part = pixels[box.y : box.bottom, box.x : box.right]
        self._plane()[box.y : box.bottom, box.x : box.right] = self._nearest[_coarse(part)]

    def _tile(self, cells: Cells) -> None:
        if cells.colormap not in self._entries:
            table = color_table(cells.colormap).astype(int)
            away = np.abs(table[:, None] - self._palette[None].astype(int)).max(axis=2)
            self._entries[cells.colormap] = away.argmin(axis=1).astype(np.uint8)
        cells.tile(self._plane(), self._entries[cells.colormap])


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
