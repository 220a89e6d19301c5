"""What a film says when: its moments, found in its numbers, and the sentence of every step."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from render.numerics.trajectory import Trajectory
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


def find_moments(
    scene: Scene, columns: Mapping[str | None, Trajectory], parameters: Mapping[str, Any]
) -> list[FoundMoment]:
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
        columns: Mapping[str | None, Trajectory],
        moments: Sequence[FoundMoment],
        verdicts: Sequence[Verdict],
        words: Words,
    ) -> None:
        self._words, self._columns, self._symbol = words, columns, scene.symbol
        self.steps = next(iter(columns.values())).steps
        self._known = dict(parameters) | {"steps": self.steps}
        statement = sentence(words(scene.statement, self._known))
        self._opening = words(scene.opening, self._known) or statement
        self._running = words(scene.running) or self._opening
        self._reached = [moment for moment in moments if moment.step is not None]
        self._starts = [moment.step for moment in self._reached if moment.step is not None]
        missed = [moment.sentence(words) for moment in moments if moment.step is None]
        self._missed = next(filter(None, missed), "")
        # All is shown once the last moment has come, unless one that has not says so.
        last = [moment for moment in moments if moment.moment is scene.moments[-1]] if scene.moments else []
        self._complete = all(moment.step is not None for moment in last) and not self._missed
        self._verdicts = verdicts
        self._statement = statement

    def at(self, step: int) -> str:
        """Return the sentence of a step, with the marks of its colours."""
        false = next((verdict for verdict in self._verdicts if not verdict.holds), None)
        last = step == self.steps
        if last and false is not None:
            return f"<warn>✗ {self._words(false.claim)}: {number(false.value, 3)}</>"
        if last and not self._complete and self._missed:
            return self._missed
        count = bisect_right(self._starts, step)
        if count:
            text = self._reached[count - 1].sentence(self._words)
            return self._proved(text) if count == len(self._reached) and self._complete else text
        if last and not self._reached:
            return self._proved(self._statement) if self._complete else self._statement
        if step == 0:
            return self._opening
        return filled(self._running, self.numbers(step)) if places_of(self._running) else self._running

    def is_past(self, step: int) -> bool:
        """Whether the sentence of a step is of an earlier one: the film has moved on, and the next is not there yet."""
        return step < self.steps and step not in self._starts and bool(bisect_right(self._starts, step))

    @property
    def starts(self) -> list[int]:
        """The steps at which the sentence is another one."""
        first = [0, 1] if self._running != self._opening else [0]
        return sorted({*(step for step in first if step <= self.steps), *self._starts})

    def explaining(self, step: int) -> str:
        """Return the sentence while the multiplication that leads to a step is spelled out."""
        factor = next(iter(self._columns.values())).sequence.factor
        text = (
            "Each entry of {symbol}{step:^} is a row of {symbol} times a column of {symbol}{before:^}."
            if factor is not None
            else "Each entry of P{step:_} is a row of {symbol}{step:_} times a column of P{before:_}."
        )
        return self._words(text, {"symbol": self._symbol, "step": step, "before": step - 1})

    def numbers(self, step: int) -> Mapping[str, Any]:
        """Return what a text may hold at a step.

        These are the parameters, ``step`` and ``steps``, the scene's ``symbol``, the series that are one number a step,
        and of a product ``norm``, the largest singular value, and ``smallest``, the smallest one.
        """
        return _Numbers(self._columns, self._known | {"step": step, "symbol": self._symbol}, step)

    def _proved(self, text: str) -> str:
        """Return a sentence with the mark of what has been shown, where every claim holds."""
        return f"<keep>✓</> {text}" if self._verdicts and all(v.holds for v in self._verdicts) else text


class _Numbers(Mapping[str, Any]):
    """The numbers of a step by name, found when they are asked for."""

    def __init__(self, columns: Mapping[str | None, Trajectory], known: Mapping[str, Any], step: int) -> None:
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
