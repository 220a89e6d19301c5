"""A film of a matrix over training: read from checkpoints, with the data its network reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.errors import InputError
from render.pipeline.checkpoints import Checkpoints, Choice, checkpoints_among, checkpoints_in
from render.pipeline.job import TRAINING
from render.pipeline.network_files import NetworkReader, data_in
from render.pipeline.networks import Networks
from render.pipeline.numbered_files import brief_names
from render.pipeline.stored import MOST_NUMBERS
from render.text import Words, literal
from scenes import FloatArray


@dataclass(frozen=True)
class TrainingFilm:
    """What checkpoints give a film.

    Parameters
    ----------
    several : mapping of str to object
        What `render.pipeline.training.training` takes.
    title : str
        What the film is called.
    name : str
        Name of its files without ending.
    files : tuple of Path
        What was read.
    remark : str or None
        Names files that hold no checkpoints.
    """

    several: Mapping[str, Any]
    title: str
    name: str
    files: tuple[Path, ...]
    remark: str | None


@dataclass(frozen=True)
class Data:
    """What a network reads: a file or an array, how many steps of it, and how a plain network squeezes its states."""

    source: Path | NDArray[Any]
    steps: int | None = None
    activation: str = "tanh"


def training_film(
    source: Path | Mapping[str, NDArray[Any]], choice: Choice, data: Data | None = None, language: str = "en"
) -> TrainingFilm:
    """Read the checkpoints of a training, and the data their network reads.

    Parameters
    ----------
    source : Path, or mapping of str to ndarray
        A folder with a file for each checkpoint, a file with an array of all, or such arrays by name.
    choice : Choice
        Which matrix.
    data : Data, optional
        What its network reads: then the Lyapunov exponents along it are filmed, too.
    language : str
        Language of the title.

    Raises
    ------
    InputError
        If a file cannot be read, or they do not fit together.
    """
    words = Words(language)
    reader = None if data is None else NetworkReader(data.activation, choice.order)
    taken = None if reader is None else reader.take
    if isinstance(source, Path):
        found, path = checkpoints_in(source, choice, taken, words), source
    else:
        found, path = checkpoints_among(source, choice, taken, words), Path()
    several: dict[str, Any] = {
        "kind": TRAINING,
        "clock": list(found.clock),
        "unit": found.unit,
        "matrices": found.matrices,
    }
    files = found.files
    if data is not None and reader is not None:
        networks = reader.networks(data_in(data.source, data.steps))
        matrices = np.array(found.matrices)
        _refuse_too_many(networks, matrices)
        several["data"] = networks.as_json(matrices)
        files = (*files, data.source) if isinstance(data.source, Path) else files
    remark = None
    if found.left_out:
        verb = "holds" if len(found.left_out) == 1 else "hold"
        remark = f"{brief_names(found.left_out)} {verb} no checkpoint, so the film is without"
    return TrainingFilm(several, _title(path, found, words), _name_after(path), files, remark)


def _refuse_too_many(networks: Networks, matrices: FloatArray) -> None:
    """Refuse what would make a manifest too large."""
    total = matrices.size + sum(array.size for array in networks.own(matrices).values())
    if total > MOST_NUMBERS:
        raise InputError(
            f"the networks of all checkpoints and their data are {total:,} numbers, but a film takes at most "
            f"{MOST_NUMBERS:,}, so take fewer with --every or --steps"
        )


def _title(path: Path, found: Checkpoints, words: Words) -> str:
    name = literal(found.key) or literal(path.stem) or "W"
    return found.title or words("{name} over training").replace("{name}", name)


def _name_after(path: Path) -> str:
    """Return a name for the files of a film that no checkpoint has, its manifest least of all."""
    stem = re.sub(r"[^A-Za-z0-9가-힣_-]+", "-", path.resolve().stem).strip("-")[:48]
    if not stem or stem.endswith(TRAINING):
        return stem or TRAINING
    return f"{stem}-{TRAINING}"
