"""A function of two variables below a chart, in grey."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.layouts import Box
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# A function of two variables: takes x and y, arrays of one shape, and returns its values there.
Field = Callable[[FloatArray, FloatArray], FloatArray]
# Landscapes are drawn in cells of so many pixels, in bands, so that they cost the codec little.
_CELL, _BANDS = 8, 16


def draw_field(context: PanelContext, box: Box, x: Limits, y: Limits, field: Field) -> None:
    """Draw a function in grey bands of equal share.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    box : Box
        The box of a chart.
    x, y : tuple of float
        Numbers at its left and right, bottom and top.
    field : callable
        The function.
    """
    # Cells on the codec's grid: the box is widened to it.
    left, top = box.x // _CELL * _CELL, box.y // _CELL * _CELL
    columns, rows = -(-(box.right - left) // _CELL), -(-(box.bottom - top) // _CELL)
    area = Box(left, top, columns * _CELL, rows * _CELL)
    across = (area.x + (np.arange(columns) + 0.5) * _CELL - box.x) / box.width
    down = (area.y + (np.arange(rows) + 0.5) * _CELL - box.y) / box.height
    values = field(*np.meshgrid(x[0] + across * (x[1] - x[0]), y[1] - down * (y[1] - y[0])))
    ranks = np.searchsorted(np.quantile(values, np.linspace(0, 1, _BANDS + 1)[1:-1]), values)
    grey = context.canvas.theme.field
    context.canvas.cells(Cells(area.x, area.y, _CELL, _CELL, ranks * 255 // (_BANDS - 1), grey))
