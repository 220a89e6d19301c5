"""A film made where there is no disk in common: its files go back as bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from render.errors import RenderError
from render.pipeline.film import Film
from render.pipeline.fit import make
from render.pipeline.job import Job
from render.pipeline.versions import require_versions
from render.scratch import scratch_folder
from render.storage import AtomicFiles


@dataclass(frozen=True)
class Sent:
    """A film on its way: its files by name, its manifest, and what is said of it."""

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    remarks: tuple[str, ...]


def make_away(job: Job, versions: Mapping[str, str]) -> Sent:
    """Make a film in a folder of its own, and return its files.

    Raises
    ------
    EigenreelError
        If it cannot be made, or the versions here are others.
    """
    require_versions(versions)
    with scratch_folder(Path(job.output)) as folder:
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
