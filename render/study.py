"""A scene with its numbers: everything about a film but its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from render.catalog import guarded, load_scene
from render.claims import Verdict, judge
from render.simulator import Recorded, simulate
from scenes import Scene


@dataclass(frozen=True, eq=False)
class Study:
    """A scene, its parameters, and the numbers they give.

    Parameters
    ----------
    source : str
        Name of the scene, or the file that defines it.
    scene : Scene
        The scene.
    parameters : mapping of str to object
        All its parameters.
    columns : mapping of str to Recorded
        Numbers by column label, trajectories where there is a product; one column has the label None.
    """

    source: str
    scene: Scene
    parameters: Mapping[str, Any]
    columns: Mapping[str | None, Recorded]

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return next(iter(self.columns.values())).steps

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The scene's claims, decided."""
        with guarded(self.source):
            return judge(self.scene.claims, self.columns, self.parameters)

    def counterexample(self) -> Study:
        """Return the same scene with the change for which its headline is false.

        Raises
        ------
        TypeError
            If the scene has none.
        """
        with guarded(self.source):
            built, parameters = self.scene.build_counterexample(**self.parameters)
            columns = {label: simulate(recording) for label, recording in built.items()}
        return Study(self.source, self.scene, parameters, columns)


def study(source: str, parameters: Mapping[str, Any]) -> Study:
    """Build a scene; nothing is multiplied until it is asked for.

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
        columns = {label: simulate(recording) for label, recording in scene.build(**resolved).items()}
    return Study(source, scene, resolved, columns)
