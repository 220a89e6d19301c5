"""A sentence with what each of its words says for one verb or another, as bars above and below a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.drawing.colors import Color
from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext
from scenes import FloatArray

# What is nearer to 0 has no bar and no number.
_NOTHING = 0.005


@dataclass(frozen=True)
class _Band:
    """One reader of the sentence: its bars by step, their sum, its colour, and the row of its line."""

    track: FloatArray
    total: FloatArray
    color: Color
    zero: int


class Panel(base.Panel):
    """Words in a line, and below them for each reader a bar a word and their sum, which decides between two verbs.

    Parameters
    ----------
    of : mapping of str to str
        Series of shape (T + 1, T) by label: what each word says once so many words are read.
    words : sequence of str
        The sentence, T words; they are not translated.
    verbs : tuple of str
        What is said where the sum is above 0, and where it is below; not translated either.
    """

    def __init__(self, of: Mapping[str, str], words: Sequence[str], verbs: tuple[str, str]) -> None:
        self._of, self._words, self._verbs = dict(of), tuple(words), verbs

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the lowest and the highest bar."""
        tracks = [track_of(numbers, name) for name in self._of.values()]
        if any(track.shape[1:] != (len(self._words),) for track in tracks):
            raise RenderError(f"the panel verdict needs series of shape (steps + 1, {len(self._words)})")
        found = np.concatenate([np.ravel(track) for track in tracks])
        return float(found.min()), float(found.max())

    def open(self, context: PanelContext) -> None:
        """Write the readers' names, and draw their lines."""
        self.context = context
        box, sizes, px = context.slot.box, context.sizes, context.px
        self._style = context.style(self._size(), weight="medium")
        widths = [text_width(word, self._style) for word in self._words]
        bold, axis = context.style(self._style.size, weight="bold"), context.style(sizes.axis)
        last = max(*(text_width(word, bold) for word in self._verbs), text_width("−0.00", axis))
        gap = (box.width - sum(widths) - last - px(12)) / len(widths)
        ends = np.cumsum([width + gap for width in widths]).tolist()
        self._middles = [box.x + end - gap - width / 2 for end, width in zip(ends, widths, strict=True)]
        self._verb = box.right - last / 2
        self._half = round(min(min(widths) / 2 + px(8), px(30)))
        self._line = box.y + round(1.3 * self._style.size)
        context.canvas.text(self._verb, self._line, context.words("sum"), context.axis, "center")
        self._place(self._line + round(0.7 * sizes.axis), round(box.right - last - px(16)) - box.x)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Write the words that are read, draw their bars and the sums, and write the verb that each sum says."""
        context, theme = self.context, self.context.canvas.theme
        for index, (word, middle) in enumerate(zip(self._words, self._middles, strict=True)):
            color = theme.ink if index < step else theme.muted
            style = context.style(self._style.size, color, "bold" if index == step - 1 else "medium")
            context.canvas.text(middle, self._line, word, style, "center")
        for band in self._bands:
            for middle, value in zip(self._middles, band.track[step].tolist(), strict=True):
                self._bar(band, middle, value)
            self._say(band, float(band.total[step]))

    def describe(self) -> dict[str, Any]:
        """Return place, tracks by label, and scale."""
        return super().describe() | {"tracks": self._of, "scale": "linear"}

    def _size(self) -> int:
        """Return the size at which the sentence has room with gaps as wide as two letters."""
        context = self.context
        for size in range(round(context.sizes.title * 0.85), context.sizes.axis, -1):
            style = context.style(size, weight="bold")
            if sum(text_width(word + "nn", style) for word in (*self._words, self._verbs[1])) <= context.slot.box.width:
                return size
        return context.sizes.axis

    def _place(self, top: int, room: int) -> None:
        """Find rows for all readers, bars of 1 equally high for all; write their names and draw their lines."""
        context, box, sizes = self.context, self.context.slot.box, self.context.sizes
        number = round(1.3 * sizes.axis)
        verb = max(round(1.2 * self._style.size), round(1.4 * sizes.label))
        tracks = [track_of(context.numbers, series) for series in self._of.values()]
        ranges = [(min(float(track.min()), 0.0), max(float(track.max()), 0.0)) for track in tracks]
        # The name stands in the row of the upper verb, numbers at the ends of bars.
        fixed = sum(2 * verb + number + (number if low < 0 else 0) for low, _ in ranges)
        whole = sum(high - low for low, high in ranges)
        self._unit = min((box.bottom - top - fixed) / max(whole, 1.0), 0.4 * box.height)
        self._bands = []
        for label, track, (low, high), color in zip(self._of, tracks, ranges, self.colors(list(self._of)), strict=True):
            zero = round(top + verb + number + high * self._unit)
            self._bands.append(_Band(track, track.sum(axis=1), color, zero))
            style = context.style(sizes.label, color)
            context.write(box.x, top + sizes.label, context.words(label), style, width=room)
            context.canvas.fill(Box(box.x, zero, box.width, max(1, round(sizes.rule))), context.canvas.theme.muted)
            top = zero + round(verb - low * self._unit) + (number if low < 0 else 0)

    def _bar(self, band: _Band, middle: float, value: float) -> None:
        """Draw a bar with its number at its end."""
        if abs(value) < _NOTHING:
            return
        context, end = self.context, band.zero - round(value * self._unit)
        top, bottom = min(end, band.zero), max(end, band.zero)
        context.canvas.fill(Box(round(middle) - self._half, top, 2 * self._half, bottom - top), band.color)
        style = context.style(context.sizes.axis, band.color)
        y = top - context.px(7) if value > 0 else bottom + round(0.95 * context.sizes.axis)
        context.canvas.text(middle, y, f"{value:.2f}".replace("-", "−"), style, "center")

    def _say(self, band: _Band, total: float) -> None:
        """Draw the sum of a reader's bars, with the verbs on both sides of its line: the one that is said is bold."""
        context, theme = self.context, self.context.canvas.theme
        size = self._style.size
        self._bar(band, self._verb, total)
        for verb, sign in zip(self._verbs, (1, -1), strict=True):
            said = sign * total > _NOTHING
            style = context.style(size, band.color if said else theme.muted, "bold" if said else "regular")
            away = context.px(10) + (abs(total) * self._unit + 1.3 * context.sizes.axis if said else 0.0)
            y = band.zero - away if sign > 0 else band.zero + away + 0.75 * size
            context.canvas.text(self._verb, round(y), verb, style, "center")
