"""A film made where there is no disk in common: its files go back as bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from render.errors import EigenreelError, RenderError
from render.pipeline.film import Film
from render.pipeline.fit import make
from render.pipeline.job import Job
from render.pipeline.programs import Program, taken_along
from render.pipeline.versions import require_versions
from render.scratch import scratch_folder
from render.storage import AtomicFiles
from render.text import OWN_TRANSLATIONS, packaged_files, read_texts, translation_files


@dataclass(frozen=True)
class Sent:
    """A film on its way: its files by name, its manifest, and what is said of it."""

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    remarks: tuple[str, ...]


def own_translations(language: str) -> str:
    """Return what tells the user's own translations into a language from any others; nothing where there are none."""
    try:
        own = [path for path in translation_files(language) if path not in packaged_files(language)]
        texts: list[Any] = [text for path in own for text in sorted(read_texts(path).items())]
    except EigenreelError as error:
        # A film in this language is refused for the same reason, others are not.
        texts = [str(error)]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest() if texts else ""


def make_away(
    job: Job, versions: Mapping[str, str], programs: tuple[Program, ...], translations: Mapping[str, str]
) -> Sent:
    """Make a film in a folder of its own, and return its files.

    Parameters
    ----------
    job : Job
        The film.
    versions : mapping of str to str
        Those with which it is to be made.
    programs : tuple of Program
        Scene files that need not be here.
    translations : mapping of str to str
        By language, what tells the user's own translations into it from others.

    Raises
    ------
    EigenreelError
        If it cannot be made, or the versions or translations here are others.
    """
    require_versions(versions)
    if own_translations(job.language) != translations[job.language]:
        raise RenderError(
            f"a worker has other translations into {job.language} than are asked for, so give it the same folder in "
            f"{OWN_TRANSLATIONS}"
        )
    with taken_along(programs), scratch_folder(Path(job.output)) as folder:
        film = make(replace(job, output=str(folder)))
        files = {path.name: path.read_bytes() for path in film.files.values()}
    return Sent(files, film.manifest, film.remarks)


def install(sent: Sent, job: Job) -> Film:
    """Write the files of a film that was made elsewhere, all of them or none.

    Raises
    ------
    RenderError
        If they are not what their manifest says.
    OutputError
        If they cannot be written.
    """
    hashes = {entry["name"]: entry["sha256"] for entry in sent.manifest["files"]}
    listed = f"{job.stem}.json"
    whole = {name: hashlib.sha256(content).hexdigest() for name, content in sent.files.items() if name != listed}
    if whole != hashes or any(name.partition(".")[0] != job.stem for name in sent.files):
        raise RenderError(f"the film {job.stem} came back damaged, so make it again")
    with AtomicFiles(Path(job.output), list(sent.files)) as files:
        files.require(sum(map(len, sent.files.values())))
        for name, content in sent.files.items():
            files.write(name, content)
        paths = files.commit()
    return Film({name.rpartition(".")[2]: path for name, path in paths.items()}, dict(sent.manifest), sent.remarks, job)
