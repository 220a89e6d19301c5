"""Paths over a landscape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.drawing.canvas import Cells
from render.drawing.lines import Polyline, RevealedLine, RevealedLines
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, draw_legend
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# Landscapes are drawn in cells of so many pixels, in bands, so that they cost the codec little.
_CELL, _BANDS = 8, 16


class Panel(base.Panel):
    """Paths of points over a function of two variables, drawn in bands of equal share.

    Parameters
    ----------
    of : str or mapping of str to str
        Series of shape (T + 1, 2): x and y of a point; several by their labels.
    field : callable
        The function: takes x and y, arrays of one shape, and returns its values there.
    x, y : tuple of float
        Numbers at the left and right, bottom and top.
    heading : str
        What stands above.
    """

    def __init__(
        self,
        of: Series,
        field: Callable[[FloatArray, FloatArray], FloatArray],
        x: Limits,
        y: Limits,
        heading: str,
    ) -> None:
        self._of, self._field, self._x, self._y, self._heading = labelled(of), field, x, y, heading

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the ends of the vertical axis."""
        for name in self._of.values():
            if track_of(numbers, name).shape[1:] != (2,):
                raise RenderError(f"the panel path needs a series {name!r} of shape (steps + 1, 2)")
        return self._y

    def open(self, context: PanelContext) -> None:
        """Draw the landscape, heading and axes."""
        self.context = context
        self._chart = Chart(context, context.slot.plot, self._x, self._y)
        self._draw_field()
        self._chart.draw_values()
        self._chart.draw_abscissa()
        context.heading(self._heading)
        draw_legend(self.context, self._heading, list(self._of))
        box = self._chart.box
        self._ends, paths = [], []
        for index, name in enumerate(self._of.values()):
            track = track_of(context.numbers, name)
            x = np.clip(self._chart.to_x(track[:, 0]), box.x, box.right)
            y = np.clip(self._chart.to_y(track[:, 1]), box.y, box.bottom)
            color = context.canvas.theme.lines[index % len(context.canvas.theme.lines)]
            self._ends.append((x, y, color))
            paths.append(RevealedLine([Polyline(x, y)], color, 3))
        self._paths = RevealedLines(paths)

    def draw(self, step: int) -> None:
        """Draw the paths up to `step`, and where they have come to."""
        self.context.canvas.lines(self._paths, step)
        for x, y, color in self._ends:
            self.context.canvas.dots(x[step], y[step], 7, color)

    def _draw_field(self) -> None:
        box, canvas = self._chart.box, self.context.canvas
        columns, rows = box.width // _CELL, box.height // _CELL
        x = self._x[0] + (np.arange(columns) + 0.5) / columns * (self._x[1] - self._x[0])
        y = self._y[1] - (np.arange(rows) + 0.5) / rows * (self._y[1] - self._y[0])
        values = self._field(*np.meshgrid(x, y))
        ranks = np.searchsorted(np.quantile(values, np.linspace(0, 1, _BANDS + 1)[1:-1]), values)
        # From the neutral middle of the colour map towards one end, but not to its darkest.
        canvas.cells(Cells(box.x, box.y, _CELL, _CELL, 128 + ranks * 64 // _BANDS, canvas.theme.colormap))
