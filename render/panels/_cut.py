"""Lines without what lies outside a rectangle, and without points that no pixel shows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from render.drawing.layouts import Box
from render.drawing.lines import Polyline
from scenes import FloatArray


def within(box: Box, x: FloatArray, y: FloatArray, order: NDArray[np.intp] | None = None) -> list[Polyline]:
    """Return a path in pixels without what lies outside a rectangle; points that are not finite are left out.

    Parameters
    ----------
    box : Box
        The rectangle.
    x, y : ndarray, shape (k,)
        The points.
    order : ndarray of int, shape (k,), optional
        The step at which the path reaches each; its index by default.
    """
    known = np.isfinite(x) & np.isfinite(y)
    when = (np.arange(len(x)) if order is None else order)[known]
    found = []
    for piece in cut(x[known], y[known], when, box.y, box.bottom):
        across = cut(np.asarray(piece.y), np.asarray(piece.x), np.asarray(piece.order), box.x, box.right)
        found += [Polyline(turned.y, turned.x, turned.order) for turned in across]
    return [piece for piece in found if np.size(piece.x) > 1]


def cut(x: FloatArray, y: FloatArray, order: NDArray[np.intp], top: float, bottom: float) -> list[Polyline]:
    """Return a line in pixels without what lies above `top` or below `bottom`."""
    if len(x) == 0 or ((y >= top) & (y <= bottom)).all():
        return [Polyline(x, y, order)]
    pieces: list[Polyline] = []
    points: list[tuple[float, float, int]] = []
    for (x0, y0, _), (x1, y1, when) in pairwise(zip(x.tolist(), y.tolist(), order.tolist(), strict=True)):
        ends = [(bound - y0) / (y1 - y0) for bound in (top, bottom)] if y1 != y0 else [0.0, 1.0]
        start, stop = max(0.0, min(ends)), min(1.0, max(ends))
        if start >= stop or (y1 == y0 and not top <= y0 <= bottom):
            continue
        first, last = ((x0 + part * (x1 - x0), y0 + part * (y1 - y0), when) for part in (start, stop))
        if not points or points[-1][:2] != first[:2]:
            pieces += [_polyline(points)] if points else []
            points = [first]
        points.append(last)
    return pieces + ([_polyline(points)] if points else [])


def _polyline(points: Sequence[tuple[float, float, int]]) -> Polyline:
    x, y, order = zip(*points, strict=True)
    return Polyline(x, y, order)


def corners_of(track: FloatArray, columns: int) -> NDArray[np.intp]:
    """Return the steps that matter for a curve drawn on so many pixel columns.

    Of every column the first, lowest, highest and last step; all steps where there are few.
    """
    count = len(track)
    if count <= 2 * columns:
        return np.arange(count)
    edges = np.linspace(0, count, columns + 1).astype(int)
    kept = {0, count - 1}
    for start, stop in pairwise(edges):
        part = track[start:stop]
        kept |= {start, start + int(part.argmin()), start + int(part.argmax()), stop - 1}
    return np.array(sorted(kept))
