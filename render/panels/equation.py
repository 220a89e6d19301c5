"""Matrices in a row with signs between them: factors, and what they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from render.errors import RenderError
from render.numerics.trajectory import Trajectory, product_of
from render.panels import base
from render.panels._numbered import NumberedMatrix
from render.panels._series import track_of
from render.panels.base import Limits, PanelContext, place
from render.text import filled
from scenes import FloatArray

_GRID = 16


class Panel(base.Panel):
    """Small matrices with numbers in their cells, names above them, and signs between them.

    Where they have no room in one row, what follows the last sign stands below.

    Parameters
    ----------
    of : mapping of str to str
        Series of shape (T + 1, rows, columns) by their names, all of one size; ``""`` is the product itself. A name
        may hold ``{step:^}``.
    signs : sequence of str
        What stands between them.
    outlined : str
        Name of the matrix that has an edge: the one to be looked at.
    """

    def __init__(self, of: Mapping[str, str], signs: Sequence[str], outlined: str = "") -> None:
        if len(signs) != len(of) - 1:
            raise ValueError(f"{len(of)} matrices have {len(of) - 1} signs between them")
        self._of, self._signs, self._outlined = dict(of), tuple(signs), outlined

    def limits(self, numbers: Trajectory) -> Limits:
        """Refuse series that are not matrices of one size; colours are shares of the largest entry."""
        for name in filter(None, self._of.values()):
            if track_of(numbers, name).ndim != 3:
                raise RenderError(f"the panel equation needs a series {name!r} of shape (steps + 1, rows, columns)")
        if len({self._matrix(numbers, name, 0).shape for name in self._of.values()}) > 1:
            raise RenderError("the panel equation needs matrices of one size")
        return -1.0, 1.0

    def open(self, context: PanelContext) -> None:
        """Draw signs and outlines."""
        self.context = context
        sizes, theme = context.sizes, context.canvas.theme
        self._shape = self._matrix(context.numbers, next(iter(self._of.values())), 0).shape
        self._matrices = self._placed()
        ink = context.style(round(1.3 * sizes.title), theme.muted, "bold")
        for sign, before, after in zip(self._signs, self._matrices, self._matrices[1:], strict=False):
            box = after.box(*self._shape)
            same_row = before.y == after.y
            middle = (before.box(*self._shape).right + box.x) / 2 if same_row else box.x - context.px(28)
            context.canvas.text(middle, box.y + box.height / 2 + 0.42 * sizes.title, sign, ink, "center")
        for matrix, name in zip(self._matrices, self._of, strict=True):
            marked = name == self._outlined
            width = max(3, context.px(4)) if marked else 1
            matrix.outline(context, theme.data if marked else theme.grid, width, *self._shape)

    def draw(self, step: int, part: float = 0.0) -> None:
        """Write the names, and draw the matrices."""
        context, sizes = self.context, self.context.sizes
        for matrix, (name, series) in zip(self._matrices, self._of.items(), strict=True):
            box = matrix.box(*self._shape)
            style = context.style(sizes.hero, context.canvas.theme.data if name == self._outlined else None)
            text = filled(context.words(name), {"step": step})
            context.canvas.text(box.x + box.width / 2, box.y - context.px(12), text, style, "center")
            matrix.draw(context, self._matrix(context.numbers, series, step), round(1.2 * sizes.hero))

    def describe(self) -> dict[str, Any]:
        """Return the place of all matrices, and their series by name."""
        boxes = [matrix.box(*self._shape) for matrix in self._matrices]
        whole = boxes[0]
        for box in boxes[1:]:
            whole = whole.union(box)
        return place(whole) | {"tracks": {name: series for name, series in self._of.items() if series}}

    def _matrix(self, numbers: Trajectory, series: str, step: int) -> FloatArray:
        if series:
            return np.asarray(track_of(numbers, series)[step])
        return np.asarray(product_of(numbers, "the panel equation").matrix(step))

    def _placed(self) -> list[NumberedMatrix]:
        """Return the matrices' places: in one row if numbers then have room, else in two."""
        count = len(self._of)
        single = self._in_rows([count])
        if single[0].width >= 2.9 * self.context.sizes.axis or count == 1:
            return single
        # Where numbers have no room in two rows either, cells are as large as can be.
        return max(self._in_rows([count - 1, 1]), single, key=lambda found: found[0].width)

    def _in_rows(self, rows: Sequence[int]) -> list[NumberedMatrix]:
        context, slot = self.context, self.context.slot.box
        height, width = self._shape
        line = round(1.45 * context.sizes.hero)
        left = -(-slot.x // _GRID) * _GRID
        gap = context.px(64 if len(rows) == 1 else 40) // _GRID * _GRID
        most = max(rows)
        across = ((slot.right - left - (most - 1) * gap) // most // width) // 8 * 8
        down = ((slot.height // len(rows) - line - _GRID // 2) // height) // 8 * 8
        # Cells wider than high have more room for numbers, as long as they look like cells of a matrix.
        across = min(across, round(1.6 * down) // 8 * 8)
        down = min(down, across)
        used = most * across * width + (most - 1) * gap
        # What is left goes between the matrices.
        gap += max(0, min((slot.right - left - used) // max(most - 1, 1), gap)) // _GRID * _GRID
        found, top = [], slot.y
        for index, single in enumerate(rows):
            y = -(-(top + line) // _GRID) * _GRID
            indent = 0 if index == 0 else -(-context.px(56) // _GRID) * _GRID
            for column in range(single):
                found.append(NumberedMatrix(left + indent + column * (across * width + gap), y, across, down))
            top = y + down * height
        return found
