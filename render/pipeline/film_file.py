"""A file of films (TOML): what stands in it, and where, so that a refusal names the line."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from render.errors import EigenreelError, UsageError
from render.files import UnreadableError, content_of, toml_in
from render.pipeline import toml_lines
from render.pipeline.job import OPTIONS
from render.text import brief, literal, suggestion

Place = toml_lines.Path

# Several films of one table, by the option in which they differ.
LOOKS = {"languages": "language", "layouts": "layout", "themes": "theme"}
# Where matrices come from, and which of them are filmed.
_OF_FILES = ("matrix", "key", "gate", "order")
_COMMON = (*OPTIONS, *LOOKS, "parameters")
_OWN = ("scene", *_OF_FILES, "matrices", "labels", "allow_nonfinite", "several", "savings", *_COMMON)

LARGEST_BYTES = 2**20
# Whole numbers beyond 64 bits are those of no film, and some are too long even to be named.
_LARGEST_NUMBER = 2**63
# What films of several runs are made of is nested up to this.
_DEEPEST = 20


@dataclass(frozen=True)
class Given:
    """A value of a file, and where it stands."""

    value: Any
    place: Place


class FilmFile:
    """A file of films that has been read.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    UsageError
        If it cannot be read, is no TOML in UTF-8 or has more than 1 MiB.
    """

    def __init__(self, path: Path) -> None:
        self.name = literal(str(path))
        self._folder = os.path.dirname(path)
        self._told: EigenreelError | None = None
        try:
            self._content = content_of(path, LARGEST_BYTES)
            self._data = toml_in(self._content)
        except UnreadableError as error:
            raise UsageError(f"{self.name} {error}") from None

    @cached_property
    def _lines(self) -> dict[Place, int]:
        return toml_lines.lines_of(self._content.decode("utf-8-sig"))

    def refuse(self, place: Place, said: str) -> NoReturn:
        """Refuse what stands at a place."""
        raise self._placed(UsageError(said), place)

    @contextlib.contextmanager
    def at(self, place: Place) -> Iterator[None]:
        """Name the line of a place where what is done with it fails."""
        try:
            yield
        except EigenreelError as error:
            raise self._placed(error, place) from None

    def _placed(self, error: EigenreelError, place: Place) -> EigenreelError:
        """Return a failure that names the line, as one does already that has been here."""
        if error is not self._told:
            self._told = type(error)(f"{self.name} line {toml_lines.line_of(self._lines, place)}: {error}")
        return self._told

    def near(self, path: str) -> str:
        """Return a path that is told from the file's folder, told from the working folder."""
        return os.path.normpath(os.path.join(self._folder, path)) if self._folder else path

    def films(self) -> list[dict[str, Given]]:
        """Return the keys of every film by name, with those that it has in common with all others.

        ``parameters`` are values by name, each with its own place.

        Raises
        ------
        UsageError
            If there is no film, or a key that none has.
        """
        _refuse_long_numbers(self, self._data)
        common = {name: value for name, value in self._data.items() if name != "film"}
        self._refuse_unknown(common, (*_COMMON, "film"), ())
        tables = self._data.get("film", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.refuse(("film",), "a film begins with [[film]], in double brackets, so write it so")
        if not tables:
            raise UsageError(f'{self.name} has no film, so add [[film]] and below it scene = "…" or matrix = "…"')
        for index, table in enumerate(tables):
            self._refuse_unknown(table, _OWN, ("film", index))
        everywhere = self._given(common, ())
        return [_merged(everywhere, self._given(table, ("film", index))) for index, table in enumerate(tables)]

    def runs(self, given: Given) -> dict[str, Any]:
        """Return what a film of several runs is made of; JSON in a text holds what TOML cannot.

        Raises
        ------
        UsageError
            If it is no table, or nested deeper than any of this program.
        """
        found = given.value
        if isinstance(found, str):
            try:
                found = json.loads(found)
            except (ValueError, RecursionError):
                found = None
        if not isinstance(found, dict):
            self.refuse(given.place, "several is a table, or JSON of one, but this is neither")
        if _is_deep(found):
            self.refuse(given.place, "several is nested deeper than any film needs, so give less")
        return found

    def _refuse_unknown(self, table: Mapping[str, Any], known: tuple[str, ...], place: Place) -> None:
        for name in table:
            if name in known:
                continue
            if name in _OWN:
                self.refuse((name,), f"{name} is a key of a film, so write it below [[film]]")
            self.refuse((*place, name), f"there is no key {brief(name)}, {suggestion(name, known)}")

    def _given(self, table: Mapping[str, Any], place: Place) -> dict[str, Given]:
        found = {name: Given(value, (*place, name)) for name, value in table.items()}
        if "parameters" in found:
            values, inner = found["parameters"].value, (*place, "parameters")
            if not isinstance(values, dict):
                self.refuse(inner, f"parameters are a table of values by name, but this is {brief(values)}")
            found["parameters"] = Given({name: Given(value, (*inner, name)) for name, value in values.items()}, inner)
        for several, single in LOOKS.items():
            if several in found and single in found:
                self.refuse((*place, several), f"{several} are given and a {single}, so leave one of them out")
        return found


def _merged(common: Mapping[str, Given], own: Mapping[str, Given]) -> dict[str, Given]:
    """Return the keys of a film: its own count before those of all, a language of its own before the languages."""
    replaced = {other for pair in LOOKS.items() for name, other in (pair, pair[::-1]) if name in own}
    whole = {**{name: given for name, given in common.items() if name not in replaced}, **own}
    if "parameters" in common and "parameters" in own:
        values = {**common["parameters"].value, **own["parameters"].value}
        whole["parameters"] = Given(values, own["parameters"].place)
    return whole


def _refuse_long_numbers(file: FilmFile, table: Any, place: Place = ()) -> None:
    """Refuse whole numbers beyond 64 bits."""
    parts = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for name, value in parts:
        if isinstance(value, int) and not -_LARGEST_NUMBER <= value < _LARGEST_NUMBER:
            file.refuse((*place, name), "a whole number has at most 64 bits, so write a smaller one")
        _refuse_long_numbers(file, value, (*place, name))


def _is_deep(value: Any) -> bool:
    """Whether tables and lists are in each other so often that what handles them would not come to an end."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _parts(one)]
    return bool(level)


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def with_scenes(several: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return what a film of several runs is made of (`render.pipeline.several`), with the names of its scenes changed.

    Parameters
    ----------
    several : mapping of str to object
        A job's.
    change : callable
        Returns another name for one.
    """
    found = dict(several)
    if isinstance(found.get("scene"), str):
        found["scene"] = change(found["scene"])
    if isinstance(found.get("of"), (list, tuple)):
        found["of"] = [with_scenes(run, change) if isinstance(run, Mapping) else run for run in found["of"]]
    return found
