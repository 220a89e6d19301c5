"""What a film shows, in a sentence or two: captions, and texts that stand for the film."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from render.pipeline.manifest import columns_of
from render.text import Words, number, size_of, unmarked


def describe(content: Mapping[str, Any], language: str = "en") -> str:
    """Return what a film shows in a sentence or two, from its manifest alone.

    These are its title and statement, and the sentence it ends with, or where it has none a track that it draws.
    """
    words = Words(language)
    statement = words(content["statement"], content["parameters"])
    # A film may be told to have no title.
    values = {"title": words(content["title"]) or "—", "steps": content["steps"], "statement": statement}
    text = words("{title}, {steps} steps: {statement}." if statement else "{title}, {steps} steps.", values)
    last = _last_sentence(content["moments"], words)
    if last:
        return one_line(f"{text} {last}")
    for panel in sorted(content["panels"], key=_rank):
        changes = track_changes(content, panel, words)
        if changes:
            heading = words(panel["heading"])
            # Words begin a sentence in capitals; symbols such as h(t) and dh stay as they are.
            begin = heading[:1].upper() + heading[1:] if re.match("[a-z]{3}", heading) else heading
            return one_line(f"{text} {begin}: {changes}." if heading else f"{text} {changes}.")
    return one_line(text)


def describe_page(content: Mapping[str, Any], language: str = "en") -> str:
    """Return what a film's page shows: what the film does, and what a slider chooses where there are several."""
    return one_line(f"{describe(content, language)} {slider_of(content, language)}")


def with_step(step: int, text: str, words: Words) -> str:
    """Return a sentence with the step from which on it is true; some name theirs themselves."""
    begin = words("Step {step}: {sentence}", {"step": step, "sentence": ""})
    return text if text.startswith(begin) else begin + text


def slider_of(content: Mapping[str, Any], language: str = "en") -> str:
    """Return in a sentence of which values a page over a parameter has films; nothing for other films."""
    over = content.get("over")
    # Of one value there is no slider.
    if not over or len(over["values"]) < 2:
        return ""
    words = Words(language)
    values = [value if isinstance(value, str) else number(value) for value in over["values"]]
    if len(values) > _MOST_VALUES:
        values = [*values[:2], "…", values[-1]]
    name = words(over["parameter"].replace("_", " "))
    return words("A slider chooses {name}: {values}.", {"name": name, "values": ", ".join(values)})


def _last_sentence(moments: Sequence[Mapping[str, Any]], words: Words) -> str:
    """Return the sentence that a film ends with: of a moment that does not come, or else of the last one that does."""
    missed = [moment for moment in moments if moment["step"] is None and moment["text"]]
    for moment in missed[:1] or [moment for moment in moments if moment["step"] is not None][-1:]:
        # Numbers that are not finite are null in a manifest.
        values = {name: math.nan if value is None else value for name, value in moment["values"].items()}
        return unmarked(words(moment["text"], values))
    return ""


# A caption tells the tracks of the first of these panels that a film has.
_TOLD = ("series", "norms", "readout")
# More than these nobody reads.
_MOST_CHANGES = _MOST_VALUES = 6


def _rank(panel: Mapping[str, Any]) -> int:
    return _TOLD.index(panel["panel"]) if panel["panel"] in _TOLD else len(_TOLD)


def track_changes(content: Mapping[str, Any], panel: Mapping[str, Any], words: Words) -> str:
    """Return the first and last number of the panel's tracks in all columns, with a peak or trough between them."""
    changes = []
    for label, tracks in columns_of(content).items():
        for name, track in panel["tracks"].items():
            # Sizes are listed as logarithms, which have no bounds.
            listed = track if track in tracks else f"log10_{track}"
            values = _numbers(listed, tracks.get(listed))
            if panel["panel"] in _TOLD and values:
                log10 = panel["scale"] == "log10" or listed.startswith("log10_")
                told = [size_of(value) if log10 else number(float(value)) for value in _turns(values)]
                # A middle that reads like one of the ends tells nothing.
                shown = " → ".join(told if told[1] not in (told[0], told[-1]) else [told[0], told[-1]])
                which = ", ".join(filter(None, (words(label), words(name))))
                changes.append(f"{shown} ({which})" if which else shown)
    return ", ".join(changes[:_MOST_CHANGES])


def _numbers(name: str, track: Any) -> list[float]:
    """Return the numbers of a track that is one curve; where a product is zero its logarithm is null."""
    if not isinstance(track, list) or any(isinstance(value, list) for value in track):
        return []
    if name in ("log10_spectral_norm", "log10_frobenius_norm"):
        return [-math.inf if value is None else value for value in track]
    return [value for value in track if value is not None]


def _turns(values: list[float]) -> list[float]:
    """Return the first and the last number, and between them the one farthest beyond both, if that is far."""
    first, last = values[0], values[-1]
    low, high = min(first, last), max(first, last)
    above, below = max(values) - high, low - min(values)
    spread = max(values) - min(values)
    # A tenth of what the numbers span is seen; less may be rounding.
    if not math.isfinite(spread) or max(above, below) <= spread / 10:
        return [first, last]
    return [first, max(values) if above >= below else min(values), last]


def one_line(text: str) -> str:
    """Return text in one line, without characters that are orders to a terminal or a browser."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
