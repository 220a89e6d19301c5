"""A film of matrices in files: which of them, what it is called, and how its files are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from render.errors import UsageError
from render.pipeline.arrays import is_stack, matrices_of
from render.pipeline.job import POWERS, PRODUCT, Job, Rows
from render.pipeline.weights import weights_in
from render.text import Words

_MOST_NAMED = 20


@dataclass(frozen=True)
class MatrixFilm:
    """What files of matrices give a film.

    Parameters
    ----------
    matrices : mapping of str to list
        Rows of each, by label, or of all in a stack; one alone has the label "".
    title : str or None
        What the film is called; None where its labels say all.
    name : str
        Name of its files without ending.
    remark : str or None
        Names those that would fit, too, but have no room.
    """

    matrices: Mapping[str, Rows]
    title: str | None
    name: str
    remark: str | None


def matrix_film(
    files: Sequence[Path],
    keys: Sequence[str],
    gate: str | None,
    order: str | None,
    language: str,
    allow_nonfinite: bool = False,
) -> MatrixFilm:
    """Choose and read the matrices of files, as `render.pipeline.weights.weights_in` does.

    Parameters
    ----------
    files : sequence of Path
        At least one.
    keys, gate, order
        Which of the matrices in them; see `render.pipeline.weights.weights_in`.
    language : str
        Language of the title and of labels.
    allow_nonfinite : bool
        Whether entries may be NaN or infinite.

    Raises
    ------
    InputError
        If a file cannot be read, or holds nothing that is wanted.
    """
    found = weights_in(files, keys, gate, order, Words(language))
    labels = list(found.matrices)
    single = labels == [""]
    arrays = found.matrices[""] if single else list(found.matrices.values())
    matrices = matrices_of(arrays, None if single else labels, allow_nonfinite)
    remarks = []
    if found.stacks:
        names = ", ".join(found.stacks[:_MOST_NAMED])
        remarks.append(f"{names} hold several matrices, whose product is filmed with --key")
    if found.left_out:
        shown, more = found.left_out[:_MOST_NAMED], len(found.left_out) - _MOST_NAMED
        rest = f" and {more:,} more" if more > 0 else ""
        remarks.append(f"{', '.join(shown)}{rest} would have no room, so choose with --key what is filmed")
    what = PRODUCT if any(map(is_stack, matrices.values())) else POWERS
    return MatrixFilm(matrices, found.title, name_after(files[0], what), "; ".join(remarks) or None)


def refuse_to_overwrite(files: Sequence[Path], job: Job) -> None:
    """Refuse a film whose manifest would replace one of the files of its matrices.

    Raises
    ------
    UsageError
        If it would.
    """
    manifest = Path(job.output) / f"{job.stem}.json"
    if any(manifest.exists() and manifest.samefile(file) for file in files):
        raise UsageError(f"the film's manifest would replace {manifest}, which is a matrix, so choose another --name")


def name_after(file: Path, what: str = POWERS) -> str:
    """Return a name for the files of a film of `what`, which no file of a matrix has, its manifest least of all."""
    stem = re.sub(r"[^A-Za-z0-9가-힣_-]+", "-", file.stem).strip("-")[:48]
    return f"{stem}-{what}" if stem else what
