"""The command line: words, never behaviour. Every command is a few lines over the library.

Nothing heavy is imported before it is needed: ``render --help`` answers at once.
"""

from __future__ import annotations

import difflib
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import render
from render.errors import InputError, RenderError, UsageError
from render.job import DEFAULT_MAX_FRAMES, DEFAULT_TIMEOUT, Film, Job, run
from render.terminal import Bar, Last, note_finished, one_line, say, serve, shown

if TYPE_CHECKING:
    from scenes import Parameter, Scene

_SETTINGS = {"help_option_names": ["-h", "--help"]}


def main() -> NoReturn:
    """Run the command line and exit with the code of what happened."""
    serve(commands)


class _Commands(click.Group):
    """The commands; an unknown one suggests the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            names = self.list_commands(ctx)
            near = difflib.get_close_matches(args[0], names, 1)
            if not near and args[0].isidentifier():
                from render.catalog import scene_names

                near = [f"render scene {name}" for name in difflib.get_close_matches(args[0], scene_names(), 1)]
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
        options = [option for shared in (_FILM_OPTIONS, _NUMBERS_OPTIONS) for option in shared]
        words = {word.lstrip("-").replace("-", "_") for option in options for word in option.opts}
        taken = {"help"} | words | {option.name for option in options}
        for clash in sorted(known & taken):
            raise UsageError(f"scene {name} has a parameter {clash}, which is an option of the command, so rename it")

        def callback(**values: Any) -> None:
            parameters = {key: values.pop(key) for key in known}
            self._make(name, parameters, **values)

        return click.Command(
            name, params=[*own, *self._options], callback=callback, help=scene.summary, context_settings=_SETTINGS
        )


def _make(scene: str, parameters: dict[str, Any], quiet: bool, as_json: bool, **options: Any) -> None:
    # Silence matplotlib's font-cache messages.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    options["formats"] = options["formats"] or Job.formats
    job = Job(scene, parameters, **options)
    bar = not quiet and not as_json and sys.stderr.isatty() and "CI" not in os.environ
    watch = Bar(job.stem) if bar else Last()
    try:
        film = run(job, watch)
    finally:
        if isinstance(watch, Bar):
            watch.clear()
    for remark in film.remarks:
        click.echo(f"render: {remark}.", err=True)
    if as_json:
        say(json.dumps(_summary(film), ensure_ascii=False))
    elif not quiet:
        for path in film.files.values():
            say(shown(path))


def _tabulate(scene: str, parameters: dict[str, Any], form: str, output: str | None) -> None:
    from render import numbers
    from render.study import study

    if form == "npz" and output is None and sys.stdout.isatty():
        raise UsageError("npz is no text, so give a file with --output or send it into one")
    found = study(scene, parameters)
    content = numbers.dump(form, found)
    if output is None:
        say(content, newline=False)
        return
    _write(Path(output), content)


def _write(path: Path, content: bytes) -> None:
    """Write one file, whole or not at all, and say where it is."""
    from render.storage import Staging

    if not path.name:
        raise UsageError(f"{str(path)!r} is a folder, so give the name of a file in it")
    with Staging(path.parent, [path.name]) as staging:
        staging.write(path.name, content)
        staging.commit()
    say(shown(path.absolute()))


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


_HELP = """Film what repeated matrix multiplication does.

\b
render scene orthogonal --steps 64      one film: MP4, GIF, poster and manifest in output/
render scene orthogonal --help          what the scene can vary
render scene my_scene.py                a scene of your own (the file is run: trust it)
render list                             all scenes
render numbers orthogonal               its numbers, as CSV
render verify output/*.mp4              are films what their manifests say?
render embed output/orthogonal.mp4      HTML for a blog post
"""


@click.group(cls=_Commands, context_settings=_SETTINGS, help=_HELP)
@click.version_option(render.__version__, prog_name="eigenreel")
def commands() -> None:
    """Film what repeated matrix multiplication does."""


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
@click.option("--sources", is_flag=True, help="Print every idea of the source documents, and the scenes that show it.")
@click.option("--posters", metavar="FILE", help="Draw the posters of all scenes on one PNG.")
@click.option("--theme", default="light", show_default=True, help="light or dark, for the posters.")
@click.option("--lang", "language", default="en", show_default=True, help="en or ko, for the posters.")
def list_scenes(as_json: bool, sources: bool, posters: str | None, theme: str, language: str) -> None:
    """Name all scenes by chapter, with what they show and their parameters."""
    from render.catalog import all_scenes, by_chapter, chapter_of, covered_ideas, heading_of

    found = all_scenes()
    if posters is not None:
        from render.posters import contact_sheet

        _write(Path(posters), contact_sheet(theme, language))
    elif sources:
        for heading, ideas in covered_ideas().items():
            say(heading)
            for idea in ideas:
                where = ", ".join(idea.scenes) or f"reference only ({idea.reason})"
                say(f"{idea.number:5}  {idea.documents:3} {idea.text}: {where}")
    elif as_json:
        rows = [
            {
                "scene": s.name,
                "chapter": chapter_of(s),
                "summary": s.summary,
                "parameters": {p.name: p.default for p in s.parameters},
            }
            for s in found.values()
        ]
        say(json.dumps(rows, ensure_ascii=False))
    else:
        for chapter, own in by_chapter(found.values()).items():
            say(heading_of(chapter))
            for scene in own:
                options = " ".join(f"--{p.name.replace('_', '-')} {p.default}".rstrip() for p in scene.parameters)
                say(f"  {scene.name}\n      {scene.summary}\n      {options}")


@commands.command(context_settings=_SETTINGS)
@click.option("--output", "-o", default="output", show_default=True, metavar="DIR", help="Folder of the files.")
@click.option("--theme", default="light", show_default=True, help="light or dark.")
@click.option("--layout", default="wide", show_default=True, help="wide (1280 × 720) or square (720 × 720).")
@click.option("--lang", "language", default="en", show_default=True, help="en or ko.")
@click.option(
    "--force", is_flag=True, help="Render all of them, even those that are there and newer than their sources."
)
@click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Films at a time.  [default: one a core]")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def videos(output: str, theme: str, layout: str, language: str, force: bool, jobs: int | None, quiet: bool) -> None:
    """Render all scenes whose films are not there or older than their sources, one line a film."""
    from render.batch import is_current, run_all
    from render.catalog import scene_names

    def done(job: Job, film: Film) -> None:
        note_finished(1)
        if not quiet:
            sizes = ", ".join(f"{e['codec']} {e['bytes'] / 1000:,.0f} kB" for e in film.manifest["files"])
            video = next(path for ending, path in film.files.items() if ending != "json")
            say(f"{shown(video)}  ({sizes})")

    everything = [Job(n, output=output, theme=theme, layout=layout, language=language) for n in scene_names()]
    wanted = [job for job in everything if force or not is_current(job)]
    if len(wanted) < len(everything) and not quiet:
        say(f"{len(everything) - len(wanted)} films in {output} are up to date")
    if wanted:
        note_finished(0)
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
    say((snippet(file, dialect, language, base)).encode())


@commands.command(context_settings=_SETTINGS)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--run-scene", is_flag=True, help="Run the scene file a manifest names (a program: trust it).")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but what is false.")
def verify(files: tuple[Path, ...], run_scene: bool, quiet: bool) -> None:
    """Check that films are what their manifests say: bytes, frames, cells, numbers, claims."""
    from render.verify import verify as check

    false, unread = 0, None
    films: dict[Path, list[str]] = {}
    for file in files:
        films.setdefault(file.with_suffix(".json") if file.name else file, []).append(file.name)
    for file, names in films.items():
        try:
            report = check(file, run_scene, [name for name in names if name])
        except InputError as error:
            unread = error
            if len(files) > 1:
                say(one_line(f"{shown(file)}: not verified, since {error}"))
            continue
        false += not report.holds
        lines = [f"  ✗ {fault}" for fault in report.faults]
        if not quiet:
            lines = [*(f"  ✓ {line}" for line in report.checked), *(f"  – {line}" for line in report.remarks), *lines]
        if lines or not quiet:
            verdict = "holds" if report.holds else "does not hold" if report.faults else "not verified"
            say("\n".join(map(one_line, [f"{shown(file)}: {verdict}", *lines])))
    if false:
        raise RenderError(
            f"{false} of the films are not what their manifests say, or not verified, so render them again"
        )
    if unread:
        raise unread
