"""A sum of two products written below the words of a heading, so that it adds up as it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite

from render.drawing.glyphs import fitted, text_width
from render.panels.base import PanelContext
from scenes import FloatArray

# The result has so many decimals; factors have as many more as it takes for the sum as written to agree, or as there is
# room for: the sign is then ≈.
DECIMALS, _MOST_DECIMALS = 2, 6


class Sum:
    """The line ``result = a × b + c × d`` of every step, each number below its word of the heading.

    Parameters
    ----------
    context : PanelContext
        Where to write.
    heading : str
        The heading in the language of the film; its words are divided by ``=``, ``×`` and ``+``.
    result : ndarray, shape (T + 1,)
        What the sum makes.
    factors : sequence of ndarray
        Four factors, each of shape (T + 1,); where one is NaN nothing is written.
    """

    def __init__(self, context: PanelContext, heading: str, result: FloatArray, factors: Sequence[FloatArray]) -> None:
        self._context, self._result, self._factors = context, result, factors
        self._gap = context.px(9)
        self._words = self._places(heading)
        self._size = self._find_size()

    def draw(self, step: int) -> None:
        """Write the numbers of a step."""
        context, line, theme = self._context, self._context.slot.heading, self._context.canvas.theme
        texts, gap = self._texts(step), self._gap
        if len(self._words) != len(texts):
            return
        styles = [
            context.style(self._size, theme.data, "bold"),
            *[context.style(self._size, theme.muted, "regular")] * 8,
        ]
        lengths = [text_width(text, style) for text, style in zip(texts, styles, strict=True)]
        # Result and last factor begin where their words do, the others stand in the middle below theirs.
        lefts = [
            left if index in (0, 8) else left + (width - length) / 2
            for index, ((left, width), length) in enumerate(zip(self._words, lengths, strict=True))
        ]
        for index in range(1, 9):
            lefts[index] = max(lefts[index], lefts[index - 1] + lengths[index - 1] + gap)
        end = float(line.right)
        for index in range(8, 0, -1):
            lefts[index] = min(lefts[index], end - lengths[index])
            end = lefts[index] - gap
        y = line.y + round(1.4 * context.sizes.label)
        for left, text, style in zip(lefts, texts, styles, strict=True):
            context.canvas.text(left, y, text, style)

    def _places(self, heading: str) -> list[tuple[float, float]]:
        """Return left end and width of the heading's words and signs, as the heading is set."""
        context, line = self._context, self._context.slot.heading
        style = context.style(context.sizes.hero if context.hero else context.sizes.heading)
        text, style = fitted(heading, style, line.width, context.sizes.axis)
        space = text_width("n n", style) - text_width("nn", style)
        found, end = [], 0
        for piece in re.split(r"( [=×+] )", text):
            before, end = text[:end], end + len(piece)
            start = text_width(before.rstrip(), style) + space * (before.endswith(" ") or piece.startswith(" "))
            found.append((line.x + start, text_width(piece.strip(), style)))
        return found

    def _find_size(self) -> int:
        """Return the size at which the longest line of all steps fits the heading's, with as many decimals as fit."""
        context = self._context
        for most in range(_MOST_DECIMALS, DECIMALS - 1, -1):
            self._most = most
            lines = (self._texts(step) for step in range(len(self._result)))
            longest = max(lines, key=lambda texts: len("".join(texts)))
            if self._length(longest, context.sizes.axis) <= context.slot.heading.width:
                break
        size = context.sizes.label
        while size > context.sizes.axis and self._length(longest, size) > context.slot.heading.width:
            size -= 1
        return size

    def _length(self, texts: Sequence[str], size: int) -> float:
        style = self._context.style(size, weight="bold")
        return sum(text_width(text, style) for text in texts) + 8 * self._gap

    def _texts(self, step: int) -> list[str]:
        """Return the numbers and signs of a step; none where a number is not known."""
        values = [float(track[step]) for track in self._factors]
        if not all(map(isfinite, values)):
            return []
        result = written(float(self._result[step]))
        (a, b, c, d), agree = _agreeing(values, result, self._most)
        return [result, "=" if agree else "≈", a, "×", b, "+", c, "×", d]


def written(value: float, decimals: int = DECIMALS) -> str:
    """Return a number with so many decimals; none is a negative zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def _agreeing(values: Sequence[float], result: str, most: int) -> tuple[list[str], bool]:
    """Return four factors with as few decimals as it takes, and whether ``a × b + c × d`` as written is the result."""
    wanted = Decimal(result.replace("−", "-"))
    texts: list[str] = []
    for decimals in range(DECIMALS, most + 1):
        texts = [written(value, decimals) for value in values]
        a, b, c, d = (Decimal(text.replace("−", "-")) for text in texts)
        if round(a * b + c * d, DECIMALS) == wanted:
            return texts, True
    return texts, False
