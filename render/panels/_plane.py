"""A plane with its axes and the unit circle, or another one."""

from __future__ import annotations

import numpy as np

from render.drawing.layouts import Box
from render.panels.base import PanelContext
from scenes import FloatArray


class Plane:
    """Maps points of a plane to pixels of a panel's slot, and draws axes and circle.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    reach : float
        Coordinate at the edge of the slot, less `margin` pixels.
    margin : int
        Pixels kept free at the edge.
    """

    def __init__(self, context: PanelContext, reach: float, margin: int) -> None:
        canvas, box = context.canvas, context.slot.box
        side = min(box.width, box.height)
        self.center = box.x + box.width / 2, box.y + side / 2
        self._unit = (side / 2 - margin) / reach
        x, y = (round(c) for c in self.center)
        canvas.fill(Box(x - side // 2, y, side, 1), canvas.theme.grid)
        canvas.fill(Box(x, y - side // 2, 1, side), canvas.theme.grid)
        canvas.circle(*self.center, self._unit, canvas.theme.grid)

    def to_pixels(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return columns and rows in pixels."""
        return np.asarray(self.center[0] + self._unit * x), np.asarray(self.center[1] - self._unit * y)
