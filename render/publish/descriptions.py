"""What a film says and when, told in words: from its manifest alone."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from render.errors import InputError
from render.pipeline.manifest import columns_of
from render.pipeline.moments import Sentences, explanation, false_claim, sentence
from render.publish.captions import one_line, slider_of, track_changes, with_step
from render.text import Words, number, places_of, unmarked


@dataclass(frozen=True)
class Frames:
    """What every frame shows, as a manifest has it."""

    rate: Fraction
    steps: list[int]
    parts: list[float]
    entries: list[int]

    @property
    def shown(self) -> list[tuple[int, float, int]]:
        """What decides a frame's picture, for all frames."""
        return list(zip(self.steps, self.parts, self.entries, strict=True))


@dataclass(frozen=True)
class Stretch:
    """A stretch of a film with one sentence.

    Parameters
    ----------
    first, end : int
        Its first frame, and the first one after it.
    step : int
        The step of its first frame.
    text : str
        The sentence; empty where the manifest does not hold its numbers.
    """

    first: int
    end: int
    step: int
    text: str


def frames_of(content: Mapping[str, Any]) -> Frames:
    """Return what every frame of a film shows.

    Raises
    ------
    InputError
        If the manifest does not say it.
    """
    frames = content["frames"]
    try:
        numerator, denominator = frames["fps"]
        steps = frames["steps"]
        parts, entries = (frames[name] or [0] * len(steps) for name in ("parts", "entries"))
        whole = [numerator, denominator, *steps, *entries]
        good = all(type(value) is int for value in whole) and 0 < numerator <= 1000 * denominator
        good = good and all(type(part) in (int, float) and 0 <= part < 1 for part in parts)
        good = good and all(0 <= step <= content["steps"] for step in steps) and min(entries) >= 0
        if good and len(steps) == len(parts) == len(entries):
            return Frames(Fraction(numerator, denominator), steps, parts, entries)
    except (KeyError, TypeError, ValueError):
        pass
    raise InputError("the manifest does not say what every frame shows, so render the film again")


def sentences_of(content: Mapping[str, Any], words: Words) -> Sentences:
    """Return what a film says at every step, without marks of its colours."""
    said, parameters, steps = content.get("said", {}), content["parameters"], content["steps"]
    known = parameters | {"steps": steps}
    statement = unmarked(sentence(words(content["statement"], known)))
    opening = unmarked(words(said.get("opening", ""), known)) or statement
    moments = [(moment["step"], _sentence(moment, words)) for moment in content["moments"]]
    missed = next((text for step, text in moments if step is None and text), "")
    false = next((claim for claim in content["claims"] if not claim["holds"]), None)
    if false is not None:
        value = math.nan if false["value"] is None else false["value"]
        false = false_claim(without_column(false["claim"], content), value, words)
    tracks: dict[str, Any] = {}
    for column in reversed(columns_of(content).values()):
        tracks |= {name: track for name, track in column.items() if not any(isinstance(v, list) for v in track)}

    def numbers(step: int) -> dict[str, Any]:
        found: dict[str, Any] = {name: float(track[step]) for name, track in tracks.items() if track[step] is not None}
        if "log10_spectral_norm" in found:
            found["norm"] = 10 ** min(found["log10_spectral_norm"], 308.0)
        return {**found, **known, "step": step, "symbol": said.get("symbol", "W")}

    return Sentences(
        steps,
        opening,
        unmarked(words(said.get("running", ""))) or opening,
        statement,
        tuple((step, text) for step, text in moments if step is not None),
        missed,
        complete=not missed,
        false=false or "",
        mark="",
        numbers=numbers,
    )


def _sentence(moment: Mapping[str, Any], words: Words) -> str:
    # Numbers that are not finite are null in a manifest.
    values = {name: math.nan if value is None else value for name, value in moment["values"].items()}
    return unmarked(words(moment["text"], values))


def without_column(claim: str, content: Mapping[str, Any]) -> str:
    """Return what a claim is called in its scene: a manifest puts the column's label before it."""
    labels = content["columns"] or []
    return next((claim.removeprefix(f"{label}: ") for label in labels if claim.startswith(f"{label}: ")), claim)


def spoken(content: Mapping[str, Any], language: str, every_number: bool = False) -> list[Stretch]:
    """Return the stretches of a film with what it says in them.

    Parameters
    ----------
    content : mapping
        The manifest.
    language : str
        In which language.
    every_number : bool
        Whether a sentence is another one as soon as a number in it is; else it keeps those that it began with.
    """
    words, frames = Words(language), frames_of(content)
    said = sentences_of(content, words)
    starts, last = said.starts, content["steps"]
    told = content.get("said", {})

    def text_of(step: int, entries: int) -> str:
        if entries:
            return explanation(told.get("explaining", ""), told.get("symbol", "W"), step, words)
        text = said.at(step)
        return "" if places_of(text) else text

    def part_of(step: int, entries: int) -> Any:
        if entries:
            return "explaining", step
        if every_number:
            return "said", text_of(step, 0)
        # The last step may have a sentence of its own, where no moment comes.
        own = step == last and (said.false or said.missed or not said.reached)
        return "end" if own else bisect_right(starts, step)

    found: list[Stretch] = []
    first = 0
    for _, group in groupby(frames.shown, key=lambda shown: part_of(shown[0], shown[2])):
        stretch = list(group)
        step, _, entries = stretch[0]
        found.append(Stretch(first, first + len(stretch), step, one_line(text_of(step, entries))))
        first += len(stretch)
    return found


def in_words(content: Mapping[str, Any], language: str = "en") -> str:
    """Return a film in words, line by line: what it shows, what is multiplied, what happens when, and how it ends.

    Raises
    ------
    InputError
        If the manifest does not say what every frame shows.
    """
    words = Words(language)
    title, statement = words(content["title"]), sentence(words(content["statement"], content["parameters"]))
    lines = [title, statement, *_what_is_multiplied(content, words)]
    for step, text in _told(sentences_of(content, words)):
        lines.append(with_step(step, text, words))
    for panel in content["panels"]:
        changes = track_changes(content, panel, words)
        if changes:
            lines.append(": ".join(filter(None, (words(panel["heading"]), changes))))
    lines += [*_outcome(content, words), slider_of(content, language)]
    if not is_safe(content):
        lines.append(words(FLASHES))
    return "\n".join(filter(None, map(one_line, lines))) + "\n"


def _told(said: Sentences) -> list[tuple[int, str]]:
    """Return all that a film has to say with the steps from which on it is true, the last sentence of the film last."""
    begin = [(step, said.at(step)) for step in said.starts if not any(step == moment for moment, _ in said.reached)]
    found = [*begin, *said.reached]
    end = said.at(said.steps)
    if all(text != end for _, text in found):
        found.append((said.steps, end))
    return [(step, text) for step, text in found if text and not places_of(text)]


def _what_is_multiplied(content: Mapping[str, Any], words: Words) -> list[str]:
    labels, hashes, matrix, steps = content["columns"], content["matrix_sha256"], content["matrix"], content["steps"]
    if labels is not None:
        lines = [words("Side by side: {labels}.", {"labels": ", ".join(words(label) for label in labels)})]
        sizes = {len(rows) if rows else None for rows in (matrix or {}).values()}
        if len(sizes) == 1 and None not in sizes and steps > 1:
            size = sizes.pop()
            said = "Each is a matrix of {size} numbers, multiplied at each of {steps} steps."
            lines.append(words(said, {"size": f"{size} × {size}", "steps": steps}))
        return lines
    if hashes is None:
        return []
    if not steps:
        return [words("Nothing is multiplied yet.")]
    values = {"steps": steps} | ({"size": f"{len(matrix)} × {len(matrix)}"} if matrix else {})
    if steps == 1:
        return [
            words(
                "A matrix of {size} numbers is multiplied once." if matrix else "A matrix is multiplied once.", values
            )
        ]
    if matrix:
        return [words("The same matrix of {size} numbers is multiplied at each of {steps} steps.", values)]
    return [words("Matrices are multiplied, one more at each of {steps} steps.", values)]


def _outcome(content: Mapping[str, Any], words: Words) -> list[str]:
    claims = content["claims"]
    false = [claim for claim in claims if not claim["holds"]]
    if not claims:
        return []
    if not false:
        if len(claims) == 1:
            return [words("What the film claims is true of its numbers, as a check says.")]
        return [words("What the film claims is true of its numbers, as {count} checks say.", {"count": len(claims)})]
    values = [(words(without_column(c["claim"], content)), c["value"], c["expected"]) for c in false]
    said = "; ".join(f"{name}: {_number(value)} ≠ {_number(expected)}" for name, value, expected in values)
    return [words("What the film claims is false of its numbers: {claims}.", {"claims": said})]


def _number(value: float | None) -> str:
    return number(math.nan if value is None else value, 3)


# What stands beside a film that can harm.
FLASHES = "This film flashes more than three times a second, which can harm people."


def is_safe(content: Mapping[str, Any]) -> bool:
    """Whether a film does not flash too much; one whose manifest does not say so may."""
    flashes = content.get("flashes")
    return isinstance(flashes, dict) and flashes.get("safe") is True
