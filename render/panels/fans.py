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
from render.panels._labels import EndLabel, moved_apart, with_value, write_labels
from render.panels._series import track_of
from render.panels._tints import tinted
from render.panels.base import Limits, PanelContext
from render.text import brief_size
from scenes import FloatArray

# The draws of one column are drawn in so many bundles, in turn with those of the others: so none hides another.
_BUNDLES = 10


class Panel(base.Panel):
    """A fan of thin lines for every column, its median as a thick one with its name and number.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, draws): decimal logarithms, shown as the numbers they are of.
    x : str, optional
        What the steps are called on the axis, if it is not what the counter calls them.
    limits : tuple of float, optional
        Logarithms at the axis' ends; by default all that the series hold.
    """

    shared = True

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
        tracks = {label or "": track_of(numbers, self._of) for label, numbers in context.columns.items()}
        style = context.style(context.sizes.label)
        middles = {label: np.median(track, axis=1) for label, track in tracks.items()}
        longest = max(
            text_width(with_value(context.words(label), max(map(brief_size, middle.tolist()), key=len)), style)
            for label, middle in middles.items()
        )
        room = min(longest + context.px(26), 0.6 * context.slot.box.width)
        steps = context.numbers.steps
        self._chart = Chart(context, (0, steps), context.limits, log=True, right=room)
        self._chart.draw_values()
        self._chart.draw_steps(context.words(context.unit if self._x is None else self._x))
        paper, sizes = context.canvas.theme.background, context.sizes
        colors = dict(zip(tracks, self.colors(list(tracks)), strict=True))
        lines = []
        # Draws are tints, so that the line in the middle is seen.
        for bundle in range(_BUNDLES):
            for label, track in tracks.items():
                pieces = [piece for draw in track.T[bundle::_BUNDLES] for piece in self._pieces(draw)]
                lines += [RevealedLine(pieces, tinted(colors[label], paper), sizes.rule)] if pieces else []
        self._middles = []
        for label, middle in middles.items():
            lines.append(RevealedLine(self._pieces(middle), colors[label], sizes.curve))
            self._middles.append((label, middle, colors[label]))
        self._lines = revealed([line for line in lines if line.pieces])

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the fans up to `step`, with the names of their medians."""
        context, box = self.context, self._chart.box
        if self._lines:
            context.canvas.lines(self._lines, step)
        x = float(self._chart.to_x(float(step)))
        labels = []
        for label, middle, color in self._middles:
            row = float(np.clip(self._chart.to_y(middle[step]), box.y, box.bottom))
            context.canvas.dots(x, row, context.sizes.dot, color)
            labels.append(EndLabel(x, row, with_value(context.words(label), brief_size(float(middle[step]))), color))
        size = context.sizes.label
        write_labels(context, moved_apart(labels, box.y - size, box.bottom + size, size), size)

    def describe(self) -> dict[str, Any]:
        """Return place, track and scale."""
        return super().describe() | {"tracks": {"": self._of}, "scale": "log10"}

    def _pieces(self, track: FloatArray) -> list[Polyline]:
        """Return a line in pixels, cut where it leaves the axis."""
        known = np.flatnonzero(np.isfinite(track))
        x, y = self._chart.to_x(known.astype(float)), self._chart.to_y(track[known])
        return [piece for piece in cut(x, y, known, self._chart.box.y, self._chart.box.bottom) if np.size(piece.x) > 1]
