"""Series of a scene as curves over the steps."""

from __future__ import annotations

from render.panels._curves import Curves


class Panel(Curves):
    """Curves of the scene's own numbers; see `Curves` for the options."""
