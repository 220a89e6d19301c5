"""Boxes in a row with arrows between them: a network rolled out, and small matrices beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from render.drawing.canvas import Cells
from render.drawing.colors import Color, color_index
from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.panels._plane import arrow
from render.panels.base import Panel, PanelContext

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# A gap between boxes is so many times as wide as a box, at least.
_GAP = 0.8


def indexed(name: str, index: int) -> str:
    """Return a name with an index below the line: ``h₁₂``."""
    return f"{name}{index}".translate(_SUBSCRIPT) if name.isalpha() else f"{name}{index}"


def drop_note(panel: Panel, context: PanelContext) -> None:
    """Leave out a panel's note where the line of its heading has no room for it."""
    words = context.words
    taken = text_width(words(panel.heading), context.style(context.sizes.hero)) + context.px(20)
    if text_width(words(panel.note), context.axis) > context.slot.heading.width - panel.key_width(context) - taken:
        panel.note = ""


def boxes_in(area: Box, count: int, widest: int) -> list[Box]:
    """Return so many boxes in a row, the first at the left end of an area, the last at its right end.

    Parameters
    ----------
    area : Box
        Where they stand; they are as high as it is.
    count : int
        How many there are, 1 at least.
    widest : int
        Pixels that none is wider than.
    """
    width = min(widest, int(area.width / (count + _GAP * (count - 1)))) // 2 * 2
    pitch = (area.width - width) / max(count - 1, 1)
    return [Box(round(area.x + index * pitch), area.y, width, area.height) for index in range(count)]


def draw_box(context: PanelContext, box: Box, reached: bool) -> None:
    """Draw a box, with a thick edge in the colour of what is measured if it has been reached."""
    theme = context.canvas.theme
    edge = context.px(3 if reached else 2)
    context.canvas.fill(box, theme.data if reached else theme.muted)
    context.canvas.fill(Box(box.x + edge, box.y + edge, box.width - 2 * edge, box.height - 2 * edge), theme.tint)


def draw_arrow(context: PanelContext, left: float, right: float, y: float, color: Color) -> None:
    """Draw a thin arrow from left to right."""
    arrow(context, (left, y), (right, y), color, context.sizes.theory)


def tile_cell(rows: int, columns: int, room: Sequence[int]) -> int:
    """Return the size of a matrix's cells in pixels, a multiple of 8, for a room of so many rows and columns."""
    return max(8, int(min(room[0] // rows, room[1] // columns)) // 8 * 8)


def draw_tile(
    context: PanelContext,
    corner: tuple[float, float],
    cell: tuple[int, int],
    values: ArrayLike,
    outlined: bool = True,
) -> Box:
    """Draw a small matrix as cells of a width and a height; return the place it takes, its corner at even pixels."""
    numbers, canvas = np.atleast_2d(np.asarray(values, float)), context.canvas
    x, y = (round(place) // 2 * 2 for place in corner)
    cells = Cells(x, y, *cell, color_index(numbers, context.limits), canvas.theme.sign)
    box = cells.box
    if outlined:
        canvas.fill(Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2), canvas.theme.grid)
    canvas.cells(cells)
    return box


def write_row(context: PanelContext, x: float, y: float, parts: Sequence[tuple[str, TextStyle]]) -> float:
    """Write texts behind each other; return where they end."""
    for text, style in parts:
        context.canvas.text(x, y, text, style)
        x += text_width(text, style)
    return x


def row_width(parts: Sequence[tuple[str, TextStyle]]) -> float:
    """Return how long texts behind each other are, in pixels."""
    return sum(text_width(text, style) for text, style in parts)


def shown_steps(steps: int, most: int) -> list[int | None]:
    """Return which of the steps 0 … T have a box, in order: all, or the first ones, None for a gap, and the last.

    Parameters
    ----------
    steps : int
        T.
    most : int
        How many boxes and gaps there is room for, 4 at least.
    """
    if steps + 1 <= most:
        return list(range(steps + 1))
    return [*range(most - 2), None, steps]


def reached_states(shown: Sequence[int | None], step: int) -> list[tuple[int, int, bool]]:
    """Return the boxes that a step has reached: the index of each, the step it shows, and whether that is the newest.

    Behind a gap there is the newest state, once it is beyond the others.

    Parameters
    ----------
    shown : sequence of int or None
        What the boxes are for, as `shown_steps` returns it.
    step : int
        The step.
    """
    last = len(shown) - 1
    newest = [(last, step, True)] if None in shown and step > last - 2 else []
    before = shown[:last] if newest else shown
    return [(i, time, time == step) for i, time in enumerate(before) if time is not None and time <= step] + newest
