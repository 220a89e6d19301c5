"""A series of the scene as bars."""

from __future__ import annotations

from render.panels._bars import Bars


class Panel(Bars):
    """Bars of the scene's own numbers; see `Bars` for the options."""
