"""Finds scenes: in the package, and in a user's own file."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import importlib.util
import os
import pkgutil
import random
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

import scenes
from render.errors import EigenreelError, InputError, RenderError, UsageError
from scenes import Scene
from scenes._sources import IDEAS, REFERENCE_ONLY


def scene_names() -> list[str]:
    """Return the names of all scenes of the package, sorted."""
    return sorted(all_scenes())


def all_scenes() -> dict[str, Scene]:
    """Return all scenes of the package by name; every public module of `scenes` is searched.

    Raises
    ------
    UsageError
        If two scenes have one name.
    """
    found: dict[str, Scene] = {}
    for module in pkgutil.iter_modules(scenes.__path__):
        if module.name.startswith("_"):
            continue
        for scene in scenes_of(importlib.import_module(f"scenes.{module.name}")):
            if scene.name in found:
                raise UsageError(f"two scenes are named {scene.name}, so rename the one in {module.name}")
            found[scene.name] = scene
    return found


@dataclass(frozen=True)
class Idea:
    """An idea of the source documents: its number, where it is taught, and what shows it, or why nothing does."""

    number: int
    documents: str
    text: str
    scenes: tuple[str, ...]
    reason: str


def covered_ideas() -> list[Idea]:
    """Return every idea of the source documents with the scenes that cover it."""
    found = all_scenes().values()
    return [
        Idea(
            number,
            documents,
            text,
            tuple(sorted(scene.name for scene in found if number in scene.covers)),
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
    path, colon, wanted = name.rpartition(":")
    if not (colon and path.endswith(".py")):
        path, wanted = name, ""
    if path.endswith(".py"):
        return _from_file(Path(path), wanted)
    found = _quick(name) or all_scenes().get(name)
    if found is None:
        raise UsageError(f"there is no scene {name!r}, {_hint(name, scene_names())}")
    return found


def _quick(name: str) -> Scene | None:
    """Look into the module of the same name first: most scenes live there."""
    if not name.isidentifier() or name.startswith("_"):
        return None
    if importlib.util.find_spec(f"scenes.{name}") is None:
        return None
    return {s.name: s for s in scenes_of(importlib.import_module(f"scenes.{name}"))}.get(name)


def _hint(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, 1)
    return f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(names)}"


def _from_file(path: Path, wanted: str) -> Scene:
    try:
        state = path.stat() if path.is_file() else None
    except OSError:
        # A name that is too long, for one.
        state = None
    if state is None:
        raise UsageError(f"there is no scene file {str(path)[:200]}, so check the path")
    key = path.resolve(), state.st_mtime_ns, state.st_size
    if key not in _ran:
        _ran[key] = _run(path)
    found = {scene.name: scene for scene in scenes_of(_ran[key])}
    if not found:
        raise InputError(f"{path} defines no scene, so put @scene() above a function that returns matrices")
    if wanted:
        if wanted not in found:
            raise UsageError(f"{path} has no scene {wanted!r}, {_hint(wanted, list(found))}")
        return found[wanted]
    if len(found) > 1:
        raise UsageError(f"{path} has several scenes, so name one: {path}:{next(iter(found))}")
    return next(iter(found.values()))


# A scene file is run once, until it changes.
_ran: dict[tuple[Path, int, int], ModuleType] = {}


def _run(path: Path) -> ModuleType:
    # A name of its own, so that two files of one name do not meet and nothing installed is hidden.
    module_name = f"_scene_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    with guarded(str(path)):
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def guarded(name: str) -> Iterator[None]:
    """Run a scene's own code: its failures become one sentence, what it changes is put back.

    Its standard output goes to standard error; the working folder, the states of the common random
    generators, NumPy's error handling and matplotlib's settings are restored.

    Raises
    ------
    RenderError
        If it raises anything but a refusal of its parameters or matrices.
    """
    folder, dice, numpy_dice = os.getcwd(), random.getstate(), np.random.get_state()
    matplotlib = sys.modules.get("matplotlib")
    settings = matplotlib.rc_context() if matplotlib else contextlib.nullcontext()
    try:
        with settings, contextlib.redirect_stdout(sys.stderr), np.errstate():
            yield
    except EigenreelError:
        raise
    except scenes.ParameterError as error:
        raise UsageError(str(error)) from None
    except scenes.SequenceError as error:
        raise InputError(f"{name}: {error}") from None
    except MemoryError:
        raise RenderError(f"{name} needs more memory than there is, so choose a smaller size") from None
    except (Exception, SystemExit, GeneratorExit) as error:
        where = _line_of(error, name)
        what = f"{type(error).__name__}: {error}".split("\n")[0][:300]
        what = " ".join([what, *getattr(error, "__notes__", [])])
        raise RenderError(f"{where} raised {what}, so mend the scene") from None
    finally:
        os.chdir(folder)
        random.setstate(dice)
        np.random.set_state(numpy_dice)


def _line_of(error: BaseException, name: str) -> str:
    """Return the place in the scene's own file where an error came from."""
    if isinstance(error, SyntaxError):
        return f"{name} line {error.lineno}"
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name == Path(name.partition(":")[0]).name
    ]
    return f"{name} line {own[-1].lineno}" if own else name
