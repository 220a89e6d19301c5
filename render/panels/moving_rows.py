"""Rows of a matrix that change places: each slides to where it goes, under its own name."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sin

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels._cells import CellsPanel
from render.panels._heatmap import Heatmap
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# Decimals of the numbers in the cells.
_DECIMALS = 2


class Panel(CellsPanel):
    """Heat-map of a series whose rows keep their numbers and change their places.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, rows, columns).
    order : str
        Name of a series of shape (T + 1, rows): which row, counted from 0 as they begin, stands in each place.
    columns : sequence of str
        Labels of the columns, below them.
    limits : tuple of float
        Numbers at the two ends of the colours.
    """

    def __init__(self, of: str, order: str, columns: Sequence[str] = (), limits: Limits = (-1.0, 1.0)) -> None:
        self._of, self._order, self._columns, self._asked = of, order, columns, limits

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        track, order = track_of(numbers, self._of), track_of(numbers, self._order)
        if track.ndim != 3 or order.shape != track.shape[:2]:
            raise RenderError(
                f"the panel moving_rows needs series {self._of!r} of shape (steps + 1, rows, columns) and "
                f"{self._order!r} of shape (steps + 1, rows)"
            )
        return float(self._asked[0]), float(self._asked[1])

    def open(self, context: PanelContext) -> None:
        """Draw outline, names of columns and key."""
        self.context = context
        self._track = track_of(context.numbers, self._of)
        # The place of each row at every step.
        self._places = np.argsort(track_of(context.numbers, self._order), axis=1)
        rows, columns = self._track.shape[1:]
        self._names = [chr(ord("A") + row) for row in range(rows)]
        slot, style = context.slot.box, context.style(context.sizes.heading)
        indent = round(max(text_width(name, style) for name in self._names)) + context.px(24)
        box = Box(slot.x + indent, slot.y, slot.width - indent, slot.height)
        names = [context.words(name) for name in self._columns]
        self._heatmap = Heatmap(context, rows, columns, names=names, box=box, numbered=True)
        self.show_key()

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the rows, those that change places on their way."""
        values = self._track[step]
        if not part:
            self._heatmap.draw(values)
            self._heatmap.draw_numbers(values, _DECIMALS)
            for row, place in enumerate(self._places[step]):
                self._name(row, float(place))
            return
        self.context.canvas.fill(self._heatmap.box, self.context.canvas.theme.background)
        before, after = self._places[step], self._places[step + 1]
        # Those that go down pass behind those that go up.
        for row in np.argsort(before - after, kind="stable").tolist():
            place = float(before[row] + part * (after[row] - before[row]))
            aside = sin(pi * part) if after[row] < before[row] else 0.0
            self._draw_row(values[before[row]], place, aside)
            self._name(row, place)

    def values(self, step: int, part: float = 0.0) -> FloatArray | None:
        """Return the numbers of the cells; None on the way, where rows stand between them."""
        return None if part else np.asarray(self._track[step])

    def _draw_row(self, numbers: FloatArray, place: float, aside: float) -> None:
        heatmap, whole = self._heatmap, self._heatmap.box
        room = max(0, min(heatmap.cell // 3, self.context.slot.box.right - whole.right))
        # Even places, as the codec's chroma has them.
        x, y = whole.x + round(aside * room / 2) * 2, whole.y + round(place * heatmap.cell / 2) * 2
        heatmap.box = Box(x, y, whole.width, heatmap.cell)
        heatmap.draw(numbers[None])
        heatmap.draw_numbers(numbers[None], _DECIMALS)
        heatmap.box = whole

    def _name(self, row: int, place: float) -> None:
        context, heatmap = self.context, self._heatmap
        size = context.sizes.heading
        y = heatmap.box.y + (place + 0.5) * heatmap.cell + 0.36 * size
        context.canvas.text(heatmap.box.x - context.px(12), y, self._names[row], context.style(size), "right")
