"""A film that was made: its files, its manifest, and what there is to see in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from render.drawing.colors import ColorArray
from render.drawing.raster import RasterCanvas
from render.errors import UsageError
from render.pipeline.job import Job
from render.pipeline.painter import Painter
from render.pipeline.scene_run import resolve
from render.publish.embed import notebook
from render.text import brief


@dataclass(frozen=True)
class Film:
    """What was made: the files by ending, the manifest, and what has to be known besides."""

    files: Mapping[str, Path]
    manifest: Mapping[str, Any]
    remarks: tuple[str, ...]
    job: Job

    def __repr__(self) -> str:
        return f"Film({', '.join(str(path) for path in self.files.values())})"

    def __getstate__(self) -> dict[str, Any]:
        # A painter holds megabytes that can be painted again.
        return {name: value for name, value in vars(self).items() if name != "_painter"}

    def frame(self, step: int) -> ColorArray:
        """Return the frame of a step, painted anew, shape (height, width, 3): red, green and blue.

        Parameters
        ----------
        step : int
            From 0 to the number of steps; from the end where it is negative.

        Raises
        ------
        UsageError
            If there is no such step.
        """
        steps = int(self.manifest["steps"])
        if isinstance(step, bool) or not isinstance(step, (int, np.integer)) or not -steps - 1 <= step <= steps:
            raise UsageError(f"step must be a whole number from 0 to {steps}, but it is {brief(step)}")
        pixels = self._painter.paint(int(step) % (steps + 1)).pixels
        return np.array(pixels[..., :3])

    @cached_property
    def _painter(self) -> Painter[RasterCanvas]:
        job = self.job
        return Painter(resolve(job.scene, job.parameters, job.matrices), job, RasterCanvas)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": notebook(self.files, self.manifest)}
