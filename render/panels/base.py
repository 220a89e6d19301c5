"""What every panel is: numbers over all steps, a standing part, and a part that moves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from render.drawing.canvas import Canvas
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box, Slot
from render.drawing.themes import HEADING, LABEL
from render.numerics.trajectory import Trajectory
from render.pipeline.claims import Verdict
from render.text import Words
from scenes import FloatArray

Limits = tuple[float, float]


@dataclass(frozen=True)
class PanelContext:
    """Where a panel plays: the canvas, its slot, the numbers it shows, their limits, and the film's claims."""

    canvas: Canvas
    slot: Slot
    numbers: Trajectory
    limits: Limits
    words: Words
    verdicts: Sequence[Verdict] = ()

    @property
    def label(self) -> TextStyle:
        """Style of tick labels and remarks."""
        return TextStyle(self.canvas.theme.muted, LABEL)

    def heading(self, text: str) -> None:
        """Write the heading."""
        line = self.slot.heading or self.slot.top
        if line:
            style = TextStyle(self.canvas.theme.ink, HEADING)
            self.canvas.text(line.x, line.y, self.words(text), style, width=line.width)

    def room_beside(self, heading: str) -> float:
        """Return how wide a remark may be, in pixels, where the heading stands on the same line or another."""
        line, above = self.slot.remark or self.slot.top, self.slot.heading or self.slot.top
        if line is None:
            return 0.0
        style = TextStyle(self.canvas.theme.ink, HEADING)
        taken = text_width(self.words(heading), style) + 8 if above and above.y == line.y else 0.0
        return line.width - taken

    def remark(self, text: str, style: TextStyle | None = None) -> None:
        """Write a text that may change with the step."""
        line = self.slot.remark or self.slot.top
        if line:
            self.canvas.text(line.right, line.y, text, style or self.label, "right", line.width)


class Panel(ABC):
    """A view of the numbers of one column.

    A panel is opened once on a context and then draws any step in any order: what it draws depends on
    the step alone.
    """

    context: PanelContext

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the least and greatest number to be shown over all steps; columns share them."""
        return 0.0, 1.0

    @abstractmethod
    def open(self, context: PanelContext) -> None:
        """Draw what stands still; keep `context` for `draw`."""

    @abstractmethod
    def draw(self, step: int) -> None:
        """Draw what moves, for one step."""

    def values(self, step: int) -> FloatArray | None:
        """Return the numbers of a heat-map's cells, shape (rows, columns); None for other panels."""
        return None

    def describe(self) -> dict[str, Any]:
        """Return what a reader of the film has to know to read this panel: its place, at least.

        Heat-maps add ``cell``, ``limits`` and ``colormap``; panels of tracks add ``heading``, ``tracks`` (names by
        label) and ``scale``.
        """
        return place(self.context.slot.box)


def place(box: Box) -> dict[str, Any]:
    """Return a rectangle as manifest entries, in pixels."""
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
