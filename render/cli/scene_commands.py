"""Commands that take a scene: one sub-command a scene, its options read from the scene's signature."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from render.cli.completion import scene_names, starting, values_of
from render.cli.terminal import Bar, Last, say, shown, write
from render.errors import UsageError
from render.pipeline.job import OPTIONS, USUAL, Job
from render.video.formats import names

if TYPE_CHECKING:
    from render.pipeline.film import Film
    from scenes import Parameter, Scene

SETTINGS = {"help_option_names": ["-h", "--help"]}


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

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the words that it may be."""
        words = ("true", "false") if self.parameter.kind is bool else ()
        return starting(self.parameter.choices.words if self.parameter.choices else words, incomplete)


def film_options(*wanted: str) -> list[click.Option]:
    """Return options of a film as those of a command, all or some by name."""
    made = []
    for name in wanted or OPTIONS:
        option, usual = OPTIONS[name], USUAL[name]
        flags = [*option.flags] if option.flags[0] == "--" + name.replace("_", "-") else [*option.flags, name]
        kind: dict[str, Any] = {"metavar": option.metavar, "help": option.help.format(formats=", ".join(names()))}
        kind["shell_complete"] = values_of(name)
        if isinstance(usual, bool):
            made.append(click.Option(flags, is_flag=True, help=kind["help"]))
        elif isinstance(usual, tuple):
            made.append(click.Option(flags, multiple=True, **kind))
        elif name == "over":
            # The last one would stand for all.
            made.append(click.Option(flags, multiple=True, callback=_one_range, **kind))
        elif usual is None:
            made.append(click.Option(flags, type=option.kind, **kind))
        else:
            made.append(click.Option(flags, type=type(usual), default=usual, show_default=usual != 0, **kind))
    return made


def _one_range(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> str | None:
    if len(values) > 1:
        raise UsageError("a page plays films over one parameter, so give --over once (render sweep takes several)")
    return values[0] if values else None


class SceneCommands(click.Group):
    """One command a scene, its options read from the scene's signature.

    Parameters
    ----------
    options : list of click.Option
        What it takes besides the scene's own parameters.
    make : callable
        Called with the scene's name, its parameters and the other options by name.
    watch : callable, optional
        Returns the command for a scene that is watched, given its name: nothing of its file is run here.
    """

    def __init__(
        self,
        name: str,
        help: str,
        options: list[click.Option],
        make: Callable[..., None],
        watch: Callable[[str], click.Command] | None = None,
    ) -> None:
        super().__init__(name, help=help, subcommand_metavar="SCENE [OPTIONS]", context_settings=SETTINGS)
        self._options, self._make, self._watch = options, make, watch

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of a scene, and the words after its name."""
        if self._watch and "--watch" in args[1:] and not ctx.resilient_parsing and not {"-h", "--help"} & {*args}:
            return args[0], self._watch(args[0]), args[1:]
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all scenes."""
        return scene_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return the command of a scene."""
        if ctx.resilient_parsing:
            # A shell asks what may come next: no reason to run a program, nor to load what counts.
            from render.pipeline.catalog import load_scene

            if ".py" in cmd_name:
                return click.Command(cmd_name, params=[*self._options])
            return self._command(cmd_name, load_scene(cmd_name))
        from render.pipeline.scene_run import scene_for

        return self._command(cmd_name, scene_for(cmd_name))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the scenes that begin so, or else files; scenes are not loaded."""
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return starting(scene_names(), incomplete, "file")

    def _command(self, name: str, scene: Scene) -> click.Command:
        return self.command_of(name, scene.parameters, scene.summary)

    def command_of(
        self, name: str, parameters: Sequence[Parameter], summary: str, more: Sequence[click.Option] = ()
    ) -> click.Command:
        """Return the command of a scene with these parameters, and with more options than all of them have."""
        own = [
            click.Option(
                ["--" + p.name.replace("_", "-"), p.name],
                type=_Value(p),
                default=p.default,
                show_default=True,
                help=p.help + (f"  [{p.bounds or p.choices}]" if p.bounds or p.choices else ""),
            )
            for p in parameters
        ]
        known = {p.name for p in parameters}

        def callback(**values: Any) -> None:
            parameters = {key: values.pop(key) for key in known}
            self._make(name, parameters, **values)

        return click.Command(
            name, params=[*own, *more, *self._options], callback=callback, help=summary, context_settings=SETTINGS
        )


def make_film(scene: str, parameters: dict[str, Any], quiet: bool, as_json: bool, **options: Any) -> None:
    """Make a film, and say where its files are."""
    quieten()
    from render.pipeline.fit import make

    options["formats"] = options["formats"] or USUAL["formats"]
    job = Job(scene, parameters, **options)
    # A dumb terminal would show every state of the bar.
    drawn = sys.stderr.isatty() and "CI" not in os.environ and os.environ.get("TERM") != "dumb"
    bar = not quiet and not as_json and drawn
    watch = Bar(job.stem) if bar else Last()
    try:
        film = make(job, watch)
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


def print_numbers(scene: str, parameters: dict[str, Any], form: str, output: str | None) -> None:
    """Print the numbers of a scene, or write them into a file."""
    from render.pipeline.scene_run import resolve
    from render.publish.tables import pieces

    if form == "npz" and output is None and sys.stdout.isatty():
        raise UsageError("npz is no text, so give a file with --output or send it into one")
    found = resolve(scene, parameters)
    content = pieces(form, found)
    if output is not None:
        say(shown(write(Path(output), content)))
        return
    for piece in content:
        say(piece, newline=False)


def quieten() -> None:
    """Silence what matplotlib says of its font cache, and fontTools of tables it leaves out."""
    for name in ("matplotlib", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)


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
