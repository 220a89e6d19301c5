"""The command that films matrices from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from render.cli.scene_commands import SETTINGS, film_options, make_film
from render.cli.terminal import one_line
from render.pipeline.job import POWERS, Job

# Repeated here, since loading them would cost every command a tenth of a second; a test compares them.
GATES = ("input", "forget", "cell", "output", "reset", "update", "new")
ORDERS = ("pytorch", "keras")

_HELP = """Film powers of matrices of your own, from files: .npy, .npz, .safetensors, .csv, .tsv, .txt or .json.
An array of several, T × n × n, is filmed as their product, one more at every step.

\b
render matrix W.csv
render matrix weights.safetensors --key encoder.weight_hh_l0 --gate forget
render matrix before.npy after.npy --steps 128

Without --key it takes the recurrent kernels, or else all square matrices: the first four stand side by side, the others
are named. Kernels of an LSTM or a GRU are taken apart into their gates. Nothing in a file is run (docs/weights.md).
"""


def _matrix(
    files: tuple[Path, ...],
    keys: tuple[str, ...],
    gate: str | None,
    order: str | None,
    steps: int | None,
    gain: float,
    allow_nonfinite: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    from render.pipeline.matrix_film import matrix_film, refuse_to_overwrite

    found = matrix_film(files, keys, gate, order, options["language"], allow_nonfinite)
    if found.remark:
        click.echo(one_line(f"render: {found.remark}."), err=True)
    if options["name"] is None:
        options["name"] = found.name
    if options["title"] is None:
        options["title"] = found.title
    held: dict[str, Any] = {"matrices": found.matrices, "allow_nonfinite": allow_nonfinite}
    parameters: dict[str, Any] = {"gain": gain} | ({} if steps is None else {"steps": steps})
    job = Job(POWERS, parameters, **held, output=options["output"], name=options["name"])
    refuse_to_overwrite(files, job)
    make_film(POWERS, parameters, quiet, as_json, **held, **options)


matrix = click.Command(
    "matrix",
    callback=_matrix,
    params=[
        click.Argument(["files"], nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)),
        click.Option(
            ["--key", "keys"], multiple=True, metavar="NAME",
            help="The matrix of this name in the file; repeat it for several.",
        ),
        click.Option(
            ["--gate"], type=click.Choice(GATES), help="One gate of an LSTM's or a GRU's kernel.  [default: all]"
        ),
        click.Option(
            ["--order"], type=click.Choice(ORDERS),
            help="In which order a kernel holds its gates.  [default: keras where they lie beside each other]",
        ),
        click.Option(
            ["--steps"], type=click.IntRange(0, 1_000_000),
            help="Number of multiplications.  [default: 64, or all matrices of a stack]",
        ),
        click.Option(
            ["--gain"], type=click.FloatRange(0, 1e6), default=1.0, show_default=True,
            help="By what every matrix is multiplied before.",
        ),
        click.Option(
            ["--allow-nonfinite"], is_flag=True,
            help="Mark entries that are NaN or infinite, where such a matrix is refused otherwise.",
        ),
        *film_options(),
        click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print what was made as JSON."),
    ],
    help=_HELP,
    short_help="Film powers of your own matrices, from files.",
    context_settings=SETTINGS,
)  # fmt: skip
