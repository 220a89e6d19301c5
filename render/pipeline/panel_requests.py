"""What scenes and commands ask panels for: panels by name, with their options."""

from __future__ import annotations

import difflib
import importlib
import math
import re
from typing import Any

from render.errors import UsageError
from render.panels import PANELS
from render.panels.base import Panel
from render.text import brief
from scenes import PanelRequest

# What every panel takes, whatever its own options are.
_OF_ALL = ("heading", "note", "footer", "roles")


def find_panel(request: PanelRequest) -> Panel:
    """Return a new panel for a request.

    Raises
    ------
    UsageError
        If there is no panel of that name, or it has no such option.
    """
    limits = request.options.get("limits")
    if limits is not None and not _are_limits(limits):
        raise UsageError(
            f"the limits of the panel {request.panel!r} must be two numbers, the lower first, but they are {limits!r}"
        )
    kind: Any = request.panel
    if isinstance(kind, str):
        if kind not in PANELS:
            near = difflib.get_close_matches(kind, PANELS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(PANELS)}"
            raise UsageError(f"there is no panel {kind!r}, {hint}")
        kind = importlib.import_module(PANELS[kind]).Panel
    try:
        panel = kind(**{name: value for name, value in request.options.items() if name not in _OF_ALL})
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"the panel {request.panel!r} does not take these options ({error})") from None
    if not isinstance(panel, Panel):
        raise UsageError(f"the panel {request.panel!r} must be a name or a class derived from Panel")
    for name in ("heading", "note", "footer"):
        text = request.options.get(name)
        if text is not None and not isinstance(text, str):
            raise UsageError(f"{name} of the panel {request.panel!r} must be text, but it is {text!r}")
        if text is not None:
            setattr(panel, name, text)
    panel.roles = request.options.get("roles")
    return panel


def _are_limits(limits: Any) -> bool:
    try:
        low, high = (float(limit) for limit in limits)
    except (TypeError, ValueError):
        return False
    return math.isfinite(low) and math.isfinite(high) and low < high


def entry_of(text: str) -> tuple[int, int]:
    """Return row and column, from 1, of an entry written as ``2,1``.

    Raises
    ------
    UsageError
        If it is no entry.
    """
    found = re.fullmatch(r"\s*([1-9]\d?)\s*,\s*([1-9]\d?)\s*", text)
    if not found:
        raise UsageError(f"explain must be a row and a column, as 1,2, but it is {brief(text)}")
    return int(found[1]), int(found[2])


def name_of(request: PanelRequest) -> str:
    """Return the name of a panel that is asked for."""
    return request.panel if isinstance(request.panel, str) else request.panel.__name__
