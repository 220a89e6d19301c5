"""A whole film as plain data, and the one function that makes it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from render import signals
from render.errors import EigenreelError, RenderError, UsageError
from render.signals import held
from render.timeline import Timeline, parse_fps

T = TypeVar("T")

DEFAULT_FORMATS = ("mp4", "gif")
DEFAULT_MAX_FRAMES = 100_000
DEFAULT_TIMEOUT = 120.0


@dataclass(frozen=True)
class Job:
    """Everything that decides a film, as strings and numbers; it can be sent to another process.

    Parameters
    ----------
    scene : str
        Name of a scene, or a file that defines one.
    parameters : mapping of str to object
        The scene's own parameters; those left out have their defaults.
    output : str
        Folder of the files.
    name : str, optional
        Their common stem; the scene's name by default.
    formats : tuple of str
        Which videos to write.
    fps : str
        Frames per second, as ``12.5`` or ``25/2``.
    hold_first, hold_last : float
        Seconds for which the first and the last frame stay longer.
    layout, theme, language : str
        Look and language of the film.
    title : str, optional
        Another title than the scene's, taken literally.
    timeout : float
        Seconds without progress after which ffmpeg is given up.
    max_frames : int
        Longest film that is not refused.
    """

    scene: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: str = "output"
    name: str | None = None
    formats: tuple[str, ...] = DEFAULT_FORMATS
    fps: str = "12.5"
    hold_first: float = 0.0
    hold_last: float = 0.0
    layout: str = "wide"
    theme: str = "light"
    language: str = "en"
    title: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    max_frames: int = DEFAULT_MAX_FRAMES

    @property
    def stem(self) -> str:
        """Name of the files without ending."""
        from render.storage import check_stem

        name = self.scene.rpartition(":")[2] if ".py:" in self.scene else Path(self.scene).stem
        return check_stem(self.name if self.name is not None else name)


@dataclass(frozen=True)
class Film:
    """What was made: the files by ending, and the manifest."""

    files: Mapping[str, Path]
    manifest: Mapping[str, Any]
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Film({', '.join(str(path) for path in self.files.values())})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from render.embed import notebook

        return {"text/plain": repr(self), "text/html": notebook(self.files, self.manifest)}


class Watch:
    """Told of a film's progress; subclass it to show a bar."""

    def painted(self, frames: int, total: int) -> None:
        """Note that so many frames of `total` are painted."""

    def saved(self) -> None:
        """Note that the files are in place: nothing can undo them any more."""


def run(job: Job, watch: Watch | None = None) -> Film:
    """Make a film: build, simulate, paint, encode, prove, and rename into place.

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
            return _run(job, watch or Watch(), stack)
        except MemoryError:
            raise RenderError(
                f"there is not enough memory for the film {job.stem}, so choose fewer steps or a smaller size"
            ) from None
        except RuntimeError as error:
            if "can't start new thread" not in str(error):
                raise
            raise RenderError("the system allows no more threads, so close other programs") from None


def _run(job: Job, watch: Watch, stack: ExitStack) -> Film:
    from render import catalog, encoder, formats, manifest, storage

    stem = job.stem
    timeline_fps = parse_fps(job.fps)
    if not 0 < job.timeout <= 86_400:
        raise UsageError(f"timeout must be above 0 and at most 86,400 seconds, but it is {job.timeout:g}")
    wanted = formats.find_formats(job.formats)
    scene = catalog.load_scene(job.scene)
    with catalog.guarded(job.scene):
        parameters = scene.resolve(**job.parameters)
    # Entered before the encoders, so that it waits for its threads after those were ended.
    pool = _enter(stack, lambda: ThreadPoolExecutor(max(1, len(wanted))))
    # Finding ffmpeg means running it: that takes its time while the scene and matplotlib are loaded.
    program = pool.submit(encoder.find_ffmpeg)
    with catalog.guarded(job.scene):
        sequences = scene.build(**parameters)

    from render.claims import judge
    from render.painter import Painter, Script
    from render.simulator import simulate
    from render.stock import STOCKS
    from render.words import Words, literal

    columns = {label: simulate(sequence) for label, sequence in sequences.items()}
    steps = next(iter(columns.values())).steps
    timeline = Timeline(steps, timeline_fps, job.hold_first, job.hold_last)
    if timeline.frames > job.max_frames:
        raise UsageError(
            f"the film would have {timeline.frames:,} frames where {job.max_frames:,} are allowed, so choose "
            "fewer steps or raise --max-frames"
        )
    words = Words(job.language)
    with catalog.guarded(job.scene):
        verdicts = judge(scene.claims, columns, parameters)
    painter = Painter(
        Script(
            title=words(scene.title) if job.title is None else literal(job.title),
            statement=words(scene.statement, parameters),
            panels=scene.panels,
            columns=columns,
            verdicts=verdicts,
            layout=job.layout,
            theme=job.theme,
            language=job.language,
        )
    )
    first = painter.paint(0)
    height, width = first.shape[:2]
    cells = sum((p["width"] // p["cell"]) ** 2 for p in painter.describe() if p["cell"])

    ffmpeg = _enter(stack, lambda: encoder.Ffmpeg(program.result()))
    names = [stem + form.suffix for form in wanted] + [f"{stem}.png", f"{stem}.json"]
    staging = _enter(stack, lambda: storage.Staging(Path(job.output), names))
    estimate = sum(f.frame_bytes + f.cell_bytes * cells for f in wanted) * timeline.frames
    staging.require(2 * (estimate + 500_000))

    encoders, stocks, remarks = {}, {}, []
    for form in wanted:
        fps = form.nearest_fps(timeline_fps)
        if fps != timeline_fps:
            remarks.append(
                f"{form.name} cannot hold {float(timeline_fps):g} frames a second, so it has {float(fps):.4g}"
            )
        footage = encoder.Footage(width, height, timeline.frames, fps)
        name = stem + form.suffix
        stocks[name] = STOCKS[form.pixel_format](painter.canvas)
        encoders[name] = _enter(stack, partial(encoder.Encoder, ffmpeg, form, staging.path(name), footage, job.timeout))
    frame_steps = timeline.frame_steps
    shown = 0
    for count, step in enumerate(frame_steps, 1):
        if step != shown:
            painter.paint(step)
            shown = step
        for name, single in encoders.items():
            single.write(stocks[name].develop())
        watch.painted(count, timeline.frames)
    for single in encoders.values():
        single.end()
    # While ffmpeg finishes, the poster is made.
    endings = [pool.submit(single.finish) for single in encoders.values()]
    poster = painter.paint(poster_step(steps, scene.poster))
    staging.write(f"{stem}.png", _png(poster[..., :3]))
    for ending in endings:
        ending.result()

    entries = []
    for name, codec, frames in [
        *((stem + form.suffix, form.codec, timeline.frames) for form in wanted),
        (f"{stem}.png", "png", 1),
    ]:
        path = staging.path(name)
        entries.append(
            {
                "name": name,
                "bytes": path.stat().st_size,
                "sha256": storage.sha256_of(path),
                "codec": codec,
                "frames": frames,
                "width": width,
                "height": height,
            }
        )
    content = {
        "eigenreel": manifest.VERSION,
        "scene": job.scene,
        "parameters": parameters,
        "steps": steps,
        "seed": parameters.get("seed"),
        "command": manifest.command(job.scene, _options(job, parameters)),
        "versions": manifest.versions(ffmpeg.version),
        "frames": {
            "width": width,
            "height": height,
            "fps": [timeline_fps.numerator, timeline_fps.denominator],
            "steps": frame_steps,
        },
        "panels": painter.describe(),
        **manifest.numbers(columns),
        "claims": manifest.claims(verdicts),
        "files": entries,
    }
    staging.write(f"{stem}.json", manifest.dump(content))
    paths = staging.commit(watch.saved)
    files = {name.rpartition(".")[2]: path for name, path in paths.items()}
    return Film(files, content, tuple(remarks))


def _enter(stack: ExitStack, make: Callable[[], AbstractContextManager[T]]) -> T:
    """Make and enter something that has to be left, without a signal falling in between."""
    with held():
        return stack.enter_context(make())


def poster_step(steps: int, part: float) -> int:
    """Return the step shown on the poster: that part of the film, and never the identity."""
    return min(steps, max(1, round(steps * part)))


def _png(pixels: Any) -> bytes:
    import imageio.v3 as imageio

    return bytes(imageio.imwrite("<bytes>", pixels, extension=".png", compress_level=5))


def _options(job: Job, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the command that makes the film again: all parameters, and what else is not usual."""
    usual = Job(job.scene)
    options = dict(parameters)
    for name, option in (
        ("name", "name"),
        ("formats", "format"),
        ("fps", "fps"),
        ("hold_first", "hold_first"),
        ("hold_last", "hold_last"),
        ("layout", "layout"),
        ("theme", "theme"),
        ("language", "lang"),
        ("title", "title"),
        ("max_frames", "max_frames"),
    ):
        value = getattr(job, name)
        if value != getattr(usual, name):
            options[option] = value
    return options


def run_all(jobs: list[Job], workers: int, done: Any) -> None:
    """Make several films, so many at a time; the first failure is raised after all have ended.

    Parameters
    ----------
    jobs : list of Job
        What to make; no two may write the same files.
    workers : int
        Processes to use.
    done : callable
        Called with every job and its film, in the order in which they are ready.

    Raises
    ------
    UsageError
        If two jobs write the same files.
    EigenreelError
        If a film failed.
    """
    import pickle
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    targets = [(str(Path(job.output).absolute()), job.stem) for job in jobs]
    for job, target in zip(jobs, targets, strict=True):
        if targets.count(target) > 1:
            raise UsageError(f"two films would be named {job.stem}, so give one another --name")
        try:
            pickle.dumps(job)
        except (pickle.PicklingError, AttributeError, TypeError):
            raise UsageError(f"the film {job.stem} has parameters that are no plain values, so use those") from None
    failure: EigenreelError | None = None
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin_worker) as pool:
        futures = {pool.submit(_work, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                job = futures[future]
                try:
                    done(job, future.result())
                except BrokenProcessPool:
                    failure = failure or RenderError(f"a process died while it made the film {job.stem}, so try again")
                except EigenreelError as error:
                    failure = failure or error
        except BaseException:
            with held():
                # Asked before the shutdown, which forgets them.
                processes = list((pool._processes or {}).values())
                pool.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.terminate()
            raise
    if failure:
        raise failure


_ended = False


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and let its SIGTERM end a film cleanly."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    signals.ignore()
    signal.signal(signal.SIGTERM, _end_worker)


def _end_worker(signum: int, frame: object) -> NoReturn:
    global _ended
    _ended = True
    signals.ignore()
    raise SystemExit(143)


def _work(job: Job) -> Film:
    # The pool hands on films that were waiting for this process even after its end was asked for.
    if _ended:
        raise SystemExit(143)
    return run(job)
