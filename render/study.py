"""A scene with its numbers: everything about a film but its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from render.catalog import guarded, load_scene
from render.claims import Verdict, judge
from render.simulator import Trajectory, simulate
from scenes import Scene


@dataclass(frozen=True, eq=False)
class Study:
    """A scene, its parameters, and the trajectories they give.

    Parameters
    ----------
    source : str
        Name of the scene, or the file that defines it.
    scene : Scene
        The scene.
    parameters : mapping of str to object
        All its parameters.
    columns : mapping of str to Trajectory
        Trajectories by column label; one column has the label None.
    """

    source: str
    scene: Scene
    parameters: Mapping[str, Any]
    columns: Mapping[str | None, Trajectory]

    @property
    def steps(self) -> int:
        """Number of multiplications T."""
        return next(iter(self.columns.values())).steps

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The scene's claims, decided."""
        with guarded(self.source):
            return judge(self.scene.claims, self.columns, self.parameters)


def study(source: str, parameters: Mapping[str, Any]) -> Study:
    """Build a scene's matrices; nothing is multiplied until it is asked for.

    Parameters
    ----------
    source : str
        Name of a scene, or a Python file that defines one (which is run).
    parameters : mapping of str to object
        The scene's parameters; those left out have their defaults.

    Raises
    ------
    EigenreelError
        If there is no such scene, or it cannot be built with these parameters.
    """
    scene = load_scene(source)
    with guarded(source):
        resolved = scene.resolve(**parameters)
        columns = {label: simulate(sequence) for label, sequence in scene.build(**resolved).items()}
    return Study(source, scene, resolved, columns)
