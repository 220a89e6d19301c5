"""Which files a film depends on: those whose change can alter it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

import scenes
from render.files import UnreadableError, content_of, is_regular
from render.panels import PANELS
from render.text import packaged_files, translation_files
from scenes import Scene

_RENDER = Path(__file__).parent.parent
# No program that somebody writes is larger.
LARGEST_PROGRAM = 2**24

# It hands on what the core defines, where the definitions matter.
_HANDING_ON = "scenes"
# What shows a finished film elsewhere.
_SHOWING = "render.publish."


def files_of(scene: Scene, language: str) -> set[Path]:
    """Return the files that decide how the film of a scene looks.

    These are the scene's own file, its panels and the module that makes films, with all that they import, directly
    or through others, and the translations. Of what a user's own scene imports they are the files beside it.

    Parameters
    ----------
    scene : Scene
        The scene.
    language : str
        Language of the film.
    """
    waiting = [scene.function.__module__, "render.pipeline.run"]
    waiting += [PANELS[request.panel] for request in scene.panels if isinstance(request.panel, str)]
    found: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module not in found and module != _HANDING_ON and not module.startswith(_SHOWING):
            found.add(module)
            waiting += _imports_of(module)
    files = {path for module in found if (path := _path_of(module))}
    own = getattr(sys.modules.get(scene.function.__module__), "__file__", None)
    if own is not None and Path(own) not in files:
        files |= files_beside(Path(own))
    packaged, chapter = packaged_files(language), scene.function.__module__.split(".")[1:2]
    # Files of the user's own have any name.
    translations = {p for p in translation_files(language) if p not in packaged or p.stem in ("common", *chapter)}
    return files | translations


def files_beside(path: Path) -> set[Path]:
    """Return the file of a scene of a user's own, and those beside it that it imports, directly or through others.

    Nothing is run. What cannot be read, or is no Python at the moment, imports nothing.

    Parameters
    ----------
    path : Path
        The file, which is returned as it is; the others are beside what it stands for.
    """
    folder = folder_beside(path)
    waiting, found = [path], set[Path]()
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            for base in _named_in(file, folder):
                waiting += [one for one in (base.with_suffix(".py"), base / "__init__.py") if is_regular(one)]
    return found


def folder_beside(path: Path) -> Path:
    """Return the folder of which a scene file imports: its own, or that of the file which it stands for."""
    return (path.resolve() if path.is_symlink() else path).parent


def names_beside(path: Path) -> set[str]:
    """Return the names of modules beside a scene file that it imports, of packages the outer one.

    What is installed comes first, as everywhere where Python finds modules.
    """
    folder = folder_beside(path)
    inner = {file.relative_to(folder).parts[0].removesuffix(".py") for file in files_beside(path) - {path}}
    others = [entry for entry in sys.path if Path(entry).resolve() != folder.resolve()]
    return {name for name in inner if name not in sys.stdlib_module_names and not _found_in(name, others)}


def _found_in(name: str, entries: list[str]) -> bool:
    # Folders without __init__.py are packages wherever nothing else has their name.
    spec = PathFinder.find_spec(name, entries)
    return spec is not None and spec.origin is not None


def _named_in(file: Path, folder: Path) -> set[Path]:
    """Return what a file may import from a folder or from its own package, and the packages around it, as paths."""
    try:
        tree = ast.parse(content_of(file, LARGEST_PROGRAM))
    except (UnreadableError, SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    named = [(folder, alias.name) for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = file.parents[node.level - 1] if 0 < node.level <= len(file.parents) else folder
            inner = f"{node.module}." if node.module else ""
            named += [(base, f"{inner}{alias.name}") for alias in node.names]
    parts = [(base, name.split(".")) for base, name in named]
    paths = {base.joinpath(*part[:length]) for base, part in parts for length in range(1, len(part) + 1)}
    return {path for path in paths if path.is_relative_to(folder) and path != folder}


@cache
def _path_of(module: str) -> Path | None:
    """Return the file of a module of this program, None for any other."""
    package, *parts = module.split(".")
    if package not in ("render", "scenes"):
        return None
    base = Path(_RENDER if package == "render" else scenes.__path__[0], *parts)
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def _imports_of(module: str) -> tuple[str, ...]:
    """Return the modules of this program that a module imports, anywhere in it."""
    path = _path_of(module)
    return tuple(_imports(ast.parse(path.read_bytes()))) if path else ()


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if node.module == "scenes":
                    # The package hands on what its core defines; only the file with the definition matters.
                    yield _core().get(alias.name, inner)
                else:
                    yield inner if _path_of(inner) else node.module


@cache
def _core() -> dict[str, str]:
    """Return the module that defines each name that `scenes` hands on."""
    tree = ast.parse((Path(scenes.__path__[0]) / "__init__.py").read_bytes())
    return {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
