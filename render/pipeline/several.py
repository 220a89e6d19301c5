"""Films of several runs, as scenes of their own: what a job holds of them is plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from render.errors import InputError
from render.text import brief
from scenes import Scene

# What makes the scene of every such film, by the scene's name.
_MAKERS = {
    "comparison": "render.pipeline.comparison",
    "grid": "render.pipeline.comparison",
    "sweep": "render.pipeline.sweep_scene",
    "phase": "render.pipeline.sweep_scene",
    "training": "render.pipeline.training",
}


def scene_of_several(name: str, several: Mapping[str, Any]) -> Scene:
    """Return the scene of a film of several runs.

    Parameters
    ----------
    name : str
        One of `render.pipeline.job.SEVERAL`.
    several : mapping of str to object
        What the runs are: plain data, which a manifest may hold, so it is not to be trusted.

    Raises
    ------
    EigenreelError
        If it cannot be read, or the runs cannot be filmed together.
    """
    make: Callable[[Mapping[str, Any]], Scene] = getattr(import_module(_MAKERS[name]), name)
    try:
        return make(several)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(
            f"the runs of a {name} cannot be read ({brief(str(error))}), so make the film again from its scenes"
        ) from None
