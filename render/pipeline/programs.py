"""Scene files of a user's own, taken along to where a job is run: workers need no disk in common with this machine."""

from __future__ import annotations

import atexit
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from render.files import UnreadableError, content_of
from render.pipeline.dependencies import LARGEST_PROGRAM, files_beside
from render.pipeline.job import Job
from render.scratch import scratch_folder


@dataclass(frozen=True)
class Program:
    """A scene file, with those beside it that it imports.

    Parameters
    ----------
    path : str
        The file as jobs name it.
    files : mapping of str to bytes
        What is in it and in the others, by their paths from its folder.
    """

    path: str
    files: Mapping[str, bytes]

    @property
    def content(self) -> bytes:
        """What is in the scene file itself."""
        return self.files[Path(self.path).name]

    @property
    def digest(self) -> str:
        """What tells it from any other."""
        parts = [part for name in sorted(self.files) for part in (name.encode(), self.files[name])]
        return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()


def programs_of(jobs: Iterable[Job]) -> tuple[Program, ...]:
    """Return the programs that jobs run, as they are now; what cannot be read is left out, and refused where it is run.

    Parameters
    ----------
    jobs : iterable of Job
        The jobs.
    """
    found: dict[str, Program] = {}
    for source in (source for job in jobs for source in job.sources if ".py" in source):
        path = source.rpartition(":")[0] if ".py:" in source else source
        if path not in found:
            try:
                found[path] = _program(Path(path))
            except UnreadableError:
                continue
    return tuple(found.values())


def _program(path: Path) -> Program:
    own = {path, *files_beside(path)}
    contents = {file.relative_to(path.parent).as_posix(): content_of(file, LARGEST_PROGRAM) for file in sorted(own)}
    return Program(str(path), contents)


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


_folders: dict[str, Path] = {}
_kept = ExitStack()
atexit.register(_kept.close)


def folder_of(program: Program) -> Path:
    """Return a folder with the files of a program, from which alone modules of such folders are imported henceforth.

    Another program may have modules of the same names: who has imported them keeps them.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if program.digest not in _folders:
        folder = _kept.enter_context(scratch_folder(Path()))
        for name, content in program.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        _folders[program.digest] = folder
    others = [folder for digest, folder in _folders.items() if digest != program.digest]
    sys.path[:] = [entry for entry in sys.path if Path(entry) not in others]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and any(Path(file).is_relative_to(folder) for folder in others):
            del sys.modules[name]
    return _folders[program.digest]
