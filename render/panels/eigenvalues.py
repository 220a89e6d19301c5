"""The eigenvalues of the product in the complex plane, with the unit circle."""

from __future__ import annotations

import numpy as np

from render.layout import Box
from render.panels import _base
from render.panels._base import Stage

# Moduli from 0 to this are shown in their place; larger ones stand at the edge, hollow.
_WINDOW = 1.25


class Panel(_base.Panel):
    """Dots at the eigenvalues of ``P_t``. Those outside the window are pinned to its edge, counted."""

    def open(self, stage: Stage) -> None:
        """Draw the axes and the unit circle."""
        self.stage = stage
        stage.heading("eigenvalues")
        canvas, box = stage.canvas, stage.slot.box
        side = min(box.width, box.height)
        self._center = box.x + box.width / 2, box.y + side / 2
        self._unit = (side / 2 - 8) / _WINDOW
        x, y = (round(c) for c in self._center)
        canvas.fill(Box(x - side // 2, y, side, 1), canvas.theme.grid)
        canvas.fill(Box(x, y - side // 2, 1, side), canvas.theme.grid)
        canvas.circle(*self._center, self._unit, canvas.theme.grid)

    def draw(self, step: int) -> None:
        """Draw a dot for every eigenvalue that is known."""
        canvas = self.stage.canvas
        log10, angle = self.stage.trajectory.eigenvalues(step)
        known = np.isfinite(log10) | np.isneginf(log10)
        modulus = 10.0 ** np.minimum(log10[known], 9)
        real, imaginary = modulus * np.cos(angle[known]), modulus * np.sin(angle[known])
        reach = np.maximum(np.maximum(np.abs(real), np.abs(imaginary)) / _WINDOW, 1.0)
        x = self._center[0] + self._unit * real / reach
        y = self._center[1] - self._unit * imaginary / reach
        outside = reach > 1
        radius = 6 if self.stage.trajectory.dim <= 64 else 4
        canvas.dots(x[~outside], y[~outside], radius, canvas.theme.second)
        if outside.any():
            canvas.dots(x[outside], y[outside], radius, canvas.theme.background, canvas.theme.second)
        self._remark(int(outside.sum()), int((~known).sum()))

    def _remark(self, outside: int, unknown: int) -> None:
        words = self.stage.words
        if unknown:
            self.stage.remark(words("unknown: {count}", {"count": unknown}))
        elif outside:
            self.stage.remark(words("outside: {count}", {"count": outside}))
