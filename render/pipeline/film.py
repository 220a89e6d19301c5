"""A film that was made: its files, its manifest, and what there is to see in it.

What shows it on pages and in notebooks is loaded when it is asked for: a command makes films without it.
"""

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
from render.pipeline.scene_run import SceneRun, run_of
from render.text import brief, suggestion


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
        return {name: value for name, value in vars(self).items() if name in self.__dataclass_fields__}

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
        pixels = self._painter.paint(self._step(step)).pixels
        return np.array(pixels[..., :3])

    def still(self, step: int, form: str = "png", transparent: bool = False) -> bytes:
        """Return the picture of a step as the bytes of a file.

        Parameters
        ----------
        step : int
            From 0 to the number of steps; from the end where it is negative.
        form : str
            ``png`` or ``webp``; ``svg`` or ``pdf`` at any size, with text as text.
        transparent : bool
            Leave its background out.

        Raises
        ------
        UsageError
            If there is no such step or format.
        """
        from render.publish.pictures import FORMS
        from render.publish.still import Stills

        if form not in FORMS:
            raise UsageError(f"there is no format {brief(form)} for stills, {suggestion(str(form), FORMS)}")
        return Stills(self._found, self.job, transparent).at(self._step(step), form)

    @cached_property
    def page(self) -> bytes:
        """The film as a page that plays it by itself, as ``--format html`` writes it."""
        from render.publish.notebook import page_again

        made = self.files.get("html")
        return made.read_bytes() if made is not None else page_again(self.manifest, self.job)

    def _step(self, step: int) -> int:
        """Return a step counted from the start, or refuse it."""
        steps = int(self.manifest["steps"])
        if isinstance(step, bool) or not isinstance(step, (int, np.integer)) or not -steps - 1 <= step <= steps:
            raise UsageError(f"step must be a whole number from 0 to {steps}, but it is {brief(step)}")
        return int(step) % (steps + 1)

    @cached_property
    def _found(self) -> SceneRun:
        return run_of(self.job)

    @cached_property
    def _painter(self) -> Painter[RasterCanvas]:
        return Painter(self._found, self.job, RasterCanvas)

    @cached_property
    def _bundle(self) -> dict[str, str]:
        from render.publish.notebook import bundle

        return bundle(self.files, self.manifest, self.job)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), **self._bundle}
