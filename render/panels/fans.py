"""Many random draws as thin lines, with the one in the middle: how far chance spreads them."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.lines import Polyline, RevealedLine
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, revealed
from render.panels._cut import cut
from render.panels._labels import EndLabel, moved_apart, write_labels
from render.panels._series import track_of
from render.panels._tints import tinted
from render.panels.base import Limits, PanelContext
from render.text import brief_size
from scenes import FloatArray


class Panel(base.Panel):
    """A fan of thin lines, a column's, and its median as a thick one with its number.

    Fans of several columns stand side by side on the same axis, for on top of each other they cannot be told apart.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, draws): decimal logarithms, shown as the numbers they are of.
    x : str, optional
        What the steps are called on the axis, if it is not what the counter calls them.
    limits : tuple of float, optional
        Logarithms at the axis' ends; by default all that the series hold.
    """

    def __init__(self, of: str, x: str | None = None, limits: Limits | None = None) -> None:
        self._of, self._x, self._asked = of, x, limits

    def limits(self, numbers: Trajectory) -> Limits:
        """Return powers of ten around all draws."""
        track = track_of(numbers, self._of)
        if track.ndim != 2:
            raise RenderError(f"the panel fans needs a series {self._of!r} of shape (steps + 1, draws)")
        if self._asked:
            return self._asked
        known = track[np.isfinite(track)]
        low, high = (float(np.floor(known.min())), float(np.ceil(known.max()))) if known.size else (-1.0, 1.0)
        return min(low, -1.0), max(high, 1.0)

    def open(self, context: PanelContext) -> None:
        """Draw grid and tick labels."""
        self.context = context
        ((label, numbers),) = context.columns.items()
        track, sizes, width = track_of(numbers, self._of), context.sizes, context.slot.box.width
        self._middle = np.median(track, axis=1)
        longest = max(map(brief_size, self._middle.tolist()), key=len)
        self._size = sizes.label
        if text_width(longest, context.style(self._size)) > 0.4 * width:
            # With a smaller number something is left for the chart.
            self._size = sizes.axis
        room = min(text_width(longest, context.style(self._size)) + context.px(26), 0.6 * width)
        self._chart = Chart(context, (0, numbers.steps), context.limits, log=True, right=room)
        self._chart.draw_values()
        self._chart.draw_steps(context.words(context.unit if self._x is None else self._x))
        self._color = self.color_of(label or "")
        # Draws are tints, so that the line in the middle is seen.
        tint = tinted(self._color, context.canvas.theme.background)
        draws = RevealedLine([piece for draw in track.T for piece in self._pieces(draw)], tint, sizes.rule)
        middle = RevealedLine(self._pieces(self._middle), self._color, sizes.curve)
        self._lines = revealed([line for line in (draws, middle) if line.pieces])

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the fan up to `step`, with the number of its median."""
        context, box = self.context, self._chart.box
        if self._lines:
            context.canvas.lines(self._lines, step)
        x, value = float(self._chart.to_x(float(step))), float(self._middle[step])
        row = float(np.clip(self._chart.to_y(value), box.y, box.bottom))
        context.canvas.dots(x, row, context.sizes.dot, self._color)
        label = EndLabel(x, row, brief_size(value), self._color)
        write_labels(context, moved_apart([label], box.y - self._size, box.bottom + self._size, self._size), self._size)

    def describe(self) -> dict[str, Any]:
        """Return place, track and scale."""
        return super().describe() | {"tracks": {"": self._of}, "scale": "log10"}

    def _pieces(self, track: FloatArray) -> list[Polyline]:
        """Return a line in pixels, cut where it leaves the axis."""
        known = np.flatnonzero(np.isfinite(track))
        x, y = self._chart.to_x(known.astype(float)), self._chart.to_y(track[known])
        return [piece for piece in cut(x, y, known, self._chart.box.y, self._chart.box.bottom) if np.size(piece.x) > 1]
