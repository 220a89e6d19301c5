"""The singular values of the product, as bars on a logarithmic axis."""

from __future__ import annotations

from render.panels._bars import Bars


class Panel(Bars):
    """Bars from 1 to every singular value of ``P_t``, largest first; what is not known is counted."""

    heading = "singular values"
    note = "stretches, largest first"

    def __init__(self, role: str = "data") -> None:
        super().__init__("log10_singular_values", scale="log10", role=role)
