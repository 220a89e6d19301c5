"""Notes in a chart: a few words at the point where something happens, from that step on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from render.drawing.colors import Color
from render.drawing.coverage import pixels_of
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.drawing.lines import RevealedLine
from render.panels._chart import Chart
from render.panels._labels import EndLabel
from render.panels.base import PanelContext


@dataclass(frozen=True)
class Note:
    """A note: since which step it stands, its point, its lines of text, where the first begins, and their rectangle."""

    step: int
    point: tuple[float, float]
    lines: tuple[str, ...]
    place: tuple[float, float]
    area: Box
    color: Color

    def covers(self, context: PanelContext, label: EndLabel, size: int) -> bool:
        """Whether a label at the end of a line would lie on the note."""
        width = round(text_width(label.text, context.style(size, weight="bold")))
        place = Box(round(label.x), round(label.y - size * 0.7), width + context.px(24), round(size * 1.4))
        return _overlap(place, self.area)

    def draw(self, context: PanelContext, full: bool = True) -> None:
        """Draw ring, leader and text, or the ring alone."""
        canvas, sizes = context.canvas, context.sizes
        x, y = self.point
        left, line = self.place
        canvas.dots(x, y, sizes.ring + sizes.rule, canvas.theme.background, self.color)
        if not full:
            return
        styles = _styles(context, self.lines)
        width = max(text_width(text, style) for text, style in zip(self.lines, styles, strict=True))
        # The leader begins at the end of the text nearer to the point and stops 10 px before it.
        start = (
            (left - context.px(6), line - sizes.axis * 0.35)
            if left > x
            else (left + width + context.px(6), line - sizes.axis * 0.35)
        )
        across, down = start[0] - x, start[1] - y
        length = max((across**2 + down**2) ** 0.5, 1e-9)
        stop = (context.px(10) + sizes.ring) / length
        if stop < 1:
            ends = [(x + across * stop, y + down * stop), start]
            canvas.line([p[0] for p in ends], [p[1] for p in ends], canvas.theme.muted, sizes.rule)
        for index, (text, style) in enumerate(zip(self.lines, styles, strict=True)):
            context.plate(left, line + round(index * 1.25 * sizes.label), text, style)


def _styles(context: PanelContext, lines: Sequence[str]) -> list[TextStyle]:
    first = context.style(context.sizes.label)
    rest = context.style(context.sizes.axis, context.canvas.theme.muted, "regular")
    return [first, *[rest] * (len(lines) - 1)]


def find_notes(
    context: PanelContext,
    chart: Chart,
    asked: Sequence[tuple[int, tuple[float, float], str, Color]],
    curves: Sequence[RevealedLine],
    taken: Sequence[Box] = (),
) -> list[Note]:
    """Return notes with places where they cover the fewest curves, and no other note.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    chart : Chart
        The chart they stand in.
    asked : sequence of tuple
        For each note its step, its point in pixels, its text and its colour.
    curves : sequence of RevealedLine
        The curves to keep clear of.
    taken : sequence of Box
        Where other text stands.
    """
    pixels = [pixels_of(line) for line in curves if line.pieces] if asked else []
    found: list[Note] = []
    occupied = list(taken)
    box, sizes, slot = chart.box, context.sizes, context.slot.box
    for step, (x, y), text, color in asked:
        lines = tuple(text.split("\n")[:2])
        styles = _styles(context, lines)
        width = max(text_width(line, style) for line, style in zip(lines, styles, strict=True))
        height = round(sizes.label * 1.25 * len(lines))
        best: tuple[float, Note, Box] | None = None
        for away in (28, 56, 110, 180, 260):
            for side in (1, -1):
                for drop in range(-9, 10):
                    left = x + context.px(away) if side > 0 else x - context.px(away) - width
                    line = y + drop * 1.1 * sizes.label
                    area = Box(round(left), round(line - sizes.label), round(width), height)
                    # Within the panel, and in the chart as far as it goes down.
                    if area.y < slot.y or area.bottom > box.bottom or area.x < box.x or area.right > slot.right:
                        continue
                    over = sum(curve.count_in(area) for curve in pixels)
                    over += sum(1_000 for other in occupied if _overlap(area, other))
                    cost = 3 * over + 3 * abs(drop) + away / 10 + (0 if side > 0 else 2)
                    if best is None or cost < best[0]:
                        best = cost, Note(step, (x, y), lines, (left, line), area, color), area
        if best is not None:
            found.append(best[1])
            occupied.append(best[2])
    return found


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
