"""The palette of a GIF: cells, inks and their edges have an entry near them."""

from itertools import product

import numpy as np
import pytest

from render.drawing.canvas import Cells
from render.drawing.layouts import Box
from render.drawing.palette import film_palette
from render.drawing.raster import RasterCanvas
from render.drawing.themes import THEMES, find_theme
from render.video.frame_difference import FrameDifference
from render.video.pixel_formats import Pal8

OWN = find_theme({
    "background": "#fdfaf4",
    "sign": ["#1f4fff", "#fdfaf4", "#e00040"],
    "roles": {
        "vanish": "#1567fd",
        "explode": "#c02600",
        "keep": "#388066",
        "data": "#030041",
        "theory": "#245a69",
        "warn": "#341000",
    },
})  # fmt: skip
ALL = pytest.mark.parametrize("theme", [*THEMES.values(), OWN], ids=lambda theme: theme.name)


def away(colors, palette):
    """How far each colour is from the nearest entry."""
    return np.abs(np.asarray(colors, int)[:, None] - palette.astype(int)).max(axis=2).min(axis=1)


@ALL
def test_palette_holds_maps_inks_and_edges(theme):
    palette = film_palette(theme)
    assert palette.shape == (256, 3)
    assert palette.dtype == np.uint8
    for colors in (theme.sign.colors, theme.field.colors):
        assert away(colors, palette).max() <= 2
    assert away([*theme.inks, theme.tint, theme.background], palette).max() == 0
    for background, ink in product((theme.background, theme.tint), theme.inks):
        # Text on a plate has the plate's colour and the page's the other way round.
        assert away(np.linspace(background, ink, 256), palette).max() <= 12
    assert tuple(palette[-1]) == theme.background
    assert film_palette(theme) is palette


@ALL
def test_palette_frames_are_exact_for_cells_and_inks(theme):
    sheet = RasterCanvas(512, 64, theme)
    stock = Pal8(sheet)
    for row, colors in enumerate((theme.sign, theme.field)):
        sheet.cells(Cells(0, 16 * row, 2, 16, np.arange(256)[None], colors))
    plain = (*theme.inks, theme.tint, theme.background)
    for place, ink in enumerate(plain):
        sheet.fill(Box(16 * place, 32, 16, 16), ink)
    frame = np.frombuffer(stock.pack(FrameDifference(sheet).changes()), np.uint8)
    palette = frame[512 * 64 :].reshape(256, 4)[:, 2::-1].astype(int)
    shown = palette[frame[: 512 * 64].reshape(64, 512)]
    assert np.abs(shown[8, ::2] - theme.sign.colors).max() <= 2
    assert np.abs(shown[24, ::2] - theme.field.colors).max() <= 2
    # What vanishes has the page's colour.
    assert (shown[8, [254, 255, 256, 257]] == theme.background).all()
    for place, ink in enumerate(plain):
        assert (shown[40, 16 * place + 8] == ink).all()
    assert (shown[60, 300] == theme.background).all()
