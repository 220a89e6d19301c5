"""What a scene is: a function that builds matrices, with the words and panels of its film."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np

from scenes._sequence import MatrixSequence, SequenceError

DEFAULT_FPS = "12.5"

Number = float | Callable[[Any, Mapping[str, Any]], float]


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

# What a scene need not repeat: these names mean the same everywhere.
_COMMON_BOUNDS = {"steps": Bounds(0, 1_000_000), "dim": Bounds(2, 1_024), "seed": Bounds(0, 2**32 - 1)}
_COMMON_HELP = {
    "steps": "Number of multiplications.",
    "dim": "Rows and columns of the matrix.",
    "seed": "Seed of the random numbers.",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a scene, read from its signature and docstring."""

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
        kinds = {int: (int, np.integer), float: (int, float, np.number), bool: (bool,), str: (str,)}
        fits = isinstance(value, kinds[self.kind])
        fits &= self.kind is bool or not isinstance(value, bool)
        if fits and self.kind is float:
            fits = math.isfinite(value)
        if fits and self.choices is not None:
            fits = value in self.choices.words
        if fits and self.bounds is not None:
            fits = self.bounds.low <= value <= self.bounds.high
        if not fits:
            raise ParameterError(f"{self.name} must be {self._wanted()}, but it is {value!r}")
        return self.kind(value)

    def _wanted(self) -> str:
        if self.choices:
            return f"one of {self.choices}"
        names = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
        return names[self.kind] + (f" {self.bounds}" if self.bounds else "")


@dataclass(frozen=True)
class PanelRequest:
    """A panel by name (or, in a user's own file, by class) with its options."""

    panel: str | type
    options: Mapping[str, Any] = field(default_factory=dict)


def show(panel: str | type, **options: Any) -> PanelRequest:
    """Ask for a panel with options: ``show("matrix", limits=(-2, 2))``."""
    return PanelRequest(panel, options)


@dataclass(frozen=True)
class Claim:
    """What a film shows, as a number that decides it.

    Parameters
    ----------
    text : str
        The claim in a few words, followed on screen by its number.
    value, expected, tolerance : float or callable
        The claim holds when ``|value − expected| ≤ tolerance``. A callable is given the trajectory
        and the scene's parameters.
    reason : str
        Where the tolerance comes from, in one sentence.
    column : str, optional
        The column it speaks of in a comparison.
    """

    text: str
    value: Number
    expected: Number
    tolerance: Number
    reason: str = ""
    column: str | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """A film's script: which matrices to multiply, and what to show of the product.

    Built by the `scene` decorator. Calling it with parameters gives its matrices.
    """

    name: str
    function: Callable[..., Any]
    title: str
    statement: str
    summary: str
    panels: tuple[PanelRequest, ...]
    claims: tuple[Claim, ...]
    parameters: tuple[Parameter, ...]
    poster: float
    fps: str
    covers: tuple[int, ...]

    def resolve(self, **values: Any) -> dict[str, Any]:
        """Return all parameters, defaults filled in; raise `ParameterError` for a bad one."""
        known = {p.name: p for p in self.parameters}
        for name in values:
            if name not in known:
                raise ParameterError(f"scene {self.name} has no parameter {name}; it has {', '.join(known) or 'none'}")
        return {p.name: p.check(values.get(p.name, p.default)) for p in self.parameters}

    def build(self, **values: Any) -> dict[str | None, MatrixSequence]:
        """Return the scene's sequences by column label; a scene of one column has the label None.

        Raises
        ------
        ParameterError
            If a parameter is unknown or out of bounds.
        SequenceError
            If the function returns something else than matrix sequences of one length.
        """
        built = self.function(**self.resolve(**values))
        columns = built if isinstance(built, Mapping) else {None: built}
        wrong = [type(s).__name__ for s in columns.values() if not isinstance(s, MatrixSequence)]
        if wrong or not columns:
            found = wrong[0] if wrong else "an empty mapping"
            raise SequenceError(f"scene {self.name} must return a MatrixSequence, but it returned {found}")
        if len({s.steps for s in columns.values()}) > 1:
            raise SequenceError(f"the columns of scene {self.name} must have equally many steps")
        return {None if label is None else str(label): s for label, s in columns.items()}

    def __call__(self, **values: Any) -> dict[str | None, MatrixSequence]:
        """Return the same as `build`."""
        return self.build(**values)


def scene(
    *panels: str | type | PanelRequest,
    title: str | None = None,
    statement: str | None = None,
    claims: tuple[Claim, ...] = (),
    poster: float = 0.25,
    fps: str = DEFAULT_FPS,
    covers: tuple[int, ...] = (),
) -> Callable[[Callable[..., Any]], Scene]:
    """Turn a function into a `Scene`.

    The function's signature becomes the scene's parameters (annotated ``int``, ``float``, ``bool``
    or ``str``, each with a default; bounds as ``Annotated[float, Bounds(0, 1)]``), the first line
    of its docstring its summary, the docstring's parameter section the help of its options. It
    returns a `MatrixSequence`, or a mapping from column labels to sequences for a comparison.

    Parameters
    ----------
    *panels : str, type or PanelRequest
        What to show; the first is the largest. ``matrix``, ``norms`` and ``eigenvalues`` by default.
    title, statement : str, optional
        The two lines at the head of the film. ``{name}`` in the statement stands for a parameter.
    claims : tuple of Claim
        What the film shows, as numbers; the first is drawn as its verdict.
    poster : float
        Which frame is the poster, as a fraction of the steps.
    fps : str
        Steps a second, unless the command says otherwise.
    covers : tuple of int
        Numbers of the ideas in `scenes._sources` that the film shows.
    """

    def decorate(function: Callable[..., Any]) -> Scene:
        documentation = inspect.getdoc(function) or ""
        summary = documentation.split("\n\n")[0].replace("\n", " ").strip()
        words = function.__name__.replace("_", " ")
        requests = panels or ("matrix", "norms", "eigenvalues")
        if not all(text is None or isinstance(text, str) for text in (title, statement)):
            raise TypeError(f"title and statement of scene {function.__name__} must be text")
        if isinstance(poster, bool) or not isinstance(poster, (int, float)) or not 0 <= poster <= 1:
            raise ValueError(f"poster of scene {function.__name__} must be a number from 0 to 1, but it is {poster!r}")
        if not all(isinstance(claim, Claim) for claim in claims):
            raise TypeError(f"claims of scene {function.__name__} must be a tuple of Claim")
        return Scene(
            name=function.__name__,
            function=function,
            title=title or words[:1].upper() + words[1:],
            statement=statement or summary.rstrip("."),
            summary=summary or words,
            panels=tuple(p if isinstance(p, PanelRequest) else PanelRequest(p) for p in requests),
            claims=tuple(claims),
            parameters=_parameters(function, documentation),
            poster=poster,
            fps=fps,
            covers=covers,
        )

    return decorate


def _parameters(function: Callable[..., Any], documentation: str) -> tuple[Parameter, ...]:
    hints = get_type_hints(function, include_extras=True)
    described = _described_parameters(documentation)
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
