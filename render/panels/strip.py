"""What runs through the layers of a network: a heat-map in parts side by side, a row for every layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.panels._series_heatmap import SeriesHeatmap
from render.panels.base import Limits, PanelContext


class Panel(SeriesHeatmap):
    """Heat-map of a series, with names above its parts and at its first and last row.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, rows, columns).
    names : mapping of str to int
        What stands above a part, by its first column. Where there is no room it is the last word alone: ``↓``.
    ends : tuple of str
        What the first row is called, and the last one; left out where a column is narrow.
    limits : tuple of float, optional
        Numbers at the two ends of the colours; by default around zero, from all steps.
    """

    def __init__(
        self, of: str, names: Mapping[str, int], ends: tuple[str, str] = ("", ""), limits: Limits | None = None
    ) -> None:
        super().__init__(of, limits=limits)
        self._names, self._row_ends = dict(names), ends

    def open(self, context: PanelContext) -> None:
        """Draw outline, names and key."""
        axis, slot = context.axis, context.slot
        ends = [context.words(end) for end in self._row_ends]
        narrow = slot.box.width < context.px(300)
        left = 0 if narrow else round(max(text_width(end, axis) for end in ends) + context.px(12) * any(ends))
        top = round(1.45 * axis.size)
        # Rows begin on the codec's grid.
        y = -(-(slot.box.y + top) // 16) * 16
        box = Box(slot.box.x + left, y, slot.box.width - left, slot.box.bottom - y)
        super().open(replace(context, slot=replace(slot, box=box)))
        shown = self._heatmap.box
        if not narrow:
            for end, row in zip(ends, (shown.y + axis.size, shown.bottom - round(axis.size * 0.2)), strict=True):
                context.canvas.text(shown.x - context.px(12), row, end, axis, "right")
        starts = [shown.x + column // self._heatmap.block * self._heatmap.cell for column in self._names.values()]
        rooms = [end - start for start, end in zip(starts, [*starts[1:], slot.box.right], strict=True)]
        texts = [context.words(name) for name in self._names]
        fits = all(text_width(text, axis) <= room - 4 for text, room in zip(texts, rooms, strict=True))
        for text, start in zip(texts, starts, strict=True):
            written = text if fits else text.rsplit(" ", 1)[-1]
            context.canvas.text(start, shown.y - round(axis.size * 0.4), written, axis)
