"""The library's films over training."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from render.errors import InputError, UsageError
from render.pipeline.checkpoints import Choice
from render.pipeline.fit import make
from render.pipeline.job import OPTIONS, TRAINING, Job, refuse_unknown
from render.pipeline.matrix_film import refuse_to_overwrite
from render.pipeline.networks import PLAIN
from render.pipeline.training_film import Data, training_film
from render.publish.notebook import CellProgress, in_a_notebook
from render.text import suggestion

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from render.pipeline.film import Film


def checkpoints(
    source: str | os.PathLike[str] | ArrayLike | Mapping[str, ArrayLike],
    *,
    key: str | None = None,
    gate: str | None = None,
    order: str | None = None,
    every: int = 1,
    data: str | os.PathLike[str] | ArrayLike | None = None,
    steps: int | None = None,
    activation: str = "tanh",
    **options: Any,
) -> Film:
    """Make a film of a matrix over training, as ``render checkpoints`` does.

    Parameters
    ----------
    source : str or path, array_like, or mapping of str to array_like
        A folder with a file for each checkpoint, a file with an array of all, the array itself, shape (checkpoints,
        rows, columns), or arrays by name, ``clock`` among them.
    key, gate, order : str, optional
        Which matrix, which gate of it, and the order of its gates.
    every : int
        The first checkpoint and every so many after it are taken.
    data : str, path or array_like, optional
        What the network reads, steps × inputs: then the Lyapunov exponents along it are filmed.
    steps : int, optional
        How many steps of the data are taken.
    activation : str
        ``tanh``, ``relu`` or ``linear``: how a network without gates squeezes its states.
    **options
        Those of the film, as for `render.film`.

    Returns
    -------
    Film
        A notebook shows it.

    Raises
    ------
    EigenreelError
        If it cannot be made.
    """
    refuse_unknown([name for name in options if name not in OPTIONS], [])
    if activation not in PLAIN:
        raise UsageError(f"there is no activation {activation!r}, {suggestion(str(activation), PLAIN)}")
    if not isinstance(every, int) or every < 1:
        raise UsageError(f"every must be a whole number from 1 on, but it is {every!r}")
    if data is None and steps is not None:
        raise UsageError("steps is of what a network makes of data, so give data too, or leave it out")
    read = None if data is None else Data(_source(data), steps, activation)
    named = _source(source)
    given = {"": named} if isinstance(named, np.ndarray) else named
    kept = {name: value for name, value in options.items() if value is not None}
    found = training_film(given, Choice(key, gate, order, every), read, kept.get("language", "en"))
    job = Job(TRAINING, several=found.several, **{"name": found.name, "title": found.title} | kept)
    refuse_to_overwrite([file for file in found.files if file.exists()], job)
    return make(job, CellProgress(job.stem) if in_a_notebook() else None)


def _source(given: Any) -> Any:
    """Return a path, an array, or arrays by name."""
    if isinstance(given, (str, os.PathLike)):
        return Path(given)
    if isinstance(given, Mapping):
        return {str(name): _array(value) for name, value in given.items()}
    return _array(given)


def _array(value: Any) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except Exception as error:  # whatever an object's own conversion raises
        raise InputError(f"the checkpoints cannot be read as numbers ({error}), so give an array") from None
