"""Labels at the ends of lines, moved apart where they would collide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from render.drawing.colors import Color
from render.drawing.glyphs import text_width
from render.panels.base import PanelContext

# Names at the ends of lines take so much of a panel at most; those of columns are left to their headings then.
MOST_NAMES = 0.42


@dataclass(frozen=True)
class EndLabel:
    """A label right of a point, in pixels."""

    x: float
    y: float
    text: str
    color: Color


def with_value(name: str, value: str) -> str:
    """Return a name and its number, apart; a name that ends with a number is told from it by a colon."""
    return f"{name}: {value}" if name[-1:].isdigit() else f"{name}  {value}".strip()


def moved_apart(labels: Sequence[EndLabel], top: float, bottom: float, size: int) -> list[EndLabel]:
    """Return labels in the order of their rows, none nearer to the next than 1.2 of its size.

    Parameters
    ----------
    labels : sequence of EndLabel
        What is to be written.
    top, bottom : float
        Rows between which the labels stay, in pixels.
    size : int
        Size of the text in pixels.
    """
    # Ends that meet are told apart by rounding alone, which must not decide.
    ordered = sorted(labels, key=lambda label: round(label.y, 3))
    rows = apart([label.y for label in ordered], 1.2 * size, top + size / 2, bottom - size / 2)
    return [replace(label, y=row) for label, row in zip(ordered, rows, strict=True)]


def write_labels(context: PanelContext, labels: Sequence[EndLabel], size: int, weight: str = "semibold") -> None:
    """Write labels right of their points, or left of them where there is no room.

    Parameters
    ----------
    context : PanelContext
        Where to write.
    labels : sequence of EndLabel
        What to write.
    size : int
        Size of the text in pixels.
    weight : str
        Its weight.
    """
    for label in labels:
        style = context.style(size, label.color, weight)
        right = context.slot.box.right
        # Clear of the dot, the label's plate included.
        away = context.sizes.dot + context.px(9)
        x, y = label.x + away, label.y + round(size * 0.36)
        if x + text_width(label.text, style) > right + context.px(24):
            context.plate(label.x - away, y, label.text, style, "right")
        else:
            context.plate(x, y, label.text, style)


def apart(rows: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Return rising numbers, moved as little as needed so that neighbours are so far apart, within bounds if possible.

    Parameters
    ----------
    rows : sequence of float
        Rising numbers.
    distance : float
        Least distance of neighbours.
    low, high : float
        The bounds.
    """
    groups: list[tuple[float, int]] = []
    for row in rows:
        middle, count = row, 1
        groups.append((middle, count))
        # Neighbours that would touch form a group around their common middle.
        while len(groups) > 1:
            (first, many), (second, more) = groups[-2:]
            if second - first >= distance * (many + more) / 2:
                break
            merged = (first * many + second * more) / (many + more)
            groups[-2:] = [(merged, many + more)]
    found = [middle + (index - (count - 1) / 2) * distance for middle, count in groups for index in range(count)]
    if found and found[-1] > high:
        found = _pushed(found[::-1], distance, high, -1)[::-1]
    if found and found[0] < low:
        found = _pushed(found, distance, low, 1)
    return found


def _pushed(rows: list[float], distance: float, bound: float, sign: int) -> list[float]:
    """Return numbers pushed from a bound: none beyond it, neighbours still so far apart."""
    pushed = []
    for row in rows:
        pushed.append(max(row * sign, bound * sign) * sign)
        bound = pushed[-1] + sign * distance
    return pushed
