"""Lines as pixels, laid out once in the order of their appearance and drawn up to any step in one go.

How much of a pixel a line covers is taken from the distance of the pixel's centre to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import ColorArray
from render.drawing.layouts import Box
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from scenes import FloatArray

Indices = NDArray[np.intp]
_NOTHING = np.empty(0, np.intp)

# So many pixel columns of line segments are shaded at a time: it bounds the memory.
_CHUNK = 2**15


@dataclass(frozen=True)
class LinePixels:
    """The pixels of a line: row, column, the step since which it covers what share of them; each of shape (k,).

    A pixel comes again where the line comes to cover more of it.
    """

    row: Indices
    column: Indices
    since: Indices
    share: FloatArray

    def count_in(self, box: Box) -> int:
        """Return how many pixels of a rectangle the whole line touches."""
        inside = (self.column >= box.x) & (self.column < box.right) & (self.row >= box.y) & (self.row < box.bottom)
        return int(np.count_nonzero(inside))


def pixels_of(line: RevealedLine) -> LinePixels:
    """Return the pixels that a line covers."""
    shaded = list(_shade(line.pieces, line.width))
    row, column, since, share = (np.concatenate(part) for part in zip(*shaded, strict=True))
    order = np.lexsort((since, column, row))
    row, column, since, share = row[order], column[order], since[order], share[order]
    group = _groups(row, column)
    # Of every pixel only what covers more of it than all before.
    before = np.concatenate([[-1.0], _rising(group, share)[:-1]])
    kept = 2 * group + share > before
    return LinePixels(row[kept], column[kept], since[kept], share[kept])


class Coverage:
    """Lines laid over a picture, the first one lowest: what colour each pixel takes, and since when.

    Parameters
    ----------
    lines : RevealedLines
        What to lay.
    under : ndarray of uint8, shape (height, width, 4)
        The picture; what lies outside it is left out.
    """

    def __init__(self, lines: RevealedLines, under: ColorArray) -> None:
        height, width = under.shape[:2]
        pixels = [pixels_of(line) for line in lines.lines]
        row, column, since, share = (
            np.concatenate([getattr(part, name) for part in pixels]) for name in ("row", "column", "since", "share")
        )
        layer = np.repeat(np.arange(len(pixels)), [len(part.row) for part in pixels])
        inside = np.flatnonzero((row >= 0) & (row < height) & (column >= 0) & (column < width))
        order = inside[np.lexsort((layer[inside], since[inside], column[inside], row[inside]))]
        row, column, since, share, layer = row[order], column[order], since[order], share[order], layer[order]
        group = _groups(row, column)
        colors = under[row, column].astype(float)
        for index, line in enumerate(lines.lines):
            # What this line covers of the pixel by then, whichever line comes here now.
            own = _rising(group, np.where(layer == index, share, 0.0)) - 2 * group
            colors[:, :3] += (np.array(line.color) - colors[:, :3]) * own[:, None]
            np.rint(colors, out=colors)
        late = np.argsort(since, kind="stable")
        self._since = since[late]
        self._indices = (row * width + column)[late]
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
        pixels.view(np.uint32).reshape(-1)[self._indices[:count]] = self._colors[:count]
        last = count - 1
        return int(self._left[last]), int(self._top[last]), int(self._right[last]), int(self._bottom[last])


def _shade(pieces: Sequence[Polyline], width: float) -> Iterator[tuple[Indices, Indices, Indices, FloatArray]]:
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
    start: FloatArray, end: FloatArray, first: Indices, counts: Indices, width: float
) -> tuple[Indices, Indices, Indices, FloatArray]:
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


def _groups(row: Indices, column: Indices) -> Indices:
    """Return a number for each pixel of a sorted list, the same where it comes again."""
    new = (np.diff(row, prepend=row[:1]) != 0) | (np.diff(column, prepend=column[:1]) != 0)
    return np.cumsum(new)


def _rising(group: Indices, share: FloatArray) -> FloatArray:
    """Return twice the group plus the greatest share so far within it."""
    return np.asarray(np.maximum.accumulate(2 * group + share))
