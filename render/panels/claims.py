"""What the film claims, with the numbers that decide it."""

from __future__ import annotations

from render.canvas import TextStyle, text_width
from render.claims import Verdict
from render.panels import _base
from render.panels._base import Stage
from render.theme import LABEL
from render.words import number


class Panel(_base.Panel):
    """The claims of a film, one under the other: a mark, the claim, its number and the expected one."""

    def open(self, stage: Stage) -> None:
        """Write them; they stand still."""
        self.stage = stage
        stage.heading("what this film proves")
        box, canvas = stage.slot.box, stage.canvas
        theme = canvas.theme
        most = box.height // 60
        for place, verdict in enumerate(stage.verdicts[:most]):
            y = box.y + 24 + 60 * place
            color = theme.ink if verdict.holds else theme.second
            mark = "✓" if verdict.holds else "✗"
            canvas.text(box.x, y, f"{mark} {stage.words(verdict.claim)}", TextStyle(color, LABEL), width=box.width)
            room = box.width - 26
            canvas.text(box.x + 26, y + 26, _numbers(verdict, room, stage.label), stage.label, width=room)

    def draw(self, step: int) -> None:
        """Draw nothing: claims do not depend on the step."""


def _numbers(verdict: Verdict, room: int, style: TextStyle) -> str:
    """Return what a claim found and expected, as much of it as there is room for."""
    found, expected = number(verdict.value, 4), number(verdict.expected, 4)
    full = f"{found} ({expected} ± {number(verdict.tolerance, 2)})"
    brief = f"{found} ({expected})"
    return next((text for text in (full, brief) if text_width(text, style) <= room), found)
