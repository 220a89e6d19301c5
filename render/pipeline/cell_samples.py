"""The heat-maps of a frame alone, a pixel for 8 × 8 of it: what of a film may flash, without painting it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from render.drawing.colors import cell_colors
from render.drawing.raster import RasterCanvas
from render.pipeline.painter import Painter
from render.pipeline.timeline import Instant

_SPACING = 8


class CellSamples:
    """Colours of the cells of a film's heat-maps at its moments.

    Parameters
    ----------
    painter : Painter
        What paints the film.
    """

    def __init__(self, painter: Painter[RasterCanvas]) -> None:
        theme = painter.canvas.theme
        tables = {colors.name: colors for colors in (theme.sign, theme.field)}
        described = zip(painter.panels, painter.describe(), strict=True)
        self._panels = [(panel, found, tables[found["colormap"]]) for panel, found in described if found["cell"]]
        layout = painter.layout
        self._blank = np.full((layout.height // _SPACING, layout.width // _SPACING, 4), 255, np.uint8)
        self._blank[..., :3] = theme.background
        cells = sum(found["width"] * found["height"] for _, found, _ in self._panels)
        # The part of the frame that cells take.
        self.share = cells / (layout.width * layout.height)

    def at(self, instant: Instant) -> NDArray[np.uint32]:
        """Return the samples of a moment, shape (k,), as `FlashMeter.see_samples` takes them."""
        picture = self._blank.copy()
        for panel, found, table in self._panels:
            values = panel.values(instant.step, instant.part)
            if values is None:
                continue
            colors = cell_colors(values, found["limits"], table, found.get("unknown"))
            times = found["cell"] // _SPACING
            shown = np.repeat(np.repeat(colors, times, axis=0), times, axis=1)
            top, left = found["y"] // _SPACING, found["x"] // _SPACING
            area = picture[top : top + shown.shape[0], left : left + shown.shape[1], :3]
            area[:] = shown[: area.shape[0], : area.shape[1]]
        samples: NDArray[np.uint32] = picture.view(np.uint32).ravel()
        return samples
