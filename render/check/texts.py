"""Every text that a film or a page can show, and the chapters that use it."""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import render.panels
from render.check.literals import looked_up, said_by
from render.panels import PANELS
from render.pipeline.catalog import all_scenes, chapter_of, chapters, covered_ideas, heading_of
from render.pipeline.glossary import GLOSSARY
from render.pipeline.moments import explaining_text
from render.pipeline.panel_requests import find_panel
from render.pipeline.scene_run import SceneRun, resolve
from render.text import places_of
from scenes import Scene

# Options of panels that hold no texts but names of series, roles and signs, and words that every language shows alike.
_NO_TEXTS = (
    *("add", "along", "arrange", "cell", "counts", "ends", "equal", "explain", "keep", "new", "notes", "of", "order"),
    *("outlined", "output", "read", "reference", "role", "roles", "scale", "signs", "symbol", "trail", "theory"),
    *("verbs", "words"),
)
# Those of them that have texts where they are tables, whose keys are the names that are shown, or rows of texts.
_TEXTS_IN_TABLES, _TEXTS_IN_ROWS = ("of",), ("ends", "theory")

# What is the same in every language: no word of three letters is left without these.
_SAME_EVERYWHERE = re.compile(r"\{[^{}]*\}|<\w*>|</>|log10|\b(?:log|det|max|min|sin|cos|sin²|cos²)")


def texts() -> dict[str, set[str]]:
    """Return every text with the chapters whose scenes use it; what the program itself says is of none.

    All scenes are built with their usual parameters and once with each choice of a word.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for text in _of_the_program():
        found[text] = set()
    for chapter in chapters():
        found[heading_of(chapter)].add(chapter)
    for scene in all_scenes().values():
        for text in texts_of(scene):
            found[text].add(str(chapter_of(scene)))
    found.pop("", None)
    return dict(found)


def has_words(text: str) -> bool:
    """Whether a text has words that languages write differently; symbols and numbers are the same everywhere."""
    return bool(re.search(r"[A-Za-z][a-z]{2}", _SAME_EVERYWHERE.sub(" ", text)))


def texts_of(scene: Scene) -> set[str]:
    """Return every text that the film of a scene of the package can show, whatever its parameters."""
    written = set(_written(scene))
    return {*written, *_of_its_runs(scene, written)} - {""}


def _of_the_program() -> Iterator[str]:
    """Yield what panels, films and pages say by themselves."""
    yield "steps"
    yield from (idea.text for ideas in covered_ideas().values() for idea in ideas if idea.scenes)
    yield from GLOSSARY.values()
    for module in PANELS.values():
        kind = importlib.import_module(module).Panel
        yield from (kind.heading, kind.note, kind.footer, *kind.texts)
    for path in sorted(Path(render.panels.__file__).parent.parent.rglob("*.py")):
        yield from looked_up(path)


def _written(scene: Scene) -> Iterator[str]:
    """Yield the texts that stand in a scene's decorators."""
    yield from (scene.title, scene.statement, scene.opening, scene.running, scene.counter)
    # What a page says beside its slider.
    yield from (parameter.name.replace("_", " ") for parameter in scene.parameters if parameter.name != "file")
    # What steps are called on an axis.
    yield f"{scene.counter}s" if scene.counter.isalpha() else ""
    yield from (claim.text for claim in scene.claims)
    for moment in scene.moments:
        yield from (moment.text, moment.note, moment.otherwise)
        yield from said_by(moment.function, places_of(moment.text) | places_of(moment.note))
    for request in scene.panels:
        panel = find_panel(request)
        yield from (panel.heading, panel.note, panel.footer)
        for name, value in request.options.items():
            yield from _of_an_option(name, value)


def _of_an_option(name: str, value: Any) -> Iterator[str]:
    table = isinstance(value, Mapping)
    if name in _NO_TEXTS and not (
        (table and name in _TEXTS_IN_TABLES) or (isinstance(value, tuple | list) and name in _TEXTS_IN_ROWS)
    ):
        return
    if isinstance(value, str):
        yield value
    elif table:
        # Names of parts of a picture are looked up by what the panel calls these.
        shown = value.values() if name == "names" and all(isinstance(v, str) for v in value.values()) else value
        yield from (text for text in shown if isinstance(text, str))
    elif isinstance(value, tuple | list):
        yield from (text for text in value if isinstance(text, str))


def _of_its_runs(scene: Scene, written: set[str]) -> Iterator[str]:
    """Yield the texts that a scene's numbers decide: labels of columns, and words in its sentences."""
    choices = [{p.name: word} for p in scene.parameters if p.choices for word in p.choices.words if word != p.default]
    for parameters in ({}, *choices):
        found = resolve(scene.name, parameters)
        yield from (label for label in found.columns if label)
        if next(iter(found.columns.values())).has_product:
            yield explaining_text(found.columns)
        yield from _filled_in(found, written)


def _filled_in(found: SceneRun, written: set[str]) -> Iterator[str]:
    """Yield words that stand for a name in a scene's texts."""
    for single in found.moments:
        moment = single.moment
        names = {name for text in (moment.text, moment.note, moment.otherwise) for name in places_of(text)}
        yield from (value for name, value in single.values.items() if name in names and isinstance(value, str))
    names = {name for text in written for name in places_of(text)}
    yield from (value for name, value in found.parameters.items() if name in names and isinstance(value, str))
