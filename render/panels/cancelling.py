"""A power written out in the factors of a decomposition, where neighbours cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from render.drawing.glyphs import text_width
from render.panels import base
from render.panels.base import PanelContext
from render.text import filled


@dataclass(frozen=True)
class _Symbol:
    """A symbol in a line of symbols, its colour, and how many symbols from it on are struck out together."""

    text: str
    role: str = "ink"
    struck: int = 0


class Panel(base.Panel):
    """``F³ = QΛQ⁻¹ QΛQ⁻¹ QΛQ⁻¹ = QΛΛΛQ⁻¹ = QΛ³Q⁻¹``, one line below the other, with what cancels struck out.

    Parameters
    ----------
    symbol : str
        What the matrix is called.
    factors : sequence of str
        What it is the product of: of these three the third is the inverse of the first.
    """

    def __init__(self, symbol: str = "F", factors: Sequence[str] = ("Q", "Λ", "Q⁻¹")) -> None:
        if len(factors) != 3:
            raise ValueError("a decomposition has three factors")
        self._symbol, self._factors = symbol, tuple(factors)

    def open(self, context: PanelContext) -> None:
        """Find how many factors there is room for."""
        self.context = context
        box, sizes = context.slot.box, context.sizes
        self._style = context.style(sizes.hero, weight="medium")
        self._begin = box.x + text_width(f"{self._symbol}⁰⁰⁰ =", self._style) + 2 * self._gap
        one = self._length([_Symbol(text) for text in self._factors]) + self._gap
        self._most = max(2, int((box.right - self._begin) // one))
        self._lines = [round(box.y + (index + 0.6) * box.height / 3 + 0.36 * sizes.hero) for index in range(3)]

    def draw(self, step: int, part: float = 0.0) -> None:
        """Write the lines of a power."""
        left, middle, right = self._factors
        whole = [_Symbol(left), _Symbol(_power(middle, step), "data"), _Symbol(right)]
        lines = [whole] if step else [[_Symbol("I")], whole]
        if step > 1:
            lines = [self._written_out(step), self._without_pairs(step), whole]
        name = _power(self._symbol, step)
        for index, symbols in enumerate(lines):
            self._write(self._lines[index], f"{name} =" if index == 0 else "=", symbols)

    @property
    def _gap(self) -> int:
        return self.context.px(7)

    def _length(self, symbols: Sequence[_Symbol]) -> float:
        return sum(text_width(symbol.text, self._style) + self._gap for symbol in symbols)

    def _written_out(self, power: int) -> list[_Symbol]:
        """Return the factors of a power; those in the middle of a large one are left out."""
        left, middle, right = self._factors
        cut = power > self._most
        shown = self._most - 1 if cut else power
        symbols: list[_Symbol] = []
        for index in range(shown):
            first, last = index == 0, index == shown - 1
            beside_dots = cut and index in (shown - 2, shown - 1)
            dots_before, dots_after = beside_dots and last, beside_dots and not last
            if dots_before:
                symbols.append(_Symbol("⋯"))
            # A pair is struck out from its first symbol on; where dots are between, each one alone.
            symbols.append(_Symbol(left) if first else _Symbol(left, "vanish", 1 if dots_before else 0))
            symbols.append(_Symbol(middle, "data"))
            symbols.append(_Symbol(right) if last else _Symbol(right, "vanish", 1 if dots_after else 2))
        return symbols

    def _without_pairs(self, power: int) -> list[_Symbol]:
        left, middle, right = self._factors
        count = min(power, self._most + 1)
        inner = [_Symbol(middle, "data")] * count
        if power > count:
            inner[-2] = _Symbol("⋯")
        return [_Symbol(left), *inner, _Symbol(right)]

    def _write(self, y: int, name: str, symbols: Sequence[_Symbol]) -> None:
        context, canvas, theme = self.context, self.context.canvas, self.context.canvas.theme
        begin = self._begin
        canvas.text(begin - 2 * self._gap, y, name, self._style, "right")
        places = []
        for symbol in symbols:
            weight = "semibold" if symbol.role == "data" else "medium"
            style = canvas.style(theme.role(symbol.role), self._style.size, weight)
            width = text_width(symbol.text, style)
            canvas.text(begin, y, symbol.text, style)
            places.append((begin, begin + width))
            begin += width + self._gap
        for index, symbol in enumerate(symbols):
            if symbol.struck:
                start, end = places[index][0], places[index + symbol.struck - 1][1]
                size, rise = self._style.size, context.px(3)
                canvas.line(
                    [start - rise, end + rise], [y + 0.06 * size, y - 0.8 * size], theme.vanish, context.sizes.theory
                )


def _power(symbol: str, power: int) -> str:
    return symbol if power == 1 else filled(f"{symbol}{{power:^}}", {"power": power})
