"""What a frame has that the one before it had not.

Most of a frame stands still and most of the rest is flat cells, so only pixels that have changed are
converted one by one; cells come from a table of 256 colours. ffmpeg would convert every pixel of every frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.drawing.canvas import Cells
from render.drawing.colors import ColorArray
from render.drawing.layouts import Box
from render.drawing.raster import RasterCanvas

# More rectangles than this are looked through faster as one.
_MANY = 40


@dataclass(frozen=True)
class ChangedPixels:
    """What a frame has that the one before it had not.

    Parameters
    ----------
    cells : sequence of Cells
        Flat cells at even places and of even sizes.
    rows, columns : ndarray of int, shape (k,)
        Indices of quads, to be put over the cells. A quad is 2 × 2 pixels: what one value of chroma is for.
    colors : ndarray of uint8, shape (k, 2, 2, 4)
        Their red, green and blue, and 255.
    """

    cells: Sequence[Cells]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    colors: ColorArray


class FrameDifference:
    """Finds the pixels of a canvas that have changed, the first time all that differs from the bare background."""

    def __init__(self, canvas: RasterCanvas) -> None:
        self._canvas = canvas
        # The pixels of all changes so far, and where the canvas may be another by now.
        self._shown = np.full((canvas.height, canvas.width), packed(np.array([canvas.theme.background]))[0])
        self._stale, self._stale_cells = [Box(0, 0, canvas.width, canvas.height)], list[Box]()
        self._cells = canvas.kept_cells

    def changes(self) -> ChangedPixels:
        """Return what has changed since the last time."""
        canvas = self._canvas
        cells = [c for c in self._cells + canvas.cells_drawn if not (c.x | c.y | c.width | c.height) & 1]
        for flat in cells:
            flat.tile(self._shown, packed(flat.colormap.colors))
        drawn = [c.box for c in canvas.cells_drawn]
        # Where cells were laid, all else is in boxes of its own.
        laid = [c.box for c in cells]
        boxes = self._stale + canvas.touched + [box for box in self._stale_cells + drawn if box not in laid]
        if len(boxes) > _MANY:
            boxes = [reduce(Box.union, boxes)]
        found = [self._changed(box) for box in boxes]
        self._stale, self._stale_cells, self._cells = canvas.touched, drawn, []
        rows, columns = (np.concatenate([part[axis] for part in found]) for axis in (0, 1))
        colors = quads(self._shown)[rows, :, columns].view(np.uint8).reshape(-1, 2, 2, 4)
        return ChangedPixels(cells, rows, columns, colors)

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


def packed(colors: ColorArray) -> NDArray[np.uint32]:
    """Return RGB colours, shape (k, 3), as pixels of the canvas."""
    pixels = np.full((len(colors), 4), 255, np.uint8)
    pixels[:, :3] = colors
    return pixels.view(np.uint32)[:, 0]


def quads(plane: NDArray[Any]) -> NDArray[Any]:
    """View a plane, shape (height, width), as shape (height / 2, 2, width / 2, 2)."""
    height, width = plane.shape
    return plane.reshape(height // 2, 2, width // 2, 2)
