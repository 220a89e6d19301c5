"""A series of matrices that the scene computed itself, as a heat-map with fixed colours."""

from __future__ import annotations

from render.panels._series_heatmap import SeriesHeatmap


class Panel(SeriesHeatmap):
    """Heat-map of the scene's own numbers; see `SeriesHeatmap` for the options."""
