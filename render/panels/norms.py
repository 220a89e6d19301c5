"""The spectral norm over the steps, on a logarithmic axis."""

from __future__ import annotations

from render.panels._curves import Curves


class Panel(Curves):
    """Curve of ``‖P_t‖₂``, drawn up to the step shown, with its value."""

    heading = "size"
    note = "how far it can stretch a vector"

    def __init__(self, unit: str = "", marks: dict[str, float] | None = None) -> None:
        super().__init__("log10_spectral_norm", unit=unit, marks=marks)
