"""Finds scenes: in the package, and in a user's own file."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from zlib import crc32

import scenes
from render.errors import InputError, UsageError
from render.files import UnreadableError, content_of, is_regular
from render.pipeline.dependencies import LARGEST_PROGRAM, files_beside
from render.pipeline.guard import guarded
from render.pipeline.own_modules import AsItIs, OwnModules, modules_of, use_modules
from render.pipeline.programs import Program, program_at
from render.text import brief, suggestion
from scenes import Scene
from scenes.core.sources import IDEAS, REFERENCE_ONLY


def chapters() -> list[str]:
    """Return the names of the folders that hold scenes, in the order in which they are listed."""
    folders = [m.name for m in pkgutil.iter_modules(scenes.__path__) if m.ispkg and m.name != "core"]
    known = [chapter for chapter in scenes.CHAPTERS if chapter in folders]
    return known + sorted(set(folders) - set(known))


def heading_of(chapter: str) -> str:
    """Return what stands above the scenes of a chapter: the first line of its docstring."""
    text = importlib.import_module(f"scenes.{chapter}").__doc__ or chapter
    return text.strip().partition("\n")[0].rstrip(".")


def scene_names() -> list[str]:
    """Return the names of all scenes of the package, sorted; no scene is imported."""
    return sorted(_files())


def _files() -> dict[str, str]:
    """Return the chapter of every scene by the scene's name, which is that of its file.

    Raises
    ------
    UsageError
        If two scenes have one name.
    """
    found: dict[str, str] = {}
    for chapter in chapters():
        for folder in scenes.__path__:
            for module in pkgutil.iter_modules([str(Path(folder) / chapter)]):
                if module.name.startswith("_"):
                    continue
                if module.name in found:
                    raise UsageError(f"two scenes are named {module.name}, so rename the one in {chapter}")
                found[module.name] = chapter
    return found


def all_scenes() -> dict[str, Scene]:
    """Return all scenes of the package by name, chapter by chapter.

    Raises
    ------
    UsageError
        If two scenes have one name.
    InputError
        If a file does not hold the scene of its name.
    """
    return {name: _load(chapter, name) for name, chapter in _files().items()}


def _load(chapter: str, name: str) -> Scene:
    module = importlib.import_module(f"scenes.{chapter}.{name}")
    found = scenes_of(module)
    if [scene.name for scene in found] != [name]:
        raise InputError(f"{module.__file__} must define one scene, named {name} like the file")
    return found[0]


def chapter_of(scene: Scene) -> str | None:
    """Return the chapter of a scene of the package, None for a scene of a user's own file."""
    package, _, rest = scene.function.__module__.partition(".")
    return rest.partition(".")[0] if package == "scenes" else None


@dataclass(frozen=True)
class Idea:
    """An idea of the source documents: its number, where it is taught, and what shows it, or why nothing does."""

    number: int
    documents: str
    text: str
    scenes: tuple[str, ...]
    reason: str


def by_chapter(found: Iterable[Scene]) -> dict[str, list[Scene]]:
    """Return scenes of the package by chapter, in the order in which chapters are listed."""
    grouped: dict[str, list[Scene]] = {chapter: [] for chapter in chapters()}
    for scene in found:
        grouped[chapter_of(scene) or ""].append(scene)
    return {chapter: own for chapter, own in grouped.items() if own}


def covered_ideas() -> dict[str, list[Idea]]:
    """Return every idea of the source documents with the scenes that cover it, by the heading of their chapter.

    An idea that several chapters show stands in that of its first scene; what no scene shows comes last.
    """
    found = all_scenes()
    headings = {name: heading_of(chapter_of(scene) or "") for name, scene in found.items()}
    grouped: dict[str, list[Idea]] = {heading: [] for heading in dict.fromkeys(headings.values())}
    grouped["Without a film"] = []
    for idea in _ideas(found.values()):
        grouped[headings[idea.scenes[0]] if idea.scenes else "Without a film"].append(idea)
    return {heading: ideas for heading, ideas in grouped.items() if ideas}


def _ideas(found: Collection[Scene]) -> list[Idea]:
    return [
        Idea(
            number,
            documents,
            text,
            tuple(scene.name for scene in found if number in scene.covers),
            REFERENCE_ONLY.get(number, ""),
        )
        for number, (documents, text) in IDEAS.items()
    ]


def scenes_of(module: ModuleType) -> list[Scene]:
    """Return the scenes a module defines, leaving out those it only imports."""
    values = dict.fromkeys(v for v in vars(module).values() if isinstance(v, Scene))
    return [scene for scene in values if scene.function.__module__ == module.__name__]


def load_scene(name: str) -> Scene:
    """Return a scene by name, or from a file: ``my_scene.py``, ``my_scene.py:name`` where there are several.

    A scene file is a Python program and is run.

    Raises
    ------
    UsageError
        If there is no such scene or file, or the file has several scenes and none is named.
    InputError
        If the file defines no scene.
    RenderError
        If the file cannot be run.
    """
    if not isinstance(name, str):
        raise UsageError(f"a scene is named by text, but this is {brief(name)}")
    path, colon, wanted = name.rpartition(":")
    if not (colon and path.endswith(".py")):
        path, wanted = name, ""
    if path.endswith(".py"):
        return _from_file(Path(path), wanted)
    chapter = _files().get(name)
    if chapter is None:
        # What reads files of matrices is loaded where one is named by mistake.
        from render.pipeline.array_files import READERS

        if Path(name).suffix.lower() in READERS:
            raise UsageError(f"{name!r} is no scene: render matrix films the matrices of a file, so use that")
        raise UsageError(f"there is no scene {name!r}, {suggestion(name, scene_names())}")
    return _load(chapter, name)


def _from_file(path: Path, wanted: str) -> Scene:
    program = program_at(path)
    if program is None and not is_regular(path):
        raise UsageError(f"there is no scene file {str(path)[:200]}, so check the path")
    key = program.digest if program else _state_of(path)
    known = _ran.get(key)
    modules = known[1] if known else modules_of(path, program)
    use_modules(path, program, modules)
    module = known[0] if known else _run(path, program)
    _ran[key] = module, modules
    found = {scene.name: scene for scene in scenes_of(module)}
    if not found:
        raise InputError(f"{path} defines no scene, so put @scene() above a function that returns matrices")
    if wanted:
        if wanted not in found:
            raise UsageError(f"{path} has no scene {wanted!r}, {suggestion(wanted, found)}")
        return found[wanted]
    if len(found) > 1:
        raise UsageError(f"{path} has several scenes, so name one: {path}:{next(iter(found))}")
    return next(iter(found.values()))


# A file, and how those are that decide what it is.
_State = tuple[Path, frozenset[tuple[Path, int, int]]]


def _state_of(path: Path) -> _State:
    states = [(file, file.stat()) for file in files_beside(path)]
    return path.resolve(), frozenset((file, state.st_mtime_ns, state.st_size) for file, state in states)


# A scene file is run once, until it changes, or what it imports from beside it.
_ran: dict[str | _State, tuple[ModuleType, OwnModules]] = {}


class _Given(AsItIs):
    """Runs what was read from a file already."""

    def __init__(self, fullname: str, path: str, content: bytes) -> None:
        super().__init__(fullname, path)
        self._content = content

    def get_data(self, path: str) -> bytes:
        """Return what was read."""
        return self._content


def _run(path: Path, program: Program | None) -> ModuleType:
    try:
        content = program.content if program else content_of(path, LARGEST_PROGRAM)
    except UnreadableError as error:
        raise InputError(f"{path} {error}") from None
    if b"\0" in content:
        raise InputError(f"{path} is no text in UTF-8, since it has zero bytes, so save it as UTF-8")
    # A name of its own, so that two files of one name do not meet and nothing installed is hidden.
    module_name = f"_scene_file_{path.stem}_{crc32(str(path.resolve()).encode(errors='surrogateescape')):08x}"
    spec = importlib.util.spec_from_file_location(module_name, path, loader=_Given(module_name, str(path), content))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    with guarded(str(path)):
        spec.loader.exec_module(module)
    return module
