"""From the canvas to the bytes an encoder takes: video levels for MP4, palette indices for GIF, colours for WebP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from render.drawing.canvas import Cells
from render.drawing.colors import ColorArray, ColorMap
from render.drawing.palette import film_palette
from render.drawing.raster import RasterCanvas
from render.drawing.themes import Theme
from render.video.frame_difference import ChangedPixels, packed, quads

# R'G'B' from 0 to 255 -> Y' from 16 to 235, Cb and Cr from 16 to 240: ITU-R BT.709-6, items 3.2 and 3.4.
# In parts of 2^16: whole numbers give a colour the same levels wherever it stands.
_KR, _KB = 0.2126, 0.0722
_LUMA = np.array([_KR, 1 - _KR - _KB, _KB])
_BLUE = (np.array([0, 0, 1]) - _LUMA) / (2 * (1 - _KB))
_RED = (np.array([1, 0, 0]) - _LUMA) / (2 * (1 - _KR))
_BITS = 16
_TO_YUV = np.rint(np.array([_LUMA * 219, _BLUE * 224, _RED * 224]) / 255 * 2**_BITS).astype(np.int32)
_OFFSET = np.array([16, 128, 128], np.int32) << _BITS

# An edge may be so far, in parts of 255, from the entry of the palette that stands for it in lossless pictures.
_NEAR = 16


class PixelFormat(ABC):
    """The bytes of a frame for one kind of encoder.

    Parameters
    ----------
    canvas : RasterCanvas
        Where frames are painted.
    """

    def __init__(self, canvas: RasterCanvas) -> None:
        self._canvas = canvas
        self._frame = self._blank()

    def pack(self, changed: ChangedPixels) -> memoryview:
        """Return the bytes of the frame after all changes so far. They last until the next call."""
        for cells in changed.cells:
            self._tile(cells)
        self._put(changed)
        return self._frame.data

    @abstractmethod
    def _blank(self) -> NDArray[np.uint8]:
        """Return the bytes of a frame of nothing but background, one-dimensional."""

    @abstractmethod
    def _tile(self, cells: Cells) -> None:
        """Put cells on the frame."""

    @abstractmethod
    def _put(self, changed: ChangedPixels) -> None:
        """Put an changed quads on the frame."""


class Yuv420p(PixelFormat):
    """Luma for every pixel, then blue and red difference for every quad."""

    def _blank(self) -> NDArray[np.uint8]:
        area = self._canvas.width * self._canvas.height
        background = _levels(np.array(self._canvas.theme.background)[:, None])[:, 0]
        return np.repeat(background, [area, area // 4, area // 4])

    def _planes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        height, width = self._canvas.height, self._canvas.width
        luma = self._frame[: height * width].reshape(height, width)
        return luma, self._frame[height * width :].reshape(2, height // 2, width // 2)

    def _tile(self, cells: Cells) -> None:
        levels = _levels(cells.colormap.colors.T)
        luma, chroma = self._planes()
        cells.tile(luma, levels[0])
        half = cells.halved()
        half.tile(chroma[0], levels[1])
        half.tile(chroma[1], levels[2])

    def _put(self, changed: ChangedPixels) -> None:
        luma, chroma = self._planes()
        channels = changed.colors[..., :3].transpose(3, 0, 1, 2).astype(np.int32)
        quads(luma)[changed.rows, :, changed.columns] = _level(0, channels)
        sums = channels.sum(axis=(2, 3), dtype=np.int32)
        for channel in (1, 2):
            chroma[channel - 1, changed.rows, changed.columns] = _level(channel, sums, 2)


def _level(channel: int, channels: NDArray[np.int32], doublings: int = 0) -> NDArray[np.int32]:
    """Return Y, Cb or Cr of red, green and blue (the first axis), each the sum of 2^doublings pixels."""
    red, green, blue = _TO_YUV[channel]
    bits = _BITS + doublings
    half = (_OFFSET[channel] << doublings) + (1 << (bits - 1))
    return np.asarray((channels[0] * red + channels[1] * green + channels[2] * blue + half) >> bits)


def _levels(channels: ColorArray) -> NDArray[np.uint8]:
    """Return Y, Cb and Cr (the first axis) of red, green and blue (the first axis)."""
    return np.array([_level(channel, channels.astype(np.int32)) for channel in range(3)], np.uint8)


class Pal8(PixelFormat):
    """Indices into the film's palette, then the palette itself as blue, green, red, opaque."""

    def __init__(self, canvas: RasterCanvas) -> None:
        self._palette = film_palette(canvas.theme)
        self._nearest = _nearest_entries(canvas.theme)
        self._entries: dict[ColorMap, NDArray[np.uint8]] = {}
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
            table = cells.colormap.colors.astype(int)
            away = np.abs(table[:, None] - self._palette[None].astype(int)).max(axis=2)
            self._entries[cells.colormap] = away.argmin(axis=1).astype(np.uint8)
        cells.tile(self._plane(), self._entries[cells.colormap])

    def _put(self, changed: ChangedPixels) -> None:
        quads(self._plane())[changed.rows, :, changed.columns] = self._nearest[_coarse(changed.colors)]


def _coarse(pixels: ColorArray) -> NDArray[np.intp]:
    """Return the first five bits of red, green and blue as one number below 32,768."""
    wide = pixels[..., :3].astype(np.uint16) >> 3
    coarse: NDArray[np.intp] = wide[..., 0] << 10 | wide[..., 1] << 5 | wide[..., 2]
    return coarse


@lru_cache(maxsize=2)
def _nearest_entries(theme: Theme) -> NDArray[np.uint8]:
    """Return for each coarse colour the entry of the theme's palette nearest to it; entries themselves are exact.

    Later entries win where two share a coarse colour: the inks, the tint and the background come last.
    """
    palette = film_palette(theme)
    steps = np.arange(32, dtype=np.float32) * 8 + 4
    colors = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    entries = palette.astype(np.float32)
    # |c − p|² without c² , which is the same for every entry.
    away = (entries**2).sum(axis=1) - 2 * colors @ entries.T
    nearest: NDArray[np.uint8] = away.argmin(axis=1).astype(np.uint8)
    nearest[_coarse(palette)] = np.arange(256)
    return nearest


class Bgra(PixelFormat):
    """Blue, green, red and 255 of every pixel, in ffmpeg's order for lossless pictures.

    Cells have their own colours. The edges of letters and lines take those of the film's palette where one is near: the
    fewer colours there are, the smaller is the file, by a third.
    """

    def __init__(self, canvas: RasterCanvas) -> None:
        self._palette = film_palette(canvas.theme)
        self._nearest = _nearest_entries(canvas.theme)
        super().__init__(canvas)

    def _blank(self) -> NDArray[np.uint8]:
        background = np.array([*self._canvas.theme.background[::-1], 255], np.uint8)
        return np.tile(background, self._canvas.width * self._canvas.height)

    def _plane(self) -> NDArray[np.uint32]:
        return self._frame.view(np.uint32).reshape(self._canvas.height, self._canvas.width)

    def _tile(self, cells: Cells) -> None:
        cells.tile(self._plane(), packed(cells.colormap.colors[:, ::-1]))

    def _put(self, changed: ChangedPixels) -> None:
        colors = changed.colors[..., :3]
        entries = self._palette[self._nearest[_coarse(colors)]]
        away = np.maximum(colors, entries) - np.minimum(colors, entries)
        shown = np.ascontiguousarray(changed.colors[..., [2, 1, 0, 3]])
        plane = quads(self._plane())
        # What has its own colour already is a cell beside a letter on it.
        laid = plane[changed.rows, :, changed.columns] == shown.view(np.uint32)[..., 0]
        near = (away.max(axis=-1) <= _NEAR) & ~laid
        shown[near, :3] = entries[near][:, ::-1]
        plane[changed.rows, :, changed.columns] = shown.view(np.uint32)[..., 0]


PIXEL_FORMATS: dict[str, type[PixelFormat]] = {"yuv420p": Yuv420p, "pal8": Pal8, "bgra": Bgra}


def png(pixels: ColorArray) -> bytes:
    """Return a picture, shape (height, width, 3 or 4), as a PNG file; a fourth channel is how opaque it is."""
    import imageio.v3 as imageio

    return bytes(imageio.imwrite("<bytes>", pixels, extension=".png", compress_level=5))


def webp(pixels: ColorArray) -> bytes:
    """Return a picture, shape (height, width, 3 or 4), as a WebP file without loss."""
    import imageio.v3 as imageio

    # What nobody sees keeps its colour, too: scaled down, it would show.
    return bytes(imageio.imwrite("<bytes>", pixels, extension=".webp", plugin="pillow", lossless=True, exact=True))
