"""A series of matrices that the scene computed itself, as a heat-map with fixed colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.products import block_means
from render.numerics.trajectory import Trajectory
from render.panels._cells import CellsPanel
from render.panels._heatmap import Heatmap, symmetric_limits
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray


class SeriesHeatmap(CellsPanel):
    """Heat-map of a series: states, weights, gates, a grid of times and layers. What is NaN or infinite is marked.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, rows, columns).
    limits : tuple of float, optional
        Numbers at the two ends of the colours; by default around zero, from all steps.
    rows, columns : sequence of str
        Labels of the rows, left of them, and of the columns, below them.
    numbers : bool
        Whether to write the numbers into cells that are large enough.
    decimals : int, optional
        Decimals of these numbers.
    key : bool
        Whether there is a key of the colours; where a note says what they mean, there need be none.
    signed : bool
        Whether colours tell signs; if not, they are greys from the lowest number to the highest.
    """

    def __init__(
        self,
        of: str,
        limits: Limits | None = None,
        rows: Sequence[str] = (),
        columns: Sequence[str] = (),
        numbers: bool = False,
        decimals: int | None = None,
        key: bool = True,
        signed: bool = True,
    ) -> None:
        self._of, self._asked, self._rows, self._columns = of, limits, rows, columns
        self._numbers, self._decimals, self._key, self._signed = numbers, decimals, key, signed

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        track = track_of(numbers, self._of)
        if track.ndim != 3:
            raise RenderError(f"the panel heatmap needs a series {self._of!r} of shape (steps + 1, rows, columns)")
        if self._asked:
            return float(self._asked[0]), float(self._asked[1])
        if self._signed:
            return symmetric_limits(track)
        finite = track[np.isfinite(track)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        return (low, high) if low < high else (low, low + 1.0)

    def open(self, context: PanelContext) -> None:
        """Draw outline, labels and key."""
        self.context = context
        self._track = track_of(context.numbers, self._of)
        rows, columns = self._track.shape[1:]
        labels, names = ([context.words(label) for label in labels] for labels in (self._rows, self._columns))
        colors = context.canvas.theme.sign if self._signed else context.canvas.theme.field
        marked = not np.isfinite(self._track).all()
        self._heatmap = Heatmap(
            context, rows, columns, labels, names, colors=colors, numbered=self._numbers, marked=marked
        )
        if self._key:
            self.show_key()

    def key_width(self, context: PanelContext) -> int:
        """Return how wide the key is, in pixels, where there is one in the heading's line."""
        return super().key_width(context) if self._key else 0

    @property
    def content(self) -> Box:
        """The cells, and the names of the columns below them."""
        box = self._heatmap.box
        return replace(box, height=box.height + round(1.5 * self.context.sizes.axis)) if self._columns else box

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the cells, and how many of them are beyond the colours."""
        values = self.values(step)
        self._heatmap.draw(values)
        if self._numbers:
            self._heatmap.draw_numbers(values, self._decimals)
        self.tell(values)

    def values(self, step: int, part: float = 0.0) -> FloatArray:
        """Return the series' matrix at a step, or the means of its blocks."""
        # The mean of infinities of both signs is none.
        with np.errstate(invalid="ignore"):
            return block_means(self._track[step], self._heatmap.block)

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits, colour map and track."""
        return self._heatmap.describe() | {"tracks": {"": self._of}, "scale": "linear"}
