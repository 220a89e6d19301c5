"""What is rendered again to verify it: a manifest may ask for more than anybody waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from render.errors import InputError
from render.pipeline.job import Job
from render.pipeline.scene_run import SceneRun

# Entries of all products of a film: a thousand steps of the largest matrices, or a million of small ones.
MOST_NUMBERS = 1_000_000_000
MOST_FRAMES = 100_000


class LimitError(InputError):
    """A film is too long or too large to be verified; the message says which option allows it."""


def require_few_numbers(job: Job, most: int, found: SceneRun | None = None) -> None:
    """Refuse a film of more numbers than allowed: by what its job asks for, before its scene is built, or as it is.

    Raises
    ------
    LimitError
        If there are more.
    """
    count = _asked(job.parameters, job.matrices) if found is None else _built(found)
    if count > most:
        raise LimitError(
            f"its products would have {count:,} entries where {most:,} are allowed, so raise --max-numbers if you "
            "trust it"
        )


def require_few_frames(frames: int, most: int) -> None:
    """Refuse a film of more frames than allowed.

    Raises
    ------
    LimitError
        If there are more.
    """
    if frames > most:
        raise LimitError(f"it has {frames:,} frames where {most:,} are allowed, so raise --max-frames if you trust it")


def _asked(parameters: Mapping[str, Any], matrices: Mapping[str, Any] | None) -> int:
    sizes = [parameters.get(name) for name in ("steps", "dim")]
    steps, dim = (size if isinstance(size, int) and size > 0 else 1 for size in sizes)
    rows = [len(matrix) for matrix in (matrices or {}).values() if isinstance(matrix, (list, tuple))]
    return steps * max(dim**2, sum(count**2 for count in rows))


def _built(found: SceneRun) -> int:
    return sum((column.steps + 1) * column.dim**2 for column in found.columns.values() if column.has_product)
