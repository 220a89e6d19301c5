"""What a film can show: one module a panel, each with one class ``Panel``.

`PANELS` names them all. A module is imported when a film has its panel.
"""

from __future__ import annotations

PANELS = {
    name: f"render.panels.{name}"
    for name in (
        "bars",
        "claims",
        "eigenvalues",
        "heatmap",
        "matrix",
        "norms",
        "path",
        "points",
        "readout",
        "scaled_matrix",
        "series",
        "singular_values",
        "vector",
    )
}
