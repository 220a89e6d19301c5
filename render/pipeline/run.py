"""The one function that makes a film: plan, frames, encoders, provenance."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from render.drawing.colors import ColorArray
from render.errors import OutputError, RenderError
from render.interrupts import held
from render.pipeline import manifest
from render.pipeline.film import Film
from render.pipeline.job import Job
from render.pipeline.moments import as_json
from render.pipeline.plan import Plan
from render.pipeline.watch import Watch
from render.publish.captions import describe_page
from render.publish.stillness import remark_on_stillness, still_share
from render.storage import AtomicFiles
from render.text import Words
from render.video.encoder import Encoder
from render.video.ffmpeg import Ffmpeg, find_ffmpeg
from render.video.flashes import FlashMeter
from render.video.formats import PAGE, POSTER, kinds
from render.video.frame_difference import FrameDifference
from render.video.pixel_formats import png
from render.video.transparency import without_background

T = TypeVar("T")

# What GitHub takes as an attachment, and other sites, too.
_LARGE = 10_000_000


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
            return _run(Plan(job), watch or Watch(), stack)
        except MemoryError:
            raise RenderError(
                f"there is not enough memory for the film {job.stem}, so choose fewer steps or a smaller size"
            ) from None
        except OSError as error:
            raise OutputError(
                f"the film {job.stem} could not be made ({error.strerror or error}), so make room, or choose another "
                "folder"
            ) from error
        except RuntimeError as error:
            if "can't start new thread" not in str(error):
                raise
            raise RenderError("the system allows no more threads, so close other programs") from None


def _run(plan: Plan, watch: Watch, stack: ExitStack) -> Film:
    stem = plan.stem
    ffmpeg = _enter(stack, lambda: Ffmpeg(find_ffmpeg()))
    names = [*plan.formats, *filter(None, [plan.page]), f"{stem}.png", f"{stem}.json"]
    files = _enter(stack, lambda: AtomicFiles(Path(plan.job.output), names, plan.job.timeout))
    files.require(2 * (plan.estimated_bytes() + 500_000))
    # Its threads are waited for after the encoders were ended and before the files are removed, which they may write.
    pool = _enter(stack, lambda: ThreadPoolExecutor(max(1, len(plan.formats))))

    encoders = [
        (
            plan.pixel_format(form),
            _enter(stack, partial(Encoder, ffmpeg, form, files.path(name), plan.stream(form), plan.job.timeout)),
        )
        for name, form in plan.formats.items()
    ]
    poster = _poster(plan)
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
        files.write(plan.page, _page(plan, meter.safe, describe_page(content, plan.job.language)))
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
    if (remark := remark_on_stillness(content)) is not None:
        remarks.append(remark)
    watch.finished(content, files.path)
    paths = files.commit(watch.saved)
    remarks += _left_over(plan, paths)
    return Film({name.rpartition(".")[2]: path for name, path in paths.items()}, content, tuple(remarks), plan.job)


def _paint(plan: Plan, encoders: list[tuple[Any, Encoder]], watch: Watch) -> FlashMeter:
    """Paint every picture and send it to the encoders for as many frames as it lasts; return how much it flashes."""
    painter, timeline = plan.painter, plan.timeline
    difference, meter = FrameDifference(painter.canvas), FlashMeter(timeline.fps)
    count = 0
    for instant, frames in groupby(timeline.instants):
        lasting = len(list(frames))
        with plan.guard():
            plan.paint(instant)
        changed = difference.changes()
        meter.see(painter.canvas.pixels, lasting)
        for pixel_format, encoder in encoders:
            encoder.write(pixel_format.pack(changed), lasting)
        count += lasting
        watch.painted(count, timeline.frames)
    return meter


def _poster(plan: Plan) -> ColorArray:
    """Return the pixels of the poster."""
    plan.paint(plan.found.poster_step)
    canvas = plan.painter.canvas
    if not plan.job.transparent:
        return canvas.pixels[..., :3].copy()
    black, white = (one.canvas.pixels for one in plan.on_black_and_white)
    return without_background(canvas.pixels, black, white, canvas.theme.background)


def _page(plan: Plan, safe: bool, description: str) -> bytes:
    """Return the page of a film, or of its films over a parameter."""
    from render.publish.page import page_of

    over = plan.over
    if over is None:
        return page_of([plan.played(safe)], description)
    first = over.values.index(plan.found.parameters[over.parameter])
    return page_of([film.played() for film in plan.films], description, over.parameter, first)


def _provenance(plan: Plan, ffmpeg: Ffmpeg, meter: FlashMeter) -> dict[str, Any]:
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
        "still": round(still_share(timeline.instants, timeline.fps), 6),
        "over": plan.over and {"parameter": plan.over.parameter, "values": list(plan.over.values)},
        "panels": described,
        "colormaps": {
            colors.name: [bytes(color).hex() for color in colors.colors.tolist()]
            for colors in (theme.sign, theme.field)
            if colors.name in used
        },
        **manifest.numbers(found.columns),
        "claims": [verdict.as_json() for verdict in found.verdicts],
    }


def _entries(plan: Plan, files: AtomicFiles, pictures: dict[str, list[int]]) -> list[dict[str, Any]]:
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


def _left_over(plan: Plan, made: dict[str, Path]) -> list[str]:
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
