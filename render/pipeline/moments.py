"""What a film says when: its moments, found in its numbers, and the sentence of every step."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from render.numerics.trajectory import Columns
from render.pipeline.claims import Verdict, finite
from render.text import Words, filled, number, places_of, unmarked
from scenes import Moment, Scene


@dataclass(frozen=True)
class FoundMoment:
    """A moment with the step at which it comes, None where it does not, and the numbers of its sentence."""

    moment: Moment
    step: int | None
    values: Mapping[str, Any]

    def sentence(self, words: Words) -> str:
        """Return the sentence that is true from this step on, or the one for a film without the moment."""
        return words(self.moment.text if self.step is not None else self.moment.otherwise, self.values)

    def note(self, words: Words) -> str:
        """Return the few words that stand in the chart."""
        return words(self.moment.note, self.values) if self.moment.note and self.step is not None else ""


def find_moments(scene: Scene, columns: Columns, parameters: Mapping[str, Any]) -> list[FoundMoment]:
    """Return the scene's moments in the order in which they come; last those that do not.

    Parameters
    ----------
    scene : Scene
        The scene.
    columns : mapping of str to Trajectory
        Its numbers by column label.
    parameters : mapping of str to object
        The scene's parameters.
    """
    steps = next(iter(columns.values())).steps
    found = []
    for moment in scene.moments:
        try:
            reached = moment.find(columns, parameters)
        except Exception as error:
            error.add_note(f"in the moment {moment.text!r}")
            raise
        known = dict(parameters) | {"steps": steps}
        if reached is None:
            found.append(FoundMoment(moment, None, known))
        else:
            values = {name: _plain(value) for name, value in reached.values.items()}
            found.append(FoundMoment(moment, reached.step, known | {"step": reached.step} | values))
    return sorted(found, key=lambda single: steps + 1 if single.step is None else single.step)


def _plain(value: Any) -> Any:
    """Return NumPy's numbers as Python's own."""
    return value.item() if hasattr(value, "item") else value


@dataclass(frozen=True)
class Sentences:
    """What a film says at every step, in one language, with the marks of its colours.

    Parameters
    ----------
    steps : int
        Number of steps.
    opening, running, statement : str
        At the start, until the first moment, and at the end of a film without moments; numbers of the step may still be
        missing in `running`.
    reached : tuple of (int, str)
        The steps at which moments come, in rising order, and their sentences.
    missed : str
        The sentence of a moment that does not come, empty where there is none.
    complete : bool
        Whether all is shown once the last moment has come.
    false : str
        What the film says of a claim that is false, empty where none is.
    mark : str
        What comes before the sentence that completes a film, where all its claims hold.
    numbers : callable
        Returns the numbers of a step by name.
    """

    steps: int
    opening: str
    running: str
    statement: str
    reached: tuple[tuple[int, str], ...]
    missed: str
    complete: bool
    false: str
    mark: str
    numbers: Callable[[int], Mapping[str, Any]]

    @cached_property
    def _starts(self) -> list[int]:
        return [step for step, _ in self.reached]

    def at(self, step: int) -> str:
        """Return the sentence of a step."""
        last = step == self.steps
        if last and self.false:
            return self.false
        if last and not self.complete and self.missed:
            return self.missed
        count = bisect_right(self._starts, step)
        if count:
            text = self.reached[count - 1][1]
            return self.mark + text if count == len(self.reached) and self.complete else text
        if last and not self.reached:
            return self.mark + self.statement if self.complete else self.statement
        if step == 0:
            return self.opening
        return filled(self.running, self.numbers(step)) if places_of(self.running) else self.running

    def is_past(self, step: int) -> bool:
        """Whether the sentence of a step is of an earlier one: the film has moved on, and the next is not there yet."""
        return step < self.steps and step not in self._starts and bool(bisect_right(self._starts, step))

    @property
    def starts(self) -> list[int]:
        """The steps at which the sentence is another one."""
        first = [0, 1] if self.running != self.opening else [0]
        return sorted({*(step for step in first if step <= self.steps), *self._starts})


def false_claim(claim: str, value: float, words: Words) -> str:
    """Return what a film says at its end of a claim that is false."""
    return f"✗ {words(claim)}: {number(value, 3)}"


class Captions:
    """The sentence below a film at every step.

    Parameters
    ----------
    scene : Scene
        The scene.
    parameters : mapping of str to object
        Its parameters.
    columns : mapping of str to Trajectory
        Its numbers by column label.
    moments : sequence of FoundMoment
        Its moments, as `find_moments` returns them.
    verdicts : sequence of Verdict
        Its claims, decided.
    words : Words
        The language.
    """

    def __init__(
        self,
        scene: Scene,
        parameters: Mapping[str, Any],
        columns: Columns,
        moments: Sequence[FoundMoment],
        verdicts: Sequence[Verdict],
        words: Words,
    ) -> None:
        self._words, self._columns, self._scene = words, columns, scene
        self.steps = next(iter(columns.values())).steps
        self._known = dict(parameters) | {"steps": self.steps}
        statement = sentence(words(scene.statement, self._known))
        opening = words(scene.opening, self._known) or statement
        reached = tuple((moment.step, moment.sentence(words)) for moment in moments if moment.step is not None)
        missed = next(filter(None, (moment.sentence(words) for moment in moments if moment.step is None)), "")
        last = [moment for moment in moments if moment.moment is scene.moments[-1]] if scene.moments else []
        false = next((verdict for verdict in verdicts if not verdict.holds), None)
        self._said = Sentences(
            self.steps,
            opening,
            words(scene.running) or opening,
            statement,
            reached,
            missed,
            # All is shown once the last moment has come, unless one that has not says so.
            all(moment.step is not None for moment in last) and not missed,
            "" if false is None else f"<warn>{false_claim(false.claim, false.value, words)}</>",
            "<keep>✓</> " if verdicts and false is None else "",
            self.numbers,
        )

    def at(self, step: int) -> str:
        """Return the sentence of a step, with the marks of its colours."""
        return self._said.at(step)

    def is_past(self, step: int) -> bool:
        """Whether the sentence of a step is of an earlier one: the film has moved on, and the next is not there yet."""
        return self._said.is_past(step)

    @property
    def starts(self) -> list[int]:
        """The steps at which the sentence is another one."""
        return self._said.starts

    def explaining(self, step: int) -> str:
        """Return the sentence while the multiplication that leads to a step is spelled out."""
        return explanation(explaining_text(self._columns), self._scene.symbol, step, self._words)

    def numbers(self, step: int) -> Mapping[str, Any]:
        """Return what a text may hold at a step.

        These are the parameters, ``step`` and ``steps``, the scene's ``symbol``, the series that are one number a step,
        and of a product ``norm``, the largest singular value, and ``smallest``, the smallest one.
        """
        return _Numbers(self._columns, self._known | {"step": step, "symbol": self._scene.symbol}, step)


class _Numbers(Mapping[str, Any]):
    """The numbers of a step by name, found when they are asked for."""

    def __init__(self, columns: Columns, known: Mapping[str, Any], step: int) -> None:
        self._columns, self._known, self._step = columns, known, step

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        for column in self._columns.values():
            track = column.series.get(name)
            if track is not None and track.ndim == 1:
                return float(track[self._step])
        numbers = next(iter(self._columns.values()))
        if name == "norm" and numbers.has_product:
            return float(10 ** min(numbers.log10_spectral_norm[self._step], 308))
        if name == "smallest" and numbers.has_product:
            return float(10 ** min(numbers.log10_singular_values[self._step, -1], 308))
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        series = (name for column in self._columns.values() for name, track in column.series.items() if track.ndim == 1)
        return iter(dict.fromkeys([*self._known, *series]))

    def __len__(self) -> int:
        return len(list(iter(self)))


def explaining_text(columns: Columns) -> str:
    """Return what a film says while a multiplication is spelled out, with places for the step and the symbol."""
    if next(iter(columns.values())).sequence.factor is not None:
        return "Each entry of {symbol}{step:^} is a row of {symbol} times a column of {symbol}{before:^}."
    return "Each entry of P{step:_} is a row of {symbol}{step:_} times a column of P{before:_}."


def said_besides(scene: Scene, columns: Columns) -> dict[str, str]:
    """Return the manifest's entry of what a film says besides its moments, as it stands in the scene."""
    multiplies = next(iter(columns.values())).has_product
    return {
        "opening": scene.opening,
        "running": scene.running,
        "explaining": explaining_text(columns) if multiplies else "",
        "symbol": scene.symbol,
    }


def explanation(text: str, symbol: str, step: int, words: Words) -> str:
    """Return the sentence while the multiplication that leads to a step is spelled out."""
    return words(text, {"symbol": symbol, "step": step, "before": step - 1})


def sentence(text: str) -> str:
    """Return a statement as a sentence: a word at its begin in capitals, and a full stop."""
    if not text:
        return ""
    begin = text[:1].upper() + text[1:] if re.match(r"[a-z]+[\s,;:]", text) and text[1:2].isalpha() else text
    return begin if begin[-1] in ".!?…。" else begin + "."


def as_json(moments: Sequence[FoundMoment], words: Words) -> list[dict[str, Any]]:
    """Return the manifest's entries: the step of each moment, its sentence, and the numbers in it."""
    entries = []
    for found in moments:
        text = found.moment.text if found.step is not None else found.moment.otherwise
        named = places_of(words(text)) | places_of(text) | places_of(found.moment.note)
        values = {name: value for name, value in found.values.items() if name in named}
        entries.append(
            {
                "step": found.step,
                "column": found.moment.column,
                "text": text,
                "sentence": unmarked(found.sentence(words)),
                "note": found.note(words),
                "values": {n: finite(v) if isinstance(v, float) else v for n, v in sorted(values.items())},
            }
        )
    return entries
