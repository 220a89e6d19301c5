"""The command that films matrices from files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from render.cli.scene_commands import SETTINGS, film_options, make_film
from render.cli.terminal import one_line
from render.errors import UsageError
from render.pipeline.job import POWERS, Job

# Repeated here, since loading them would cost every command a tenth of a second; a test compares them.
GATES = ("input", "forget", "cell", "output", "reset", "update", "new")
ORDERS = ("pytorch", "keras")

_MOST_NAMED = 20

_HELP = """Film powers of matrices of your own, from files: .npy, .npz, .safetensors, .csv, .tsv, .txt or .json.

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
    steps: int,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    from render.pipeline.arrays import matrices_of
    from render.pipeline.weights import weights_in
    from render.text import Words

    found = weights_in(files, keys, gate, order, Words(options["language"]))
    if found.left_out:
        shown, more = found.left_out[:_MOST_NAMED], len(found.left_out) - _MOST_NAMED
        rest = f" and {more:,} more" if more > 0 else ""
        said = f"render: {', '.join(shown)}{rest} would have no room, so choose with --key what is filmed."
        click.echo(one_line(said), err=True)
    if options["name"] is None:
        options["name"] = _name_after(files[0])
    if options["title"] is None:
        options["title"] = found.title
    labels = list(found.matrices)
    single = labels == [""]
    matrices = matrices_of(found.matrices[""] if single else list(found.matrices.values()), None if single else labels)
    _refuse_to_overwrite(files, Job(POWERS, {"steps": steps}, matrices, output=options["output"], name=options["name"]))
    make_film(POWERS, {"steps": steps}, quiet, as_json, matrices=matrices, **options)


def _name_after(file: Path) -> str:
    """Return a name for the files of a film that no file of a matrix has, its manifest least of all."""
    stem = re.sub(r"[^A-Za-z0-9가-힣_-]+", "-", file.stem).strip("-")[:48]
    return f"{stem}-powers" if stem else POWERS


def _refuse_to_overwrite(files: tuple[Path, ...], job: Job) -> None:
    manifest = Path(job.output) / f"{job.stem}.json"
    if any(manifest.exists() and manifest.samefile(file) for file in files):
        raise UsageError(f"the film's manifest would replace {manifest}, which is a matrix, so choose another --name")


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
            ["--steps"], type=click.IntRange(0, 1_000_000), default=64, show_default=True,
            help="Number of multiplications.",
        ),
        *film_options(),
        click.Option(["--quiet", "-q"], is_flag=True, help="Print nothing but errors."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print what was made as JSON."),
    ],
    help=_HELP,
    short_help="Film powers of your own matrices, from files.",
    context_settings=SETTINGS,
)  # fmt: skip
