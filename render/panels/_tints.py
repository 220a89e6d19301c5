"""Colours between a role and the page."""

from __future__ import annotations

from render.drawing.colors import Color


def tinted(color: Color, background: Color, share: float = 0.45) -> Color:
    """Return a colour of which only a share is left on the page."""
    red, green, blue = (round(share * one + (1 - share) * two) for one, two in zip(color, background, strict=True))
    return red, green, blue
