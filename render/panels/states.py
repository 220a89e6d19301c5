"""A chain of matrices: boxes in a row, an arrow to the next one, and in each what a step has made."""

from __future__ import annotations

from typing import Any

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.products import block_means
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._boxes import draw_tile, drop_note, indexed, reached_states, shown_steps
from render.panels._heatmap import draw_key, key_width
from render.panels._plane import arrow
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from render.text import filled
from scenes import FloatArray


class Panel(base.Panel):
    """The states of a series as small heat-maps, one box a step; where they are too many, the first and the newest.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, rows, columns).
    letter : str
        Letter of the states; a box has it with its step below it.
    equal : str
        What a state is, written behind its letter; ``{step:^}`` stands for its step.
    along : str
        What stands at the arrows.
    limits : tuple of float
        Numbers at the two ends of the colours.
    """

    heading = "one box a step"

    def __init__(
        self, of: str, letter: str = "h", equal: str = "", along: str = "", limits: Limits = (-1.0, 1.0)
    ) -> None:
        self._of, self._letter, self._equal, self._along, self._asked = of, letter, equal, along, limits

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        if track_of(numbers, self._of).ndim != 3:
            raise RenderError(f"the panel states needs a series {self._of!r} of shape (steps + 1, rows, columns)")
        return float(self._asked[0]), float(self._asked[1])

    def key_width(self, context: PanelContext) -> int:
        """Return how wide the key of the colours is, in pixels."""
        return key_width(context, context.limits) + context.px(24)

    def open(self, context: PanelContext) -> None:
        """Draw the places of all states, the arrows between them, and the key."""
        self.context = context
        self._track = track_of(context.numbers, self._of)
        drop_note(self, context)
        self._place()
        draw_key(context, context.slot.heading, context.limits, context.canvas.theme.sign)
        for index, time in enumerate(self._shown):
            self._outline(index, time is None, False)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the states so far; the newest stands out."""
        for index, time, newest in reached_states(self._shown, step):
            self._draw_state(index, time, newest)

    def describe(self) -> dict[str, Any]:
        """Return place, limits and track."""
        return super().describe() | {"tracks": {"": self._of}, "limits": list(self.context.limits)}

    def _place(self) -> None:
        """Find rows and columns of boxes: as large as there is room for, in one row if possible."""
        context, slot, axis = self.context, self.context.slot.box, self.context.sizes.axis
        rows, columns = self._track.shape[1:]
        self._line = round(1.6 * axis)
        high = slot.height > 0.6 * slot.width
        self._block = max(1, -(-max(rows, columns) * 8 // context.px(128)))
        rows, columns = -(-rows // self._block), -(-columns // self._block)
        self._gap = round((2.2 if high else 2.6) * axis)
        room = slot.width // 3 - self._gap if high else min(slot.height - self._line - axis, context.px(144))
        self._cell = max(8, min(room // max(rows, columns) // 8 * 8, context.px(64)))
        self._side = self._cell * columns, self._cell * rows
        longest = text_width(self._name(context.numbers.steps), context.style(axis, None, "bold"))
        self._gap = max(self._gap, round(longest) - self._side[0] + context.px(20))
        # In several rows every box has an arrow before it.
        width = slot.width + (0 if high else self._gap)
        across = max(2, width // (self._side[0] + self._gap))
        pitch = self._side[1] + self._line + axis
        down = max(1, (slot.height + axis) // pitch) if high else 1
        self._shown = shown_steps(context.numbers.steps, max(4, across * down))
        spare = 0 if high else (slot.height - pitch + axis) // 2
        step_x, first = self._side[0] + self._gap, self._gap if high else 0
        if not high and len(self._shown) > 1:
            step_x = min((slot.width - self._side[0]) // (len(self._shown) - 1), 2 * step_x)
            self._gap = step_x - self._side[0]
        self._boxes = [
            Box(slot.x + first + index % across * step_x, slot.y + spare + index // across * pitch, *self._side)
            for index in range(len(self._shown))
        ]

    def _name(self, time: int) -> str:
        """Return what stands below a state."""
        equal = filled(self._equal, {"step": time})
        return f"{indexed(self._letter, time)} = {equal}" if equal else indexed(self._letter, time)

    def _outline(self, index: int, gap: bool, now: bool) -> None:
        """Draw the empty place of a state, or the dots of a gap, and the arrow to it."""
        context, theme, box = self.context, self.context.canvas.theme, self._boxes[index]
        color, middle = theme.data if now else theme.muted, box.y + box.height / 2
        if gap:
            style = context.style(context.sizes.heading, theme.muted)
            context.canvas.text(box.x + box.width / 2, middle + style.size * 0.36, "⋯", style, "center")
        else:
            edge = context.px(3 if now else 2)
            frame = Box(box.x - edge, box.y - edge, box.width + 2 * edge, box.height + 2 * edge)
            context.canvas.fill(frame, color)
            context.canvas.fill(box, theme.tint)
        if index:
            ends = (box.x - self._gap + context.px(10), middle), (box.x - context.px(10), middle)
            arrow(context, *ends, color, context.sizes.theory)

    def _draw_state(self, index: int, time: int, now: bool) -> None:
        context, box, theme = self.context, self._boxes[index], self.context.canvas.theme
        self._outline(index, False, now)
        draw_tile(context, (box.x, box.y), (self._cell, self._cell), self._values(time), False)
        axis, weight = context.sizes.axis, "bold" if now else "semibold"
        style = context.style(axis, theme.ink if now else theme.muted, weight)
        y = box.bottom + round(1.25 * axis)
        context.canvas.text(box.x + box.width / 2, y, self._name(time), style, "center")
        if self._along and time:
            label = context.style(axis, theme.data if now else theme.muted, weight)
            x, line = box.x - self._gap / 2, box.y + box.height / 2 - round(0.5 * axis)
            context.canvas.text(x, line, self._along, label, "center")

    def _values(self, time: int) -> FloatArray:
        return block_means(self._track[time], self._block)
