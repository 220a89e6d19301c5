"""The one function that makes a film: plan, frames, encoders, provenance."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from render.drawing.raster import RasterCanvas
from render.errors import EigenreelError, RenderError, UsageError
from render.interrupts import held
from render.pipeline import manifest
from render.pipeline.cell_samples import CellSamples
from render.pipeline.claims import require_true
from render.pipeline.film import Film
from render.pipeline.guard import guarded
from render.pipeline.job import Job
from render.pipeline.moments import as_json
from render.pipeline.pace import PICTURES_A_SECOND, check_options, timeline_of
from render.pipeline.painter import Painter
from render.pipeline.scene_run import SceneRun, resolve
from render.pipeline.timeline import Timeline
from render.pipeline.values import values_of
from render.pipeline.watch import Watch
from render.publish.captions import describe
from render.storage import AtomicFiles
from render.text import Words
from render.video.encoder import Encoder, StreamInfo
from render.video.ffmpeg import Ffmpeg, find_ffmpeg
from render.video.flashes import LARGEST_SHARE, FlashMeter
from render.video.formats import PAGE, POSTER, WHOLE_BLOCK, Format, coarser, find_kinds, kinds
from render.video.frame_difference import FrameDifference
from render.video.pixel_formats import PIXEL_FORMATS, png

if TYPE_CHECKING:
    from render.publish.page import Played

T = TypeVar("T")

# What GitHub takes as an attachment, and other sites, too.
_LARGE = 10_000_000

# About what a page has for each of its films.
_PAGE_BYTES = 100_000
_MOST_FILMS = 50


def run(job: Job, watch: Watch | None = None) -> Film:
    """Make a film: build, simulate, paint, encode, prove, and rename its files together.

    Parameters
    ----------
    job : Job
        What to make.
    watch : Watch, optional
        Told of the progress.

    Raises
    ------
    EigenreelError
        If anything stops it; the files that were there before are then as they were.
    """
    with ExitStack() as stack:
        try:
            return _run(_Plan(job), watch or Watch(), stack)
        except MemoryError:
            raise RenderError(
                f"there is not enough memory for the film {job.stem}, so choose fewer steps or a smaller size"
            ) from None
        except RuntimeError as error:
            if "can't start new thread" not in str(error):
                raise
            raise RenderError("the system allows no more threads, so close other programs") from None


class _Plan:
    """A film before its first frame: what is to be made, and everything in it that can be refused."""

    def __init__(self, job: Job) -> None:
        self.job, self.stem = job, job.stem
        if not 0 < job.timeout <= 86_400:
            raise UsageError(f"timeout must be above 0 and at most 86,400 seconds, but it is {job.timeout:g}")
        if job.output == "-":
            raise UsageError("a film is several files, which cannot go to standard output, so give a folder")
        check_options(job)
        wanted = {self.stem + kind.suffix: kind for kind in find_kinds(job.formats)}
        by = int(job.savings.get("crf", 0))
        self.formats = {name: coarser(kind, by) for name, kind in wanted.items() if isinstance(kind, Format)}
        self.page = next((name for name, kind in wanted.items() if kind is PAGE), None)
        self.found: SceneRun = resolve(job.scene, job.parameters, job.matrices)
        frames = timeline_of(job, self.found).frames
        if frames > job.max_frames:
            raise UsageError(
                f"the film would have {frames:,} frames where {job.max_frames:,} are allowed, so choose "
                "fewer steps or raise --max-frames"
            )
        if not job.allow_false_claims:
            require_true(self.found.verdicts)
        self.parameter, self.over = self._plans_over()

    def _plans_over(self) -> tuple[str | None, list[_Plan]]:
        """Return the parameter over which a page has several films, and these."""
        job = self.job
        if job.over is None:
            return None, []
        if self.page is None:
            raise UsageError("over is of pages, which play several films, so add --format html")
        name, values = values_of(job.over, self.found.scene.parameters)
        if len(values) > _MOST_FILMS:
            raise UsageError(f"a page holds up to {_MOST_FILMS} films, but {job.over} are {len(values)}")
        plans = []
        for value in values:
            try:
                plans.append(
                    _Plan(replace(job, parameters={**self.found.parameters, name: value}, formats=(), over=None))
                )
            except EigenreelError as error:
                raise type(error)(f"with {name} {value}: {error}") from None
        return name, plans

    @cached_property
    def painter(self) -> Painter[RasterCanvas]:
        """What paints the frames, with the first of them painted."""
        with self.guard():
            painter = Painter(self.found, self.job, RasterCanvas)
            painter.paint(0)
        return painter

    @cached_property
    def timeline(self) -> Timeline:
        """What every frame shows: as many pictures a second as do not flash. An even pace is left as it is."""
        usual = timeline_of(self.job, self.found)
        if self.job.pace == "even" or self._cells.share <= LARGEST_SHARE:
            return usual
        for pictures in PICTURES_A_SECOND:
            timeline = timeline_of(self.job, self.found, pictures)
            if self._is_safe(timeline):
                break
        return timeline

    @cached_property
    def _cells(self) -> CellSamples:
        return CellSamples(self.painter)

    def _is_safe(self, timeline: Timeline) -> bool:
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

        return Played(self.found, self.job, self.timeline, self._is_safe(self.timeline) if safe is None else safe)

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return self.timeline.fps

    def guard(self) -> AbstractContextManager[None]:
        """Guard what a scene file may have of its own; guarding the package's panels would slow every frame."""
        return guarded(self.job.scene) if ".py" in self.job.scene else nullcontext()

    def stream(self, form: Format) -> StreamInfo:
        """Return what an encoder is told of the frames."""
        cells = [panel["cell"] for panel in self.painter.describe() if panel["cell"]]
        layout = self.painter.layout
        smallest = min(cells, default=WHOLE_BLOCK)
        fps, times = form.nearest_fps(self.fps), self.job.loop
        return StreamInfo(layout.width, layout.height, self.timeline.frames, fps, smallest, times)

    def estimated_bytes(self) -> int:
        """Return about how much all files will take."""
        cells: int = sum((panel["width"] // panel["cell"]) ** 2 for panel in self.painter.describe() if panel["cell"])
        frame_bytes = sum(form.frame_bytes + form.cell_bytes * cells for form in self.formats.values())
        return self.timeline.frames * frame_bytes + (len(self.over) or 1) * _PAGE_BYTES * (self.page is not None)

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
        return remarks + self.painter.remarks()


def _run(plan: _Plan, watch: Watch, stack: ExitStack) -> Film:
    # Entered before the encoders, so that it waits for its threads after those were ended.
    pool = _enter(stack, lambda: ThreadPoolExecutor(max(1, len(plan.formats))))
    painter, stem = plan.painter, plan.stem
    ffmpeg = _enter(stack, lambda: Ffmpeg(find_ffmpeg()))
    names = [*plan.formats, *filter(None, [plan.page]), f"{stem}.png", f"{stem}.json"]
    files = _enter(stack, lambda: AtomicFiles(Path(plan.job.output), names))
    files.require(2 * (plan.estimated_bytes() + 500_000))

    encoders = [
        (
            PIXEL_FORMATS[form.pixel_format](painter.canvas),
            _enter(stack, partial(Encoder, ffmpeg, form, files.path(name), plan.stream(form), plan.job.timeout)),
        )
        for name, form in plan.formats.items()
    ]
    poster = painter.paint(plan.found.poster_step).pixels[..., :3].copy()
    meter = _paint(plan, encoders, watch)
    for _, encoder in encoders:
        encoder.end()
    # While ffmpeg finishes, the poster is written.
    futures = [pool.submit(encoder.finish) for _, encoder in encoders]
    files.write(f"{stem}.png", png(poster))
    for future in futures:
        future.result()

    pictures = {name: encoder.pictures for name, (_, encoder) in zip(plan.formats, encoders, strict=True)}
    content = _provenance(plan, ffmpeg, meter)
    if plan.page:
        files.write(plan.page, _page(plan, meter.safe, describe(content, plan.job.language)))
    content["files"] = _entries(plan, files, pictures)
    files.write(f"{stem}.json", manifest.dump(content))
    remarks = plan.remarks() + [
        f"{entry['name']} has {entry['bytes'] / 1e6:.1f} MB, and many pages take no more than 10 MB"
        for entry in content["files"]
        if entry["bytes"] > _LARGE
    ]
    if not meter.safe:
        remarks.append(
            "the film flashes more than three times a second, which can harm people, so show it slower, with a lower "
            "--fps or without --pace even"
        )
    watch.finished(content, files.path)
    paths = files.commit(watch.saved)
    remarks += _left_over(plan, paths)
    return Film({name.rpartition(".")[2]: path for name, path in paths.items()}, content, tuple(remarks), plan.job)


def _paint(plan: _Plan, encoders: list[tuple[Any, Encoder]], watch: Watch) -> FlashMeter:
    """Paint every picture and send it to the encoders for as many frames as it lasts; return how much it flashes."""
    painter, timeline = plan.painter, plan.timeline
    difference, meter = FrameDifference(painter.canvas), FlashMeter(timeline.fps)
    count = 0
    for instant, frames in groupby(timeline.instants):
        lasting = len(list(frames))
        with plan.guard():
            painter.paint(instant)
        changed = difference.changes()
        meter.see(painter.canvas.pixels, lasting)
        for pixel_format, encoder in encoders:
            encoder.write(pixel_format.pack(changed), lasting)
        count += lasting
        watch.painted(count, timeline.frames)
    return meter


def _page(plan: _Plan, safe: bool, description: str) -> bytes:
    """Return the page of a film, or of its films over a parameter."""
    from render.publish.page import page_of

    if not plan.parameter:
        return page_of([plan.played(safe)], description)
    own, *values = (other.found.parameters[plan.parameter] for other in (plan, *plan.over))
    first = values.index(own) if own in values else 0
    return page_of([other.played() for other in plan.over], description, plan.parameter, first)


def _provenance(plan: _Plan, ffmpeg: Ffmpeg, meter: FlashMeter) -> dict[str, Any]:
    """Return the manifest without its files: from what the film was made, and what it shows."""
    found, job, layout, timeline = plan.found, plan.job, plan.painter.layout, plan.timeline
    theme = plan.painter.canvas.theme
    parts = [round(instant.part, 6) for instant in timeline.instants]
    entries = [instant.entries for instant in timeline.instants]
    described = plan.painter.describe()
    used = {panel["colormap"] for panel in described}
    return manifest.provenance(job, found, ffmpeg.version) | {
        "frames": {
            "width": layout.width,
            "height": layout.height,
            "fps": [plan.fps.numerator, plan.fps.denominator],
            "steps": timeline.frame_steps,
            "parts": parts if any(parts) else None,
            "entries": entries if any(entries) else None,
        },
        "beats": timeline.as_json(),
        "moments": as_json(found.moments, Words(job.language)),
        "flashes": {
            "general": round(float(meter.general), 6),
            "red": round(float(meter.red), 6),
            "safe": bool(meter.safe),
        },
        "panels": described,
        "colormaps": {
            colors.name: [bytes(color).hex() for color in colors.colors.tolist()]
            for colors in (theme.sign, theme.field)
            if colors.name in used
        },
        **manifest.numbers(found.columns),
        "claims": [verdict.as_json() for verdict in found.verdicts],
    }


def _entries(plan: _Plan, files: AtomicFiles, pictures: dict[str, list[int]]) -> list[dict[str, Any]]:
    """Return the manifest's entries of the files; `pictures` are the frames at which each begins, by file."""
    timeline, layout = plan.timeline, plan.painter.layout
    instants = {name: [timeline.instants[frame] for frame in begins] for name, begins in pictures.items()}
    if plan.page:
        instants[plan.page] = [instant for instant, _ in plan.played(True).pictures]
    made = [
        manifest.FileMade(
            name,
            plan.formats.get(name, PAGE),
            [None if instant.entries else instant.step for instant in shown],  # none while a product is spelled out
            [round(instant.part, 6) for instant in shown],
            timeline.frames,
        )
        for name, shown in instants.items()
    ]
    made.append(manifest.FileMade(f"{plan.stem}.png", POSTER, [plan.found.poster_step], [0.0], 0))
    return [manifest.file_entry(single, files.path(single.name), (layout.width, layout.height)) for single in made]


def _left_over(plan: _Plan, made: dict[str, Path]) -> list[str]:
    """Name files of an earlier film of the same name, which this film does not have."""
    names = {plan.stem + kind.suffix: kind.name for kind in kinds() if kind.moving}
    return [
        f"{name} beside it is of an earlier film, which the manifest no longer names, so remove it, give another "
        f"--name, or add --format {form}"
        for name, form in names.items()
        if made and name not in made and Path(plan.job.output, name).exists()
    ]


def _enter(stack: ExitStack, make: Callable[[], AbstractContextManager[T]]) -> T:
    """Make and enter something that has to be left, without a signal falling in between."""
    with held():
        return stack.enter_context(make())
