"""Single moments of a film as pictures: pixels, SVG or PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from render.drawing.marks import MarksCanvas
from render.drawing.pdf import pdf_of
from render.drawing.raster import RasterCanvas
from render.drawing.svg import svg_of
from render.errors import UsageError
from render.pipeline.claims import require_true
from render.pipeline.guard import guarded
from render.pipeline.job import Job
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun, resolve
from render.storage import AtomicFiles
from render.text import suggestion
from render.video.pixel_formats import png

FORMATS = ("png", "svg", "pdf")
_MOMENTS = ("start", "end", "poster")


def write_stills(job: Job, moments: Sequence[str], forms: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Write pictures of moments of a film, all of them or none; return their paths, and what has to be known besides.

    Parameters
    ----------
    job : Job
        The film.
    moments : sequence of str
        Steps, or ``start``, ``end`` and ``poster``; the poster where there are none.
    forms : sequence of str
        ``png``: the film's frame. ``svg``, ``pdf``: the same at any size, with text as text.

    Raises
    ------
    EigenreelError
        If there is no such moment or format, a claim is false, or a file cannot be written.
    """
    for form in forms:
        if form not in FORMATS:
            raise UsageError(f"there is no format {form!r} for stills, {suggestion(form, FORMATS)}")
    if job.output == "-":
        raise UsageError("stills are files, which cannot go to standard output, so give a folder")
    stem = job.stem
    found = resolve(job.scene, job.parameters, job.matrices)
    steps = list(dict.fromkeys(_step_of(moment, found) for moment in moments or ["poster"]))
    if not job.allow_false_claims:
        require_true(found.verdicts)
    pictures, remarks = {}, []
    with guarded(job.scene):
        for form in dict.fromkeys(forms):
            painter: Painter[RasterCanvas] | Painter[MarksCanvas]
            painter = Painter(found, job, RasterCanvas) if form == "png" else Painter(found, job, MarksCanvas)
            remarks = painter.remarks()
            for step in steps:
                pictures[f"{stem}-{step}.{form}"] = still(painter.paint(step), form)
    with AtomicFiles(Path(job.output), list(pictures)) as files:
        for name, content in pictures.items():
            files.write(name, content)
        return list(files.commit().values()), remarks


def still(canvas: RasterCanvas | MarksCanvas, form: str) -> bytes:
    """Return the picture on a canvas as a file's bytes."""
    if isinstance(canvas, RasterCanvas):
        return png(canvas.pixels[..., :3])
    return svg_of(canvas).encode() if form == "svg" else pdf_of(canvas)


def _step_of(moment: str, found: SceneRun) -> int:
    if moment in _MOMENTS:
        return {"start": 0, "end": found.steps, "poster": found.poster_step}[moment]
    if moment.isascii() and moment.isdigit() and len(moment) < 10 and int(moment) <= found.steps:
        return int(moment)
    raise UsageError(f"at must be a step from 0 to {found.steps}, start, end or poster, but it is {moment[:80]!r}")
