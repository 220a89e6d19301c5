"""Commands about films as data: make those of a file, and write such a file."""

from __future__ import annotations

from pathlib import Path

import click

from render.cli.many_films import make_films, work_options
from render.cli.scene_commands import SETTINGS, quieten
from render.cli.terminal import one_line, say, shown, write_all

_RUN_HELP = """Make the films that a file asks for (TOML; docs/files.md).

\b
[[film]]                                  [[film]]
scene = "powers"                          matrix = "W.npy"
parameters = { steps = 32 }               themes = ["light", "dark"]
over = ["spectral_radius=0.8:1.2:9"]      languages = ["en", "ko"]

All of it is checked before the first film is made. Films that are there, made so, are not made again. Paths in the file
are told from its folder.
"""


def _run(
    file: Path,
    output: str | None,
    run_scene: bool,
    jobs: int | None,
    dask: str | None,
    force: bool,
    dry_run: bool,
    quiet: bool,
) -> None:
    quieten()
    from render.pipeline.batch import is_current
    from render.pipeline.film_jobs import films_in

    found = films_in(file, output=output, run_scenes=run_scene)
    for remark in found.remarks:
        click.echo(one_line(f"render: {remark}."), err=True)
    current = [not force and is_current(job) for job in found.jobs]
    if dry_run:
        for job, same in zip(found.jobs, current, strict=True):
            say(one_line(f"{shown(Path(job.output, job.stem))}: {', '.join(job.formats)}") + ", up to date" * same)
        return
    wanted = [job for job, same in zip(found.jobs, current, strict=True) if not same]
    if len(wanted) < len(current) and not quiet:
        there = len(current) - len(wanted)
        say(f"{there} of {len(current)} films of {one_line(file.name)} {'is' if there == 1 else 'are'} up to date")
    make_films(wanted, jobs, dask, quiet)


run = click.Command(
    "run",
    callback=_run,
    params=[
        click.Argument(["file"], metavar="FILE.toml", type=click.Path(path_type=Path)),
        click.Option(["--output", "-o"], metavar="DIR", help="Folder of all films, instead of what the file says."),
        click.Option(["--run-scene"], is_flag=True, help="Run the scene files it names (programs: trust them)."),
        *work_options(),
        click.Option(["--force"], is_flag=True, help="Make all of them, even those that are there."),
        click.Option(["--dry-run", "-n"], is_flag=True, help="Name the films and make none."),
        click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
    ],
    help=_RUN_HELP,
    short_help="Make the films that a file asks for.",
    context_settings=SETTINGS,
)


def _job(file: Path, output: str | None) -> None:
    import os

    from render.pipeline.job_file import film_file_of
    from render.pipeline.manifest import read

    content = read(file)
    if output is None or output == "-":
        say(film_file_of(content).text, newline=False)
        return
    path = Path(output)
    folder = os.path.relpath(path.parent)
    beside = path.with_name(f"{path.stem}-matrices.npz")
    made = film_file_of(content, "" if folder == os.curdir else folder, beside.name)
    files = {path: made.text} | ({} if made.arrays is None else {beside: made.arrays})
    for name in write_all(files):
        say(shown(name))


job = click.Command(
    "job",
    callback=_job,
    params=[
        click.Argument(["file"], metavar="FILE", type=click.Path(path_type=Path)),
        click.Option(["--output", "-o"], metavar="FILE.toml", help="Where to; standard output by default."),
    ],
    help="Print what makes a film again, as a file for `render run`: FILE is the film or its manifest.",
    short_help="Print what makes a film again, for `render run`.",
    context_settings=SETTINGS,
)
