"""A scene's parameters, read from the signature of its function and the docstring."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np


class ParameterError(ValueError):
    """A parameter of a scene is unknown, of the wrong type, or out of its bounds."""


@dataclass(frozen=True)
class Bounds:
    """Least and greatest value a parameter may take, both included."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"from {self.low:,} to {self.high:,}"


@dataclass(frozen=True)
class Choices:
    """The words that a parameter may be."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.words)


Steps = Annotated[int, Bounds(0, 1_000_000)]
Dim = Annotated[int, Bounds(2, 1_024)]
Seed = Annotated[int, Bounds(0, 2**32 - 1)]

# These names mean the same in every scene, so a scene need not repeat bounds and help.
_COMMON_BOUNDS = {"steps": Bounds(0, 1_000_000), "dim": Bounds(2, 1_024), "seed": Bounds(0, 2**32 - 1)}
_COMMON_HELP = {
    "steps": "Number of multiplications.",
    "dim": "Rows and columns of the matrix.",
    "seed": "Seed of the random numbers.",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a scene."""

    name: str
    kind: type
    default: Any
    bounds: Bounds | None
    help: str
    choices: Choices | None = None

    def parse(self, text: str) -> Any:
        """Turn the words of a command line into a value; raise `ParameterError` if they are none."""
        try:
            if not text.isascii():
                raise ValueError(text)
            if self.kind is bool:
                return {"true": True, "false": False}[text.lower()]
            return self.kind(text)
        except (ValueError, KeyError):
            raise ParameterError(f"{self.name} must be {self._wanted()}, but it is {text!r}") from None

    def check(self, value: Any) -> Any:
        """Return `value` in the parameter's type; raise `ParameterError` if it does not fit."""
        kinds = {int: (int, np.integer), float: (int, float, np.integer, np.floating), bool: (bool,), str: (str,)}
        fits = isinstance(value, kinds[self.kind])
        fits &= self.kind is bool or not isinstance(value, bool)
        if fits and self.kind is float:
            # Whole numbers of any size are numbers, but float64 ends somewhere.
            fits = abs(value) < 1e308 if isinstance(value, int) else math.isfinite(value)
        if fits and self.choices is not None:
            fits = value in self.choices.words
        if fits and self.bounds is not None:
            fits = self.bounds.low <= value <= self.bounds.high
        if not fits:
            raise ParameterError(f"{self.name} must be {self._wanted()}, but it is {_brief(value)}")
        return self.kind(value)

    def _wanted(self) -> str:
        if self.choices:
            return f"one of {self.choices}"
        names = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
        return names[self.kind] + (f" {self.bounds}" if self.bounds else "")


def _brief(value: Any) -> str:
    """Return what a value looks like, in one line of at most 80 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:79] + "…"


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters of a scene's function.

    Raises
    ------
    TypeError
        If one has no default, or its type is none of int, float, bool and str.
    """
    hints = get_type_hints(function, include_extras=True)
    described = _described_parameters(inspect.getdoc(function) or "")
    parameters = []
    for name, given in inspect.signature(function).parameters.items():
        if given.default is inspect.Parameter.empty:
            raise TypeError(f"parameter {name} of scene {function.__name__} needs a default value")
        hint = hints.get(name, type(given.default))
        bounds, choices = _COMMON_BOUNDS.get(name), None
        if get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
            bounds = next((note for note in notes if isinstance(note, Bounds)), bounds)
            choices = next((note for note in notes if isinstance(note, Choices)), None)
        if hint not in (int, float, bool, str):
            raise TypeError(f"parameter {name} of scene {function.__name__} must be int, float, bool or str")
        text = described.get(name) or _COMMON_HELP.get(name, "")
        parameters.append(Parameter(name, hint, given.default, bounds, text, choices))
    return tuple(parameters)


def _described_parameters(documentation: str) -> dict[str, str]:
    """Read the parameter section of a numpydoc docstring: name -> its description in one line."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)", documentation, re.M | re.S)
    described = {}
    if section:
        for names, text in re.findall(r"^(\w[\w, ]*?) *(?::[^\n]*)?\n((?:[ \t]+[^\n]*\n?)+)", section[1], re.M):
            for name in names.split(","):
                described[name.strip()] = " ".join(text.split())
    return described
