"""A film before its first frame: its scene, its times, its encoders' streams, and what can be refused."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from render.drawing.raster import RasterCanvas
from render.errors import EigenreelError, UsageError
from render.pipeline.cell_samples import CellSamples
from render.pipeline.claims import require_true
from render.pipeline.guard import guarded
from render.pipeline.job import Job
from render.pipeline.nonfinite import remark_on
from render.pipeline.pace import PICTURES_A_SECOND, check_options, timeline_of
from render.pipeline.page_films import Over, opened, over_of
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun, run_of, scene_of
from render.pipeline.timeline import Instant, Timeline
from render.video.encoder import StreamInfo
from render.video.flashes import LARGEST_SHARE, FlashMeter
from render.video.formats import PAGE, WHOLE_BLOCK, Format, find_kinds, smaller
from render.video.pixel_formats import PIXEL_FORMATS, PixelFormat
from render.video.transparency import ON_BLACK, ON_WHITE, TransparentBgra

if TYPE_CHECKING:
    from render.publish.page import Played

# About what a page has for each of its films.
_PAGE_BYTES = 100_000
_MOST_FILMS = 50


def cells_of(painter: Painter[RasterCanvas]) -> dict[str, int]:
    """Return what an encoder is told of a frame's cells: how large the smallest is, how many pixels all have."""
    panels = [panel for panel in painter.describe() if panel["cell"]]
    return {
        "cell": min((panel["cell"] for panel in panels), default=WHOLE_BLOCK),
        "cell_area": sum(panel["width"] * panel["height"] for panel in panels),
    }


class Plan:
    """A film before its first frame: what is to be made, and everything in it that can be refused.

    Parameters
    ----------
    job : Job
        The film.

    Raises
    ------
    EigenreelError
        If it cannot be made.
    """

    def __init__(self, job: Job) -> None:
        self.stem = job.stem
        if not 0 < job.timeout <= 86_400:
            raise UsageError(f"timeout must be above 0 and at most 86,400 seconds, but it is {job.timeout:g}")
        if job.output == "-":
            raise UsageError("a film is several files, which cannot go to standard output, so give a folder")
        check_options(job)
        wanted = {self.stem + kind.suffix: kind for kind in find_kinds(job.formats)}
        saved = int(job.savings.get("crf", 0)), "thorough" in job.savings
        self.formats = {name: smaller(kind, *saved) for name, kind in wanted.items() if isinstance(kind, Format)}
        if job.transparent and (opaque := [name for name, kind in wanted.items() if not kind.transparent]):
            raise UsageError(
                f"{Path(opaque[0]).suffix[1:]} has no transparency, so choose --format webp alone, or leave "
                "--transparent out"
            )
        self.page = next((name for name, kind in wanted.items() if kind is PAGE), None)
        self.over: Over | None = None
        if job.over is not None:
            scene = scene_of(job)
            self.over = over_of(job, scene)
            with guarded(job.program or job.scene):
                self.asked = scene.resolve(**job.parameters)[self.over.parameter]
                job = opened(job, scene)
        self.job = job
        self.found: SceneRun = run_of(job)
        frames = timeline_of(job, self.found).frames
        if frames > job.max_frames:
            raise UsageError(
                f"the film would have {frames:,} frames where {job.max_frames:,} are allowed, so choose "
                "fewer steps or raise --max-frames"
            )
        if not job.allow_false_claims:
            require_true(self.found.verdicts)
        self.films = self._films_over(self.over) if self.over else []

    def _films_over(self, over: Over) -> list[Plan]:
        """Return the films of a page over a parameter."""
        if self.page is None:
            raise UsageError("over is of pages, which play several films, so add --format html")
        if len(over.values) > _MOST_FILMS:
            raise UsageError(f"a page holds up to {_MOST_FILMS} films, but {self.job.over} are {len(over.values)}")
        plans = []
        for value in over.values:
            parameters = {**self.found.parameters, over.parameter: value}
            try:
                plans.append(Plan(replace(self.job, parameters=parameters, formats=(), over=None)))
            except EigenreelError as error:
                raise type(error)(f"with {over.parameter} {value}: {error}") from None
        return plans

    @cached_property
    def painter(self) -> Painter[RasterCanvas]:
        """What paints the frames, with the first of them painted."""
        with self.guard():
            painter = Painter(self.found, self.job, RasterCanvas)
            painter.paint(0)
        return painter

    @cached_property
    def on_black_and_white(self) -> list[Painter[RasterCanvas]]:
        """What paints the frames on black and on white, where their own background is left out."""
        with self.guard():
            return [Painter(self.found, self.job, canvas) for canvas in (ON_BLACK, ON_WHITE) if self.job.transparent]

    def pixel_format(self, form: Format) -> PixelFormat | TransparentBgra:
        """Return what lays out frames for an encoder."""
        canvas = self.painter.canvas
        if self.job.transparent:
            return TransparentBgra(canvas, [painter.canvas for painter in self.on_black_and_white])
        return PIXEL_FORMATS[form.pixel_format](canvas)

    def paint(self, instant: Instant | int) -> None:
        """Paint a moment, wherever it is needed."""
        for painter in (self.painter, *self.on_black_and_white):
            painter.paint(instant)

    @cached_property
    def timeline(self) -> Timeline:
        """What every frame shows: as many pictures a second as do not flash. An even pace is left as it is."""
        usual = timeline_of(self.job, self.found)
        if self.job.pace == "even" or self._cells.share <= LARGEST_SHARE:
            return usual
        for pictures in PICTURES_A_SECOND:
            timeline = timeline_of(self.job, self.found, pictures)
            if self.is_safe(timeline):
                break
        return timeline

    @cached_property
    def _cells(self) -> CellSamples:
        return CellSamples(self.painter)

    def is_safe(self, timeline: Timeline) -> bool:
        """Whether the cells of a film do not flash; nothing else is large enough."""
        if self._cells.share <= LARGEST_SHARE:
            return True
        meter = FlashMeter(timeline.fps)
        with self.guard():
            for instant, frames in groupby(timeline.instants):
                meter.see_samples(self._cells.at(instant), len(list(frames)))
        return meter.safe

    def played(self, safe: bool | None = None) -> Played:
        """Return the film as a page plays it; `safe` is whether it does not flash, where that is known already."""
        from render.publish.page import Played

        return Played(self.found, self.job, self.timeline, self.is_safe(self.timeline) if safe is None else safe)

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return self.timeline.fps

    def guard(self) -> AbstractContextManager[None]:
        """Guard what a scene file may have of its own; guarding the package's panels would slow every frame."""
        return guarded(self.job.program) if self.job.program else nullcontext()

    def stream(self, form: Format) -> StreamInfo:
        """Return what an encoder is told of the frames."""
        layout, fps = self.painter.layout, form.nearest_fps(self.fps)
        cells = cells_of(self.painter)
        return StreamInfo(layout.width, layout.height, self.timeline.frames, fps, **cells, times=self.job.loop)

    def estimated_bytes(self) -> int:
        """Return about how much all files will take."""
        cells: int = sum((panel["width"] // panel["cell"]) ** 2 for panel in self.painter.describe() if panel["cell"])
        frame_bytes = sum(form.frame_bytes + form.cell_bytes * cells for form in self.formats.values())
        return self.timeline.frames * frame_bytes + (len(self.films) or 1) * _PAGE_BYTES * (self.page is not None)

    def remarks(self) -> list[str]:
        """Return what the film will have otherwise than asked for."""
        remarks = [
            f"{form.name} cannot hold {float(self.fps):g} frames a second, so it has "
            f"{float(form.nearest_fps(self.fps)):.4g}"
            for form in self.formats.values()
            if form.nearest_fps(self.fps) != self.fps
        ]
        if self.job.loop:
            others = [form.name for form in self.formats.values() if not form.loop] + ["html"] * (self.page is not None)
            remarks += [f"{name} plays as its player or page has it play, so --loop is not in it" for name in others]
        if self.over and self.asked not in self.over.values:
            name = self.over.parameter
            remarks.append(
                f"{name} {self.asked} is not among the values of --over, so the film beside the page is that with "
                f"which it opens, of {name} {self.found.parameters[name]}"
            )
        if self.over and len(self.over.values) == 1:
            remarks.append(f"--over has one value of {self.over.parameter}, so the page has no slider")
        if self.job.allow_nonfinite and self.job.matrices and (remark := remark_on(self.job.matrices)):
            remarks.append(remark)
        return remarks + self.painter.remarks()
