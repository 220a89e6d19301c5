"""The colour of a number: maps of 256 colours, and the index of a number in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes import FloatArray

Color = tuple[int, int, int]
ColorArray = NDArray[np.uint8]

# Linear red, green and blue of sRGB -> CIE X, Y and Z (IEC 61966-2-1); white is D65.
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_FROM_XYZ = np.linalg.inv(_TO_XYZ)
_WHITE = _TO_XYZ.sum(axis=1)
# Below this share of white, CIELAB's cube root is replaced by a straight line.
_KNEE = 6 / 29


@dataclass(frozen=True, eq=False)
class ColorMap:
    """A row of 256 colours.

    Parameters
    ----------
    name : str
        What it is called in files.
    colors : ndarray of uint8, shape (256, 3)
        Red, green and blue.
    """

    name: str
    colors: ColorArray


def blended(name: str, stops: Sequence[Color]) -> ColorMap:
    """Return a map from evenly spaced colours, blended in CIELAB.

    The first and the last colour are those given. Of an odd number, the middle one is at the indices 127 and 128: a
    number near zero has the colour of zero, and numbers of opposite sign are equally far from it.

    Parameters
    ----------
    name : str
        The map's name.
    stops : sequence of Color
        Two colours or more.
    """
    half = np.arange(128)
    places = np.concatenate([half / 254, (half + 127) / 254]) if len(stops) % 2 else np.arange(256) / 255
    lab = to_lab(stops)
    channels = [np.interp(places * (len(stops) - 1), np.arange(len(stops)), channel) for channel in lab.T]
    colors = np.rint(_from_lab(np.stack(channels, axis=-1))).astype(np.uint8)
    colors.setflags(write=False)
    return ColorMap(name, colors)


def color_index(values: FloatArray, limits: tuple[float, float]) -> NDArray[np.intp]:
    """Return the colour-table index of each number: ``⌊256 (v − low) / (high − low)⌋`` within 0 … 255.

    It is the rule of matplotlib's linear norm, so a reader of a film can repeat it there. NaN has the index 128.
    """
    # Halves of numbers are exact, and their differences do not overflow.
    low, high, halves = limits[0] / 2, limits[1] / 2, np.asarray(values) / 2
    with np.errstate(over="ignore"):
        indices = np.clip((halves - low) / (high - low) * 256, 0, 255)
    return np.where(np.isnan(indices), 128, indices).astype(np.intp)


def cell_colors(
    values: FloatArray, limits: tuple[float, float], colors: ColorMap, unknown: Color | None = None
) -> ColorArray:
    """Return the colour in the middle of each number's cell, shape (…, 3).

    Parameters
    ----------
    values : ndarray
        The numbers.
    limits : tuple of float
        Numbers at the two ends of the colours.
    colors : ColorMap
        The colours.
    unknown : Color, optional
        The colour of those that are NaN or infinite, where they are marked.
    """
    found = colors.colors[color_index(values, limits)]
    if unknown is not None:
        found[~np.isfinite(values)] = unknown
    return found


def thinned(colors: ColorArray, within: int) -> ColorArray:
    """Return some of a row of colours, so that each colour has one within `within` of 255 in every channel."""
    row, kept, index = colors.astype(np.int16), [], 0
    while index < len(row):
        # The last one that all from here to it are near to, then those after it that are near to it.
        rest = row[index:]
        spread = np.maximum(rest - np.minimum.accumulate(rest), np.maximum.accumulate(rest) - rest)
        kept.append(index + _count(spread, within) - 1)
        rest = row[kept[-1] :]
        index = kept[-1] + _count(np.abs(rest - rest[0]), within)
    return colors[kept]


def _count(away: NDArray[np.int16], within: int) -> int:
    """Return how many rows, from the first on, are no further than `within` in every channel."""
    far = np.asarray((away > within).any(axis=1))
    return int(far.argmax() if far.any() else len(far))


def linear(colors: ArrayLike) -> FloatArray:
    """Return the light, 0 … 1 in every channel, of sRGB colours, 0 … 255."""
    share = np.asarray(colors, float) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def from_linear(light: FloatArray) -> FloatArray:
    """Return the sRGB colours, 0 … 255, of light; what no screen can show is moved into 0 … 1 before."""
    share = np.clip(light, 0, 1)
    return np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055) * 255


def to_lab(colors: ArrayLike) -> FloatArray:
    """Return CIELAB's L*, a* and b* (D65) of sRGB colours, 0 … 255; the last axis is the channel."""
    share = linear(colors) @ _TO_XYZ.T / _WHITE
    x, y, z = np.moveaxis(np.where(share > _KNEE**3, np.cbrt(share), share / (3 * _KNEE**2) + 4 / 29), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _from_lab(lab: FloatArray) -> FloatArray:
    """Return the sRGB colours, 0 … 255, of L*, a* and b*."""
    y = (lab[..., 0] + 16) / 116
    root = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    share = np.where(root > _KNEE, root**3, 3 * _KNEE**2 * (root - 4 / 29))
    return from_linear(share * _WHITE @ _FROM_XYZ.T)


def readable_on(color: ColorArray) -> Color:
    """Return white or near black, whichever is read better on a colour, shape (3,).

    The colour's lightness is the luma of ITU-R BT.601.
    """
    return (255, 255, 255) if color @ np.array([0.299, 0.587, 0.114]) < 128 else (21, 24, 29)
