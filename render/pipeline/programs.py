"""Scene files of a user's own, taken along to where a job is run: workers need no disk in common with this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from render.files import UnreadableError, content_of
from render.pipeline.dependencies import LARGEST_PROGRAM, files_beside, folder_beside, names_beside
from render.pipeline.job import Job


@dataclass(frozen=True)
class Program:
    """A scene file, with what it imports from beside it.

    Parameters
    ----------
    path : str
        The file as jobs name it.
    content : bytes
        What is in it.
    beside : mapping of str to bytes
        What is in the files that it imports, by their paths from its folder.
    """

    path: str
    content: bytes
    beside: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """What tells it from any other, and from the same at another path."""
        parts = [self.path.encode(), self.content]
        parts += [part for name in sorted(self.beside) for part in (name.encode(), self.beside[name])]
        return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()


def path_in(source: str) -> str | None:
    """Return the path in what names the scene of a file, as ``own.py`` or ``own.py:name``; None for other scenes."""
    if ".py:" in source:
        return source.rpartition(":")[0]
    return source if source.endswith(".py") else None


def programs_of(jobs: Iterable[Job]) -> tuple[Program, ...]:
    """Return the programs that jobs run, as they are now; what cannot be read is left out, and refused where it is run.

    Parameters
    ----------
    jobs : iterable of Job
        The jobs.
    """
    found: dict[str, Program] = {}
    for path in (path for job in jobs for source in job.sources if (path := path_in(source))):
        if path not in found:
            try:
                found[path] = _program(Path(path))
            except UnreadableError:
                continue
    return tuple(found.values())


def _program(path: Path) -> Program:
    folder, own = folder_beside(path), names_beside(path)
    inner = {file.relative_to(folder): file for file in files_beside(path) - {path}}
    taken = {name.as_posix(): file for name, file in inner.items() if name.parts[0].removesuffix(".py") in own}
    beside = {name: content_of(file, LARGEST_PROGRAM) for name, file in taken.items()}
    return Program(str(path), content_of(path, LARGEST_PROGRAM), beside)


_along: ContextVar[tuple[Program, ...]] = ContextVar("programs", default=())


@contextmanager
def taken_along(programs: tuple[Program, ...]) -> Iterator[None]:
    """Have scene files read from here, whatever lies at their paths."""
    token = _along.set(programs)
    try:
        yield
    finally:
        _along.reset(token)


def program_at(path: Path) -> Program | None:
    """Return the program that was taken along for a path, if one was."""
    return next((program for program in _along.get() if Path(program.path) == path), None)
