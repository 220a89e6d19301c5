"""A network rolled out: boxes and arrows, and the product of the factors that a gradient meets on its way back."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.drawing.glyphs import TextStyle, text_width
from render.drawing.layouts import Box
from render.numerics.trajectory import Trajectory, product_of
from render.panels import base
from render.panels._boxes import (
    boxes_in,
    draw_arrow,
    draw_box,
    draw_tile,
    drop_note,
    indexed,
    row_width,
    tile_cell,
    write_row,
)
from render.panels._heatmap import draw_key, key_width
from render.panels._plane import arrow
from render.panels.base import Limits, PanelContext
from render.text import number, percent
from scenes import FloatArray

# More factors than this are written as the first, the second and the last.
_MOST_FACTORS = 6


class Panel(base.Panel):
    """States in boxes, arrows back from the last one, their factors, the product of these, and what is left of it.

    The scene's factors are the transposes of the states' Jacobians, that of the last step first.

    Parameters
    ----------
    state : str
        Letter of the states.
    factor : str
        Letter of the factors.
    limits : tuple of float
        Numbers at the two ends of the colours.
    """

    heading = "one box a step"

    def __init__(self, state: str = "h", factor: str = "J", limits: Limits = (-1.0, 1.0)) -> None:
        self._state, self._factor, self._asked = state, factor, limits

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the numbers at the two ends of the colours."""
        product_of(numbers, "the panel chain")
        return float(self._asked[0]), float(self._asked[1])

    def key_width(self, context: PanelContext) -> int:
        """Return how wide the key of the colours is, in pixels."""
        return key_width(context, context.limits) + context.px(24)

    def open(self, context: PanelContext) -> None:
        """Draw boxes, arrows forward, the key, and the bars' floor."""
        self.context = context
        self._product = product_of(context.numbers, "the panel chain")
        self._left = 10**self._product.log10_spectral_norm
        self._place()
        drop_note(self, context)
        steps, canvas, theme = context.numbers.steps, context.canvas, context.canvas.theme
        for index, box in enumerate(self._boxes):
            draw_box(context, box, False)
            if index < steps:
                gap, middle = context.px(8), box.y + box.height / 2
                draw_arrow(context, box.right + gap, self._boxes[index + 1].x - gap, middle, theme.muted)
        draw_key(context, context.slot.heading, context.limits, theme.sign)
        bars, sizes = self._bars, context.sizes
        heading = context.style(sizes.heading)
        context.write(bars.x, bars.y - sizes.heading * 0.9, context.words(_ARRIVES), heading, width=bars.width)
        canvas.fill(Box(bars.x, bars.bottom, bars.width, max(1, round(sizes.rule))), theme.muted)
        for index in self._named():
            y = bars.bottom + round(sizes.axis * 1.35)
            canvas.text(self._middle(index), y, indexed(self._state, index), context.axis, "center")

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw how far the gradient has come back, its factors, their product, and the bars."""
        context, steps = self.context, self.context.numbers.steps
        for index, box in enumerate(self._boxes):
            if index >= steps - step:
                draw_box(context, box, True)
            self._name(index)
        for back in range(1, step + 1):
            self._draw_back(back, 1.0)
            self._draw_factor(back)
        if part:
            self._draw_back(step + 1, part)
        self._draw_product(step)
        self._draw_bars(step)

    def describe(self) -> dict[str, Any]:
        """Return place, limits, and what is drawn of the product."""
        tracks = {"": "log10_spectral_norm"}
        return super().describe() | {"tracks": tracks, "limits": list(self.context.limits), "scale": "linear"}

    def _place(self) -> None:
        """Divide the slot: boxes, arrows back, factors, the product, and bars in what is left."""
        context, sizes, slot = self.context, self.context.sizes, self.context.slot.box
        axis, dim, count = sizes.axis, self._product.dim, context.numbers.steps + 1
        self._boxes = boxes_in(Box(slot.x, slot.y, slot.width, round(2.5 * axis)), count, context.px(96))
        y = self._boxes[0].bottom
        self._arrows = y + round(1.2 * axis)
        pitch = (slot.width - self._boxes[0].width) // max(count - 1, 1)
        # A name stands beside its matrix, or not at all.
        self._factor_style = context.style(sizes.label)
        name = round(text_width(indexed(self._factor, context.numbers.steps), self._factor_style)) + context.px(10)
        room = min(round(3.4 * axis), round(0.62 * pitch))
        self._cell = tile_cell(dim, dim, (room, room))
        self._beside = self._cell * dim + name <= pitch - context.px(4)
        self._factors = y + round(2.1 * axis)
        y = self._factors + self._cell * dim + round(1.0 * axis)
        # In a narrow slot the product stands below its name; in a low one, too, it has no words beside it.
        self._style = context.style(round(0.9 * sizes.number))
        narrow = slot.width < 40 * axis
        self._below = narrow and slot.height > 24 * axis
        self._said = self._below or not narrow
        self._line = y + round(0.95 * self._style.size)
        self._big = tile_cell(dim, dim, (round(4.4 * axis),) * 2)
        self._tile = y + (round(1.5 * self._style.size) if self._below else 0)
        if not self._below:
            self._line = y + round(self._big * dim / 2 + self._style.size * 0.36)
        top = self._tile + self._big * dim + round(2.6 * sizes.heading)
        bottom = slot.bottom - round(1.5 * axis)
        self._bars = Box(slot.x, top, slot.width, bottom - top)

    def _middle(self, index: int) -> float:
        return self._boxes[index].x + self._boxes[index].width / 2

    def _named(self) -> list[int]:
        """Return which states have room for their names: the last one, and those that are as far from it as needed."""
        context, steps = self.context, self.context.numbers.steps
        widest = text_width(indexed(self._state, steps), context.style(context.sizes.label, None, "bold"))
        pitch = (self._boxes[-1].x - self._boxes[0].x) / steps if steps else widest
        return list(range(steps, -1, -max(1, int(np.ceil((widest + context.px(8)) / pitch)))))

    def _name(self, index: int) -> None:
        context, box = self.context, self._boxes[index]
        size = context.sizes.label + context.px(6)
        name = indexed(self._state, index)
        while size > context.sizes.axis and text_width(name, context.style(size, None, "bold")) > box.width - 8:
            size -= 1
        style = context.style(size, None, "bold")
        if index in self._named() and text_width(name, style) <= box.width:
            context.canvas.text(self._middle(index), box.y + box.height / 2 + size * 0.36, name, style, "center")

    def _draw_back(self, back: int, part: float) -> None:
        """Draw the arrow of a step back, or part of it."""
        context = self.context
        right, left = (self._boxes[context.numbers.steps - back + near] for near in (1, 0))
        inset = 0.32 * right.width
        start, tip = right.x + right.width / 2 - inset, left.x + left.width / 2 + inset
        tip = start + part * (tip - start)
        arrow(context, (start, self._arrows), (tip, self._arrows), context.canvas.theme.data, context.sizes.curve)

    def _draw_factor(self, back: int) -> None:
        context, index = self.context, self.context.numbers.steps - back + 1
        values = np.asarray(self._product.sequence.factors[back - 1]).T
        side, name = self._cell * len(values), indexed(self._factor, index)
        length = context.px(10) + text_width(name, self._factor_style) if self._beside else 0.0
        left = (self._middle(index - 1) + self._middle(index) - side - length) / 2
        box = draw_tile(context, (left, self._factors), (self._cell, self._cell), values)
        if self._beside:
            y = box.y + side / 2 + self._factor_style.size * 0.36
            context.canvas.text(box.right + context.px(10), y, name, self._factor_style)

    def _equation(self, step: int) -> list[tuple[str, TextStyle]]:
        """Return the name of the product, with its factors in their colour, as long as there is room for."""
        steps, data = self.context.numbers.steps, self.context.canvas.theme.data
        top, bottom = indexed(self._state, steps), indexed(self._state, steps - step)
        names = [indexed(self._factor, steps - back) for back in range(step)]
        short = [*names[:2], "⋯", names[-1]] if step > 3 else names
        room = self.context.slot.box.width - (0 if self._below else self._big * self._product.dim + self.context.px(20))
        for shown in (names, short) if step <= _MOST_FACTORS else (short,):
            for size in range(self._style.size, self.context.sizes.axis - 1, -2):
                style = self.context.style(size)
                parts = [(f"∂{top}/∂{bottom} = ", style), (" · ".join(shown), self.context.style(size, data))]
                parts += [(" =", style)] if step else []
                if row_width(parts) <= room and (size >= 0.75 * self._style.size or shown is short):
                    return parts
        return parts

    def _draw_product(self, step: int) -> None:
        context, sizes, slot = self.context, self.context.sizes, self.context.slot.box
        end = write_row(context, slot.x, self._line, self._equation(step))
        left = slot.x if self._below else end + context.px(18)
        values = self._product.matrix(step).T
        tile = draw_tile(context, (left, self._tile), (self._big, self._big), values)
        if not self._said:
            return
        x, middle = tile.right + context.px(28), tile.y + tile.height / 2
        first, second = context.words(_STRETCHES).split("\n")
        context.canvas.text(x, middle - sizes.axis * 0.45, first, context.axis)
        strong = context.style(round(0.9 * sizes.number), context.canvas.theme.data, "bold")
        write_row(
            context,
            x,
            middle + sizes.axis * 1.05,
            [(second + " ", context.axis), (number(float(self._left[step]), 2), strong)],
        )

    def _draw_bars(self, step: int) -> None:
        context, bars = self.context, self._bars
        steps, theme, axis = context.numbers.steps, context.canvas.theme, context.sizes.axis
        heights, taken = self._heights(), -np.inf
        # From the newest one on: it has its number above it whatever room there is.
        for back in range(step, -1, -1):
            box, height, text = self._boxes[steps - back], heights[back], percent(float(self._left[back]))
            context.canvas.fill(Box(box.x, bars.bottom - height, box.width, height), theme.data)
            inside = context.style(context.sizes.label, theme.background)
            if text_width(text, inside) <= box.width - 4 and height > 1.6 * inside.size:
                y = bars.bottom - height + round(1.15 * inside.size)
                context.canvas.text(self._middle(steps - back), y, text, inside, "center")
                continue
            style = context.style(axis, theme.data)
            length = text_width(text, style)
            x = min(max(self._middle(steps - back) - length / 2, bars.x), bars.right - length)
            if x >= taken:
                context.canvas.text(x, bars.bottom - height - round(0.3 * axis), text, style)
                taken = x + length + context.px(6)

    def _heights(self) -> FloatArray:
        """Return the heights of the bars in whole pixels by steps back; a number above the highest has room."""
        highest = max(1.0, float(self._left[np.isfinite(self._left)].max()))
        room = self._bars.height - round(1.2 * self.context.sizes.axis)
        return np.maximum(np.rint(self._left / highest * room), 2).astype(int)


_ARRIVES = "how much of the gradient is left, at most"
_STRETCHES = "stretches a gradient\nby at most"
