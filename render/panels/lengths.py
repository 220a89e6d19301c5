"""Single numbers as bars that lie one under the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.drawing.colors import Color
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext
from render.text import number
from scenes import FloatArray

# Digits of the numbers.
_DIGITS = 3


class Panel(base.Panel):
    """Bars of the numbers at the step shown, with their names above them and the numbers behind them.

    Parameters
    ----------
    of : mapping of str to str
        Names of series of shape (T + 1,) by label, none of them negative.
    below : mapping of str to str, optional
        Series whose numbers are written below the bars.
    unit : str
        What follows the numbers below the bars.
    """

    def __init__(self, of: Series, below: Series | None = None, unit: str = "") -> None:
        self._of, self._below, self._unit = labelled(of), labelled(below or {}), unit

    def limits(self, numbers: Trajectory) -> Limits:
        """Return 0 and the largest number."""
        tracks = [track_of(numbers, name) for name in self._of.values()]
        if any(track.ndim != 1 for track in tracks):
            raise RenderError("the panel lengths needs series of shape (steps + 1,)")
        known = np.concatenate(tracks)
        known = known[np.isfinite(known)]
        return 0.0, float(known.max(initial=0.0)) or 1.0

    def open(self, context: PanelContext) -> None:
        """Write the names."""
        self.context = context
        box, sizes, px = context.slot.box, context.sizes, context.px
        colors = self.colors(list(self._of))
        foot = round(1.3 * sizes.number) * len(self._below)
        pitch = min((box.height - foot) / max(1, len(self._of)), 1.4 * sizes.axis + px(40))
        style, name_style = context.style(sizes.number * 3 // 4, weight="bold"), context.style(sizes.axis)
        # Behind the longest bar there is room for its number.
        room = box.width - text_width("0.0000", style) - px(20)
        self._bars: list[tuple[FloatArray, Box, Color]] = []
        for index, ((label, name), color) in enumerate(zip(self._of.items(), colors, strict=True)):
            top = box.y + index * pitch
            line = round(top + sizes.axis)
            context.write(box.x, line, context.words(label), context.style(sizes.axis, color), width=box.width)
            upper = round(top + 1.4 * sizes.axis)
            height = max(round(top + pitch - px(14)) - upper, round(0.75 * sizes.axis))
            self._bars.append((track_of(context.numbers, name), Box(box.x, upper, round(room), height), color))
        self._texts = []
        for index, (label, name) in enumerate(self._below.items()):
            text, line = context.words(label), round(box.y + len(self._of) * pitch + (index + 1) * sizes.number)
            context.write(box.x, line, text, name_style, width=box.width * 0.8)
            self._texts.append((track_of(context.numbers, name), box.x + text_width(text, name_style) + px(16), line))

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the bars and write the numbers."""
        context, sizes, px = self.context, self.context.sizes, self.context.px
        largest = context.limits[1]
        for track, room, color in self._bars:
            value = float(track[step])
            if not np.isfinite(value):
                continue
            width = max(round(room.width * value / largest), px(4) if value else 0)
            context.canvas.fill(Box(room.x, room.y, width, room.height), color)
            style = context.style(sizes.number * 3 // 4, color, "bold")
            middle = room.y + room.height / 2 + 0.36 * style.size
            context.canvas.text(room.x + width + px(12), round(middle), number(value, _DIGITS), style)
        for track, x, y in self._texts:
            style = context.style(sizes.number, weight="bold")
            # What rounding adds to 0 is none.
            text = number(round(float(track[step]), _DIGITS) + 0.0, _DIGITS)
            context.canvas.text(x, y, f"{text}{context.words(self._unit)}", style)

    def describe(self) -> dict[str, Any]:
        """Return place and tracks by label."""
        return super().describe() | {"tracks": self._of | self._below, "scale": "linear"}
