"""What a film can show: one module a panel, each with one class ``Panel``.

`PANELS` names them all. A module is imported when a film has its panel.
"""

from __future__ import annotations

PANELS = {
    name: f"render.panels.{name}"
    for name in (
        "arrows",
        "bars",
        "conveyor",
        "chain",
        "cancelling",
        "curve",
        "descent",
        "eigenvalues",
        "equation",
        "fans",
        "heatmap",
        "histogram",
        "lengths",
        "matrix",
        "moving_rows",
        "multiply",
        "network",
        "norms",
        "path",
        "points",
        "readout",
        "ring",
        "scaled_matrix",
        "sentence",
        "series",
        "singular_values",
        "states",
        "strip",
        "tree",
        "vector",
        "verdict",
    )
}
