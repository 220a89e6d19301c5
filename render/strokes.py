"""Lines that grow with the steps, laid out once as pixels in the order of their appearance.

How much of a pixel a line covers is taken from the distance of the pixel's centre to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from render.layout import Box
from render.theme import Color, ColorArray
from scenes import FloatArray

Places = NDArray[np.intp]
_NOTHING = np.empty(0, np.intp)

# So many pixel columns of line segments are shaded at a time: it bounds the memory.
_CHUNK = 2**15


@dataclass(frozen=True)
class Polyline:
    """Points joined by straight lines.

    Parameters
    ----------
    x, y : array_like, shape (k,)
        The points in pixels.
    order : array_like of int, shape (k,), optional
        A rising number for each point: the step at which the line reaches it; its place by default.
    """

    x: ArrayLike
    y: ArrayLike
    order: ArrayLike | None = None


class Stroke:
    """A line of one colour in one piece or several, and since which step it covers how much of a pixel.

    Parameters
    ----------
    pieces : sequence of Polyline
        Its pieces; where they cross, the one that covers more counts.
    color : tuple of int
        Red, green and blue.
    width : float
        Thickness in pixels.
    """

    def __init__(self, pieces: Sequence[Polyline], color: Color, width: float) -> None:
        self.color = color
        shaded = list(_shade(pieces, width))
        row, column, since, share = (np.concatenate(part) for part in zip(*shaded, strict=True))
        order = np.lexsort((since, column, row))
        row, column, since, share = row[order], column[order], since[order], share[order]
        group = _groups(row, column)
        # Of every pixel only what covers more of it than all before.
        before = np.concatenate([[-1.0], _rising(group, share)[:-1]])
        kept = 2 * group + share > before
        self.row, self.column, self.since, self.share = row[kept], column[kept], since[kept], share[kept]

    def pixels_in(self, box: Box) -> int:
        """Return how many pixels of a rectangle the whole stroke touches."""
        inside = (self.column >= box.x) & (self.column < box.right) & (self.row >= box.y) & (self.row < box.bottom)
        return int(np.count_nonzero(inside))


class Ink:
    """Strokes laid over a picture, the first one lowest: what colour each pixel takes, and since when.

    Parameters
    ----------
    strokes : sequence of Stroke
        What to lay.
    under : ndarray of uint8, shape (height, width, 4)
        The picture; what lies outside it is left out.
    """

    def __init__(self, strokes: Sequence[Stroke], under: ColorArray) -> None:
        height, width = under.shape[:2]
        row, column, since, share = (
            np.concatenate([getattr(stroke, name) for stroke in strokes])
            for name in ("row", "column", "since", "share")
        )
        layer = np.repeat(np.arange(len(strokes)), [len(stroke.row) for stroke in strokes])
        inside = np.flatnonzero((row >= 0) & (row < height) & (column >= 0) & (column < width))
        order = inside[np.lexsort((layer[inside], since[inside], column[inside], row[inside]))]
        row, column, since, share, layer = row[order], column[order], since[order], share[order], layer[order]
        group = _groups(row, column)
        colors = under[row, column].astype(float)
        for place, stroke in enumerate(strokes):
            # What this stroke covers of the pixel by then, whichever stroke comes here now.
            own = _rising(group, np.where(layer == place, share, 0.0)) - 2 * group
            colors[:, :3] += (np.array(stroke.color) - colors[:, :3]) * own[:, None]
            np.rint(colors, out=colors)
        late = np.argsort(since, kind="stable")
        self._since = since[late]
        self._places = (row * width + column)[late]
        self._colors = colors.astype(np.uint8)[late].view(np.uint32)[:, 0]
        self._left, self._top = (np.minimum.accumulate(axis[late]) for axis in (column, row))
        self._right, self._bottom = (np.maximum.accumulate(axis[late]) for axis in (column, row))

    def draw(self, pixels: ColorArray, until: int | None) -> tuple[int, int, int, int] | None:
        """Put on the picture what is there at step `until` (all by default).

        Returns left, top, right and bottom of the pixels drawn; None where there are none.
        """
        count = len(self._since) if until is None else int(np.searchsorted(self._since, until, "right"))
        if count == 0:
            return None
        # Where a pixel comes more than once, the last one holds.
        pixels.view(np.uint32).reshape(-1)[self._places[:count]] = self._colors[:count]
        last = count - 1
        return int(self._left[last]), int(self._top[last]), int(self._right[last]), int(self._bottom[last])


def _shade(pieces: Sequence[Polyline], width: float) -> Iterator[tuple[Places, Places, Places, FloatArray]]:
    """Yield row, column, step and coverage of the pixels that the pieces touch; a pixel may come again."""
    yield _NOTHING, _NOTHING, _NOTHING, np.empty(0)
    starts, ends, steps = [np.empty((0, 2))], [np.empty((0, 2))], [_NOTHING]
    for piece in pieces:
        points = np.column_stack([piece.x, piece.y]).astype(float)
        order = np.arange(len(points)) if piece.order is None else np.asarray(piece.order, np.intp)
        starts.append(points[:-1])
        ends.append(points[1:])
        steps.append(order[1:])
    start, end, since = np.concatenate(starts), np.concatenate(ends), np.concatenate(steps)
    # Along the axis on which a segment is longer, every pixel column has a narrow band of it.
    steep = np.abs(end - start) @ [-1, 1] > 0
    start[steep], end[steep] = start[steep, ::-1], end[steep, ::-1]
    back = end[:, 0] < start[:, 0]
    start[back], end[back] = end[back], start[back]
    reach = width / 2 + 0.5
    first = np.floor(start[:, 0] - reach).astype(np.intp)
    counts = np.floor(end[:, 0] + reach).astype(np.intp) - first + 1
    chunks = np.flatnonzero(np.diff(np.cumsum(counts) // _CHUNK, prepend=-1))
    for low, high in pairwise([*chunks, len(counts)]):
        part = slice(low, high)
        which, along, across, share = _band(start[part], end[part], first[part], counts[part], width)
        turned = steep[part][which]
        yield np.where(turned, along, across), np.where(turned, across, along), since[part][which], share


def _band(
    start: FloatArray, end: FloatArray, first: Places, counts: Places, width: float
) -> tuple[Places, Places, Places, FloatArray]:
    """Return the segment, the pixel along and across it, and the coverage of what flat segments touch."""
    which = np.repeat(np.arange(len(counts)), counts)
    offsets = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = first[which] + offsets
    step = (end - start)[which]
    x = along + 0.5 - start[which, 0]
    slope = np.divide(step[:, 1], step[:, 0], out=np.zeros(len(step)), where=step[:, 0] > 0)
    middle = start[which, 1] + slope * np.clip(x, 0, step[:, 0])
    # No segment is steeper than 45 degrees here.
    half = int(np.ceil((width / 2 + 0.5) * np.sqrt(2)))
    across = np.floor(middle).astype(np.intp)[:, None] + np.arange(-half, half + 1)
    y = across + 0.5 - start[which, 1, None]
    long = np.maximum((step**2).sum(axis=1), 1e-12)[:, None]
    part = np.clip((x[:, None] * step[:, :1] + y * step[:, 1:]) / long, 0, 1)
    away = np.hypot(x[:, None] - part * step[:, :1], y - part * step[:, 1:])
    share = np.clip(width / 2 + 0.5 - away, 0, 1)
    column, row = np.nonzero(share)
    return which[column], along[column], across[column, row], share[column, row]


def _groups(row: Places, column: Places) -> Places:
    """Return a number for each pixel of a sorted list, the same where it comes again."""
    new = (np.diff(row, prepend=row[:1]) != 0) | (np.diff(column, prepend=column[:1]) != 0)
    return np.cumsum(new)


def _rising(group: Places, share: FloatArray) -> FloatArray:
    """Return twice the group plus the greatest share so far within it."""
    return np.asarray(np.maximum.accumulate(2 * group + share))
