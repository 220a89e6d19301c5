"""The command line: words, never behaviour. Every command is a few lines over the library.

Nothing heavy is imported before it is needed: ``render --help`` answers at once.
"""

from __future__ import annotations

import difflib
import gc
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import render
from render import signals
from render.errors import EigenreelError, RenderError, UsageError
from render.job import DEFAULT_MAX_FRAMES, DEFAULT_TIMEOUT, Film, Job, Watch, run

if TYPE_CHECKING:
    from scenes import Parameter, Scene

_SETTINGS = {"help_option_names": ["-h", "--help"]}
_came = 0
_finished = 0


class _Interrupted(BaseException):
    """Ctrl-C was pressed, or the program was told to end."""


def main() -> NoReturn:
    """Run the command line and exit with the code of what happened."""
    # A command lives for a second: looking for garbage a hundred times meanwhile is a tenth of it.
    gc.set_threshold(100_000)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for number in signals.WATCHED:
        signal.signal(number, _interrupt)
    sys.exit(_run())


def _run() -> int:
    try:
        commands.main(prog_name="render", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except EigenreelError as error:
        return _complain(str(error), error.exit_code) if not _came else _farewell()
    except MemoryError:
        return _complain("there is not enough memory, so choose fewer steps or a smaller size", 1)
    except _Unprinted as trouble:
        return trouble.explain()
    except (_Interrupted, click.Abort):
        return _farewell()
    except SystemExit:
        # click ends itself when whoever read its help has gone.
        return _farewell() if _came else _Unprinted(BrokenPipeError()).explain()
    except BaseException:
        # A signal may have fallen into something that turned it into another failure.
        if _came:
            return _farewell()
        raise
    return 0


def _interrupt(signum: int, frame: object) -> NoReturn:
    global _came
    _came = signum
    # Cleaning up takes a moment, and is not to be disturbed by impatience.
    signals.ignore()
    signals.insist(_interrupt_again, _farewell_of(signum)[1])
    raise _Interrupted


def _interrupt_again(signum: int, frame: object) -> NoReturn:
    raise _Interrupted


def _farewell_of(signum: int) -> tuple[str, int]:
    return ("interrupted", 130) if signum in (0, signal.SIGINT) else ("terminated", 143)


def _farewell() -> int:
    what, code = _farewell_of(_came)
    if _came:
        # Python waits for its threads, even for those that the signal left waiting for ever.
        signals.end_soon(code)
    left = f"the {_finished} films that were finished stay" if _finished else "nothing was changed"
    return _complain(f"{what}, and {left}", code)


def _complain(message: str, code: int) -> int:
    sentence = message.rstrip(".")
    click.echo(f"render: {sentence}" + ("" if sentence.endswith("?") else "."), err=True)
    return code


def _say(text: str | bytes, newline: bool = True) -> None:
    try:
        click.echo(text, nl=newline)
    except OSError as error:
        raise _Unprinted(error) from None


class _Unprinted(Exception):
    """Standard output took no more."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def explain(self) -> int:
        """Return the exit code, having said why unless the reader has gone."""
        # What Python could not print it would try again at its end, and complain.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
        os.dup2(sys.stdout.fileno(), 1)
        if isinstance(self._error, BrokenPipeError):
            return 141
        return _complain(f"the output could not be printed ({self._error.strerror}), so send it somewhere else", 5)


class _Commands(click.Group):
    """The commands; an unknown one suggests the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            names = self.list_commands(ctx)
            near = difflib.get_close_matches(args[0], names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(names)}"
            raise UsageError(f"there is no command {args[0]!r}, {hint}")
        return super().resolve_command(ctx, args)


class _Value(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A scene's parameter, read by the rules of its scene."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.name = parameter.kind.__name__

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.parameter.parse(value)
        except ValueError as error:
            raise UsageError(str(error)) from None


_FILM_OPTIONS = [
    click.Option(["--output", "-o"], default="output", show_default=True, metavar="DIR", help="Folder of the files."),
    click.Option(["--name"], metavar="STEM", help="Name of the files without ending.  [default: the scene's]"),
    click.Option(
        ["--format", "formats"], multiple=True, metavar="NAME",
        help="mp4 or gif; repeat it for several.  [default: both]",
    ),
    click.Option(["--fps"], metavar="RATE", help="Steps a second.  [default: the scene's, mostly 12.5]"),
    click.Option(["--hold-first"], type=float, default=0.0, metavar="SECONDS", help="How long step 0 stays longer."),
    click.Option(["--hold-last"], type=float, default=0.0, metavar="SECONDS", help="How long the last one does."),
    click.Option(["--layout"], default="wide", show_default=True, help="wide (1280 × 720) or square (720 × 720)."),
    click.Option(["--theme"], default="light", show_default=True, help="light or dark."),
    click.Option(["--lang", "language"], default="en", show_default=True, help="en or ko: what the film speaks."),
    click.Option(["--title"], metavar="TEXT", help="Another title, shown as it is."),
    click.Option(
        ["--max-frames"], type=int, default=DEFAULT_MAX_FRAMES, show_default=True, metavar="N",
        help="Refuse longer films.",
    ),
    click.Option(
        ["--timeout"], type=float, default=DEFAULT_TIMEOUT, show_default=True, metavar="SECONDS",
        help="Give ffmpeg up after so long without progress.",
    ),
    click.Option(
        ["--allow-false-claims"], is_flag=True, help="Make the film even if something it claims is false; it says so.",
    ),
    click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
    click.Option(["--json", "as_json"], is_flag=True, help="Print what was made as JSON."),
]  # fmt: skip


_NUMBERS_OPTIONS = [
    click.Option(["--format", "form"], default="csv", show_default=True, metavar="NAME", help="csv, json or npz."),
    click.Option(["--output", "-o"], metavar="FILE", help="Where to; standard output by default."),
]


class _Scenes(click.Group):
    """One command a scene, its options read from the scene's signature.

    Parameters
    ----------
    options : list of click.Option
        What it takes besides the scene's own parameters.
    make : callable
        Called with the scene's name, its parameters and the other options by name.
    """

    def __init__(self, name: str, help: str, options: list[click.Option], make: Callable[..., None]) -> None:
        super().__init__(name, help=help, subcommand_metavar="SCENE [OPTIONS]", context_settings=_SETTINGS)
        self._options, self._make = options, make

    def list_commands(self, ctx: click.Context) -> list[str]:
        from render.catalog import scene_names

        return scene_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        from render.catalog import load_scene

        return self._command(cmd_name, load_scene(cmd_name))

    def _command(self, name: str, scene: Scene) -> click.Command:
        own = [
            click.Option(
                ["--" + p.name.replace("_", "-"), p.name],
                type=_Value(p),
                default=p.default,
                show_default=True,
                help=p.help + (f"  [{p.bounds or p.choices}]" if p.bounds or p.choices else ""),
            )
            for p in scene.parameters
        ]
        known = {p.name for p in scene.parameters}
        others = [option for option in self._options if option.name not in known]

        def callback(**values: Any) -> None:
            parameters = {key: values.pop(key) for key in known}
            self._make(name, parameters, **values)

        return click.Command(
            name, params=[*own, *others], callback=callback, help=scene.summary, context_settings=_SETTINGS
        )


def _make(scene: str, parameters: dict[str, Any], quiet: bool, as_json: bool, **options: Any) -> None:
    # It would tell of its caches, which are no concern of who renders a film.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    options["formats"] = options["formats"] or Job.formats
    job = Job(scene, parameters, **options)
    bar = not quiet and not as_json and sys.stderr.isatty() and "CI" not in os.environ
    watch = _Bar(job.stem) if bar else _Last()
    try:
        film = run(job, watch)
    finally:
        if isinstance(watch, _Bar):
            watch.clear()
    for remark in film.remarks:
        click.echo(f"render: {remark}.", err=True)
    if as_json:
        _say(json.dumps(_summary(film), ensure_ascii=False))
    elif not quiet:
        for path in film.files.values():
            _say(_shown(path))


def _tabulate(scene: str, parameters: dict[str, Any], form: str, output: str | None) -> None:
    from render import numbers
    from render.storage import Staging
    from render.study import study

    if form == "npz" and output is None and sys.stdout.isatty():
        raise UsageError("npz is no text, so give a file with --output or send it into one")
    found = study(scene, parameters)
    content = numbers.dump(form, found)
    if output is None:
        _say(content, newline=False)
        return
    path = Path(output)
    with Staging(path.parent, [path.name]) as staging:
        staging.write(path.name, content)
        staging.commit()
    _say(output)


def _shown(path: Path) -> str:
    """Return a path as short as it can be written from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _summary(film: Film) -> dict[str, Any]:
    content = film.manifest
    folder = next(iter(film.files.values())).parent
    return {
        "scene": content["scene"],
        "seed": content["seed"],
        "ffmpeg": content["versions"]["ffmpeg"],
        "fps": content["frames"]["fps"],
        "manifest": str(film.files["json"]),
        "claims": content["claims"],
        "files": [{"path": str(folder / entry["name"])} | entry for entry in content["files"]],
        "remarks": list(film.remarks),
    }


class _Last(Watch):
    """Takes signals that got lost; once the files are in place there is nothing left to interrupt."""

    def painted(self, frames: int, total: int) -> None:
        # Where an import swallowed the signal, it is taken here.
        if _came:
            raise _Interrupted

    def saved(self) -> None:
        signals.ignore()


class _Bar(_Last):
    """A progress bar on standard error."""

    def __init__(self, label: str) -> None:
        self._label, self._drawn = label, -1

    def painted(self, frames: int, total: int) -> None:
        super().painted(frames, total)
        part = 30 * frames // total
        if part != self._drawn:
            self._drawn = part
            click.echo(f"\r{self._label} [{'#' * part}{'-' * (30 - part)}] {frames}/{total}", err=True, nl=False)

    def clear(self) -> None:
        """Remove the bar."""
        if self._drawn >= 0:
            click.echo("\r" + " " * (len(self._label) + 60) + "\r", err=True, nl=False)


@click.group(cls=_Commands, context_settings=_SETTINGS)
@click.version_option(render.__version__, prog_name="eigenreel")
def commands() -> None:
    r"""Film what repeated matrix multiplication does.

    \b
    render scene orthogonal --steps 64      one film: MP4, GIF, poster and manifest in output/
    render scene orthogonal --help          what the scene can vary
    render scene my_scene.py                a scene of your own (the file is run: trust it)
    render list                             all scenes
    render numbers orthogonal               its numbers, as CSV
    render verify output/*.mp4              are films what their manifests say?
    render embed output/orthogonal.mp4      HTML for a blog post
    """


commands.add_command(
    _Scenes(
        "scene",
        help="Render one scene, by name or from a file of your own (my_scene.py, my_scene.py:name).",
        options=_FILM_OPTIONS,
        make=_make,
    )
)
commands.add_command(
    _Scenes(
        "numbers",
        help="Print all numbers of a scene, by name or from a file, without drawing anything.",
        options=_NUMBERS_OPTIONS,
        make=_tabulate,
    )
)


@commands.command("list", context_settings=_SETTINGS)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_scenes(as_json: bool) -> None:
    """Name all scenes, with what they show and their parameters."""
    from render.catalog import all_scenes

    found = all_scenes()
    if as_json:
        rows = [
            {
                "scene": s.name,
                "summary": s.summary,
                "parameters": {p.name: p.default for p in s.parameters},
            }
            for s in found.values()
        ]
        _say(json.dumps(rows, ensure_ascii=False))
        return
    for name, scene in sorted(found.items()):
        options = " ".join(f"--{p.name.replace('_', '-')} {p.default}" for p in scene.parameters)
        _say(f"{name}\n    {scene.summary}\n    {options}")


@commands.command(context_settings=_SETTINGS)
@click.option("--output", "-o", default="output", show_default=True, metavar="DIR", help="Folder of the files.")
@click.option("--theme", default="light", show_default=True, help="light or dark.")
@click.option("--layout", default="wide", show_default=True, help="wide (1280 × 720) or square (720 × 720).")
@click.option("--lang", "language", default="en", show_default=True, help="en or ko.")
@click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Films at a time.  [default: one a core]")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def videos(output: str, theme: str, layout: str, language: str, jobs: int | None, quiet: bool) -> None:
    """Render all scenes, one line a film."""
    from render.batch import run_all
    from render.catalog import scene_names

    def done(job: Job, film: Film) -> None:
        global _finished
        _finished += 1
        if not quiet:
            sizes = ", ".join(f"{e['codec']} {e['bytes'] / 1000:,.0f} kB" for e in film.manifest["files"])
            video = next(path for ending, path in film.files.items() if ending != "json")
            _say(f"{_shown(video)}  ({sizes})")

    wanted = [Job(n, output=output, theme=theme, layout=layout, language=language) for n in scene_names()]
    run_all(wanted, jobs or os.cpu_count() or 1, done)


@commands.command(context_settings=_SETTINGS)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--for", "dialect", type=click.Choice(["html", "markdown"]), default="html", show_default=True)
@click.option("--lang", "language", default="en", show_default=True, help="en or ko.")
@click.option("--base", default="", metavar="URL", help="What comes before the file names.")
def embed(file: Path, dialect: str, language: str, base: str) -> None:
    """Print what shows FILE in a page: a video with poster, GIF fallback and caption."""
    from render.embed import snippet

    # A page is UTF-8, whatever the terminal is.
    _say((snippet(file, dialect, language, base)).encode())


@commands.command(context_settings=_SETTINGS)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--run-scene", is_flag=True, help="Run the scene file a manifest names (a program: trust it).")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but what is false.")
def verify(files: tuple[Path, ...], run_scene: bool, quiet: bool) -> None:
    """Check that films are what their manifests say: bytes, frames, cells, numbers, claims."""
    from render.verify import verify as check

    false = 0
    for file in dict.fromkeys(file.with_suffix(".json") for file in files if file.name) or files:
        report = check(file, run_scene)
        false += not report.holds
        lines = [f"  ✗ {fault}" for fault in report.faults]
        if not quiet:
            lines = [*(f"  ✓ {line}" for line in report.checked), *(f"  – {line}" for line in report.remarks), *lines]
        if lines or not quiet:
            _say("\n".join([f"{_shown(file)}: {'holds' if report.holds else 'does not hold'}", *lines]))
    if false:
        raise RenderError(f"{false} of the films are not what their manifests say, so render them again")
