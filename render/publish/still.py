"""Single moments of a film as pictures: pixels, SVG or PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from render.drawing.themes import Theme
from render.errors import UsageError
from render.pipeline.claims import require_true
from render.pipeline.guard import guarded
from render.pipeline.job import FilmOptions, Job
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun, run_of
from render.publish.pictures import AnyCanvas, check_pictures, picture
from render.publish.steps import numbered, steps_at
from render.storage import AtomicFiles

# More files than this nobody wants by intention.
_MOST_FILES = 10_000


class Stills:
    """Frames of a film as files' bytes; what stands still is drawn once for all of them.

    Parameters
    ----------
    found : SceneRun
        What to show.
    look : FilmOptions
        Layout, size, theme, language and title.
    transparent : bool
        Leave the background out.
    """

    def __init__(self, found: SceneRun, look: FilmOptions, transparent: bool = False) -> None:
        self._found, self._look, self._transparent = found, look, transparent
        self._painters: dict[Any, Painter[Any]] = {}
        self.remarks: list[str] = []

    def at(self, step: int, form: str) -> bytes:
        """Return the frame of a step as ``png``, ``webp``, ``svg`` or ``pdf``."""

        def draw(make: Callable[[int, int, Theme], AnyCanvas]) -> AnyCanvas:
            if make not in self._painters:
                self._painters[make] = Painter(self._found, self._look, make)
            canvas: AnyCanvas = self._painters[make].paint(step)
            # Texts that hold numbers have their room looked at as they are drawn.
            self.remarks = self._painters[make].remarks()
            return canvas

        return picture(draw, form, self._transparent)


def write_stills(
    job: Job, moments: Sequence[str], forms: Sequence[str], transparent: bool = False
) -> tuple[list[Path], list[str]]:
    """Write pictures of moments of a film, all of them or none; return their paths, and what has to be known besides.

    Parameters
    ----------
    job : Job
        The film.
    moments : sequence of str
        As `steps_at` takes them; the poster where there are none. Where all steps are written, their numbers in the
        files' names have equally many digits.
    forms : sequence of str
        ``png``, ``webp``: the film's frame. ``svg``, ``pdf``: the same at any size, with text as text.
    transparent : bool
        Leave the background out.

    Raises
    ------
    EigenreelError
        If there is no such moment or format, a claim is false, or a file cannot be written.
    """
    check_pictures(job, forms, "stills")
    stem = job.stem
    found = run_of(job)
    words = moments or ["poster"]
    steps, digits = steps_at(words, found), numbered(words, found)
    names = {f"{stem}-{step:0{digits}}.{form}": (step, form) for form in dict.fromkeys(forms) for step in steps}
    if len(names) > _MOST_FILES:
        raise UsageError(
            f"that would be {len(names):,} files where {_MOST_FILES:,} are allowed, so name fewer steps or formats"
        )
    if not job.allow_false_claims:
        require_true(found.verdicts)
    stills = Stills(found, job, transparent)
    with AtomicFiles(Path(job.output), list(names)) as files:
        for name, (step, form) in names.items():
            with guarded(job.scene):
                content = stills.at(step, form)
            files.write(name, content)
        return list(files.commit().values()), stills.remarks
