"""What a command is given by one word: the name of a scene, a file that defines one, or a file of matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.pipeline.array_files import READERS
from render.pipeline.array_scene import scene_of_arrays
from render.pipeline.job import POWERS, Job, Rows
from render.pipeline.matrix_film import matrix_film
from render.pipeline.points import Axis, points
from render.pipeline.scene_run import checked, scene_for
from render.text import number
from scenes import Scene

# What powers of matrices take, whichever they are.
OF_MATRICES = scene_of_arrays({"": [[1.0]]}).parameters


@dataclass(frozen=True)
class Source:
    """A scene, or matrices whose powers are one.

    Parameters
    ----------
    word : str
        What was given.
    scene : Scene
        The scene.
    name : str, optional
        Name of its files without ending, if it is not the scene's.
    matrices : mapping of str to sequence, optional
        Rows of the matrices by label, where a file of these was given.
    title : str, optional
        What a film of the file is called.
    remark : str
        What has to be known besides, empty where there is nothing.
    """

    word: str
    scene: Scene
    name: str | None = None
    matrices: Mapping[str, Rows] | None = None
    title: str | None = None
    remark: str = ""

    @property
    def source(self) -> str:
        """The scene of its jobs."""
        return self.word if self.matrices is None else POWERS

    @property
    def stem(self) -> str:
        """Name of its files without ending."""
        return Job(self.source, name=self.name).stem

    def run(self, label: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return one run as a film of several holds it: plain data."""
        return {"label": label, "scene": self.source, "matrices": self.matrices, "parameters": dict(parameters)}

    def runs(self, fixed: Mapping[str, Any], axes: Sequence[Axis]) -> list[dict[str, Any]]:
        """Return a run for every point of a product of parameters, called by its values."""
        return [
            self.run(", ".join(number(value) for value in point.values()), {**fixed, **point}) for point in points(axes)
        ]


def is_matrices(word: str) -> bool:
    """Whether a word names a file of matrices, by its ending."""
    return Path(word).suffix.lower() in READERS


def source_at(
    word: str,
    keys: Sequence[str] = (),
    gate: str | None = None,
    order: str | None = None,
    language: str = "en",
) -> Source:
    """Return what a word stands for; files are read.

    Parameters
    ----------
    word : str
        A scene's name, a scene file, or a file of matrices.
    keys, gate, order, language
        Which matrices of a file, and the language of their names; see `render.pipeline.weights.weights_in`.

    Raises
    ------
    EigenreelError
        If there is no such scene or file, or it cannot be read.
    """
    if not is_matrices(word):
        return Source(word, scene_for(word))
    found = matrix_film([Path(word)], keys, gate, order, language)
    scene = checked(scene_of_arrays(found.matrices))
    return Source(word, scene, found.name, found.matrices, found.title, found.remark or "")
