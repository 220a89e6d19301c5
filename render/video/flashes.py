"""Whether a film flashes too much: success criterion 2.3.1 of WCAG 2.1, "Three Flashes or Below Threshold".

A flash is a pair of opposing changes. A change of relative luminance counts from a tenth of the maximum, if the darker
image is below 0.80. A change of red counts if (R − G − B) × 320, or zero where that is negative, changes by more than
20, and red is saturated in one of its states: R / (R + G + B) ≥ 0.8. R, G and B are linear, from 0 to 1. No more than
three flashes may fall within one second, but where they fill no more than a quarter of a field of 10 degrees.
"""

from __future__ import annotations

import math
from collections import deque
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import ColorArray, linear

# A quarter of the field of 10 degrees, 341 × 256 pixels of 1024 × 768, as a share of the frame.
LARGEST_SHARE = 21_824 / (1024 * 768)

# One pixel of so many in a row, and so many rows, stands for all: the smallest cells of heat-maps are as large.
_SPACING = 8
_MIDDLE = _SPACING // 2
# Changes within a second beyond which there are more than three pairs of them.
_MOST_CHANGES = 6

# Levels of light are whole numbers, whose differences are exact: zero, and so much for the brightest.
_UNIT = 20_000
_FAR = 30_000
_LIGHT = (linear(np.arange(256)) * _UNIT).astype(np.float32)
# The least changes of luminance and red; rounding both ends may take one from a change.
_LEAST = np.array([[_UNIT // 10 - 1], [20 * _UNIT // 320]], np.int16)
_BRIGHT = 80 * _UNIT // 100


class FlashMeter:
    """Sees the pictures of a film one after the other, and knows how much of the frame has flashed too often.

    What it keeps does not grow with the film.

    Parameters
    ----------
    fps : Fraction or float
        Frames per second.
    """

    def __init__(self, fps: Fraction | float) -> None:
        self._second = math.ceil(fps)
        self._frames = 0
        self._shown: NDArray[np.uint32] | None = None

    def see(self, pixels: ColorArray, frames: int = 1) -> None:
        """Take the next picture.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3 or 4)
            Red, green and blue; of the same size every time.
        frames : int
            How many frames show it.
        """
        self.see_samples(_sampled(pixels), frames)

    def see_samples(self, sampled: NDArray[np.uint32], frames: int = 1) -> None:
        """Take the next picture by its samples: pixels of red, green, blue and any byte, one for 8 × 8 of the frame.

        Parameters
        ----------
        sampled : ndarray of uint32, shape (k,)
            As many every time.
        frames : int
            How many frames show it.
        """
        if self._shown is None:
            self._shown = ~sampled
            self._swings = _Swings(sampled.size, self._second)
        # Most of a picture stays as it is.
        where = np.flatnonzero(sampled != self._shown)
        if where.size:
            channels = np.ascontiguousarray(sampled[where].view(np.uint8).reshape(-1, 4)[:, :3].T)
            # Told that no index is beyond the table, numpy is twice as fast.
            red, green, blue = _LIGHT.take(channels, mode="clip")
            others = green + blue
            luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
            self._swings.see(where, luminance, np.maximum(red - others, 0), red >= 4 * others, self._frames)
        self._shown = sampled
        self._frames += frames

    @property
    def general(self) -> float:
        """The largest share of the frame, 0 … 1, whose luminance flashed more than three times within a second."""
        return self._swings.largest_shares[0] if self._shown is not None else 0.0

    @property
    def red(self) -> float:
        """The largest share of the frame, 0 … 1, that flashed to or from red more than three times within a second."""
        return self._swings.largest_shares[1] if self._shown is not None else 0.0

    @property
    def safe(self) -> bool:
        """Whether no more of the frame flashed at once than may."""
        return max(self.general, self.red) <= LARGEST_SHARE


class _Swings:
    """Counts how often luminance and red of each sample went up and down within the last second.

    Small changes in one direction add up: what matters is how far a level is from its last extreme. A change counts
    as soon as it is large enough and one of its states, extremes included, is marked.

    Parameters
    ----------
    samples : int
        How many there are.
    second : int
        Frames that begin within a second.
    """

    def __init__(self, samples: int, second: int) -> None:
        self._second = second
        # Of luminance, and of red.
        both = 2, samples
        self._levels, self._marked = np.zeros(both, np.int16), np.zeros(both, np.bool_)
        # The lowest and the highest level so far, until they are the least change apart. From then on that is their
        # distance, and levels pull them along: while one rises, the second of them is its highest level, and while
        # it falls, the first is its lowest.
        self._low, self._high = np.full(both, _FAR, np.int16), np.full(both, -_FAR, np.int16)
        self._rising, self._falling = np.zeros(both, np.bool_), np.zeros(both, np.bool_)
        # Whether it was marked since the last extreme, and has turned without counting yet.
        self._seen, self._waiting = np.zeros(both, np.bool_), np.zeros(both, np.bool_)
        self._counts = np.zeros(both, np.uint16)
        self._changes: deque[tuple[int, NDArray[np.intp]]] = deque()
        self.largest_shares = [0.0, 0.0]

    def see(
        self,
        where: NDArray[np.intp],
        luminance: NDArray[np.float32],
        red: NDArray[np.float32],
        saturated: NDArray[np.bool_],
        now: int,
    ) -> None:
        """Take what some samples are from a frame on: which, their levels, and whether red is saturated."""
        self._levels[0][where], self._levels[1][where] = np.rint(luminance), np.rint(red)
        self._marked[1][where] = saturated & (red > 0)
        np.less(self._levels[0], _BRIGHT, out=self._marked[0])
        # All samples are gone through, which is faster than to gather some of them from so many arrays. Where nothing
        # changes, nothing will.
        rises, falls = self._levels >= self._low + _LEAST, self._levels <= self._high - _LEAST
        moves = rises | falls
        turns = (rises & ~self._rising) | (falls & ~self._falling)
        self._waiting |= turns
        # Where it moves on, the extreme so far was none.
        counting = self._waiting & (self._marked | (self._seen & (turns | ~moves)))
        self._note(np.flatnonzero(counting), now)
        self._waiting &= ~counting
        self._seen = self._marked | (self._seen & ~moves)
        self._rising, self._falling = (self._rising | rises) & ~falls, (self._falling | falls) & ~rises
        self._low = np.maximum(np.minimum(self._low, self._levels), self._levels - _LEAST)
        self._high = np.minimum(np.maximum(self._high, self._levels), self._levels + _LEAST)

    def _note(self, changed: NDArray[np.intp], now: int) -> None:
        """Count changes, given by their places in an array of luminance and red, and forget those of a second ago."""
        if not changed.size:
            return
        counts = self._counts.reshape(-1)
        while self._changes and self._changes[0][0] <= now - self._second:
            counts[self._changes.popleft()[1]] -= 1
        self._changes.append((now, changed))
        counts[changed] += 1
        if counts[changed].max() > _MOST_CHANGES:
            shares = [np.count_nonzero(of_kind > _MOST_CHANGES) / of_kind.size for of_kind in self._counts]
            self.largest_shares = [*map(max, self.largest_shares, shares)]


def _sampled(pixels: ColorArray) -> NDArray[np.uint32]:
    """Return a copy of the pixel in the middle of every square of 8 × 8, one-dimensional."""
    if pixels.shape[2] == 3:
        middles = pixels[_MIDDLE::_SPACING, _MIDDLE::_SPACING]
        pixels = np.zeros((*middles.shape[:2], 4), np.uint8)
        pixels[..., :3] = middles
        return pixels.view(np.uint32).flatten()
    # Four bytes at a time.
    return pixels.view(np.uint32)[_MIDDLE::_SPACING, _MIDDLE::_SPACING].flatten()
