"""How well colours can be told apart: contrast, difference, and how people see them who see fewer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from render.drawing.colors import from_linear, linear, to_lab
from scenes import FloatArray

# G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: A physiologically-based model for simulation of color vision
# deficiency, 2009, severity 1; for linear red, green and blue.
_SIGHT = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
KINDS_OF_SIGHT = tuple(_SIGHT)


def relative_luminance(color: ArrayLike) -> float:
    """Return the luminance of an sRGB colour as WCAG 2 has it: 0 for black, 1 for white."""
    return float(linear(color) @ (0.2126, 0.7152, 0.0722))


def contrast(a: ArrayLike, b: ArrayLike) -> float:
    """Return the contrast ratio of two sRGB colours as WCAG 2 has it: from 1 to 21."""
    low, high = sorted((relative_luminance(a), relative_luminance(b)))
    return (high + 0.05) / (low + 0.05)


def simulated(colors: ArrayLike, kind: str) -> FloatArray:
    """Return how sRGB colours, 0 … 255, look in a kind of sight: ``deuteranopia``, ``protanopia`` or ``normal``."""
    return from_linear(linear(colors) @ _SIGHT[kind].T)


def delta_e2000(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Return the difference CIEDE2000 of sRGB colours, 0 … 255; the last axis is the channel."""
    return lab_difference(to_lab(a), to_lab(b))


def lab_difference(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the difference CIEDE2000 of colours given by L*, a* and b*.

    As in G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 color-difference formula, 2005, all weights 1.
    """
    (light_a, red_a, yellow_a), (light_b, red_b, yellow_b) = np.moveaxis(a, -1, 0), np.moveaxis(b, -1, 0)
    chroma = (np.hypot(red_a, yellow_a) + np.hypot(red_b, yellow_b)) / 2
    stretch = 1.5 - 0.5 * _saturated(chroma)
    chroma_a, hue_a = _polar(red_a * stretch, yellow_a)
    chroma_b, hue_b = _polar(red_b * stretch, yellow_b)
    grey = chroma_a * chroma_b == 0

    # Hues are angles: the way from one to the other, and the middle, are those of the shorter arc.
    turn = hue_b - hue_a
    far = np.abs(turn) > 180
    turn = np.where(grey, 0, turn - np.where(far, 360 * np.sign(turn), 0))
    hue = np.where(grey, hue_a + hue_b, (hue_a + hue_b) / 2 + np.where(far, 180, 0))
    light, chroma = (light_a + light_b) / 2, (chroma_a + chroma_b) / 2

    lightness = (light_b - light_a) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    purity = (chroma_b - chroma_a) / (1 + 0.045 * chroma)
    weight = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.2 * _cos(4 * hue - 63)
    shade = 2 * np.sqrt(chroma_a * chroma_b) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * weight)
    # In blue, hue and chroma are not seen apart.
    blue = 30 * np.exp(-(((hue % 360 - 275) / 25) ** 2))
    rotation = -2 * _saturated(chroma) * np.sin(np.radians(2 * blue))
    return np.asarray(np.sqrt(lightness**2 + purity**2 + shade**2 + rotation * purity * shade))


def _saturated(chroma: FloatArray) -> FloatArray:
    return np.sqrt(chroma**7 / (chroma**7 + 25.0**7))


def _polar(red: FloatArray, yellow: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return chroma and hue in degrees, 0 … 360."""
    return np.hypot(red, yellow), np.degrees(np.arctan2(yellow, red)) % 360


def _cos(degrees: FloatArray) -> FloatArray:
    return np.cos(np.radians(degrees))
