"""Modules beside a scene file: each scene file has its own, even where several have some of the same names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from multiprocessing.util import Finalize
from pathlib import Path
from types import CodeType, ModuleType

from render.pipeline.dependencies import names_beside
from render.pipeline.programs import Program, path_in, program_at
from render.scratch import scratch_folder


class AsItIs(SourceFileLoader):
    """Runs a file as it is now. Bytecode kept beside it would be told from it by whole seconds and its size."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the file's code, compiled anew."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


class OwnModules:
    """What a scene file imports from beside it.

    Parameters
    ----------
    folder : Path
        Where these modules lie.
    names : set of str
        Their names, of packages the outer one.
    """

    def __init__(self, folder: Path, names: set[str]) -> None:
        self._folder, self._names = folder, names
        self._modules: dict[str, ModuleType] = {}
        self._displaced: dict[str, ModuleType] = {}
        self._at_last = _AtLast(folder)
        self._before: set[str] = set()

    @contextmanager
    def imported(self) -> Iterator[None]:
        """Have its names stand for these modules, and afterwards for what they stood for before.

        Not for several threads at once: what is imported belongs to the whole process.
        """
        outer = _in_use[-1] if _in_use else None
        if outer is self:
            yield
            return
        if outer:
            outer._leave()
        _in_use.append(self)
        self._enter()
        try:
            yield
        finally:
            self._leave()
            _in_use.pop()
            if outer:
                outer._enter()

    def _enter(self) -> None:
        self._before = set(sys.modules)
        self._displaced = self._taken_out()
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self)
        # What is named by text alone is found, too; at the end, it hides nothing that is installed.
        sys.meta_path.append(self._at_last)

    def _leave(self) -> None:
        for finder in (self, self._at_last):
            # The scene may have changed the list.
            if finder in sys.meta_path:
                sys.meta_path.remove(finder)
        new = {_outer(name) for name in set(sys.modules) - self._before}
        self._names |= {name for name in new if self._lies_here(name)}
        self._modules = self._taken_out()
        sys.modules.update(self._displaced)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is that lies beside the scene file; None for others."""
        if _outer(fullname) not in self._names:
            return None
        return _spec_in(self._folder, fullname, path)

    def _taken_out(self) -> dict[str, ModuleType]:
        if not self._names:
            return {}
        return {name: sys.modules.pop(name) for name in [*sys.modules] if _outer(name) in self._names}

    def _lies_here(self, name: str) -> bool:
        module = sys.modules.get(name)
        places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
        here = {self._folder / name, self._folder / f"{name}.py", self._folder / name / "__init__.py"}
        return any(isinstance(place, str) and Path(place) in here for place in places)


class _AtLast:
    """Finds modules beside a scene file that nothing else finds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is."""
        return _spec_in(self._folder, fullname, path)


def _spec_in(folder: Path, fullname: str, path: Sequence[str] | None) -> ModuleSpec | None:
    spec = PathFinder.find_spec(fullname, [str(folder)] if path is None else path)
    if spec and isinstance(spec.loader, SourceFileLoader):
        spec.loader = AsItIs(fullname, spec.loader.path)
    return spec


# The innermost is the last one.
_in_use: list[OwnModules] = []


def _outer(name: str) -> str:
    return name.partition(".")[0]


# Those of the scene files that were run last, by their paths and what tells those that were taken along.
_latest: dict[tuple[str, str | None], OwnModules] = {}


def modules_of(path: Path, program: Program | None) -> OwnModules:
    """Return modules beside a scene file, none of which has been imported.

    Parameters
    ----------
    path : Path
        The scene file.
    program : Program, optional
        The same, where it was taken along.

    Raises
    ------
    OutputError
        If what was taken along cannot be written to be imported.
    """
    if program is None:
        return OwnModules(path.resolve().parent, names_beside(path))
    return OwnModules(_folder_of(program), {name.partition("/")[0].removesuffix(".py") for name in program.beside})


def use_modules(path: Path, program: Program | None, modules: OwnModules) -> None:
    """Have these be the modules of a scene file from now on."""
    _latest[str(path), program.digest if program else None] = modules


def own_modules(source: str) -> AbstractContextManager[None]:
    """Return what has a scene's own modules imported while it lasts; a scene that is in no file has none."""
    path = path_in(source)
    if path is None:
        return nullcontext()
    program = program_at(Path(path))
    modules = _latest.get((str(Path(path)), program.digest if program else None))
    return modules.imported() if modules else nullcontext()


_folders: dict[str, Path] = {}
_kept = ExitStack()


def _folder_of(program: Program) -> Path:
    """Return a folder with what a program imports, which is removed when this process ends."""
    if program.digest not in _folders:
        if not _folders:
            # Processes of executors end without what others do at their end.
            Finalize(None, _kept.close, exitpriority=1)
        folder = _kept.enter_context(scratch_folder(Path())).resolve()
        for name, content in program.beside.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        _folders[program.digest] = folder
    return _folders[program.digest]
