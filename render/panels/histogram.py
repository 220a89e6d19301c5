"""How often numbers of each size come up, as bars over a number line."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from render.drawing.colors import Color
from render.drawing.layouts import Box
from render.drawing.lines import Polyline
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, dashes
from render.panels._series import track_of
from render.panels._tints import tinted
from render.panels.base import Limits, PanelContext


class Panel(base.Panel):
    """Bars of equal width side by side, from zero, with what they should be as a dashed outline.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, bins).
    ends : str or tuple of float
        Numbers at the left end of the first bin and the right end of the last one, or the name of a series of shape
        (T + 1, 2) that holds them and does not change.
    x : str
        What the number line counts: written behind its last number.
    theory : str, optional
        Another series of the shape of `of`.
    marks : mapping of str to float, optional
        Places on the number line, drawn as lines, whose labels stand below it instead of numbers.
    limits : tuple of float, optional
        Numbers at the floor and the top; by default zero and the highest bar.
    role : str
        Role of the bars' colour, where the film has no columns.
    """

    def __init__(
        self,
        of: str,
        ends: str | Limits,
        x: str = "",
        theory: str | None = None,
        marks: Mapping[str, float] | None = None,
        limits: Limits | None = None,
        role: str = "data",
    ) -> None:
        self._of, self._ends, self._x, self._theory = of, ends, x, theory
        self._marks, self._asked, self._role = dict(marks or {}), limits, role

    def limits(self, numbers: Trajectory) -> Limits:
        """Return zero and the highest bar of all steps."""
        if self._asked:
            return self._asked
        names = [self._of] + ([self._theory] if self._theory else [])
        tracks = [track_of(numbers, name) for name in names]
        if any(track.ndim != 2 for track in tracks):
            raise RenderError(f"the panel histogram needs a series {self._of!r} of shape (steps + 1, bins)")
        return 0.0, 1.05 * max(float(track.max()) for track in tracks) or 1.0

    def open(self, context: PanelContext) -> None:
        """Draw the number line and marks."""
        self.context = context
        self._track = track_of(context.numbers, self._of)
        self._outline = track_of(context.numbers, self._theory) if self._theory else None
        self._still = self._outline is not None and bool((self._outline == self._outline[0]).all())
        self._outlines: dict[int, list[Polyline]] = {}
        ends = track_of(context.numbers, self._ends)[0] if isinstance(self._ends, str) else self._ends
        low, high = float(ends[0]), float(ends[1])
        self._chart = Chart(context, (low, high), context.limits)
        slot, margin = context.slot.box, context.px(8)
        # Heights are compared, not read: there are no numbers left of the bars.
        old = self._chart.box
        self._chart.box = Box(slot.x + margin, old.y, slot.width - 2 * margin, old.height)
        box = self._chart.box
        self._edges = np.rint(self._chart.to_x(np.linspace(low, high, self._track.shape[1] + 1))).astype(int)
        thin = max(1, round(context.sizes.rule))
        context.canvas.fill(Box(box.x, box.bottom, box.width, thin), context.canvas.theme.muted)
        if self._marks:
            self._name_marks()
        else:
            self._chart.draw_abscissa(context.words(self._x))
        # A tint, so that the dashes across the bars are seen.
        self._color = tinted(self._role_color(), context.canvas.theme.background)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the bars and the outline."""
        canvas, box = self.context.canvas, self._chart.box
        tops = np.rint(np.clip(self._chart.to_y(self._track[step]), box.y, box.bottom)).astype(int)
        gap = 1 if np.diff(self._edges).min() > 6 else 0
        bars = [
            Box(left, top, right - left - gap, box.bottom - top)
            for left, right, top in zip(self._edges[:-1].tolist(), self._edges[1:].tolist(), tops.tolist(), strict=True)
            if top < box.bottom
        ]
        canvas.fills(bars, self._color)
        self._draw_marks()
        self._draw_outline(step)

    def describe(self) -> dict[str, object]:
        """Return place, track and scale."""
        return super().describe() | {"tracks": {"": self._of}, "scale": "linear"}

    def _role_color(self) -> Color:
        column = next(iter(self.context.columns))
        return self.color_of(column) if column is not None else self.context.canvas.theme.role(self._role)

    def _draw_outline(self, step: int) -> None:
        if self._outline is None:
            return
        known = 0 if self._still else step
        if known not in self._outlines:
            box, middles = self._chart.box, (self._edges[:-1] + self._edges[1:]) / 2
            rows = np.clip(self._chart.to_y(self._outline[known]), box.y, box.bottom)
            self._outlines[known] = dashes(middles, rows, self.context.scale)
        color, width = self.context.canvas.theme.theory, self.context.sizes.theory
        # Over the bars, which move: lines that grow are laid over what stands still, and would wipe out those beside.
        for dash in self._outlines[known]:
            self.context.canvas.line(dash.x, dash.y, color, width)

    def _draw_marks(self) -> None:
        context, box = self.context, self._chart.box
        thin = max(1, round(context.sizes.rule))
        lines = [Box(round(float(self._chart.to_x(value))), box.y, thin, box.height) for value in self._marks.values()]
        context.canvas.fills(lines, context.canvas.theme.muted)

    def _name_marks(self) -> None:
        context, y = self.context, self._chart.box.bottom + round(self.context.sizes.axis * 1.35)
        for label, value in self._marks.items():
            context.canvas.text(float(self._chart.to_x(value)), y, context.words(label), context.axis, "center")
