"""A function of one number, as it is now, over what it was at the start."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.drawing.glyphs import text_width
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, decade_limits, is_log10, value_limits
from render.panels._labels import MOST_NAMES, EndLabel, moved_apart, write_labels
from render.panels._series import track_of
from render.panels._tints import tinted
from render.panels.base import Limits, PanelContext
from scenes import FloatArray


class Panel(base.Panel):
    """One thin line a column, each over a wide one: the function at the first step, from which it cannot stray unseen.

    Parameters
    ----------
    of : str
        Name of a series of shape (T + 1, k): the function at k numbers, evenly spaced.
    ends : tuple of float
        The first and the last of these numbers.
    x : str
        What they are: written behind the axis' last one.
    unit : str
        What the function counts: written at the axis' highest tick.
    limits : tuple of float, optional
        Numbers at the ends of the vertical axis; by default all that the series hold.
    role : str
        Role of the line's colour, where the film has no columns.
    whole : bool
        Whether only whole numbers stand below it.
    scale : str
        ``linear``, or ``log10`` where the series holds decimal logarithms: the axis then has powers of ten.
    """

    shared = True

    def __init__(
        self,
        of: str,
        ends: Limits,
        x: str = "",
        unit: str = "",
        limits: Limits | None = None,
        role: str = "data",
        scale: str = "linear",
        whole: bool = False,
    ) -> None:
        self._of, self._ends, self._x, self._unit, self._asked, self._role = of, ends, x, unit, limits, role
        self._log, self._whole = is_log10(scale), whole

    def limits(self, numbers: Trajectory) -> Limits:
        """Return round numbers around the function at all steps."""
        track = track_of(numbers, self._of)
        if track.ndim != 2:
            raise RenderError(f"the panel curve needs a series {self._of!r} of shape (steps + 1, points)")
        return self._asked or (decade_limits if self._log else value_limits)(track)

    def open(self, context: PanelContext) -> None:
        """Draw axes, and the function at the first step."""
        self.context = context
        labels = [label for label in context.columns if label is not None]
        style = context.style(context.sizes.label)
        longest = max((text_width(context.words(label), style) + context.px(24) for label in labels), default=0.0)
        self._named = longest < MOST_NAMES * context.slot.box.width
        self._chart = Chart(
            context,
            self._ends,
            context.limits,
            log=self._log,
            right=max(longest if self._named else 0.0, context.px(20)),
            unit=context.words(self._unit),
        )
        self._chart.draw_values()
        self._chart.draw_abscissa(context.words(self._x), self._whole)
        theme = context.canvas.theme
        colors = self.colors(labels) or [theme.role(self._role)]
        self._curves = [
            (label, track_of(numbers, self._of), color)
            for (label, numbers), color in zip(context.columns.items(), colors, strict=True)
        ]
        for _, track, color in self._curves:
            x, y = self._pixels(track[0])
            if len(x) > 1:
                context.canvas.line(x, y, tinted(color, theme.background, 0.3), 3 * context.sizes.curve)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the function at a step."""
        context, box = self.context, self._chart.box
        ends = []
        for label, track, color in self._curves:
            x, y = self._pixels(track[step])
            if not len(x):
                continue
            if len(x) > 1:
                context.canvas.line(x, y, color, context.sizes.theory)
            else:
                context.canvas.dots(x, y, context.sizes.ring, color)
            named = label if self._named else None
            ends += [EndLabel(float(x[-1]), float(y[-1]), context.words(named), color)] if named else []
        size = context.sizes.label
        write_labels(context, moved_apart(ends, box.y - 0.3 * size, box.bottom + 0.3 * size, size), size)

    def describe(self) -> dict[str, Any]:
        """Return place, track and scale."""
        return super().describe() | {"tracks": {"": self._of}, "scale": "log10" if self._log else "linear"}

    def _pixels(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return where the function is, as far as it is known; zero on a logarithmic axis is at its lower edge."""
        box = self._chart.box
        known = ~np.isnan(values)
        x = np.asarray(self._chart.to_x(np.linspace(*self._ends, len(values))))[known]
        return x, np.clip(self._chart.to_y(np.nan_to_num(values[known], neginf=-1e300)), box.y, box.bottom)
