"""The jobs that a file of films asks for, all of them checked before the first is made."""

from __future__ import annotations

import itertools
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from render.drawing.layouts import find_layout
from render.drawing.themes import find_theme
from render.pipeline.arrays import matrices_of
from render.pipeline.film_file import LOOKS, FilmFile, Given, with_scenes
from render.pipeline.job import OPTIONS, POWERS, USUAL, FilmOptions, Job
from render.pipeline.job_file import matrices_in
from render.pipeline.matrix_film import matrix_film, refuse_to_overwrite
from render.pipeline.pace import check_options
from render.pipeline.points import Axis, axes_of, points, stem_of
from render.pipeline.scene_run import scene_of
from render.pipeline.timeline import parse_fps
from render.pipeline.values import values_of
from render.pipeline.weights import GATES, ORDERS
from render.storage import check_stem
from render.text import Words, brief, suggestion
from render.video.formats import find_kinds
from scenes import Parameter, ParameterError

# More films are a slip of the pen.
_MOST = 100_000

# Refuse what has the right type and is no value of an option.
_CHECKS: dict[str, Callable[[Any], object]] = {
    "formats": find_kinds,
    "fps": parse_fps,
    "language": Words,
    "layout": lambda name: find_layout(name, 1),
    "name": check_stem,
    "size": lambda size: find_layout("wide", 1, size=size),
    "theme": find_theme,
}


@dataclass(frozen=True)
class Films:
    """What a file asks for: the films, and what has to be known of them besides."""

    jobs: list[Job]
    remarks: list[str]


def films_in(path: Path, *, output: str | None = None, run_scenes: bool = False) -> Films:
    """Return the films of a file, in its order.

    Every option, name and parameter is checked. What numbers alone decide, as whether claims hold, making it will say.

    Parameters
    ----------
    path : Path
        The file (docs/files.md); paths in it are told from its folder.
    output : str, optional
        Folder of all films, told from the working folder, instead of what the file says.
    run_scenes : bool
        Whether files of scenes, which are programs, may be run.

    Raises
    ------
    EigenreelError
        If the file, or anything that it asks for, is refused; the message names the line.
    """
    file = FilmFile(path)
    jobs: list[Job] = []
    remarks: dict[str, None] = {}
    taken: set[tuple[str, str]] = set()
    for index, given in enumerate(file.films()):
        table = _Table(file, given, ("film", index), output, run_scenes)
        for job in table.jobs():
            # Where upper and lower case are one, as on Windows, these would be one file.
            target = os.path.realpath(job.output), job.stem.casefold()
            if target in taken:
                file.refuse(table.place, f"two films would be named {job.stem}, so give one another name")
            taken.add(target)
            jobs.append(job)
            if len(jobs) > _MOST:
                file.refuse(table.place, f"there would be more than {_MOST:,} films, so choose fewer values")
        remarks |= dict.fromkeys(table.remarks)
    return Films(jobs, list(remarks))


class _Table:
    """A ``[[film]]``: one film, or several that differ in what is listed."""

    def __init__(
        self, file: FilmFile, given: Mapping[str, Given], place: tuple[str | int, ...], output: str | None, run: bool
    ) -> None:
        self.file, self.given, self.place = file, given, place
        self._run_scenes = run
        self.remarks: list[str] = []
        named = [name for name in OPTIONS if name in given and not (name == "over" and self._varies)]
        self._options = {name: self._option(name, given[name]) for name in named}
        if output is not None:
            self._options["output"] = output

    @property
    def _varies(self) -> bool:
        """Whether ``over`` asks for several films; where it is text, it asks for a page that plays several."""
        return "over" in self.given and isinstance(self.given["over"].value, list)

    def jobs(self) -> Iterator[Job]:
        """Yield its films: those of a look one after the other."""
        for suffix, look in self._looks():
            options = self._options | look
            base = self._base(options)
            with self.file.at(self.given["scene"].place if "scene" in self.given else self.place):
                # That of matrices depends on its parameters, which are checked below.
                scene = scene_of(
                    replace(base, parameters={name: single.value for name, single in self._written.items()})
                )
            with self.file.at(self.place):
                check_options(base)
            if base.over is not None:
                with self.file.at(self.given["over"].place):
                    values_of(base.over, scene.parameters)
            parameters = self._parameters(scene.parameters)
            axes = self._axes(scene.parameters)
            if math.prod(len(values) for _, values in axes) > _MOST:
                self.file.refuse(self.given["over"].place, f"there would be more than {_MOST:,} films, so list fewer")
            for point in points(axes):
                with self.file.at(self.place):
                    name = stem_of(base.stem + suffix, point) if suffix or point else base.name
                    yield replace(base, parameters={**parameters, **point}, name=name)

    def _base(self, options: Mapping[str, Any]) -> Job:
        """Return a film without its parameters."""
        sources = [name for name in ("scene", "matrix", "matrices") if name in self.given]
        if len(sources) != 1 and sources != ["scene", "matrices"]:
            self.file.refuse(self.place, f"a film has a scene or a matrix, but this one has {_listed(sources)}")
        for name in ("key", "gate", "order"):
            if name in self.given and sources != ["matrix"]:
                self.file.refuse(
                    self.given[name].place, f"{name} is of matrices in files, so add matrix = … or drop it"
                )
        if sources == ["matrix"]:
            return self._of_files(options)
        held: dict[str, Any] = {}
        if "savings" in self.given:
            held["savings"] = self.given["savings"].value
        if "several" in self.given:
            held["several"] = with_scenes(self.file.runs(self.given["several"]), self._near)
        allowed = self._allows_nonfinite(sources)
        if "matrices" in self.given:
            with self.file.at(self.given["matrices"].place):
                if isinstance(self.given["matrices"].value, str):
                    labels = self._texts("labels") if "labels" in self.given else [""]
                    table: dict[str, Any] = matrices_in(Path(self.file.near(self._text("matrices"))), labels)
                else:
                    table = self._table_at("matrices")
                # One alone has the label of no letters.
                single = list(table) == [""]
                held["matrices"] = matrices_of(table[""] if single else table, allow_nonfinite=allowed)
                held["allow_nonfinite"] = allowed
        place = self.given[sources[0]].place
        with self.file.at(place):
            job = Job(self._near(self._text("scene")) if "scene" in self.given else POWERS, {}, **held, **options)
        if job.program is not None and not self._run_scenes:
            program = brief(job.program)
            self.file.refuse(
                place, f"{program} is a program, which is run with --run-scene alone, so trust it or leave it"
            )
        return job

    def _allows_nonfinite(self, sources: Sequence[str]) -> bool:
        """Return whether entries of matrices may be NaN or infinite."""
        if "allow_nonfinite" not in self.given:
            return False
        value, place = self.given["allow_nonfinite"].value, self.given["allow_nonfinite"].place
        if not isinstance(value, bool):
            self.file.refuse(place, f"allow_nonfinite is true or false, but here it is {brief(value)}")
        if sources == ["scene"]:
            self.file.refuse(place, "allow_nonfinite is of matrices, so add matrix = … or drop it")
        return value

    def _near(self, scene: str) -> str:
        """Return a scene's name, or its file told from the working folder."""
        return self.file.near(scene) if ".py" in scene else scene

    def _of_files(self, options: Mapping[str, Any]) -> Job:
        """Return a film of matrices in files."""
        paths = [Path(self.file.near(name)) for name in self._texts("matrix")]
        keys = self._texts("key") if "key" in self.given else []
        gate, order = (self._word(name, words) for name, words in (("gate", GATES), ("order", tuple(ORDERS))))
        with self.file.at(self.given["matrix"].place):
            allowed = self._allows_nonfinite(["matrix"])
            found = matrix_film(paths, keys, gate, order, options.get("language", USUAL["language"]), allowed)
            self.remarks += [found.remark] if found.remark else []
            named = {"name": found.name, "title": found.title, **options}
            job = Job(POWERS, {}, found.matrices, allowed, **named)
            refuse_to_overwrite(paths, job)
        return job

    @property
    def _written(self) -> Mapping[str, Given]:
        """Its parameters as they stand in the file."""
        return self.given["parameters"].value if "parameters" in self.given else {}

    def _parameters(self, known: tuple[Parameter, ...]) -> dict[str, Any]:
        """Return its parameters in their types, or refuse one."""
        own = {parameter.name: parameter for parameter in known}
        found = {}
        for name, single in self._written.items():
            if name not in own:
                self.file.refuse(single.place, f"there is no parameter {brief(name)}, {suggestion(name, own)}")
            try:
                found[name] = own[name].check(single.value)
            except ParameterError as error:
                self.file.refuse(single.place, str(error))
        return found

    def _axes(self, known: tuple[Parameter, ...]) -> list[Axis]:
        """Return the parameters that vary from film to film."""
        if not self._varies:
            return []
        over = self.given["over"]
        with self.file.at(over.place):
            axes = axes_of(self._texts("over"), known)
        own = self._written
        for name, _ in axes:
            # What all films have in common, one of them may vary.
            if name in own and len(own[name].place) >= len(over.place):
                self.file.refuse(over.place, f"{name} varies and has one value, so leave one of them out")
        return axes

    def _looks(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what its films look like and how their names end: nothing stands for what is usual."""
        listed = [(single, self._several(name, single)) for name, single in LOOKS.items() if name in self.given]
        for values in itertools.product(*(values for _, values in listed)):
            look = dict(zip((name for name, _ in listed), values, strict=True))
            yield "".join(_suffix(name, value) for name, value in look.items()), look

    def _several(self, name: str, single: str) -> list[Any]:
        given = self.given[name]
        if not isinstance(given.value, list) or not given.value:
            self.file.refuse(given.place, f"{name} must be a list of at least one, but it is {brief(given.value)}")
        found = []
        for value in given.value:
            found.append(self._option(single, Given(value, given.place)))
            if found[-1] in found[:-1]:
                self.file.refuse(given.place, f"{name} has {brief(value)} twice, so leave one out")
        return found

    def _option(self, name: str, given: Given) -> Any:
        """Return the value of an option in its own type, or refuse it."""
        value = given.value
        with self.file.at(given.place):
            if isinstance(value, str) and (name == "output" or (name == "theme" and value.endswith(".toml"))):
                value = self.file.near(value)
            # None has no place in TOML, so every value is one that somebody gave.
            value = getattr(FilmOptions(**{name: value}), name)
            if name in _CHECKS:
                _CHECKS[name](value)
        return value

    def _text(self, name: str) -> str:
        value = self.given[name].value
        if not isinstance(value, str):
            self.file.refuse(self.given[name].place, f"{name} must be text, but it is {brief(value)}")
        return value

    def _texts(self, name: str) -> list[str]:
        value = self.given[name].value
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            self.file.refuse(
                self.given[name].place, f"{name} must be text, or a list of texts, but it is {brief(value)}"
            )
        return texts

    def _word(self, name: str, words: tuple[str, ...]) -> str | None:
        if name not in self.given:
            return None
        if (word := self._text(name)) not in words:
            self.file.refuse(self.given[name].place, f"there is no {name} {brief(word)}, {suggestion(word, words)}")
        return word

    def _table_at(self, name: str) -> dict[str, Any]:
        value = self.given[name].value
        if not isinstance(value, dict):
            self.file.refuse(self.given[name].place, f"{name} must be a table, but it is {brief(value)}")
        return value


def _listed(sources: list[str]) -> str:
    return f"{' and '.join(sources)}, so leave one out" if sources else "neither, so add one"


def _suffix(name: str, value: Any) -> str:
    """Return what the name of a film ends with for a language, a layout or a theme; nothing for the usual ones."""
    word = str(value["name"] if isinstance(value, Mapping) else value)
    return "" if value == USUAL[name] else "-" + (re.sub(r"[^A-Za-z0-9가-힣_-]+", "-", word).strip("-") or name)
