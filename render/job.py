"""A whole film as plain data, and the one function that makes it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from render.errors import InputError, RenderError, UsageError
from render.signals import held
from render.timeline import Timeline, parse_fps

if TYPE_CHECKING:
    from render.painter import Script
    from render.study import Study

T = TypeVar("T")

DEFAULT_FORMATS = ("mp4", "gif")
DEFAULT_MAX_FRAMES = 100_000
DEFAULT_TIMEOUT = 120.0

# Fields of a job by the options of the command line that set them.
_COMMAND_OPTIONS = {
    "name": "name",
    "formats": "format",
    "fps": "fps",
    "hold_first": "hold_first",
    "hold_last": "hold_last",
    "layout": "layout",
    "theme": "theme",
    "language": "lang",
    "title": "title",
    "max_frames": "max_frames",
    "allow_false_claims": "allow_false_claims",
}

# What GitHub takes as an attachment, and other places, too.
_LARGE = 10_000_000


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
    fps : str, optional
        Frames per second, as ``12.5`` or ``25/2``; the scene's own by default.
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
    allow_false_claims : bool
        Make the film even if something it claims is false; it then says so.
    """

    scene: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: str = "output"
    name: str | None = None
    formats: tuple[str, ...] = DEFAULT_FORMATS
    fps: str | None = None
    hold_first: float = 0.0
    hold_last: float = 0.0
    layout: str = "wide"
    theme: str = "light"
    language: str = "en"
    title: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    max_frames: int = DEFAULT_MAX_FRAMES
    allow_false_claims: bool = False

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
    from render import encoder, formats, manifest, storage
    from render.study import study

    stem, asked = job.stem, parse_fps(job.fps) if job.fps is not None else None
    if not 0 < job.timeout <= 86_400:
        raise UsageError(f"timeout must be above 0 and at most 86,400 seconds, but it is {job.timeout:g}")
    if job.output == "-":
        raise UsageError("a film is several files, which cannot go to standard output, so give a folder")
    wanted = {job.stem + form.suffix: form for form in formats.find_formats(job.formats)}
    # Entered before the encoders, so that it waits for its threads after those were ended.
    pool = _enter(stack, lambda: ThreadPoolExecutor(max(1, len(wanted))))

    found = study(job.scene, job.parameters)
    steps, parameters = found.steps, found.parameters
    fps = asked or parse_fps(found.scene.fps)
    timeline = Timeline(steps, fps, job.hold_first, job.hold_last)
    if timeline.frames > job.max_frames:
        raise UsageError(
            f"the film would have {timeline.frames:,} frames where {job.max_frames:,} are allowed, so choose "
            "fewer steps or raise --max-frames"
        )
    from render.catalog import guarded
    from render.painter import Painter
    from render.stock import STOCKS, Shutter, png
    from render.words import literal

    script = write_script(job, found)
    # A scene file may have panels of its own; guarding those of the package would slow every frame.
    guard = partial(guarded, job.scene) if ".py" in job.scene else nullcontext
    with guard():
        painter = Painter(script)
        height, width = painter.paint(0).shape[:2]
    heatmaps = [panel for panel in painter.describe() if panel["cell"]]
    cells = sum((panel["width"] // panel["cell"]) ** 2 for panel in heatmaps)
    smallest = min((panel["cell"] for panel in heatmaps), default=formats.WHOLE_BLOCK)

    ffmpeg = _enter(stack, lambda: encoder.Ffmpeg(encoder.find_ffmpeg()))
    staging = _enter(stack, lambda: storage.Staging(Path(job.output), [*wanted, f"{stem}.png", f"{stem}.json"]))
    estimate = sum(f.frame_bytes + f.cell_bytes * cells for f in wanted.values()) * timeline.frames
    staging.require(2 * (estimate + 500_000))

    takes, remarks = [], []
    for name, form in wanted.items():
        held_fps = form.nearest_fps(fps)
        if held_fps != fps:
            remarks.append(f"{form.name} cannot hold {float(fps):g} frames a second, so it has {float(held_fps):.4g}")
        footage = encoder.Footage(width, height, timeline.frames, held_fps, smallest)
        make = partial(encoder.Encoder, ffmpeg, form, staging.path(name), footage, job.timeout)
        takes.append((STOCKS[form.pixel_format](painter.canvas), _enter(stack, make)))
    shutter = Shutter(painter.canvas)
    shown, exposure = 0, shutter.release()
    for count, step in enumerate(timeline.frame_steps, 1):
        if step != shown:
            with guard():
                painter.paint(step)
            shown = step
            exposure = shutter.release()
        for stock, single in takes:
            single.write(stock.develop(exposure))
        watch.painted(count, timeline.frames)
    for _, single in takes:
        single.end()
    # While ffmpeg finishes, the poster is made.
    endings = [pool.submit(single.finish) for _, single in takes]
    poster = painter.paint(poster_step(steps, found.scene.poster))
    staging.write(f"{stem}.png", png(poster[..., :3]))
    for ending in endings:
        ending.result()

    made = [(name, form.codec, timeline.frames) for name, form in wanted.items()] + [(f"{stem}.png", "png", 1)]
    content = {
        "eigenreel": manifest.VERSION,
        "scene": job.scene,
        "title": found.scene.title if job.title is None else literal(job.title),
        "statement": found.scene.statement,
        "parameters": parameters,
        "steps": steps,
        "seed": parameters.get("seed"),
        "command": command_of(job, parameters),
        "versions": manifest.versions(ffmpeg.version),
        "frames": {
            "width": width,
            "height": height,
            "fps": [fps.numerator, fps.denominator],
            "steps": timeline.frame_steps,
        },
        "panels": painter.describe(),
        **manifest.numbers(script.columns),
        "claims": [verdict.as_json() for verdict in script.verdicts],
        "files": [
            manifest.file_entry(name, staging.path(name), codec, frames, (width, height))
            for name, codec, frames in made
        ],
    }
    remarks += [
        f"{entry['name']} has {entry['bytes'] / 1e6:.1f} MB, and many pages take no more than 10 MB"
        for entry in content["files"]
        if entry["bytes"] > _LARGE
    ]
    staging.write(f"{stem}.json", manifest.dump(content))
    paths = staging.commit(watch.saved)
    return Film({name.rpartition(".")[2]: path for name, path in paths.items()}, content, tuple(remarks))


def write_script(job: Job, found: Study) -> Script:
    """Put a scene's words into the film's language, and refuse to film what is false.

    Raises
    ------
    RenderError
        If one of its claims is false, unless the job allows that.
    """
    from render.claims import require_true
    from render.painter import Script
    from render.words import Words, literal

    words, scene = Words(job.language), found.scene
    if not job.allow_false_claims:
        require_true(found.verdicts)
    return Script(
        title=words(scene.title) if job.title is None else literal(job.title),
        statement=words(scene.statement, found.parameters),
        panels=scene.panels,
        columns=found.columns,
        verdicts=found.verdicts,
        layout=job.layout,
        theme=job.theme,
        language=job.language,
    )


def _enter(stack: ExitStack, make: Callable[[], AbstractContextManager[T]]) -> T:
    """Make and enter something that has to be left, without a signal falling in between."""
    with held():
        return stack.enter_context(make())


def poster_step(steps: int, part: float) -> int:
    """Return the step shown on the poster: that part of the film, and never the identity."""
    return min(steps, max(1, round(steps * part)))


def command_of(job: Job, parameters: Mapping[str, Any]) -> str:
    """Return the command line that makes a film again: with all parameters, and what else is not usual."""
    from render import manifest

    usual = Job(job.scene)
    options = dict(parameters)
    for name, option in _COMMAND_OPTIONS.items():
        value = getattr(job, name)
        if value != getattr(usual, name):
            options[option] = None if value is True else value
    return manifest.command(job.scene, options)


def job_of(content: Mapping[str, Any], output: str) -> Job:
    """Return the job that made a film, from its manifest, with another folder for its files.

    Raises
    ------
    InputError
        If the manifest's command is not one that this program wrote.
    """
    given: dict[str, Any] = {}
    own = {name.replace("_", "-") for name in content["parameters"]}
    names = {option.replace("_", "-"): name for name, option in _COMMAND_OPTIONS.items()}
    try:
        words = shlex.split(content["command"])
        rest = iter(words[3:])
        if words[:3] != ["render", "scene", content["scene"]]:
            raise ValueError
        for word in rest:
            option = word.removeprefix("--")
            if option in own:
                next(rest)
                continue
            name = names[option]
            usual = getattr(Job(""), name)
            if usual is False:
                given[name] = True
            elif isinstance(usual, tuple):
                given[name] = (*given.get(name, ()), next(rest))
            else:
                given[name] = (str if usual is None else type(usual))(next(rest))
    except (KeyError, ValueError, StopIteration):
        raise InputError("the manifest's command cannot be read, so render the film again") from None
    return Job(content["scene"], content["parameters"], output=output, **given)
