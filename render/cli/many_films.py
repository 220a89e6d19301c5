"""Many films from one command: where they are made, and a line for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from render.cli.scene_commands import quieten
from render.cli.terminal import note_finished, one_line, say, shown
from render.errors import EigenreelError

if TYPE_CHECKING:
    from render.pipeline.film import Film
    from render.pipeline.job import Job


def work_options() -> list[click.Option]:
    """Return options that say where films are made."""
    return [
        click.Option(
            ["--jobs", "-j"], type=click.IntRange(1, 256), metavar="N", help="Films at a time.  [default: one a core]"
        ),
        click.Option(
            ["--dask"], metavar="ADDRESS", help="A Dask cluster that runs, as tcp://10.0.0.5:8786 (docs/sweeps.md)."
        ),
    ]


def names_of(film: Film) -> str:
    """Return the files of a film in one line, without poster and manifest."""
    return " ".join(shown(path) for ending, path in film.files.items() if ending not in ("png", "json"))


def make_films(
    wanted: Sequence[Job],
    workers: int | None,
    dask: str | None,
    quiet: bool,
    line: Callable[[Film], str] = names_of,
    remarks: bool = True,
) -> None:
    """Make films, one line each; say of every one that fails why.

    Parameters
    ----------
    wanted : sequence of Job
        The films.
    workers, dask : int, str
        Where they are made; see `render.pipeline.executors.executor_of`.
    quiet : bool
        Whether to say nothing but what fails.
    line : callable
        What is said of a film.
    remarks : bool
        Whether to say what a film has otherwise than asked for: each remark once, with the first film of which it is.

    Raises
    ------
    EigenreelError
        The first failure, when all others are made.
    """
    if not wanted:
        return
    from render.pipeline.batch import run_all
    from render.pipeline.executors import executor_of

    told: set[str] = set()

    def done(job: Job, film: Film | EigenreelError) -> None:
        if isinstance(film, EigenreelError):
            return
        note_finished(1)
        if quiet:
            return
        for remark in film.remarks if remarks else ():
            if remark not in told:
                told.add(remark)
                click.echo(one_line(f"render: {job.stem}: {remark}."), err=True)
        say(line(film))

    quieten()
    note_finished(0)
    with executor_of(workers, dask) as executor:
        results = run_all(wanted, executor=executor, progress=done)
    failed = [(job, r) for job, r in zip(wanted, results, strict=True) if isinstance(r, EigenreelError)]
    for job, failure in failed[1:]:
        click.echo(one_line(f"render: {job.stem}: {failure}."), err=True)
    if failed:
        job, failure = failed[0]
        raise type(failure)(f"{job.stem}: {failure}")
