"""Paths over a landscape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.drawing.glyphs import text_width
from render.drawing.lines import RevealedLine
from render.errors import RenderError
from render.numerics.trajectory import Trajectory
from render.panels import base
from render.panels._chart import Chart, dashed_line, dashes, revealed
from render.panels._cut import within
from render.panels._labels import EndLabel, moved_apart, write_labels
from render.panels._landscape import Field, draw_field
from render.panels._plane import arrow_head
from render.panels._series import Series, labelled, track_of
from render.panels.base import Limits, PanelContext


class Panel(base.Panel):
    """Paths of points over a function of two variables, drawn in grey bands of equal share.

    Parameters
    ----------
    of : str or mapping of str to str
        Series of shape (T + 1, 2): x and y of a point; several by their labels.
    field : callable, optional
        The function: takes x and y, arrays of one shape, and returns its values there.
    x, y : tuple of float
        Numbers at the left and right, bottom and top.
    names : tuple of str
        What the horizontal axis counts, and the vertical one.
    theory : sequence of str
        Labels of paths that are what should be: dashed, and there from the start. Where there are some, names
        have room right of the box.
    levels : sequence of float
        Numbers at which a line goes across.
    """

    square = True

    def __init__(
        self,
        of: Series,
        x: Limits,
        y: Limits,
        field: Field | None = None,
        names: tuple[str, str] = ("", ""),
        theory: Sequence[str] = (),
        levels: Sequence[float] = (),
    ) -> None:
        self._of, self._field, self._x, self._y, self._names = labelled(of), field, x, y, names
        self._theory, self._levels = tuple(theory), tuple(levels)

    def limits(self, numbers: Trajectory) -> Limits:
        """Return the ends of the vertical axis."""
        for name in self._of.values():
            if track_of(numbers, name).shape[1:] != (2,):
                raise RenderError(f"the panel path needs a series {name!r} of shape (steps + 1, 2)")
        return self._y

    def open(self, context: PanelContext) -> None:
        """Draw the landscape and axes."""
        self.context = context
        names = [context.words(name) for name in self._names]
        style = context.style(context.sizes.axis)
        measured = [label for label in self._of if label not in self._theory]
        widest = max((text_width(context.words(label), style) for label in self._of), default=0.0)
        right = widest + context.px(24) if self._theory else context.px(16)
        self._chart = Chart(context, self._x, self._y, right=right, unit=names[1])
        if self._field is not None:
            draw_field(context, self._chart.box, self._x, self._y, self._field)
        self._chart.draw_values()
        self._chart.draw_abscissa(names[0])
        colors = dict(
            zip(measured, self.colors(measured) if any(measured) else [context.canvas.theme.data], strict=True)
        )
        self._ends, paths, behind = [], [], []
        for label, name in self._of.items():
            track = track_of(context.numbers, name)
            x, y = self._chart.to_x(track[:, 0]), self._chart.to_y(track[:, 1])
            pieces = within(self._chart.box, x, y)
            if label not in self._theory:
                self._ends.append((label, x, y, colors[label]))
                paths += [RevealedLine(pieces, colors[label], context.sizes.theory)] if pieces else []
                continue
            found = [
                dash for piece in pieces for dash in dashes(np.asarray(piece.x), np.asarray(piece.y), context.scale)
            ]
            behind += dashed_line(found, context.canvas.theme.theory, context.sizes.theory)
            if pieces:
                self._name_theory(label, float(np.asarray(pieces[-1].x)[-1]), float(np.asarray(pieces[-1].y)[-1]))
        self._paths = revealed(behind + paths)
        for level in self._levels:
            ends, row = [self._chart.box.x, self._chart.box.right], float(self._chart.to_y(level))
            context.canvas.line(ends, [row, row], context.canvas.theme.muted, context.sizes.rule)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Draw the paths up to `step`, where they have come to, and an arrow for what has left."""
        context, box = self.context, self._chart.box
        if self._paths:
            context.canvas.lines(self._paths, step)
        labels = []
        for label, x, y, color in self._ends:
            if not (np.isfinite(x[step]) and np.isfinite(y[step])):
                continue
            place = float(np.clip(x[step], box.x, box.right)), float(np.clip(y[step], box.y, box.bottom))
            if place == (x[step], y[step]):
                context.canvas.dots(*place, context.sizes.dot, color)
            else:
                arrow_head(context, place, (float(x[step]) - place[0], float(y[step]) - place[1]), color)
            labels += [EndLabel(*place, context.words(label), color)] if label else []
        size = context.sizes.axis
        write_labels(context, moved_apart(labels, box.y, box.bottom, size), size)

    def _name_theory(self, label: str, x: float, y: float) -> None:
        """Write the name of a dashed path where it ends: right of it, or left of it where that is at the top."""
        context, box = self.context, self._chart.box
        style, gap = context.style(context.sizes.axis, context.canvas.theme.theory), context.px(14)
        if x > box.right - 1:
            context.plate(x + gap, y + 0.36 * style.size, context.words(label), style)
        else:
            context.plate(x - gap, max(y, box.y + 0.8 * style.size), context.words(label), style, "right")
