"""A series of matrices that the scene computed itself, as a heat-map with fixed colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from render.errors import RenderError
from render.numerics.products import block_means
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._heatmap import Heatmap, symmetric_limits
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

_SMALLEST_NUMBERED_CELL = 64


class Panel(base.Panel):
    """Heat-map of a series: states, weights, gates, a grid of times and layers.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, rows, columns).
    heading : str
        What stands above.
    limits : tuple of float, optional
        Numbers at the two ends of the colours; by default around zero, from all steps.
    rows : sequence of str
        Labels of the rows.
    numbers : bool
        Whether to write the numbers into cells that are large enough.
    """

    def __init__(
        self,
        of: str,
        heading: str = "",
        limits: Limits | None = None,
        rows: Sequence[str] = (),
        numbers: bool = False,
    ) -> None:
        self._of, self._heading, self._asked, self._rows, self._numbers = of, heading, limits, rows, numbers

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        track = track_of(numbers, self._of)
        if track.ndim != 3:
            raise RenderError(f"the panel heatmap needs a series {self._of!r} of shape (steps + 1, rows, columns)")
        return (float(self._asked[0]), float(self._asked[1])) if self._asked else symmetric_limits(track)

    def open(self, context: PanelContext) -> None:
        """Draw outline, labels and colour bar."""
        self.context = context
        if context.slot.heading:
            context.heading(self._heading)
        self._track = track_of(context.numbers, self._of)
        rows, columns = self._track.shape[1:]
        self._heatmap = Heatmap(context, rows, columns, [context.words(label) for label in self._rows])
        self._heatmap.draw_bar()

    def draw(self, step: int) -> None:
        """Draw the cells, and how many of them are beyond the colours."""
        values = self.values(step)
        self._heatmap.draw(values)
        if self._numbers and self._heatmap.cell >= _SMALLEST_NUMBERED_CELL:
            self._heatmap.draw_numbers(values)
        self._heatmap.note_clipped(values)

    def values(self, step: int) -> FloatArray:
        """Return the series' matrix at a step, or the means of its blocks."""
        return block_means(self._track[step], self._heatmap.block)

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits, colour map, heading and track."""
        return self._heatmap.describe() | {"heading": self._heading, "tracks": {"": self._of}, "scale": "linear"}
