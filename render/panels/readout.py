"""Numbers as text."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.drawing.glyphs import TextStyle
from render.drawing.themes import HEADING
from render.panels import base
from render.panels._series import Series, labelled, track_of
from render.panels.base import PanelContext
from render.text import number, size_of


class Panel(base.Panel):
    """Labels with the numbers they have at the step shown, one under the other.

    Parameters
    ----------
    of : mapping of str to str
        Names of series of shape (T + 1,) by label; those that begin with ``log10_`` are shown as the
        numbers they are logarithms of.
    heading : str
        What stands above.
    """

    def __init__(self, of: Series, heading: str) -> None:
        self._of, self._heading = labelled(of), heading

    def open(self, context: PanelContext) -> None:
        """Write heading and labels."""
        self.context = context
        context.heading(self._heading)
        box = context.slot.box
        pitch = min(64, box.height // max(1, len(self._of)))
        self._lines = []
        for index, (label, name) in enumerate(self._of.items()):
            y = box.y + 24 + index * pitch
            context.canvas.text(box.x, y, context.words(label), context.label, width=box.width)
            # Where there is little height the number stands beside its label.
            self._lines.append((name, track_of(context.numbers, name), y + 28 if pitch >= 56 else y))

    def describe(self) -> dict[str, Any]:
        """Return place, heading and tracks by label."""
        return super().describe() | {"heading": self._heading, "tracks": self._of, "scale": "linear"}

    def draw(self, step: int) -> None:
        """Write the numbers."""
        box, theme = self.context.slot.box, self.context.canvas.theme
        style = TextStyle(theme.accent, HEADING, "bold")
        for name, track, y in self._lines:
            value = float(track[step])
            if not np.isfinite(value):
                text = "∞" if value > 0 and not name.startswith("log10_") else "–"
            elif name.startswith("log10_"):
                text = size_of(value)
            else:
                text = f"{int(value):,}" if value == int(value) and abs(value) < 1e15 else number(value, 5)
            self.context.canvas.text(box.right, y, text.replace("-", "−"), style, "right", width=box.width)
