"""What the film claims, with the numbers that decide it."""

from __future__ import annotations

from render.drawing.glyphs import TextStyle, text_width
from render.drawing.themes import LABEL
from render.panels import base
from render.panels.base import PanelContext
from render.pipeline.claims import Verdict
from render.text import number


class Panel(base.Panel):
    """The claims of a film, one under the other: a mark, the claim, its number and the expected one."""

    def open(self, context: PanelContext) -> None:
        """Write them; they stand still."""
        self.context = context
        context.heading("what this film shows")
        box, canvas = context.slot.box, context.canvas
        theme = canvas.theme
        most = box.height // 60
        for index, verdict in enumerate(context.verdicts[:most]):
            y = box.y + 24 + 60 * index
            color = theme.ink if verdict.holds else theme.second
            mark = "✓" if verdict.holds else "✗"
            canvas.text(box.x, y, f"{mark} {context.words(verdict.claim)}", TextStyle(color, LABEL), width=box.width)
            room = box.width - 26
            canvas.text(box.x + 26, y + 26, _numbers(verdict, room, context.label), context.label, width=room)

    def draw(self, step: int) -> None:
        """Draw nothing: claims do not depend on the step."""


def _numbers(verdict: Verdict, room: int, style: TextStyle) -> str:
    """Return what a claim found and expected, as much of it as there is room for."""
    found, expected = number(verdict.value, 4), number(verdict.expected, 4)
    full = f"{found} ({expected} ± {number(verdict.tolerance, 2)})"
    brief = f"{found} ({expected})"
    return next((text for text in (full, brief) if text_width(text, style) <= room), found)
