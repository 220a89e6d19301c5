"""What panels of coloured cells have in common: key, count of cells off the scale, numbers."""

from __future__ import annotations

from typing import Any

from render.drawing.glyphs import text_width
from render.drawing.layouts import TextLine
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._heatmap import Heatmap, draw_key, key_width
from render.panels.base import PanelContext
from render.text import brief_size, filled
from scenes import FloatArray

# Decades from 1 from which a size is far from it.
_FAR = 2.0


class CellsPanel(base.Panel):
    """A heat-map with a key at the end of its heading's line, and a note of how many entries are off the scale."""

    square = True
    _heatmap: Heatmap

    def key_width(self, context: PanelContext) -> int:
        """Return how wide the key is, in pixels, where it stands in the heading's line."""
        if not context.key or _is_narrow(context):
            return 0
        return key_width(context, context.limits) + context.px(24)

    def is_of_product(self, trajectory: Trajectory) -> bool:
        """Whether different matrices are multiplied, and the film gives no heading of its own."""
        return self.heading == type(self).heading and trajectory.sequence.factor is None and trajectory.steps > 0

    def show_key(self) -> None:
        """Draw the key, where the panel is the one that has it."""
        context = self.context
        if not context.key:
            return
        line = context.slot.below if _is_narrow(context) else context.slot.heading
        # Narrow columns have room for their names alone; below them the key is all.
        if line is not None and key_width(context, context.limits) <= line.width:
            draw_key(context, line, context.limits, self._heatmap.colors)

    def tell(self, values: FloatArray) -> None:
        """Say how many entries are off the scale, and whether cells are means: as much as there is room for."""
        context, count, block = self.context, self._heatmap.count_clipped(values), self._heatmap.block
        means = context.words("each cell: mean of {size} × {size}", {"size": block}) if block > 1 else ""
        short = context.words("means of {size}²", {"size": block}) if block > 1 else ""
        off = context.words("{count} entries off the scale" if count > 1 else "1 entry off the scale", {"count": count})
        few = context.words("{count} off the scale", {"count": count})
        texts = [(means, off), (short, off), (short, few), ("", few)] if count else [(means, ""), (short, "")]
        line = context.slot.below or context.slot.heading
        room = self._room(line)
        for parts in texts:
            text = " · ".join(filter(None, parts))
            if text and text_width(text, context.axis) <= room:
                right = line.x + room if context.slot.below else line.right - self.key_width(context)
                x, anchor = (line.x, "left") if context.slot.below else (right, "right")
                context.canvas.text(x, line.y, text, context.axis, anchor)
                return

    def write_size(self, trajectory: Trajectory, step: int) -> None:
        """Write the size of the product, its largest singular value, below the cells: in colour where it is far from 1.

        Small multiples have this in the place of a key; what is off the scale of their colours is seen by its size.
        """
        context, box = self.context, self._heatmap.box
        log10 = float(trajectory.log10_spectral_norm[step])
        role = "vanish" if log10 < -_FAR else "explode" if log10 > _FAR else None
        theme = context.canvas.theme
        style = context.style(context.sizes.axis, theme.role(role) if role else theme.ink)
        y = box.bottom + round(1.4 * context.sizes.axis)
        context.write(box.x, y, brief_size(log10), style, width=context.slot.box.width)

    def _room(self, line: TextLine) -> float:
        """Return how long the note may be, in pixels."""
        context = self.context
        if context.slot.below:
            below = context.key and _is_narrow(context)
            return line.width - (key_width(context, context.limits) + context.px(12) if below else 0)
        size = context.sizes.hero if context.hero else context.sizes.heading
        # Of the texts that change with the step, the longest.
        values = {"symbol": context.symbol, "step": context.numbers.steps}
        heading = text_width(filled(context.words(self.heading), values), context.style(size)) + context.px(20)
        note = text_width(context.words(self.note), context.axis) + context.px(20) if self.note else 0
        return line.width - self.key_width(context) - heading - note

    def describe(self) -> dict[str, Any]:
        """Return place, cell size, limits and colour map."""
        return self._heatmap.describe()


def _is_narrow(context: PanelContext) -> bool:
    """Whether a slot has no room for a column's name and the key in one line."""
    if context.slot.below is None:
        return False
    label = next(iter(context.columns)) or ""
    name = text_width(context.words(label), context.style(context.sizes.hero)) + context.px(24) if label else 0.0
    return context.slot.heading.width < name + key_width(context, context.limits)
