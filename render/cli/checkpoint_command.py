"""The command that films a matrix over training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from render.cli.matrix_commands import GATES, ORDERS
from render.cli.scene_commands import SETTINGS, film_options, make_film
from render.cli.terminal import one_line
from render.errors import UsageError
from render.pipeline.job import TRAINING, Job

# Repeated here, since loading them would cost every command a tenth of a second; a test compares them.
ACTIVATIONS = ("tanh", "relu", "linear")

_HELP = """Film a matrix over training: its eigenvalues, its size, and how far it is from orthogonal.

\b
render checkpoints runs/                   a file for each checkpoint: step-0.npz, step-500.npz …
render checkpoints training.npz --key W    an array of all of them: checkpoints × rows × columns
render checkpoints runs/ --key weight_hh_l0 --data x.npy

The numbers in the names of files are the clock; those of an array are in one named clock, if there is one. With --data
it shows the Lyapunov exponents of the network along the data: whether states that are close part (docs/training.md).
"""


def _checkpoints(
    path: Path,
    key: str | None,
    gate: str | None,
    order: str | None,
    every: int,
    data: Path | None,
    steps: int | None,
    activation: str | None,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    from render.pipeline.checkpoints import Choice
    from render.pipeline.matrix_film import refuse_to_overwrite
    from render.pipeline.training_film import Data, training_film

    for name, value in (("--steps", steps), ("--activation", activation)):
        if data is None and value is not None:
            raise UsageError(f"{name} is of what a network makes of data, so give them with --data, or leave it out")
    read = None if data is None else Data(data, steps, activation or ACTIVATIONS[0])
    found = training_film(path, Choice(key, gate, order, every), read, options["language"])
    if found.remark:
        click.echo(one_line(f"render: {found.remark}."), err=True)
    if options["name"] is None:
        options["name"] = found.name
    if options["title"] is None:
        options["title"] = found.title
    job = Job(TRAINING, several=found.several, output=options["output"], name=options["name"])
    refuse_to_overwrite(found.files, job)
    make_film(TRAINING, {}, quiet, as_json, several=found.several, **options)


checkpoints = click.Command(
    "checkpoints",
    callback=_checkpoints,
    params=[
        click.Argument(["path"], metavar="DIR|FILE", type=click.Path(path_type=Path)),
        click.Option(["--key"], metavar="NAME", help="The matrix of this name in every checkpoint."),
        click.Option(["--gate"], type=click.Choice(GATES), help="A gate of an LSTM's or a GRU's kernel."),
        click.Option(
            ["--order"], type=click.Choice(ORDERS),
            help="In which order a kernel holds its gates.  [default: keras where they lie beside each other]",
        ),
        click.Option(
            ["--every"], type=click.IntRange(1), default=1, metavar="N",
            help="Take the first checkpoint and every Nth after it.  [default: all]",
        ),
        click.Option(
            ["--data"], metavar="FILE", type=click.Path(path_type=Path),
            help="What the network reads, steps × inputs: .npy, .npz or .safetensors.",
        ),
        click.Option(["--steps"], type=click.IntRange(1), metavar="N", help="Steps of the data.  [default: all]"),
        click.Option(
            ["--activation"], type=click.Choice(ACTIVATIONS), help="Of a network without gates.  [default: tanh]"
        ),
        *film_options(),
        click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print what was made as JSON."),
    ],
    help=_HELP,
    short_help="Film a matrix over training, from its checkpoints.",
    context_settings=SETTINGS,
)  # fmt: skip
