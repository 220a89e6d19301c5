"""A scene with its parameters, numbers and decided claims: everything about a film but its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from render.errors import UsageError
from render.numerics.trajectory import Columns, simulate
from render.pipeline.array_scene import scene_of_arrays
from render.pipeline.catalog import load_scene
from render.pipeline.claims import Verdict, judge
from render.pipeline.guard import guarded
from render.pipeline.job import OPTIONS, Job
from render.pipeline.moments import FoundMoment, find_moments
from render.pipeline.several import scene_of_several
from render.pipeline.timeline import poster_step
from scenes import Scene

# Names that commands and the library's functions take themselves.
_TAKEN = {
    *("help", "quiet", "json", "as_json", "form", "forms", "at", "columns", "program"),
    *("scene", "parameters", "labels", "matrices", "several", "allow_nonfinite"),
    *("jobs", "dask", "force", "watch", "port", "made_as", "tracks"),
    *(flag.lstrip("-").replace("-", "_") for option in OPTIONS.values() for flag in option.flags if flag[:2] == "--"),
}


@dataclass(frozen=True, eq=False)
class SceneRun:
    """One resolved run of a scene.

    Parameters
    ----------
    source : str
        Name of the scene, or the file that defines it.
    scene : Scene
        The scene.
    parameters : mapping of str to object
        All its parameters.
    columns : mapping of str to Trajectory
        Numbers by column label; one column has the label None.
    """

    source: str
    scene: Scene
    parameters: Mapping[str, Any]
    columns: Columns

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return next(iter(self.columns.values())).steps

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The scene's claims, decided."""
        with guarded(self.source):
            return judge(self.scene.claims, self.columns, self.parameters)

    @cached_property
    def moments(self) -> list[FoundMoment]:
        """The scene's moments, found in its numbers: in the order in which they come, last those that do not."""
        with guarded(self.source):
            return find_moments(self.scene, self.columns, self.parameters)

    @property
    def moment_steps(self) -> list[int]:
        """The steps at which moments come."""
        return [moment.step for moment in self.moments if moment.step is not None]

    @property
    def poster_step(self) -> int:
        """The step shown on the poster."""
        return poster_step(self.steps, self.scene.poster, self.moment_steps)

    def counterexample(self) -> SceneRun:
        """Return the same scene with the change for which its headline is false.

        Raises
        ------
        TypeError
            If the scene has none.
        """
        with guarded(self.source):
            built, parameters = self.scene.build_counterexample(**self.parameters)
            columns = {label: simulate(recording) for label, recording in built.items()}
        return SceneRun(self.source, self.scene, parameters, columns)


def resolve(source: str, parameters: Mapping[str, Any]) -> SceneRun:
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
    return run_of(Job(source, parameters))


def run_of(job: Job) -> SceneRun:
    """Build the scene of a job; see `resolve`."""
    return built(job.program or job.scene, scene_of(job), job.parameters)


def built(source: str, scene: Scene, parameters: Mapping[str, Any]) -> SceneRun:
    """Build a scene that is found already."""
    with guarded(source):
        resolved = scene.resolve(**parameters)
        columns = {label: simulate(recording) for label, recording in scene.build(**resolved).items()}
    return SceneRun(source, scene, resolved, columns)


def scene_of(job: Job) -> Scene:
    """Return the scene of a job: by name, from a file, or of what the job itself holds.

    Raises
    ------
    EigenreelError
        If there is no such scene, or a parameter of it has the name of an option.
    """
    if job.several is not None:
        with guarded(job.program or job.scene):
            return scene_of_several(job.scene, job.several)
    if job.matrices is not None:
        asked = job.parameters.get("steps"), job.parameters.get("gain")
        return checked(scene_of_arrays(job.matrices, *asked, job.allow_nonfinite))
    return scene_for(job.scene)


def scene_for(source: str) -> Scene:
    """Return a scene by name or from a file; see `scene_of`."""
    return checked(load_scene(source))


def checked(scene: Scene) -> Scene:
    """Refuse a scene of whose parameters one has the name of an option."""
    for parameter in scene.parameters:
        if parameter.name in OPTIONS or parameter.name in _TAKEN:
            raise UsageError(
                f"scene {scene.name} has a parameter {parameter.name}, which is the name of an option, so rename it"
            )
    return scene
