"""The films of a page over a parameter: its values, and the one with which the page opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from render.pipeline.job import Job
from render.pipeline.values import values_of
from scenes import Scene


@dataclass(frozen=True)
class Over:
    """A parameter and the values that a page has films of.

    Parameters
    ----------
    parameter : str
        Its name.
    values : tuple
        Its values, in the order of the slider.
    """

    parameter: str
    values: tuple[Any, ...]

    def opening(self, parameters: Mapping[str, Any]) -> Any:
        """Return the value with which the page opens: the one asked for where it is among them, else the first."""
        own = parameters[self.parameter]
        return own if own in self.values else self.values[0]


def over_of(job: Job, scene: Scene) -> Over:
    """Return what varies in the page of a job whose `over` is not None.

    Raises
    ------
    EigenreelError
        If the scene has no such parameter, or these are no values of it.
    """
    name, values = values_of(str(job.over), scene.parameters)
    return Over(name, tuple(values))


def opened(job: Job, scene: Scene) -> Job:
    """Return the job of the film with which a job's page opens, all its parameters resolved.

    Poster, text and every other file beside the page are of that film, so that they say nothing the page cannot show.
    """
    parameters = scene.resolve(**job.parameters)
    if job.over is not None:
        over = over_of(job, scene)
        parameters = {**parameters, over.parameter: over.opening(parameters)}
    return replace(job, parameters=parameters)
