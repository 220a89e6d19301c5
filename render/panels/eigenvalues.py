"""The eigenvalues of W and of its powers in the complex plane, with the unit circle."""

from __future__ import annotations

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.numerics.trajectory import product_of
from render.panels import base
from render.panels._plane import Plane, rings
from render.panels.base import PanelContext
from render.text import number
from scenes import FloatArray

# Moduli from 0 to this are shown in their place; larger ones are arrows at the edge.
_WINDOW = 1.25
# The last part of a step's arc that stays visible.
_TRAIL = 0.1


class Panel(base.Panel):
    """Rings at the eigenvalues of W, for good, and dots at those of ``P_t``; an arrow for each beyond the plane.

    Parameters
    ----------
    powers : bool
        Whether dots show the eigenvalues of the product; if not, the largest modulus of W is written.
    role : str, optional
        Role of the dots; by default that of the column.
    """

    square = True
    heading = "eigenvalues"

    def __init__(self, powers: bool = True, role: str | None = None) -> None:
        self._powers, self._role = powers, role

    def open(self, context: PanelContext) -> None:
        """Draw axes, unit circle and rings."""
        self.context = context
        trajectory = product_of(context.numbers, "the panel eigenvalues")
        self._trajectory = trajectory
        label = next(iter(context.columns))
        own = self.color_of(label) if label is not None else context.canvas.theme.data
        self._color = context.canvas.theme.role(self._role) if self._role else own
        slot, sizes = context.slot.box, context.sizes
        below = round(2.6 * sizes.axis + sizes.label) if not self._powers and slot.height > slot.width else 0
        box = Box(slot.x, slot.y, slot.width, slot.height - below)
        self._plane = Plane(context, _WINDOW, context.px(8), box=box)
        self._single = trajectory.sequence.factor is not None
        self._rings = self._of_factor() if self._single else (np.empty(0), np.empty(0))
        theme = context.canvas.theme
        self._plane.name_axes()
        x, y = self._plane.to_pixels(*self._rings)
        moduli = np.hypot(*self._rings)
        largest = moduli >= moduli.max(initial=0.0) * (1 - 1e-9)
        if self._single:
            inside, marked = self._plane.inside(x, y), self._color if not self._powers else theme.muted
            for those, color in ((~largest, theme.muted), (largest, marked)):
                rings(context, x[those & inside], y[those & inside], color)
                self._plane.arrows(x[those & ~inside], y[those & ~inside], color)
        if not self._powers:
            self._write_largest(float(moduli.max(initial=0.0)), below)
        elif self._single:
            self._write_key()

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw a dot for every eigenvalue that is known; between steps on its way along its spiral."""
        if not self._powers:
            return
        context, canvas = self.context, self.context.canvas
        log10, angle = self._at(step, part)
        known = np.isfinite(log10) | np.isneginf(log10)
        modulus = 10.0 ** np.minimum(log10[known], 9)
        x, y = self._plane.to_pixels(modulus * np.cos(angle[known]), modulus * np.sin(angle[known]))
        inside = self._plane.inside(x, y)
        if part and self._single:
            self._draw_trails(step, part)
        radius = context.sizes.dot if self._trajectory.dim <= 32 else context.sizes.ring
        canvas.dots(x[inside], y[inside], radius, self._color)
        self._plane.arrows(x[~inside], y[~inside], self._color)
        unknown = int((~known).sum())
        if unknown:
            text = context.words("{count} not known", {"count": unknown})
            context.canvas.text(
                self._plane.box.right, self._plane.box.bottom - context.px(4), text, context.axis, "right"
            )

    @property
    def content(self) -> Box:
        """The rectangle of the plane."""
        return self._plane.box

    def _of_factor(self) -> tuple[FloatArray, FloatArray]:
        log10, angle = self._trajectory.eigenvalues(1) if self._trajectory.steps else (np.empty(0), np.empty(0))
        # What is not known has no ring.
        known = np.isfinite(log10) & np.isfinite(angle)
        modulus = 10.0 ** np.minimum(log10[known], 9)
        return modulus * np.cos(angle[known]), modulus * np.sin(angle[known])

    def _at(self, step: int, part: float) -> tuple[FloatArray, FloatArray]:
        """Return log10 of moduli and angles at a moment: λᵗ for any t, where all factors are one matrix."""
        if not part or not self._single:
            return self._trajectory.eigenvalues(step)
        log10, angle = self._trajectory.eigenvalues(1)
        return log10 * (step + part), angle * (step + part)

    def _draw_trails(self, step: int, part: float) -> None:
        log10, angle = self._trajectory.eigenvalues(1)
        for single, turn in zip(log10.tolist(), angle.tolist(), strict=True):
            if np.isfinite(single):
                when = np.linspace(max(step + part - 5 * _TRAIL, 0.0), step + part, 5)
                modulus = 10.0 ** np.minimum(single * when, 9)
                x, y = self._plane.to_pixels(modulus * np.cos(turn * when), modulus * np.sin(turn * when))
                if self._plane.inside(x, y).all():
                    self.context.canvas.line(x, y, self._color, self.context.sizes.theory)

    def _write_largest(self, modulus: float, below: int) -> None:
        context, sizes = self.context, self.context.sizes
        text = number(modulus, 3)
        box = self._plane.box
        style = context.style(round(sizes.number * 0.8), self._color, "bold")
        if below:
            middle = box.x + box.width / 2
            context.canvas.text(middle, box.bottom + sizes.number * 0.8, text, style, "center")
            name = context.words("largest |λ|")
            context.write(middle, box.bottom + sizes.number * 0.8 + 1.3 * sizes.axis, name, context.axis, "center",
                          context.slot.box.width)  # fmt: skip
        elif context.slot.box.width > box.width + context.px(60):
            context.write(box.right + context.px(12), box.y + box.height / 2 + sizes.number * 0.3, text, style)

    def _write_key(self) -> None:
        """Say what rings and dots are: right of the plane where there is room, or in its corners."""
        context, sizes, theme = self.context, self.context.sizes, self.context.canvas.theme
        box, slot = self._plane.box, context.slot.box
        values = {"symbol": context.symbol}
        texts = context.words("of {symbol}", values), context.words("of its power")
        styles = context.axis, context.style(sizes.axis, self._color)
        widest = max(text_width(text, style) for text, style in zip(texts, styles, strict=True)) + context.px(40)
        beside = box.right + widest <= slot.right
        for index, (text, style) in enumerate(zip(texts, styles, strict=True)):
            if beside:
                x, y = float(box.right + context.px(24)), box.y + sizes.axis * (1 + 1.4 * index)
            elif index == 0:
                x, y = float(box.x + sizes.ring), float(box.y + sizes.axis * 0.8)
            else:
                x, y = box.right - text_width(text, style) - context.px(14), float(box.y + sizes.axis * 0.8)
            center = y - sizes.axis * 0.36
            if index == 0:
                rings(context, np.array([x]), np.array([center]), theme.muted)
            else:
                context.canvas.dots(x, center, sizes.ring, self._color)
            context.canvas.text(x + context.px(14), y, text, style)
