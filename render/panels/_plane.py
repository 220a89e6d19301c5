"""A plane with its axes and the unit circle, or another one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from render.drawing.colors import Color
from render.drawing.layouts import Box
from render.panels.base import PanelContext
from scenes import FloatArray


class Plane:
    """Maps points of a plane to pixels of a square within a panel's slot, and draws axes and circle.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    reach : float
        Coordinate at the edge of the square, less `margin` pixels.
    margin : int
        Pixels kept free at the edge.
    circle : bool
        Whether to draw the unit circle, tinted within.
    box : Box, optional
        Where to draw, if not in the whole slot.
    """

    def __init__(
        self, context: PanelContext, reach: float, margin: int, circle: bool = True, box: Box | None = None
    ) -> None:
        self._context = context
        canvas, slot, theme = context.canvas, box or context.slot.box, context.canvas.theme
        side = min(slot.width, slot.height) // 2 * 2
        self.box = Box(slot.x, slot.y, side, side)
        self.center = slot.x + side / 2, slot.y + side / 2
        self.unit = (side / 2 - margin) / reach
        thin = max(1, round(context.sizes.rule))
        x, y = (round(c) for c in self.center)
        if circle:
            canvas.disc(*self.center, self.unit, theme.tint)
        canvas.fill(Box(x - side // 2, y, side, thin), theme.grid)
        canvas.fill(Box(x, y - side // 2, thin, side), theme.grid)
        if circle:
            canvas.circle(*self.center, self.unit, theme.muted, max(1.5, context.sizes.rule))

    def name_axes(self) -> None:
        """Write 1 where the circle crosses the horizontal axis, if there is room."""
        context, size = self._context, self._context.sizes.axis
        if self.unit < 4 * size:
            return
        x, y = self.center
        gap = context.px(8)
        context.canvas.text(x + self.unit - gap, y + size + gap, "1", context.axis, "right")

    def to_pixels(self, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return columns and rows in pixels."""
        return (
            np.asarray(self.center[0] + self.unit * np.asarray(x, float)),
            np.asarray(self.center[1] - self.unit * np.asarray(y, float)),
        )

    def inside(self, x: FloatArray, y: FloatArray) -> NDArray[np.bool_]:
        """Return which points, in pixels, lie within the square."""
        box = self.box
        return (x >= box.x) & (x <= box.right) & (y >= box.y) & (y <= box.bottom)

    def arrows(self, x: FloatArray, y: FloatArray, color: Color) -> None:
        """Draw an arrow at the edge for each point, in pixels, that has left the square; it points to it."""
        half = self.box.width / 2
        for across, down in zip((x - self.center[0]).tolist(), (y - self.center[1]).tolist(), strict=True):
            longest = max(abs(across), abs(down))
            if not np.isfinite(longest) or longest <= 0:
                continue
            tip = np.array(self.center) + np.array([across, down]) * (half / longest)
            arrow_head(self._context, (float(tip[0]), float(tip[1])), (across, down), color)


def arrow_head(context: PanelContext, tip: tuple[float, float], along: tuple[float, float], color: Color) -> None:
    """Draw a triangle at the edge of a picture, which points to what has left it.

    Parameters
    ----------
    context : PanelContext
        Where to draw.
    tip : tuple of float
        Its tip in pixels.
    along : tuple of float
        Where it points, of any length above 0.
    color : Color
        Its colour.
    """
    length, size = max(float(np.hypot(*along)), 1e-9), context.sizes.dot
    across, down = along[0] / length * size, along[1] / length * size
    foot = tip[0] - 2 * across, tip[1] - 2 * down
    context.canvas.polygon([tip, (foot[0] - down, foot[1] + across), (foot[0] + down, foot[1] - across)], color)


def rings(context: PanelContext, x: FloatArray, y: FloatArray, color: Color) -> None:
    """Draw rings at points in pixels: what stands still, where dots move."""
    sizes, theme = context.sizes, context.canvas.theme
    context.canvas.dots(x, y, sizes.ring + 1, color, theme.background)
    # The inner dot is as large as it is drawn: with the edge, which every dot has.
    context.canvas.dots(x, y, sizes.ring + 1 - 2.5 * context.scale - 1.5, theme.background, theme.background)


def arrow(
    context: PanelContext, start: tuple[float, float], tip: tuple[float, float], color: Color, width: float
) -> None:
    """Draw an arrow between two points in pixels; a very short one is a dot."""
    canvas = context.canvas
    head = 3.2 * width + context.px(3)
    if math.dist(start, tip) < head:
        canvas.dots(tip[0], tip[1], max(width, context.sizes.ring - 1), color)
        return
    canvas.arrow(start, tip, color, width, head)


def between(track: FloatArray, step: int, part: float, turning: bool) -> FloatArray:
    """Return points part of the way from a step to the next: along spirals round the middle, or straight.

    Parameters
    ----------
    track : ndarray, shape (T + 1, k, 2)
        Points by step.
    step : int
        The step before.
    part : float
        The part of the way, in [0, 1).
    turning : bool
        Whether angle and logarithm of the length change evenly; if not, coordinates do.

    Returns
    -------
    ndarray, shape (k, 2)
    """
    before = track[step]
    if not part:
        return np.asarray(before)
    after = track[step + 1]
    straight = before + part * (after - before)
    lengths = np.hypot(*before.T), np.hypot(*after.T)
    turns = (lengths[0] > 0) & (lengths[1] > 0)
    if not turning or not turns.any():
        return np.asarray(straight)
    one, other = before[turns], after[turns]
    angle = part * np.arctan2(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0], (one * other).sum(axis=1))
    stretch = (lengths[1][turns] / lengths[0][turns]) ** part
    cosine, sine = stretch * np.cos(angle), stretch * np.sin(angle)
    straight[turns] = np.column_stack([cosine * one[:, 0] - sine * one[:, 1], sine * one[:, 0] + cosine * one[:, 1]])
    return np.asarray(straight)
