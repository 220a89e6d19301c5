"""A series of matrices that the scene computed itself, as a heat-map with fixed colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from render.errors import RenderError
from render.panels import _base
from render.panels._base import Limits, Stage
from render.panels._heatmap import Heatmap, block_means, symmetric_limits
from render.panels._series import track_of
from render.simulator import Recorded
from scenes import FloatArray

_SMALLEST_NUMBERED_CELL = 64


class Panel(_base.Panel):
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

    def limits(self, numbers: Recorded) -> Limits:
        """Return the numbers at the two ends of the colours."""
        track = track_of(numbers, self._of)
        if track.ndim != 3:
            raise RenderError(f"the panel heatmap needs a series {self._of!r} of shape (steps + 1, rows, columns)")
        return (float(self._asked[0]), float(self._asked[1])) if self._asked else symmetric_limits(track)

    def open(self, stage: Stage) -> None:
        """Draw outline, labels and colour bar."""
        self.stage = stage
        if stage.slot.heading:
            stage.heading(self._heading)
        self._track = track_of(stage.numbers, self._of)
        rows, columns = self._track.shape[1:]
        self._heatmap = Heatmap(stage, rows, columns, [stage.words(label) for label in self._rows])
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
