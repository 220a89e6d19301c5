"""What a matrix makes of the unit circle: its outline, or where each step has left one of its vectors."""

from __future__ import annotations

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.layouts import Box
from render.errors import RenderError
from render.numerics.trajectory import Trajectory, product_of
from render.panels import base
from render.panels._chart import round_values
from render.panels._plane import Plane, arrow
from render.panels.base import Limits, PanelContext
from render.text import number
from scenes import FloatArray

_OUTLINE = np.linspace(0, 2 * np.pi, 241)


class Panel(base.Panel):
    """The unit circle under ``P_t`` of a product of 2 × 2 matrices, or under the matrices of a series.

    Parameters
    ----------
    of : str, optional
        Series of shape (T + 1, 2, 2); by default the product itself.
    trail : int
        For how many steps an arrow stays where its step has left the vector (1, 0); with none the outline of the whole
        circle is drawn, and an arrow to its farthest point.
    reach : float, optional
        Coordinate at the edge; by default all is inside.
    turning : bool
        Whether the matrices turn, so that what lies between two steps is half a turn of it.
    role : str
        Role of the colour.
    """

    square = True
    heading = "the unit circle under {symbol}{step:^}"

    def __init__(
        self,
        of: str | None = None,
        trail: int = 0,
        reach: float | None = None,
        turning: bool = False,
        role: str = "data",
    ) -> None:
        self._of, self._trail, self._reach, self._turning, self._role = of, trail, reach, turning, role

    def limits(self, numbers: Trajectory) -> Limits:
        """Return 0 and the greatest length, 1 at least."""
        if self._of is not None:
            track = numbers.series.get(self._of)
            if track is None or track.shape[1:] != (2, 2):
                raise RenderError(f"the panel ring needs a series {self._of!r} of shape (steps + 1, 2, 2) in the scene")
            longest = float(np.linalg.norm(track, 2, axis=(1, 2)).max())
        else:
            product = product_of(numbers, "the panel ring")
            if product.dim != 2:
                raise RenderError(f"the panel ring needs matrices of 2 rows, but these have {product.dim}")
            longest = float(10 ** min(product.log10_spectral_norm.max(), 300))
        return 0.0, self._reach or max(1.0, longest) * 1.05

    def open(self, context: PanelContext) -> None:
        """Draw the unit circle and an axis."""
        self.context = context
        self._color = context.canvas.theme.role(self._role)
        slot = context.slot.box
        # A wide slot has one axis along its middle, on which lengths can be read.
        unit = slot.width / 2 / context.limits[1]
        self._wide = slot.width > 1.8 * slot.height and not self._trail and unit < slot.height / 4
        if self._wide:
            self._open_axis()
        else:
            self._plane = Plane(context, context.limits[1], context.px(10))
            self._center, self._unit = self._plane.center, self._plane.unit

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the circle's image, or the vector's and where it was before."""
        matrix = self._matrix(step, part)
        if self._trail:
            # What the last whole step has left behind is drawn once the vector has gone on from there.
            past = range(step if part else step - 1, max(step - self._trail, -1), -1)
            self._draw_vectors([matrix[:, 0], *(self._matrix(index, 0.0)[:, 0] for index in past)])
        else:
            self._draw_outline(matrix)

    @property
    def content(self) -> Box:
        """The rectangle of the plane."""
        return self.context.slot.box if self._wide else self._plane.box

    def _matrix(self, step: int, part: float) -> FloatArray:
        def at(index: int) -> FloatArray:
            if self._of is not None:
                return np.asarray(self.context.numbers.series[self._of][index])
            return product_of(self.context.numbers, "the panel ring").matrix(index)

        if not part or not self._turning:
            return at(step)
        # The part of the turn from this step to the next: that of its angle.
        before, after = at(step), at(step + 1)
        turn = after @ np.linalg.inv(before)
        angle = np.arctan2(turn[1, 0], turn[0, 0]) * part
        return np.asarray(np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ before)

    def _to_pixels(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._center[0] + self._unit * points[0], self._center[1] - self._unit * points[1]

    def _draw_vectors(self, vectors: list[FloatArray]) -> None:
        """Draw a vector, earlier ones below it, and how far it has turned."""
        context, theme = self.context, self.context.canvas.theme
        x, y = self._to_pixels(np.array(vectors).T)
        for index in range(len(vectors) - 1, -1, -1):
            color, width = (theme.muted, context.sizes.rule) if index else (theme.ink, context.sizes.curve)
            arrow(context, self._center, (float(x[index]), float(y[index])), color, width)
        # An arc from where it began, at (1, 0). Its corners stay where they are while it grows, and so do its pixels.
        turned = float(np.arctan2(vectors[0][1], vectors[0][0])) % (2 * np.pi)
        arc = np.append(np.arange(0, turned, 0.1), turned)
        radius = 0.38 * self._unit
        if turned > 0.02:
            context.canvas.line(
                self._center[0] + radius * np.cos(arc), self._center[1] - radius * np.sin(arc), theme.ink,
                context.sizes.theory,
            )  # fmt: skip

    def _draw_outline(self, matrix: FloatArray) -> None:
        context, slot = self.context, self.context.slot.box
        points = matrix @ np.array([np.cos(_OUTLINE), np.sin(_OUTLINE)])
        x, y = self._to_pixels(points)
        lengths = np.hypot(*points)
        longest = int(lengths.argmax())
        inside = (x >= slot.x) & (x <= slot.right) & (y >= slot.y) & (y <= slot.bottom)
        if inside.all():
            context.canvas.line(x, y, self._color, context.sizes.theory)
        # Of the two farthest points the one on the right.
        tip = (float(x[longest]), float(y[longest]))
        if tip[0] < self._center[0]:
            tip = 2 * self._center[0] - tip[0], 2 * self._center[1] - tip[1]
        reach = max(abs(tip[0] - self._center[0]), 1e-9)
        limit = (slot.width if self._wide else self._plane.box.width) / 2
        cut = min(1.0, limit / reach)
        end = self._center[0] + cut * (tip[0] - self._center[0]), self._center[1] + cut * (tip[1] - self._center[1])
        arrow(context, self._center, end, self._color, context.sizes.curve)
        text = context.words("{length} long", {"length": float(f"{lengths[longest]:.3g}")})
        style = context.style(context.sizes.label, self._color)
        high = end[1] - context.px(24) if self._wide else max(end[1] - context.px(16), slot.y + style.size)
        beyond = end[0] + context.px(24) + text_width(text, style) > slot.right
        if beyond or end[0] > self._center[0] + context.px(220):
            context.plate(min(end[0], slot.right), high, text, style, "right")
        else:
            context.plate(end[0] + context.px(24), high, text, style)

    def _open_axis(self) -> None:
        context, slot, canvas = self.context, self.context.slot.box, self.context.canvas
        self._center = slot.x + slot.width / 2, slot.y + slot.height / 2
        self._unit = (slot.width / 2 - context.px(8)) / context.limits[1]
        thin = max(1, round(context.sizes.rule))
        y = round(self._center[1])
        canvas.fill(Box(slot.x, y, slot.width, thin), canvas.theme.grid)
        reach = slot.width / 2 / self._unit
        for value in round_values(-reach, reach, most=5):
            x = self._center[0] + value * self._unit
            text = number(value + 0.0)
            if value:
                canvas.fill(Box(round(x), y - context.px(6), thin, context.px(12)), canvas.theme.muted)
                if slot.x + context.px(20) < x < slot.right - context.px(20):
                    canvas.text(x, y + round(1.6 * context.sizes.axis), text, context.axis, "center")
        radius = max(self._unit, context.sizes.ring)
        canvas.circle(*self._center, radius, canvas.theme.ink, max(2.0, context.sizes.rule))
        canvas.text(
            self._center[0], y + radius + 1.6 * context.sizes.axis, context.words("start: length 1"), context.axis,
            "center",
        )  # fmt: skip
