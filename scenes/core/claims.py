"""What a film shows, as a number that decides it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scenes.core.trajectory import Numbers

# What a claim may ask for besides the scene's own parameters.
ASKED = ("product", "series", "columns", "steps")


class ClaimError(ValueError):
    """A claim asks for what its scene does not have."""


@dataclass(frozen=True)
class Claimed:
    """A number beside the one it should be: the claim holds where ``|value − expected| ≤ tolerance``.

    Parameters
    ----------
    value : float
        What the scene's numbers say. A step that does not come within the film is infinite, with tolerance 0.
    expected : float
        What they should say, found in another way.
    tolerance : float
        How far the two may be apart.
    reason : str
        Where the tolerance comes from, in one sentence.
    """

    value: float
    expected: float
    tolerance: float = 0.0
    reason: str = ""

    @classmethod
    def between(cls, value: float, low: float, high: float, reason: str = "") -> Claimed:
        """Return the claim that a number lies from `low` to `high`, as their middle and half their distance."""
        return cls(value, (low + high) / 2, (high - low) / 2, reason)


@dataclass(frozen=True, eq=False)
class Claim:
    """A claim of a scene; made by `Scene.claim`.

    Parameters
    ----------
    text : str
        The claim in a few words, followed on screen by its number.
    function : callable
        Returns what is claimed. It is called with what its arguments name: ``product``, the trajectory of the
        column; ``series``, the column's series by name; ``columns``, everything of a comparison by label; ``steps``,
        the number of steps; and any of the scene's own parameters. An argument with a default keeps it.
    column : str, optional
        The column it speaks of in a comparison.
    headline : bool
        Whether it is the film's statement as a number.
    counterexample : mapping or callable, optional
        A change of the scene for which the headline is false; see `Scene.claim`.
    """

    text: str
    function: Callable[..., Claimed]
    column: str | None = None
    headline: bool = False
    counterexample: Mapping[str, Any] | Callable[..., Any] | None = None

    def decide(self, columns: Mapping[str | None, Numbers], parameters: Mapping[str, Any]) -> Claimed:
        """Return what is claimed of these numbers.

        Raises
        ------
        ClaimError
            If the column is not there, or has no product where one is asked for.
        """
        what = f"the claim {self.text!r}"
        values = {name: argument_of(name, columns, parameters, self.column, what) for name in needs_of(self.function)}
        claimed = self.function(**values)
        if not isinstance(claimed, Claimed):
            raise ClaimError(f"{what} must return Claimed, but it returned {type(claimed).__name__}")
        return claimed


def argument_of(
    name: str, columns: Mapping[str | None, Numbers], parameters: Mapping[str, Any], column: str | None, what: str
) -> Any:
    """Return what an argument of a claim's or a moment's function stands for.

    Raises
    ------
    ClaimError
        If the column is not there, or has no product where one is asked for.
    """
    if name in parameters:
        return parameters[name]
    if name == "columns":
        return columns
    if name == "steps":
        return next(iter(columns.values())).steps
    if column not in columns:
        labels = ", ".join(str(label) for label in columns if label is not None)
        raise ClaimError(
            f"{what} must name a column with column=, one of {labels}"
            if labels
            else f"{what} is on the column {column!r}, but the scene has one column only"
        )
    found = columns[column]
    if name == "series":
        return found.series
    if not found.has_product:
        raise ClaimError(f"{what} asks for a product, but the scene returns series only")
    return found


def needs_of(function: Callable[..., Any]) -> list[str]:
    """Return the names of the arguments that a function has to be given."""
    return [
        name
        for name, argument in inspect.signature(function).parameters.items()
        if argument.default is inspect.Parameter.empty
    ]
