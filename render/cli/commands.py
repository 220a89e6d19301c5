"""The command line: words, never behaviour. Every command is a few lines over the library.

Nothing heavy is imported before it is needed: ``render --help`` answers at once.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from render.cli.checkpoint_command import checkpoints
from render.cli.completion import completion, one_of, values_of
from render.cli.doctor_command import doctor
from render.cli.film_file_commands import job, run
from render.cli.many_films import make_films, work_options
from render.cli.matrix_commands import matrix
from render.cli.page_commands import PAGES
from render.cli.picture_commands import PICTURES
from render.cli.scene_commands import (
    SETTINGS,
    SceneCommands,
    film_options,
    print_numbers,
    quieten,
)
from render.cli.sweep_commands import compare, sweep
from render.cli.terminal import one_line, say, serve, shown, write
from render.cli.watch_command import WATCH_OPTIONS, make_once, watch_command
from render.cli.word_commands import words
from render.errors import InputError, RenderError, UsageError
from render.pipeline.job import Job
from render.version import VERSION

if TYPE_CHECKING:
    from render.pipeline.film import Film


def main() -> NoReturn:
    """Run the command line and exit with the code of what happened."""
    serve(commands)


class _Commands(click.Group):
    """The commands; an unknown one suggests the nearest."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, whose standard error is its own."""
        quieten()
        return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            names = self.list_commands(ctx)
            near = difflib.get_close_matches(args[0], names, 1)
            if not near and args[0].isidentifier():
                from render.pipeline.catalog import scene_names

                near = [f"render scene {name}" for name in difflib.get_close_matches(args[0], scene_names(), 1)]
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(names)}"
            raise UsageError(f"there is no command {args[0]!r}, {hint}")
        return super().resolve_command(ctx, args)


_HELP = """Film what repeated matrix multiplication does.

\b
render scene orthogonal --steps 64      one film: MP4, GIF, poster and manifest in output/
render scene orthogonal --help          what the scene can vary
render scene my_scene.py                a scene of your own (the file is run: trust it)
render scene my_scene.py --watch        shown on a page, again whenever it is saved
render matrix W.npy                     powers of a matrix of your own
render checkpoints runs/                a matrix of your own over training
render run film.toml                    the films that a file asks for
render list                             all scenes
render numbers orthogonal               its numbers, as CSV
render still orthogonal --at end        one moment: PNG, SVG or PDF
render strip orthogonal                 its moments side by side in one picture
render slides orthogonal --for beamer   what a lecture takes
render verify output                    are films what their manifests say?
render embed output/orthogonal.mp4      HTML for a blog post
render publish orthogonal               all that a page needs, and its HTML
render doctor                           can films be made here? If not, why
"""


@click.group(cls=_Commands, context_settings=SETTINGS, help=_HELP)
@click.version_option(VERSION, prog_name="eigenreel")
def commands() -> None:
    """Film what repeated matrix multiplication does."""


commands.add_command(
    SceneCommands(
        "scene",
        help="Render one scene, by name or from a file of your own (my_scene.py, my_scene.py:name).",
        options=[
            *film_options(),
            click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
            click.Option(["--json", "as_json"], is_flag=True, help="Print what was made as JSON."),
            *WATCH_OPTIONS,
        ],
        make=make_once,
        watch=watch_command,
    )
)
commands.add_command(
    SceneCommands(
        "numbers",
        help="Print all numbers of a scene, by name or from a file, without drawing anything.",
        options=[
            click.Option(
                ["--format", "form"],
                default="csv",
                show_default=True,
                metavar="NAME",
                help="csv, json or npz.",
                shell_complete=one_of("csv", "json", "npz"),
            ),
            click.Option(["--output", "-o"], metavar="FILE", help="Where to; standard output by default."),
        ],
        make=print_numbers,
    )
)
for _command in (*PICTURES, *PAGES):
    commands.add_command(_command)

commands.add_command(matrix)
commands.add_command(checkpoints)
commands.add_command(compare)
commands.add_command(sweep)
commands.add_command(run)
commands.add_command(job)
commands.add_command(words)
commands.add_command(completion)
commands.add_command(doctor)


@commands.command("list", context_settings=SETTINGS)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option("--sources", is_flag=True, help="Print every idea of the source documents, and the scenes that show it.")
@click.option("--posters", metavar="FILE", help="Draw the posters of all scenes on one PNG.")
@click.option(
    "--theme",
    default="light",
    show_default=True,
    shell_complete=values_of("theme"),
    help="light or dark, for the posters.",
)
@click.option(
    "--lang",
    "language",
    default="en",
    show_default=True,
    shell_complete=values_of("language"),
    help="en or ko, for the posters.",
)
def list_scenes(as_json: bool, sources: bool, posters: str | None, theme: str, language: str) -> None:
    """Name all scenes by chapter, with what they show and their parameters."""
    from render.pipeline.catalog import all_scenes, by_chapter, chapter_of, covered_ideas, heading_of

    found = all_scenes()
    if posters is not None:
        from render.publish.contact_sheet import contact_sheet

        say(shown(write(Path(posters), contact_sheet(theme, language))))
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


@commands.command(
    context_settings=SETTINGS, params=[*film_options("output", "theme", "layout", "language"), *work_options()]
)
@click.option(
    "--force", is_flag=True, help="Render all of them, even those that are there and newer than their sources."
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def videos(
    output: str,
    theme: str,
    layout: str,
    language: str,
    jobs: int | None,
    dask: str | None,
    force: bool,
    quiet: bool,
) -> None:
    """Render all scenes whose films are not there or older than their sources, one line a film."""
    from render.pipeline.batch import is_current
    from render.pipeline.catalog import scene_names

    def line(film: Film) -> str:
        sizes = ", ".join(f"{e['codec']} {e['bytes'] / 1000:,.0f} kB" for e in film.manifest["files"])
        return f"{shown(next(path for ending, path in film.files.items() if ending != 'json'))}  ({sizes})"

    everything = [Job(n, output=output, theme=theme, layout=layout, language=language) for n in scene_names()]
    wanted = [job for job in everything if force or not is_current(job)]
    if len(wanted) < len(everything) and not quiet:
        say(f"{len(everything) - len(wanted)} films in {output} are up to date")
    make_films(wanted, jobs, dask, quiet, line, remarks=False)


@commands.command(context_settings=SETTINGS)
@click.argument("folder", type=click.Path(path_type=Path), default="output", metavar="[DIR]")
@click.option("--lang", "language", help="en or ko: what the page speaks.  [default: what most films do]")
def gallery(folder: Path, language: str | None) -> None:
    """Write DIR/index.html: all films in DIR by chapter, to be searched, seen, and copied from."""
    from render.publish.gallery import write_gallery

    path, remarks = write_gallery(folder, language)
    for remark in remarks:
        click.echo(f"render: {one_line(remark)}.", err=True)
    say(shown(path))


@commands.command(context_settings=SETTINGS)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--run-scene", is_flag=True, help="Run the scene file a manifest names (a program: trust it).")
@click.option("--max-numbers", type=click.IntRange(1), help="Refuse films of more entries.  [default: 1000000000]")
@click.option("--max-frames", type=click.IntRange(1), help="Refuse longer films.  [default: 100000]")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but what is false.")
def verify(files: tuple[Path, ...], run_scene: bool, quiet: bool, **limits: int | None) -> None:
    """Check that films are what their manifests say: bytes, frames, cells, numbers, claims.

    FILE is a film, its manifest, its name without ending, or a folder for all films in it.
    """
    from render.check.verify import films_at
    from render.check.verify import verify as check

    false, unread = 0, None
    allowed = {name: limit for name, limit in limits.items() if limit is not None}
    films = films_at(files)
    for file, names in films.items():
        try:
            report = check(file, run_scene, names, **allowed)
        except InputError as error:
            unread = error
            if len(films) > 1:
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
