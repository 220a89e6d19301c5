"""The eigenvalues of the product in the complex plane, with the unit circle."""

from __future__ import annotations

import numpy as np

from render.numerics.trajectory import product_of
from render.panels import base
from render.panels._plane import Plane
from render.panels.base import PanelContext

# Moduli from 0 to this are shown in their place; larger ones stand at the edge, hollow.
_WINDOW = 1.25


class Panel(base.Panel):
    """Dots at the eigenvalues of ``P_t``. Those outside the window are pinned to its edge, counted."""

    def open(self, context: PanelContext) -> None:
        """Draw the axes and the unit circle."""
        self.context = context
        self._trajectory = product_of(context.numbers, "the panel eigenvalues")
        context.heading("eigenvalues")
        self._plane = Plane(context, _WINDOW, margin=8)

    def draw(self, step: int) -> None:
        """Draw a dot for every eigenvalue that is known."""
        canvas = self.context.canvas
        log10, angle = self._trajectory.eigenvalues(step)
        known = np.isfinite(log10) | np.isneginf(log10)
        modulus = 10.0 ** np.minimum(log10[known], 9)
        real, imaginary = modulus * np.cos(angle[known]), modulus * np.sin(angle[known])
        reach = np.maximum(np.maximum(np.abs(real), np.abs(imaginary)) / _WINDOW, 1.0)
        x, y = self._plane.to_pixels(real / reach, imaginary / reach)
        outside = reach > 1
        radius = 6 if self._trajectory.dim <= 64 else 4
        canvas.dots(x[~outside], y[~outside], radius, canvas.theme.second)
        if outside.any():
            canvas.dots(x[outside], y[outside], radius, canvas.theme.background, canvas.theme.second)
        self._remark(int(outside.sum()), int((~known).sum()))

    def _remark(self, outside: int, unknown: int) -> None:
        words = self.context.words
        if unknown:
            self.context.remark(words("unknown: {count}", {"count": unknown}))
        elif outside:
            self.context.remark(words("outside: {count}", {"count": outside}))
