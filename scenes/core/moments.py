"""What happens when in a film: a step, and the sentence that is true from there on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scenes.core.claims import argument_of, needs_of
from scenes.core.trajectory import Numbers

# What a sentence may hold.
Value = float | int | str


class MomentError(ValueError):
    """A moment asks for what its scene does not have, or names a step that there is not."""


@dataclass(frozen=True, init=False)
class Reached:
    """The step at which a moment comes, and the numbers of its sentence.

    Parameters
    ----------
    step : int
        From 0 to the number of steps.
    **values : float, int or str
        What stands for ``{name}`` in the sentence and the note; ``{step}`` and ``{steps}`` are known.
    """

    step: int
    values: Mapping[str, Value]

    def __init__(self, step: int, **values: Value) -> None:
        object.__setattr__(self, "step", int(step))
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, eq=False)
class Moment:
    """A moment of a scene; made by `Scene.moment`.

    Parameters
    ----------
    text : str
        The sentence that is true from this step on.
    function : callable
        Returns `Reached`, a step, or None where the moment does not come. It is called with what its arguments name,
        as claims are.
    column : str, optional
        The column it looks at in a comparison.
    note : str
        A few words for the place in a chart where it happens; a line break divides two lines.
    on : str
        The track at whose point the note stands.
    otherwise : str
        The sentence for a film in which the moment does not come.
    """

    text: str
    function: Callable[..., Reached | int | None]
    column: str | None = None
    note: str = ""
    on: str = ""
    otherwise: str = ""

    def find(self, columns: Mapping[str | None, Numbers], parameters: Mapping[str, Any]) -> Reached | None:
        """Return where it comes in these numbers; None if it does not.

        Raises
        ------
        ClaimError
            If the column is not there, or has no product where one is asked for.
        MomentError
            If there is no such step.
        """
        what = f"the moment {self.text!r}"
        values = {name: argument_of(name, columns, parameters, self.column, what) for name in needs_of(self.function)}
        found = self.function(**values)
        if found is None:
            return None
        if isinstance(found, (int, np.integer)) and not isinstance(found, bool):
            found = Reached(int(found))
        steps = next(iter(columns.values())).steps
        if not isinstance(found, Reached):
            raise MomentError(f"{what} must return Reached, a step or None, but it returned {type(found).__name__}")
        if not 0 <= found.step <= steps:
            raise MomentError(f"{what} must come at a step from 0 to {steps}, but it came at {found.step}")
        return found


def first_step(condition: ArrayLike) -> int | None:
    """Return the first step at which a condition holds, shape (T + 1,); None if it never does."""
    steps = np.flatnonzero(np.asarray(condition))
    return int(steps[0]) if steps.size else None


def last_change(condition: ArrayLike) -> int | None:
    """Return the step from which on a condition holds to the end, shape (T + 1,); None if it does not hold then."""
    holds = np.asarray(condition, bool)
    if not holds[-1]:
        return None
    broken = np.flatnonzero(~holds)
    return int(broken[-1]) + 1 if broken.size else 0


def peak(values: Sequence[float] | np.ndarray[Any, Any]) -> int:
    """Return the step of the largest number."""
    return int(np.nanargmax(np.asarray(values, float)))
