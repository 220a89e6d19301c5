"""A matrix as coloured cells on the codec's grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.canvas import Cells
from render.layout import Box, cell_size
from render.linalg import Scaled
from render.panels._base import Stage, place
from render.theme import color_index
from scenes._sequence import FloatArray


def block_means(matrix: FloatArray, block: int) -> FloatArray:
    """Return the means of block × block entries, shape (⌈n / block⌉, ⌈n / block⌉)."""
    if block == 1:
        return matrix
    starts = np.arange(0, len(matrix), block)
    counts = np.minimum(block, len(matrix) - starts)
    sums = np.add.reduceat(np.add.reduceat(matrix, starts, axis=0), starts, axis=1)
    return np.asarray(sums / np.outer(counts, counts))


def cell_values(product: Scaled, block: int) -> FloatArray:
    """Return what the cells show: the entries, or the means of blocks, as plain numbers."""
    return Scaled(block_means(product.mantissa, block), product.exponent).value()


class Heatmap:
    """Draws numbers as cells of one size, top left in a slot's box."""

    def __init__(self, stage: Stage) -> None:
        self._canvas = stage.canvas
        self._limits = stage.limits
        room = stage.slot.box
        self.cell, self.block = cell_size(stage.trajectory.dim, min(room.width, room.height))
        cells = -(-stage.trajectory.dim // self.block)
        side = cells * self.cell
        # What leaves much room stands in its middle, still on the codec's grid.
        slack = (room.width - side) // 32 * 16 if room.width - side >= 96 else 0
        self.box = Box(room.x + slack, room.y + slack, side, side)
        self._outline()

    def draw(self, values: FloatArray) -> None:
        """Draw the cells."""
        places = color_index(values, self._limits)
        colormap = self._canvas.theme.colormap
        self._canvas.cells(Cells(self.box.x, self.box.y, self.cell, self.cell, places, colormap))

    def describe(self) -> dict[str, Any]:
        """Return the manifest entries: place, cell size, and how numbers became colours."""
        return place(self.box) | {
            "cell": self.cell,
            "limits": list(self._limits),
            "colormap": self._canvas.theme.colormap,
        }

    def _outline(self) -> None:
        box, color = self.box, self._canvas.theme.grid
        self._canvas.fill(Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2), color)
